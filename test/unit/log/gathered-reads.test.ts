/** What a turn of the event loop reads is read together, and nobody who reads notices. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { randomBytes } from 'node:crypto'
import Corestore, { type RocksDatabase } from 'corestore'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gatherReads } from '../../../core/log/gathered-reads.js'

const COUNT = 600

let root: string
let store: Corestore
let database: RocksDatabase

const keyOf = (index: number): Buffer => Buffer.from(`key ${index}`)
const valueAt = (index: number): string => `value ${index}`

async function write(pairs: readonly (readonly [Buffer, string])[]): Promise<void> {
  const batch = database.write({ autoDestroy: true })
  for (const [key, value] of pairs) batch.tryPut(key, Buffer.from(value))
  await batch.flush()
}

async function readOne(from: RocksDatabase, key: Buffer): Promise<string | undefined> {
  const batch = from.read({ autoDestroy: true })
  const value = batch.get(key)
  batch.tryFlush()
  return (await value)?.toString()
}

const indices = Array.from({ length: COUNT }, (_, index) => index)

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'gb-reads-'))
  store = new Corestore(root)
  database = store.storage.db
  gatherReads(database)
  await store.ready()
  await write(indices.map((index) => [keyOf(index), valueAt(index)]))
})
afterEach(async () => {
  await store.close()
  await rm(root, { recursive: true, force: true })
})

describe('gathered reads', () => {
  it('answer each who asks, in few batches', async () => {
    const before = database.stats.readBatches
    const read = await Promise.all(indices.map((index) => readOne(database, keyOf(index))))
    expect(read).toEqual(indices.map(valueAt))
    expect(database.stats.readBatches - before).toBe(5)
  })

  it('are those of sessions, too', async () => {
    const before = database.stats.readBatches
    const sessions = indices.slice(0, 20).map(() => database.session())
    const read = await Promise.all(sessions.map((session, index) => readOne(session, keyOf(index))))
    expect(read).toEqual(indices.slice(0, 20).map(valueAt))
    expect(database.stats.readBatches - before).toBe(1)
    const [closed] = sessions
    await Promise.all(sessions.map((session) => session.close()))
    expect(() => closed?.read()).toThrow('closed')
  })

  it('find nothing where there is nothing', async () => {
    expect(await Promise.all([readOne(database, Buffer.from('none')), readOne(database, keyOf(1))])).toEqual([
      undefined,
      valueAt(1)
    ])
  })

  it('see what was written before them; a snapshot goes on seeing what was there', async () => {
    const snapshot = database.snapshot()
    await write([[keyOf(0), 'new']])
    expect(await Promise.all([readOne(database, keyOf(0)), readOne(snapshot, keyOf(0))])).toEqual([
      'new',
      valueAt(0)
    ])
    await snapshot.close()
  })

  it('are waited for when the store is closed', async () => {
    const reads = indices.map((index) => readOne(database, keyOf(index)))
    await store.close()
    expect(await Promise.all(reads)).toEqual(indices.map(valueAt))
    expect(() => database.read()).toThrow('closed')
  })

  it('are those of a log', async () => {
    const log = store.get({ name: 'log' })
    const blocks = indices.map(() => randomBytes(100))
    await log.append(blocks)
    const before = database.stats.readBatches
    const read = await Promise.all(indices.map((index) => log.get(index)))
    expect(Buffer.concat(read as Buffer[]).equals(Buffer.concat(blocks))).toBe(true)
    expect(database.stats.readBatches - before).toBeLessThan(10)
  })
})
