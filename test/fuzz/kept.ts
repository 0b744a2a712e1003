/** Inputs that once broke something: one file each, by target, tried before anything else. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Of the repository; the command says where that is. */
export const corpusIn = (root: string): string => path.join(root, 'test/fuzz/corpus')

/** The inputs that are kept for a target, in the order of their names. */
export async function keptInputs(corpus: string, target: string): Promise<Uint8Array[]> {
  const folder = path.join(corpus, target)
  const files = await readdir(folder).catch(() => [])
  return Promise.all(files.sort().map(async (file) => new Uint8Array(await readFile(path.join(folder, file)))))
}

/** Keeps an input; gives its file. */
export async function keep(corpus: string, target: string, input: Uint8Array): Promise<string> {
  const name = createHash('sha256').update(input).digest('hex').slice(0, 16)
  const file = path.join(corpus, target, `${name}.bin`)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, input)
  return file
}
