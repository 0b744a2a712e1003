/**
 * Feeds what is on this disk, and what arrives, to causal delivery. Works in slices of a few milliseconds, so that
 * whoever shares the thread stays responsive however much there is to read.
 */
import { EventEmitter } from 'node:events'
import type Hypercore from 'hypercore'
import {
  refuse,
  type BookId,
  type DeviceId,
  type ErrorCode,
  type LogId,
  type MemberId,
  type Refusal
} from '../contract/index.js'
import { logOfWriter } from '../identity/log-tree.js'
import { Burst } from './burst.js'
import type { Author, Delivery } from './delivery.js'
import { Fetch } from './fetch.js'
import { LogTooLong } from './guard.js'
import { SLICE_MS } from './event-loop.js'
import { checkHeader, readHeader, type HeaderAuthor } from './header.js'
import { markOf, setMark, unmark } from './marks.js'
import { PROCESS_PACE, type Pace } from './pace.js'
import { LogShares } from './shares.js'
import type { LogStore } from './store.js'

const GATHER_MS = 25
/** Read without being sure that they are here, should Hypercore's own count be behind. */
const PROBED_BLOCKS = 4
const READ_BLOCKS = 256
const READ_BYTES = 8 * 1024 * 1024

const FORKED = {
  code: 'LOG_FORKED',
  message: 'Two signed histories of this log exist. It is read no further; nothing else is concerned.'
} as const

const TOO_MANY = {
  code: 'TOO_MANY_LOGS',
  message: 'This member has started more logs than a person could. The latest are not read here.'
} as const

const TOO_LONG = {
  code: 'LOG_TOO_LONG',
  message: 'More entries of this log are signed than a log may have. It is read as far as it was before that.'
} as const

const SHARED = refuse('HEADER_FORGED', 'The log is not of a kind that one device alone can write.')
const LOCKED = refuse(
  'SECRET_UNKNOWN',
  'It is written with a secret of the book that this device was not told yet, or is no log of it.'
)

/** Why a log is followed: others tell of it, it is on this disk already, or an entry that came builds on it. */
export type Reason = 'told' | 'stored' | 'needed'

/** To take a log up costs about as much as to read so many blocks. */
const HEADER_BLOCKS = 16

interface Source {
  readonly core: Hypercore
  readonly fetch: Fetch
  readonly reason: Reason
  author: HeaderAuthor | null
  refused: { readonly code: ErrorCode; readonly message: string } | null
  /** A fork that an earlier run saw: what that had of the log is read, and reported. */
  past: 'whole' | 'forked'
  /** Why no secret that is known here opens it; one that comes may. */
  locked: Refusal | null
  /** What is wrong with it and does not end it: someone else may not have heard of that. */
  fault: typeof TOO_LONG | null
}

export interface RefusedLog {
  readonly log: LogId
  readonly author: Author | null
  readonly code: ErrorCode
  readonly message: string
}

export interface IntakeEvents {
  /** Entries were delivered, or a log stopped. */
  delivered: []
  /** A log's header was checked and is good. */
  log: [LogId, HeaderAuthor]
  /** Hypercore found two signed histories of a log. */
  forked: [LogId]
  /** A log will not be followed: its member has too many. */
  left: [LogId]
  /** Reading failed: the disk, not the data. */
  failed: [unknown]
}

export class Intake extends EventEmitter<IntakeEvents> {
  readonly #sources = new Map<LogId, Source>()
  #running: Promise<void> | null = null
  #again: 'yes' | 'no' = 'no'
  /** Calls off the next look, where one is waiting. */
  #callOff: (() => void) | null = null
  #lastRunMs = -Infinity
  #sliceEndsMs = -Infinity
  readonly #burst = new Burst(() => this.pace.nowMs())
  #noting: Promise<void> = Promise.resolve()
  #closed: 'open' | 'closed' = 'open'

  constructor(
    private readonly store: LogStore,
    private readonly delivery: Delivery,
    private readonly book: BookId,
    private readonly pace: Pace = PROCESS_PACE,
    private readonly shares = new LogShares()
  ) {
    super()
  }

