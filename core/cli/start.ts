/**
 * The command's first file. It lets Node take the rest in compiled form from what the build left beside it
 * (build/scripts/compiled-code.mjs): compiling is most of what a short command would do.
 */
import { readFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { Script } from 'node:vm'

/** What Node calls to run the text of a CommonJS file: not documented, and there in all versions. */
interface Loader {
  _compile?: (this: Loaded, text: string, fileName: string) => unknown
}

interface Loaded {
  exports: unknown
}

type Wrapped = (this: unknown, ...args: readonly unknown[]) => unknown

/**
 * Files below the folder are run from `<file>.code`, where it is. V8 takes it only if the same version of it, with the
 * same flags, made it, and else compiles the text. It would not notice that the text has changed: the files' names hold
 * a hash of it.
 */
function useCompiledCode(folder: string): void {
  const loader = (Module as unknown as { readonly prototype: Loader }).prototype
  const compile = loader._compile
  if (!compile) return
  loader._compile = function (text, fileName) {
    const wrapped = fileName.startsWith(folder) ? compiled(text, fileName) : null
    if (!wrapped) return compile.call(this, text, fileName)
    return wrapped.call(this.exports, this.exports, createRequire(fileName), this, fileName, dirname(fileName))
  }
}

function compiled(text: string, fileName: string): Wrapped | null {
  let cachedData: Buffer
  try {
    cachedData = readFileSync(`${fileName}.code`)
  } catch {
    return null
  }
  return new Script(Module.wrap(text), { filename: fileName, cachedData }).runInThisContext() as Wrapped
}

useCompiledCode(__dirname + sep)
void import('./main.js')
