/** What a store keeps of a log with two histories, and what goes from one store to another of it. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type Hypercore from 'hypercore'
import HyperDHT from 'hyperdht'
import type { LogId } from '../../../core/contract/index.js'
import { encodeForkEvidence } from '../../../core/identity/fork-codec.js'
import type { ForkEvidence } from '../../../core/identity/fork-evidence.js'
import { compareHistories, historyOf, type LogHistory } from '../../../core/log/fork.js'
import { Delivery } from '../../../core/log/delivery.js'
import { Intake } from '../../../core/log/intake.js'
import type { LogStore } from '../../../core/log/store.js'
import { codeOf, valueOf } from '../../helpers/book-world.js'
import { BOOK, openStore } from '../../helpers/logs.js'

const keyPair = HyperDHT.keyPair(randomBytes(32))
let folder: string
const stores = new Set<LogStore>()

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-forked-'))
})

afterEach(async () => {
  for (const store of stores) await store.close()
  stores.clear()
  await rm(folder, { recursive: true, force: true })
})

async function storeAt(name: string): Promise<LogStore> {
  const store = await openStore(folder, name)
  stores.add(store)
  return store
}

async function closeStore(store: LogStore): Promise<void> {
  stores.delete(store)
  await store.close()
}

/** A store with a log of these blocks, always of the one writer. */
async function storeWith(name: string, blocks: readonly string[]): Promise<{ store: LogStore; log: LogId }> {
  const store = await storeAt(name)
  const { log, core } = await store.create(keyPair.publicKey)
  await core.append(
    blocks.map((block) => Buffer.from(block)),
    { keyPair }
  )
  return { store, log }
}

async function evidenceOf(log: LogId, one: LogStore, other: LogStore): Promise<Uint8Array> {
  const [a, b] = [await one.openAsWritten(log), await other.openAsWritten(log)]
  const [mine, theirs] = [(await historyOf(a)) as LogHistory, (await historyOf(b)) as LogHistory]
  const writer = a.manifest?.signers[0]?.publicKey as Uint8Array
  return encodeForkEvidence((await compareHistories(writer, mine, theirs)) as ForkEvidence)
}

/** All blocks of a log, read as an intake would. */
async function blocksOf(store: LogStore, log: LogId): Promise<string[]> {
  const core = await store.open(log)
  await store.firstBlock(core, (block) => block.toString() === 'header')
  const blocks: string[] = []
  for (let i = 0; i < core.length; i++) blocks.push(String(await core.get(i, { wait: false })))
  return blocks
}

const common = ['header', 'shared 1', 'shared 2', 'shared 3', 'shared 4']

describe('a log with two histories', () => {
  it('is what both share, once the store is opened again, from either half', async () => {
    const one = await storeWith('one', [...common, 'one 5', 'one 6'])
    const other = await storeWith('other', [...common, 'other 5'])
    const { log } = one
    expect(other.log).toBe(log)
    const evidence = await evidenceOf(log, one.store, other.store)
    for (const [name, { store }] of Object.entries({ one, other })) {
      expect(await store.keepFork(log, evidence)).toEqual({ ok: true, value: 'new' })
      expect(await store.keepFork(log, evidence)).toEqual({ ok: true, value: 'known' })
      await closeStore(store)
      for (let run = 0; run < 2; run++) {
        const again = await storeAt(name)
        expect(again.forks.shared(log)).toBe(common.length)
        expect(await again.stored()).toEqual([log])
        expect(await blocksOf(again, log)).toEqual(common)
        expect(again.isPart(await again.open(log))).toBe(true)
        await closeStore(again)
      }
    }
  })

  it('comes to a store that has nothing of it, from one that knows', async () => {
    const one = await storeWith('one', [...common, 'one 5'])
    const other = await storeWith('other', [...common, 'other 5', 'other 6'])
    const evidence = await evidenceOf(one.log, one.store, other.store)
    const empty = await storeAt('empty')
    for (const store of [one.store, empty]) valueOf(await store.keepFork(one.log, evidence))
    await closeStore(one.store)
    await closeStore(empty)
    const [from, to] = [await storeAt('one'), await storeAt('empty')]
    await from.open(one.log)
    const core: Hypercore = await to.open(one.log)
    // Known from the evidence alone.
    expect(core.length).toBe(common.length)
    const [a, b] = [from.corestore.replicate(true), to.corestore.replicate(false)]
    a.pipe(b).pipe(a)
    await core.download({ start: 0, end: common.length }).done()
    expect(await blocksOf(to, one.log)).toEqual(common)
    a.destroy()
    b.destroy()
  })

  it('is the least that any evidence leaves, whichever comes first', async () => {
    const long = await storeWith('long', [...common, 'a'])
    const twin = await storeWith('twin', [...common, 'b'])
    const deep = await storeWith('deep', ['header', 'shared 1', 'else'])
    const late = await evidenceOf(long.log, long.store, twin.store)
    const early = await evidenceOf(long.log, long.store, deep.store)
    valueOf(await long.store.keepFork(long.log, late))
    expect(await long.store.keepFork(long.log, early)).toEqual({ ok: true, value: 'new' })
    expect(await long.store.keepFork(long.log, late)).toEqual({ ok: true, value: 'known' })
    await closeStore(long.store)
    const again = await storeAt('long')
    expect(await blocksOf(again, long.log)).toEqual(['header', 'shared 1'])
    expect(await again.stored()).toEqual([long.log])
  })

  it('is followed as any other where what two histories share is known', async () => {
    const one = await storeWith('one', [...common, 'one 5'])
    const other = await storeWith('other', [...common, 'other 5'])
    valueOf(await one.store.keepFork(one.log, await evidenceOf(one.log, one.store, other.store)))
    await closeStore(one.store)
    const again = await storeAt('one')
    // As an earlier run might have, which saw the fork and the evidence at the same moment.
    await (await again.open(one.log)).setUserData('guildbook', Buffer.from('forked'))
    const delivery = new Delivery(() => {})
    const intake = new Intake(again, delivery, BOOK)
    expect(await intake.add(one.log, 'stored')).toBe('added')
    expect(intake.unproved()).toEqual([])
    await intake.close()
  })

  it('is believed of nobody without evidence', async () => {
    const one = await storeWith('one', [...common, 'one 5'])
    const other = await storeWith('other', [...common, 'other 5'])
    const evidence = await evidenceOf(one.log, one.store, other.store)
    const forged = evidence.map((byte, at) => (at === evidence.length - 1 ? byte ^ 1 : byte))
    const otherLog = (await storeWith('else', [])).store
    const { log } = await otherLog.create(HyperDHT.keyPair(randomBytes(32)).publicKey)
    for (const bytes of [forged, evidence.subarray(1), new Uint8Array()])
      expect(codeOf(await one.store.keepFork(one.log, bytes))).toBe('BAD_REQUEST')
    expect(codeOf(await one.store.keepFork(log, evidence))).toBe('BAD_REQUEST')
    expect(one.store.forks.all()).toEqual([])
  })
})
