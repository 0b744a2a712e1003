import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogStore } from '../../../core/log/store.js'
import { pairsOf, StoreFiller, type Pair } from '../../../core/log/store-copy.js'
import { keyPairOf } from '../../../core/identity/keys.js'
import { valueOf } from '../../helpers/book-world.js'

let root: string
beforeEach(async () => (root = await mkdtemp(path.join(os.tmpdir(), 'gb-copy-'))))
afterEach(() => rm(root, { recursive: true, force: true }))

const SECRET = new Uint8Array(Buffer.alloc(32, 3))
const open = async (name: string) =>
  valueOf(await LogStore.open({ folder: path.join(root, name), secret: SECRET }))

/** A new log of the seed, with blocks. */
async function writeLog(store: LogStore, seed: number, blocks: readonly string[]) {
  const { publicKey, seed: bytes } = keyPairOf(new Uint8Array(Buffer.alloc(32, seed)))
  const secretKey = Buffer.concat([bytes, publicKey])
  const { log, core } = await store.create(publicKey)
  const append = (more: readonly string[]) =>
    core.append(
      more.map((block) => Buffer.from(block)),
      { keyPair: { publicKey, secretKey } }
    )
  if (blocks.length > 0) await append(blocks)
  return { log, core, append }
}

async function fill(name: string, pairs: AsyncIterable<Pair>): Promise<void> {
  const filler = await StoreFiller.open(path.join(root, name))
  for await (const { key, value } of pairs)
    await filler.add({ key: Buffer.from(key), value: Buffer.from(value) })
  await filler.close()
}

async function blocksOf(store: LogStore, log: Parameters<LogStore['open']>[0]): Promise<string[]> {
  const core = await store.open(log)
  const blocks: string[] = []
  for (let i = 0; i < core.length; i++)
    blocks.push((await core.get(i, { wait: false }))?.toString() ?? 'missing')
  return blocks
}

describe('a copy of a store', () => {
  it('has all logs with all blocks, encrypted as they were, and goes on from there', async () => {
    const store = await open('a')
    const long = 'x'.repeat(300_000)
    const one = await writeLog(store, 1, ['a', 'b', long])
    const two = await writeLog(store, 2, ['c'])
    await fill('b', pairsOf(store))
    const copy = await open('b')
    expect(await copy.stored()).toEqual([one.log, two.log].sort())
    expect(await blocksOf(copy, one.log)).toEqual(['a', 'b', long])
    expect(await blocksOf(copy, two.log)).toEqual(['c'])
    expect((await copy.open(one.log)).writable).toBe(false)

    await one.append(['d'])
    const here = store.corestore.replicate(true)
    const there = copy.corestore.replicate(false)
    for (const stream of [here, there]) stream.on('error', () => {})
    here.pipe(there).pipe(here)
    const core = await copy.open(one.log)
    await core.download({ start: 0, end: 4 }).done()
    expect(await blocksOf(copy, one.log)).toEqual(['a', 'b', long, 'd'])
    here.destroy()
    there.destroy()
    await copy.close()
    await store.close()
  })

  it('is of one instant, whatever is written while it is made', async () => {
    const store = await open('a')
    const { log, append } = await writeLog(
      store,
      1,
      Array.from({ length: 500 }, (_, i) => `${i}`)
    )
    async function* whileWriting(): AsyncGenerator<Pair> {
      let seen = 0
      for await (const pair of pairsOf(store)) {
        if (seen++ % 100 === 0) await append(['late'])
        yield pair
      }
    }
    await fill('b', whileWriting())
    const copy = await open('b')
    expect(await blocksOf(copy, log)).toEqual(Array.from({ length: 500 }, (_, i) => `${i}`))
    expect((await blocksOf(store, log)).length).toBeGreaterThan(505)
    await copy.close()
    await store.close()
  })

  it('has a log that Hypercore has frozen, as it was, which nobody could replicate any more', async () => {
    const [store, other] = [await open('a'), await open('other')]
    const { log, core } = await writeLog(store, 1, ['a', 'b'])
    await writeLog(other, 1, ['a', 'another history', 'which is longer'])
    core.download({ start: 0, end: -1 })
    const frozen = new Promise((resolve) => core.once('conflict', resolve))
    const here = store.corestore.replicate(true)
    const there = other.corestore.replicate(false)
    for (const stream of [here, there]) stream.on('error', () => {})
    here.pipe(there).pipe(here)
    await frozen
    here.destroy()
    there.destroy()
    await fill('b', pairsOf(store))
    const copy = await open('b')
    expect(await blocksOf(copy, log)).toEqual(['a', 'b'])
    for (const opened of [copy, store, other]) await opened.close()
  })

  it('can be broken off', async () => {
    const store = await open('a')
    await writeLog(
      store,
      1,
      Array.from({ length: 500 }, (_, i) => `${i}`)
    )
    for await (const pair of pairsOf(store)) if (pair.key.length > 0) break
    await store.close()
  })

  it('holds no key that could write', async () => {
    const store = await open('a')
    const { seed } = keyPairOf(new Uint8Array(Buffer.alloc(32, 1)))
    await writeLog(store, 1, ['a'])
    for await (const { key, value } of pairsOf(store))
      expect(Buffer.concat([key, value]).includes(Buffer.from(seed))).toBe(false)
    await store.close()
  })
})
