import { cp, mkdtemp, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import sodium from 'sodium-universal'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { done, type LogId } from '../../../core/contract/index.js'
import { bookIdOf, certifyDevice, found } from '../../../core/identity/certificates.js'
import { keyPairOf } from '../../../core/identity/keys.js'
import { Delivery } from '../../../core/log/delivery.js'
import { Intake } from '../../../core/log/intake.js'
import { LogStore } from '../../../core/log/store.js'
import {
  LogWriter,
  retireSegment,
  type WriterOptions,
  type WriterState,
  type WriterStateFile
} from '../../../core/log/writer.js'
import type { Operation } from '../../../core/ops/operations.js'
import { placeOf } from '../../../core/ops/place.js'
import { codeOf, valueOf } from '../../helpers/book-world.js'
import { AUTHOR, blockOf } from '../../helpers/log-world.js'
import { keyNumber, plainPost } from '../../helpers/operations.js'

const member = keyPairOf(new Uint8Array(32).fill(1))
const deviceKeys = keyPairOf(new Uint8Array(32).fill(2))
const founding = found(member, new Uint8Array(32).fill(3), 1)
const certificate = certifyDevice(
  member,
  { publicKey: deviceKeys.publicKey, name: 'Laptop', platform: 'linux' },
  1
)
const secret = new Uint8Array(32).fill(4)

/** A file of the writer's state that never forgets, and can be given to the next run. */
interface StateFile {
  state: WriterState | null
}

interface Run {
  readonly store: LogStore
  readonly intake: Intake
  readonly delivery: Delivery
  readonly writer: LogWriter
  readonly delivered: string[]
  readonly conflicts: LogId[]
  /** Appends a posting; resolves to its place when it is durable. */
  post(number: number): Promise<string>
  /** The end of a process that was not asked to end: everything but the writer's goodbye. */
  crash(): Promise<void>
  close(): Promise<void>
}

let folder: string
const open: Run[] = []

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-writer-'))
})

afterEach(async () => {
  for (const run of open.splice(0)) await run.crash()
  await rm(folder, { recursive: true, force: true })
})

async function start(at: string, file: StateFile, more: Partial<WriterOptions> = {}): Promise<Run> {
  const states: WriterStateFile = {
    load: () => Promise.resolve(file.state),
    save: (state) => {
      file.state = state
      return Promise.resolve()
    }
  }
  const opened = await LogStore.open({ folder: at, secret, moved: () => retireSegment(states) })
  const store = valueOf(opened)
  const delivered: string[] = []
  const conflicts: LogId[] = []
  const delivery = new Delivery((entry) => delivered.push(placeOf(entry.log, entry.index, 0)))
  const intake = new Intake(store, delivery, bookIdOf(founding))
  intake.on('log', (log) => {
    void store.open(log).then((core) => core.on('conflict', () => conflicts.push(log)))
  })
  const writer = new LogWriter({
    store,
    intake,
    delivery,
    founding,
    certificate,
    device: deviceKeys,
    now: () => 0,
    randomBytes: (count) => randomBytes(count),
    state: states,
    ...more
  })
  for (const log of await store.stored()) await intake.add(log)
  await intake.settled()
  let state: 'open' | 'closed' = 'open'
  const letGo = async (): Promise<void> => {
    if (state === 'closed') return
    state = 'closed'
    await intake.close()
    await store.close()
  }
  const run: Run = {
    store,
    intake,
    delivery,
    writer,
    delivered,
    conflicts,
    async post(number) {
      let place = ''
      const outcome = await writer.append(
        (log) => done([plainPost(log, number)]),
        (log, index) => (place = placeOf(log, index, 0))
      )
      valueOf(outcome)
      return place
    },
    crash: letGo,
    async close() {
      await intake.close()
      await writer.close()
      await letGo()
    }
  }
  open.push(run)
  return run
}

const logOf = (place: string): string => place.slice(0, 52)

const isEven = (a: Run, b: Run): boolean => {
  const [one, other] = [a.delivery.causality.vector(), b.delivery.causality.vector()]
  return Object.keys({ ...one, ...other }).every((log) => one[log as LogId] === other[log as LogId])
}