  /** All logs known of, and how many blocks of each are said to exist. */
  lengths(): ReadonlyMap<LogId, number> {
    return new Map([...this.#sources].map(([log, source]) => [log, source.core.length]))
  }

  author(log: LogId): HeaderAuthor | null {
    return this.#sources.get(log)?.author ?? null
  }

  /** Logs whose headers are good, of a member or of one device of theirs. */
  logsBy(member: MemberId, device: DeviceId | null = null): LogId[] {
    return [...this.#sources].flatMap(([log, { author }]) =>
      author?.member === member && (device === null || author.device === device) ? [log] : []
    )
  }

  /** Logs that are not read further, or not at all, and why; with their authors where those are known. */
  refused(): RefusedLog[] {
    const all: RefusedLog[] = []
    for (const [log, { author, refused, past, locked, fault }] of this.#sources) {
      const why = refused ?? (past === 'forked' ? FORKED : (locked ?? fault))
      if (why) all.push({ log, author, code: why.code, message: why.message })
    }
    for (const { log, author } of this.shares.left()) all.push({ log, author, ...TOO_MANY })
    return all
  }

  /** Logs that were seen to have two histories, which nobody has shown evidence of yet. */
  unproved(): LogId[] {
    return [...this.#sources].flatMap(([log, { refused, past }]) =>
      refused === FORKED || past === 'forked' ? [log] : []
    )
  }

  /** Whether much is arriving. */
  get isBusy(): boolean {
    return this.#burst.isOn
  }

  /** Blocks that are known to exist and are not delivered; not counted are logs that will not go on. */
  pending(): number {
    const stopped = new Set(this.delivery.stops().map(({ log }) => log))
    let sum = 0
    for (const [log, { core, refused, past, locked }] of this.#sources) {
      if (!refused && !locked && past === 'whole' && !stopped.has(log))
        sum += Math.max(0, core.length - this.delivery.causality.length(log))
    }
    return sum
  }

  /** Whether nothing has to be done about a log any more. */
  has(log: LogId): boolean {
    return this.#sources.has(log) || this.shares.isBeyond(log)
  }

  /** Whether logs that only this member tells of are not taken up: theirs are too many already. */
  hasTooMany(member: MemberId): boolean {
    return this.shares.isUsedUp(member)
  }

  /** Follows a log from now on: downloads all of it, and delivers it. */
  async add(log: LogId, reason: Reason = 'told'): Promise<'added' | 'not-added'> {
    if (this.#closed === 'closed' || this.has(log)) return 'not-added'
    try {
      return await this.#add(log, reason)
    } catch (error) {
      if (this.#isOpen()) this.emit('failed', error)
      return 'not-added'
    }
  }

  async #add(log: LogId, reason: Reason): Promise<'added' | 'not-added'> {
    const core = await this.store.open(log)
    // What two histories share has no other.
    const mark = this.store.isPart(core) ? null : await markOf(core)
    if (mark?.kind === 'left') {
      if (reason === 'stored') {
        if (mark.author) this.shares.leave(log, mark.author)
        await core.close()
        return 'not-added'
      }
      await unmark(core)
    }
    if (!this.#isOpen() || this.has(log)) return 'not-added'
    this.#follow(log, core, reason, mark?.kind === 'forked' ? 'forked' : 'whole')
    return 'added'
  }

  #isOpen(): boolean {
    return this.#closed === 'open'
  }

  /** A secret of the book has come: what could not be opened is tried again. */
  unlock(): void {
    for (const source of this.#sources.values()) source.locked = null
    this.kick()
  }

  /** Blocks of a log that are on this disk; null where one is not. */
  async read(log: LogId, from: number, to: number): Promise<(Uint8Array | null)[]> {
    const core = this.#sources.get(log)?.core
    if (!core) return []
    const reads: Promise<Uint8Array | null>[] = []
    for (let index = from; index < to; index++) reads.push(core.get(index, { wait: false }))
    return Promise.all(reads)
  }

  /** Follows a log that this device just created: its header is known to be good. */
  adopt(log: LogId, core: Hypercore, author: HeaderAuthor): void {
    this.#follow(log, core, 'stored', 'whole').author = author
    this.shares.take(author)
    this.delivery.addLog(log, author)
    this.emit('log', log, author)
  }

  #follow(log: LogId, core: Hypercore, reason: Reason, past: Source['past']): Source {
    const fetch = new Fetch(core)
    const source: Source = { core, fetch, reason, author: null, refused: null, past, locked: null, fault: null }
    this.#sources.set(log, source)
    core.on('append', () => this.kick())
    // Hypercore found two signed histories of the log, and closes it: what was applied stays.
    core.on('conflict', () => {
      core.once('close', () => {
        this.#noting = this.#noting.then(() => this.#noteFork(log))
      })
      this.#refuse(source, FORKED)
    })
    core.on('verification-error', (error: unknown) => {
      if (!(error instanceof LogTooLong)) return
      source.fault = TOO_LONG
      this.emit('delivered')
    })
    core.on('download', () => this.kick())
    if (past === 'forked') fetch.stop()
    this.kick()
    return source
  }

  /** Keeps with a log that it has two histories; its session was closed. */
  async #noteFork(log: LogId): Promise<void> {
    // Somebody may have shown where they part, meanwhile.
    if (!this.#isOpen() || this.store.forks.get(log)) return
    try {
      await setMark(await this.store.open(log), { kind: 'forked' })
      this.emit('forked', log)
    } catch (error) {
      if (this.#isOpen()) this.emit('failed', error)
    }
  }

  /**
   * There may be something to read. What arrives by itself is looked at right away; what follows in a stream is
   * gathered for a moment, since reading a hundred blocks costs little more than reading one.
   */
  kick(): void {
    if (this.#closed === 'closed' || this.#callOff) return
    const waitMs = this.#lastRunMs + GATHER_MS - this.pace.nowMs()
    if (this.#running || waitMs <= 0) return this.#start()
    this.#callOff = this.pace.after(waitMs, () => {
      this.#callOff = null
      this.#start()
    })
  }

  #start(): void {
    if (this.#closed === 'closed') return
    this.#again = 'yes'
    this.#running ??= this.#pass()
      .catch((error: unknown) => void (this.#closed === 'open' && this.emit('failed', error)))
      .finally(() => {
        this.#running = null
        this.#lastRunMs = this.pace.nowMs()
        if (this.#again === 'yes') this.kick()
      })
  }

  /** Resolves when everything that is here now was read and delivered as far as it can be. */
  async settled(): Promise<void> {
    do {
      this.#start()
      await this.#running
    } while (this.#again === 'yes' && this.#closed === 'open')
  }

  async close(): Promise<void> {
    this.#closed = 'closed'
    this.#again = 'no'
    this.#callOff?.()
    this.#callOff = null
    await this.#running
    await this.#noting
  }

  /**
   * Looks at every log that there is now, once. Those that are taken up meanwhile come with the next pass: a pass that
   * went on to them would not end while a member tells of ever more, and nobody else's entries would be read.
   */
  async #pass(): Promise<void> {
    this.#again = 'no'
    await this.pace.nextTurn()
    let blocks = 0
    for (const [log, source] of [...this.#sources]) {
      if (this.#closed === 'closed') return
      try {
        blocks += await this.#readLog(log, source)
      } catch (error) {
        // A log that was frozen meanwhile can be read no more; the others go on.
        if (!source.refused) throw error
      }
    }
    this.#burst.note(blocks)
    if (this.shares.hasLeft) await this.#takeUpNeeded()
    // What was delivered may let logs go on that were looked at before.
    if (blocks > 0) this.#again = 'yes'
  }

  /** Reads a log as far as it goes; returns how many blocks it took, or what cost as much. */
  async #readLog(log: LogId, source: Source): Promise<number> {
    if (source.refused || source.locked || source.core.length === 0) return 0
    const isNew = !source.author
    if (isNew && !(await this.#readHeader(log, source))) return 0
    let taken = isNew ? HEADER_BLOCKS : 0
    while (this.#closed === 'open' && this.delivery.wantsMore(log)) {
      const blocks = await this.#readBlocks(source.core, this.delivery.offered(log))
      if (blocks.length === 0) break
      taken += blocks.length
      await this.#offer(log, blocks)
    }
    this.#fetch(log, source)
    return taken
  }

  #fetch(log: LogId, { fetch }: Source): void {
    const stop = this.delivery.stop(log)
    if (!stop) fetch.ahead(this.delivery.offered(log))
    else if (stop.kind === 'paused') fetch.all()
    else fetch.stop()
  }

  #refuse(source: Source, why: NonNullable<Source['refused']>): void {
    // A fork may have been found already, which says more.
    source.refused ??= why
    source.fetch.stop()
    this.emit('delivered')
  }

  async #readHeader(log: LogId, source: Source): Promise<boolean> {
    let problem: Refusal | null = null
    const block = await this.store.firstBlock(source.core, (bytes) => {
      const decoded = readHeader(bytes, this.book)
      if (!decoded.ok) problem = decoded.error
      return decoded.ok
    })
    if (!block) {
      // Where the book never had another secret than this, it is what it seems to be.
      source.locked = problem && this.store.secrets.length > 1 ? LOCKED.error : problem
      if (problem) this.emit('delivered')
      return false
    }
    const isOne = this.store.isPart(source.core) || isOfOneWriter(source.core, log)
    const checked = isOne ? checkHeader(block, log, this.book) : SHARED
    if (checked.ok && source.reason === 'told' && this.shares.isUsedUp(checked.value.member)) {
      await this.#leave(log, source, checked.value)
      return false
    }
    if (checked.ok) {
      this.store.opened(log)
      this.shares.take(checked.value)
      source.author = checked.value
      this.delivery.addLog(log, checked.value)
      this.emit('log', log, checked.value)
      await this.#deliver()
      return true
    }
    this.#refuse(source, checked.error)
    return false
  }

  /** Follows a log no further: its member has too many. */
  async #leave(log: LogId, { core }: Source, author: HeaderAuthor): Promise<void> {
    this.#sources.delete(log)
    this.shares.leave(log, author)
    await setMark(core, { kind: 'left', author })
    await core.close()
    this.emit('left', log)
    this.emit('delivered')
  }

  /** Follows logs after all that someone's entries wait for. */
  async #takeUpNeeded(): Promise<void> {
    for (const { log, on } of this.delivery.lacking()) {
      const author = this.author(log)
      if (author && this.shares.isOwedTo(author.member, on)) await this.add(on, 'needed')
    }
  }

  /** The blocks from `start` that are on this disk without a gap, a bounded lot of them. */
  async #readBlocks(core: Hypercore, start: number): Promise<Buffer[]> {
    const average = core.byteLength / Math.max(1, core.length)
    const count = Math.max(4, Math.min(READ_BLOCKS, Math.floor(READ_BYTES / Math.max(1, average))))
    // Blocks come in no order: reading beyond the gap at each of them would read the same blocks over and over.
    const end = Math.min(core.length, start + count, Math.max(core.contiguousLength, start + PROBED_BLOCKS))
    const reads: Promise<Buffer | null>[] = []
    for (let index = start; index < end; index++) reads.push(core.get(index, { wait: false }))
    const blocks = await Promise.all(reads)
    const gap = blocks.indexOf(null)
    return (gap === -1 ? blocks : blocks.slice(0, gap)) as Buffer[]
  }

  async #offer(log: LogId, blocks: readonly Buffer[]): Promise<void> {
    await this.#newSlice()
    for (const block of blocks) {
      this.delivery.offer(log, block)
      if (this.pace.nowMs() > this.#sliceEndsMs) await this.#newSlice()
    }
    await this.#deliver()
  }

  async #deliver(): Promise<void> {
    while (this.delivery.run(() => this.pace.nowMs() > this.#sliceEndsMs) !== 'idle') {
      this.emit('delivered')
      await this.#newSlice()
    }
    this.emit('delivered')
  }

  /** Lets others have a turn. */
  async #newSlice(): Promise<void> {
    await this.pace.nextTurn()
    this.#sliceEndsMs = this.pace.nowMs() + SLICE_MS
  }
}

/**
 * Hypercore lets logs be signed by several keys, by some of them, or by none beyond a prologue. Nobody could be held to
 * what such a log says: evidence of a fork is about one key.
 */
function isOfOneWriter(core: Hypercore, log: LogId): boolean {
  const writer = core.manifest?.signers[0]
  return writer !== undefined && logOfWriter(writer.publicKey) === log
}
