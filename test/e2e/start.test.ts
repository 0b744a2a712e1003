/** How the command starts: from compiled code that V8 takes, and as well without it. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import Module from 'node:module'
import path from 'node:path'
import { Script } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMAND, buildCommand, run } from '../helpers/built.js'

let root: string
let copy: string

beforeAll(async () => {
  await buildCommand()
  // Beside the build, since addons are looked for in the folders above.
  root = await mkdtemp(path.join(path.dirname(COMMAND), '../start-'))
  copy = path.join(root, 'cli')
  await cp(path.dirname(COMMAND), copy, { recursive: true })
}, 120_000)

afterAll(() => rm(root, { recursive: true, force: true }))

const compiledFiles = async (): Promise<string[]> =>
  (await readdir(path.join(copy, 'chunks')))
    .filter((name) => name.endsWith('.code'))
    .map((name) => path.join(copy, 'chunks', name))

/** Makes a book and reads it, with the command as it is in the copy. */
async function tryIt(name: string): Promise<unknown> {
  const env = { GUILDBOOK_DIR: path.join(root, name), GUILDBOOK_HOST: '127.0.0.1' }
  const command = path.join(copy, path.basename(COMMAND))
  const created = await run(['create', 'Elm Street', '--currency', 'EUR', '--json'], env, command)
  expect([created.code, created.stderr]).toEqual([0, ''])
  const read = await run(['status', '--json'], env, command)
  expect([read.code, read.stderr]).toEqual([0, ''])
  return (read.json as { name: unknown }).name
}

describe('the built command', () => {
  it('has compiled code beside it that this Node takes', async () => {
    const files = await compiledFiles()
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) {
      const text = await readFile(file.replace(/\.code$/, ''), 'utf8')
      const script = new Script(Module.wrap(text), { cachedData: await readFile(file) })
      expect([path.basename(file), script.cachedDataRejected]).toEqual([path.basename(file), false])
    }
  })

  it('runs from it', async () => {
    expect(await tryIt('compiled')).toBe('Elm Street')
  })

  it('runs as well where it was made by another Node, or is damaged', async () => {
    for (const file of await compiledFiles()) {
      const bytes = await readFile(file)
      // V8's version and its flags are in the first words.
      bytes.fill(0x5a, 4, 16)
      await writeFile(file, bytes)
    }
    expect(await tryIt('foreign')).toBe('Elm Street')
    for (const file of await compiledFiles()) await writeFile(file, 'not compiled code')
    expect(await tryIt('damaged')).toBe('Elm Street')
  })

  it('runs as well without it', async () => {
    for (const file of await compiledFiles()) await rm(file)
    expect(await tryIt('without')).toBe('Elm Street')
  })
})