/** Connects two runs until each has what the other has, or what is said. */
async function exchange(a: Run, b: Run, isDone = (): boolean => isEven(a, b)): Promise<void> {
  for (const [from, to] of [
    [a, b],
    [b, a]
  ] as const) {
    for (const log of from.intake.lengths().keys()) await to.intake.add(log)
  }
  const here = a.store.corestore.replicate(true)
  const there = b.store.corestore.replicate(false)
  here.on('error', () => {})
  there.on('error', () => {})
  here.pipe(there).pipe(here)
  const until = Date.now() + 10_000
  while (!isDone() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
  here.destroy()
  there.destroy()
}

describe('the segment that is written', () => {
  const file = (): StateFile => ({ state: null })

  it('goes on after a proper end', async () => {
    const state = file()
    const first = await start(folder, state)
    const a = await first.post(1)
    await first.close()
    expect(state.state).toMatchObject({ mark: 'closed', length: 2 })
    const second = await start(folder, state)
    const b = await second.post(2)
    expect(logOf(b)).toBe(logOf(a))
    expect(second.delivered).toEqual([a, b])
    expect(state.state).toMatchObject({ mark: 'open', segment: 0 })
  })

  it('is a new one after an end that was not proper', async () => {
    const state = file()
    const first = await start(folder, state)
    const a = await first.post(1)
    await first.crash()
    const second = await start(folder, state)
    const b = await second.post(2)
    expect(logOf(b)).not.toBe(logOf(a))
    expect(second.delivered).toEqual([a, b])
    expect(state.state).toMatchObject({ segment: 1 })
    // It builds on what the old segment says.
    expect(second.delivery.causality.sees(logOf(b) as LogId, 1, logOf(a) as LogId, 1)).toBe(true)
  })

  it('is a new one when it is full, also when many write at once, and after a restart', async () => {
    const state = file()
    const first = await start(folder, state, { blocksPerLog: 5 })
    const places = await Promise.all(Array.from({ length: 8 }, (_, number) => first.post(number)))
    const lengths = Object.values(first.delivery.causality.vector())
    expect(lengths).toEqual([5, 5])
    expect(new Set(places).size).toBe(8)
    await first.close()
    expect(state.state).toMatchObject({ mark: 'closed', length: 5, segment: 1 })
    const second = await start(folder, state, { blocksPerLog: 5 })
    await second.post(8)
    expect(state.state).toMatchObject({ segment: 2 })
    expect(second.delivered).toHaveLength(9)
  })

  it('covers more logs than one entry can name, in several', async () => {
    const run = await start(folder, file())
    const foreign = Array.from({ length: 9_000 }, (_, number) => keyNumber<LogId>(number + 1))
    const offer = (delivery: Delivery): void => {
      for (const [at, log] of foreign.entries()) {
        delivery.addLog(log, AUTHOR)
        // Most have an entry, which builds on those just before; the others have a header and nothing else.
        if (at % 10 === 9) continue
        const before = foreign.slice(at - (at % 10), at).map((on) => ({ log: on, length: 2 }))
        const deps = before.sort((a, b) => (a.log < b.log ? -1 : 1))
        delivery.offer(log, blockOf(log, { lamport: 1 + (at % 10), deps }))
      }
      while (delivery.run(() => false) === 'more');
    }
    offer(run.delivery)
    const place = await run.post(1)
    const log = logOf(place) as LogId
    const core = await run.store.open(log)
    expect(run.delivery.stops()).toEqual([])
    expect(core.length).toBeGreaterThan(3)
    expect(run.delivery.causality.next(log).deps).toEqual([])

    // Another device takes it all.
    const other = new Delivery(() => {})
    offer(other)
    other.addLog(log, AUTHOR)
    for (let index = 1; index < core.length; index++) other.offer(log, (await core.get(index)) as Buffer)
    while (other.run(() => false) === 'more');
    expect(other.stops()).toEqual([])
    expect(other.causality.vector()).toEqual(run.delivery.causality.vector())
  })

  it('is a new one in a copy of the folder', async () => {
    const state = file()
    const at = path.join(folder, 'a')
    const first = await start(at, state)
    const a = await first.post(1)
    await first.close()
    await cp(at, path.join(folder, 'b'), { recursive: true, preserveTimestamps: true })
    const copy = await start(path.join(folder, 'b'), { ...state })
    expect(copy.store.origin).toBe('moved')
    expect(logOf(await copy.post(2))).not.toBe(logOf(a))
  })

  it('is a new one in a copy of the folder also when the copy was opened before, and nothing written', async () => {
    const state = file()
    const at = path.join(folder, 'a')
    const first = await start(at, state)
    await first.post(1)
    await first.close()
    await cp(at, path.join(folder, 'b'), { recursive: true, preserveTimestamps: true })
    const copied = { ...state }
    const original = await start(at, state)
    await original.post(2)
    const reading = await start(path.join(folder, 'b'), copied)
    await reading.close()
    const copy = await start(path.join(folder, 'b'), copied)
    expect(logOf(await copy.post(3))).not.toBe(state.state?.log)
    await exchange(original, copy)
    expect([...original.conflicts, ...copy.conflicts]).toEqual([])
    expect([...original.delivered].sort()).toEqual([...copy.delivered].sort())
    expect(original.delivered).toHaveLength(3)
  })

  it('is a new one when the state was lost', async () => {
    const first = await start(folder, file())
    const a = await first.post(1)
    await first.close()
    const second = await start(folder, file())
    expect(logOf(await second.post(2))).not.toBe(logOf(a))
    expect(second.delivered).toHaveLength(2)
  })

  it('is a new one when the disk has less than was there at the end', async () => {
    const state = file()
    const first = await start(folder, state)
    const a = await first.post(1)
    await first.close()
    const closed = state.state as WriterState
    const second = await start(folder, { state: { ...closed, length: closed.length + 1 } })
    expect(logOf(await second.post(2))).not.toBe(logOf(a))
  })

  it('does not fork when both copies of a folder write', async () => {
    const state = file()
    const at = path.join(folder, 'a')
    const first = await start(at, state)
    await first.post(1)
    await first.close()
    await cp(at, path.join(folder, 'b'), { recursive: true, preserveTimestamps: true })
    const original = await start(at, { ...state })
    const copy = await start(path.join(folder, 'b'), { ...state })
    for (let number = 2; number < 6; number++)
      await Promise.all([original.post(number), copy.post(10 + number)])
    await exchange(original, copy)
    expect([...original.delivered].sort()).toEqual([...copy.delivered].sort())
    expect(original.delivered).toHaveLength(9)
    expect([...original.conflicts, ...copy.conflicts]).toEqual([])
  })

  it('would fork, and be seen to, if both copies went on with it', async () => {
    const state = file()
    const at = path.join(folder, 'a')
    const first = await start(at, state)
    await first.post(1)
    await first.close()
    await cp(at, path.join(folder, 'b'), { recursive: true, preserveTimestamps: true })
    const original = await start(at, { ...state })
    const copied = { ...state }
    const copy = await start(path.join(folder, 'b'), copied)
    // What a writer without segments would do in the copy.
    copied.state = state.state
    Object.defineProperty(copy.store, 'origin', { value: 'same' })
    await original.post(2)
    await copy.post(3)
    await copy.post(4)
    const seen = new Promise((resolve) => {
      const log = state.state?.log as LogId
      for (const run of [original, copy]) void run.store.open(log).then((core) => core.on('conflict', resolve))
    })
    void exchange(original, copy)
    await seen
  })

  it('is a new one, once, when a peer brings what this disk forgot', async () => {
    const state = file()
    const at = path.join(folder, 'a')
    const first = await start(at, state)
    await first.post(1)
    await first.close()
    const closed = state.state as WriterState
    // The disk goes back in time with all that is on it: the copy is not known for one.
    const back = path.join(folder, 'b')
    await cp(at, back, { recursive: true, preserveTimestamps: true })
    const ahead = await start(at, { state: closed })
    await ahead.post(2)
    const behind = await start(back, { state: closed })
    Object.defineProperty(behind.store, 'origin', { value: 'same' })
    // Its writer has taken the segment up when the rest of it comes.
    const taken = behind.writer.append(
      () => ({ ok: false, error: { code: 'EMPTY', message: 'nothing to write' } as never }),
      () => undefined
    )
    await taken
    await exchange(ahead, behind)
    const places = await Promise.all([behind.post(3), behind.post(4), behind.post(5)])
    expect(new Set(places.map(logOf)).size).toBe(1)
    expect(logOf(places[0] as string)).not.toBe(closed.log)
    await exchange(ahead, behind)
    expect([...ahead.delivered].sort()).toEqual([...behind.delivered].sort())
    expect([...ahead.conflicts, ...behind.conflicts]).toEqual([])
  })
})

describe('appends', () => {
  it('that come together share a sync, and all are durable', async () => {
    const run = await start(folder, { state: null })
    const places = await Promise.all(Array.from({ length: 200 }, (_, number) => run.post(number)))
    expect(new Set(places).size).toBe(200)
    expect(run.delivered).toEqual(places)
    expect(run.store.durability.syncs).toBeLessThan(100)
    await run.crash()
    const again = await start(folder, { state: null })
    expect(again.delivered).toEqual(places)
  })

  it('refuse what is too large for a block, and the log goes on', async () => {
    const run = await start(folder, { state: null })
    const a = await run.post(1)
    const many = (log: LogId): Operation[] =>
      Array.from({ length: 1000 }, (_, number) => ({
        ...plainPost(log, number),
        note: randomBytes(2000).toString('hex')
      }))
    const outcome = await run.writer.append(
      (log) => done(many(log)),
      () => {
        throw new Error('it was placed')
      }
    )
    expect(codeOf(outcome)).toBe('BLOCK_TOO_LARGE')
    const b = await run.post(2)
    expect(run.delivered).toEqual([a, b])
  })

  it('write nothing when what makes them refuses', async () => {
    const run = await start(folder, { state: null })
    const refused = await run.writer.append(
      () => ({ ok: false, error: { code: 'NOT_ALLOWED', message: 'no' } }),
      () => undefined
    )
    expect(codeOf(refused)).toBe('NOT_ALLOWED')
    expect(run.delivered).toEqual([])
  })

  it('stay durable when the write-ahead log rolls over', async () => {
    const run = await start(folder, { state: null })
    const places: string[] = []
    const files = new Set<string>()
    for (let number = 0; number < 6; number++) {
      places.push(await run.post(number))
      files.add((await run.store.corestore.storage.rocks.currentWalFile()).path)
      const [place] = await Promise.all([run.post(100 + number), run.store.corestore.storage.db.flush()])
      places.push(place)
    }
    expect(files.size).toBeGreaterThan(1)
    await run.crash()
    const again = await start(folder, { state: null })
    expect(again.delivered).toEqual(places)
  })
})

describe('a segment with two signed histories', () => {
  it('is read no further and reported, and nothing else is concerned', async () => {
    const file: StateFile = { state: null }
    const first = await start(path.join(folder, 'a'), file)
    const place = await first.post(1)
    await first.close()
    await cp(path.join(folder, 'a'), path.join(folder, 'b'), { recursive: true })
    const { log, seed } = file.state as WriterState
    const [a, b] = [await start(path.join(folder, 'a'), file), await start(path.join(folder, 'b'), { ...file })]
    // No honest device gets here: the same key signs another entry at the same index in the copied folder.
    const publicKey = Buffer.alloc(32)
    const secretKey = Buffer.alloc(64)
    sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed)
    await a.post(2)
    const forged = await b.store.open(log)
    await forged.append([Buffer.from('another'), Buffer.from('and more')], {
      keyPair: { publicKey, secretKey }
    })
    const other = await b.post(3)
    await exchange(a, b, () => a.intake.refused().length > 0 && a.delivered.includes(other))
    expect(a.intake.refused().map(({ log: at, code }) => [at, code])).toEqual([[log, 'LOG_FORKED']])
    expect(a.delivered).toContain(place)
    expect(logOf(other)).not.toBe(log)
    expect(a.delivered).toContain(other)
    // Its own device goes on in a new one.
    const after = await a.post(4)
    expect(logOf(after)).not.toBe(log)
    expect(a.delivered).toContain(after)
  })
})
