/** Small programs for tests that kill them: bundled as the command line is. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

const SCRIPT = `
  import { build } from 'vite'
  import { nodeConfig } from './build/vite.node.config.mjs'
  const [entry, outDir, fileName] = process.argv.slice(1)
  await build(nodeConfig({ entry, outDir, fileName, chunks: 'one-file' }))
`

/** Bundles `test/helpers/<name>.ts`; returns the path of what `node` runs. */
export async function buildProgram(name: string): Promise<string> {
  const outDir = path.join(ROOT, 'out/test-programs')
  const fileName = `${name}-${process.pid}.cjs`
  const script = ['--input-type=module', '--eval', SCRIPT]
  await promisify(execFile)(process.execPath, [...script, `test/helpers/${name}.ts`, outDir, fileName], {
    cwd: ROOT
  })
  return path.join(outDir, fileName)
}
