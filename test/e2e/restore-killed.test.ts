/** A restore that is killed at any moment leaves the folder as it was, or as it was to be. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildCommand, run, start } from '../helpers/built.js'
import { createBook, Engines, post } from '../helpers/real-engine.js'
import { valueOf } from '../helpers/book-world.js'

const MINUTES = 60_000
const ROUNDS = Number(process.env['GUILDBOOK_RESTORE_KILLS'] ?? 16)

const engines = new Engines()
let root: string
beforeAll(async () => {
  await buildCommand()
  root = await mkdtemp(path.join(os.tmpdir(), 'gb-restore-'))
}, 2 * MINUTES)
afterAll(async () => {
  await engines.close()
  await rm(root, { recursive: true, force: true })
})

describe('a restore', { timeout: 5 * MINUTES }, () => {
  it(`that is killed, ${ROUNDS} times, leaves nothing or everything, and can be repeated`, async () => {
    const old = await engines.open()
    const books = [await createBook(old.api, 'Club'), await createBook(old.api, 'House')]
    for (const book of books) for (let number = 0; number < 40; number++) await post(old.api, book, `${number}`)
    const file = path.join(root, 'old.guildbook-backup')
    valueOf(await old.api.backup({ path: file }))
    const phraseFile = path.join(root, 'phrase')
    await writeFile(phraseFile, valueOf(await old.api.showPhrase({ language: 'en' })).words.join(' '))
    const digests = await Promise.all(
      books.map(async (book) => valueOf(await old.api.syncStatus({ book })).digest)
    )
    const restore = (folder: string) => [
      'restore',
      file,
      '--phrase-file',
      phraseFile,
      '--dir',
      folder,
      '--json'
    ]

    // As long as one takes that is left alone: the kills are spread over that time, and a little beyond.
    const beganMs = performance.now()
    expect((await run(restore(path.join(root, 'whole')), {})).code).toBe(0)
    const wholeMs = performance.now() - beganMs
    let whole = 0
    for (let round = 0; round < ROUNDS; round++) {
      const folder = path.join(root, `round-${round}`)
      const running = start(restore(folder), {})
      const timer = setTimeout(() => running.process.kill('SIGKILL'), (wholeMs * (round + 0.5)) / (ROUNDS - 1))
      await running.ended
      clearTimeout(timer)

      const again = await engines.open({ folder })
      const found = valueOf(await again.api.books({}))
      expect([0, books.length]).toContain(found.length)
      expect((await readdir(folder)).filter((name) => name.startsWith('restor'))).toEqual([])
      if (found.length > 0) whole++
      else await again.close()
      if (found.length === 0) expect((await run(restore(folder), {})).code).toBe(0)
      const last = found.length > 0 ? again : await engines.open({ folder })
      for (const [index, book] of books.entries())
        expect(valueOf(await last.api.syncStatus({ book })).digest).toBe(digests[index])
      await last.close()
    }
    console.log(`${whole} of ${ROUNDS} killed restores were whole`)
  })
})
