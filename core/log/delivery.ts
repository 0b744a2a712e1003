/**
 * Causal delivery: takes the blocks of each log in order, lets an entry through when all that it depends on has gone
 * through, and stops a log at its first bad block. Every peer that has the same blocks stops it at the same place,
 * because a verdict depends only on the block and on its causal past. Pure: no storage, no clock.
 */
import type { DeviceId, ErrorCode, LogId, MemberId, Refusal } from '../contract/index.js'
import { decodeEntry } from '../ops/codec.js'
import type { Dependency, Entry, PlacedEntry } from '../ops/operations.js'
import { Arrivals } from './arrivals.js'
import { Causality, NO_FORKS, type SharedLengths } from './causality.js'
import { Queue } from './queue.js'

export interface Author {
  readonly member: MemberId
  readonly device: DeviceId
}

/** Why a log does not go on. A quarantined one never will; a paused one will after an upgrade. */
export interface Stop {
  readonly kind: 'quarantined' | 'paused'
  readonly index: number
  readonly code: ErrorCode
  readonly message: string
}

/** Why the next entry of a log has to wait. */
export interface Wait {
  readonly log: LogId
  readonly index: number
  readonly on: LogId
  readonly length: number
}

const MOST_QUEUED = 1024
const FORKED =
  'Its device has signed two histories of it. What both of them share counts, and nothing else of it.'

interface Lane {
  readonly author: Author
  /** Decoded entries not yet delivered; the first is at the log's applied length. */
  readonly queue: Queue<Entry>
  /** Blocks offered so far, the header included. */
  offered: number
  stop: Stop | null
}

export class Delivery {
  readonly causality: Causality
  /** All that was delivered, in the order in which it was: a causal one. */
  readonly arrivals = new Arrivals()
  readonly #lanes = new Map<LogId, Lane>()
  /** Logs whose next entry waits for the key log to grow. */
  readonly #waiting = new Map<LogId, Set<LogId>>()
  readonly #ready: LogId[] = []
  readonly #deliver: (entry: PlacedEntry) => void

  /**
   * `deliver` is called for each entry, in one of the causal orders. `shared` must not change: who learns of a fork
   * begins anew, as verdicts on others' entries hang on it.
   */
  constructor(
    deliver: (entry: PlacedEntry) => void,
    private readonly shared: SharedLengths = NO_FORKS
  ) {
    this.causality = new Causality(shared)
    this.#deliver = deliver
  }

  /** A log whose header was checked. Offering goes on at block 1. */
  addLog(log: LogId, author: Author): void {
    if (this.#lanes.has(log)) return
    const lane: Lane = { author, queue: new Queue(), offered: 1, stop: null }
    this.#lanes.set(log, lane)
    this.causality.addLog(log)
    this.#endIfForked(log, lane)
    this.#wake(log)
  }

  hasLog(log: LogId): boolean {
    return this.#lanes.has(log)
  }

  author(log: LogId): Author | undefined {
    return this.#lanes.get(log)?.author
  }

  /** Index of the next block of the log that `offer` takes. */
  offered(log: LogId): number {
    return this.#lanes.get(log)?.offered ?? 0
  }

  /** Takes the next block of a log. What follows a bad one is dropped unread. */
  offer(log: LogId, block: Uint8Array): void {
    const lane = this.#lane(log)
    const index = lane.offered++
    if (lane.stop) return
    const decoded = decodeEntry(block, log)
    if (decoded.ok) {
      lane.queue.push(decoded.value)
      if (lane.queue.length === 1) this.#ready.push(log)
    } else {
      const kind = decoded.error.code === 'NEEDS_NEWER_VERSION' ? 'paused' : 'quarantined'
      this.#stop(log, lane, kind, index, decoded.error)
    }
  }

  /**
   * Takes an entry that this device just made for its own log, and delivers it at once: it depends on nothing that is
   * not here. Throws if it is not the next one: that is a bug here.
   */
  write(log: LogId, entry: Entry): void {
    const lane = this.#lane(log)
    const checked = this.causality.check(log, entry)
    if (lane.stop || lane.queue.length > 0 || !checked.ok) throw new Error('own entry out of order')
    lane.offered++
    this.#apply(log, entry)
  }

  /**
   * Whether the log should be read further now. What waits for something that is not here is not read ahead of
   * without end: a log that waits for ever costs a bounded amount of memory.
   */
  wantsMore(log: LogId): boolean {
    const lane = this.#lane(log)
    return !lane.stop && lane.queue.length < MOST_QUEUED
  }

  /** Delivers what can be delivered, until the time is up. Says whether there may be more at once. */
  run(isTimeUp: () => boolean): 'more' | 'idle' {
    for (;;) {
      const log = this.#ready.pop()
      if (log === undefined) return 'idle'
      while (this.#advance(log)) {
        if (!isTimeUp()) continue
        this.#ready.push(log)
        return 'more'
      }
    }
  }

  /** Why this log does not go on, if it does not. */
  stop(log: LogId): Stop | null {
    return this.#lane(log).stop
  }

  stops(): { readonly log: LogId; readonly author: Author; readonly stop: Stop }[] {
    const all = []
    for (const [log, lane] of this.#lanes)
      if (lane.stop) all.push({ log, author: lane.author, stop: lane.stop })
    return all
  }

  waits(): Wait[] {
    const all: Wait[] = []
    for (const [log, lane] of this.#lanes) {
      const missing = lane.queue.first()?.deps.find((dep) => this.#lacks(dep))
      if (!missing) continue
      all.push({ log, index: this.causality.length(log), on: missing.log, length: this.#needed(missing) })
    }
    return all
  }

  /** All logs that the next entry of a log waits for, where `waits` names the first: they are had in one go. */
  lacking(): { readonly log: LogId; readonly on: LogId }[] {
    return [...this.#lanes].flatMap(([log, { queue }]) =>
      (queue.first()?.deps ?? []).flatMap((dep) => (this.#lacks(dep) ? [{ log, on: dep.log }] : []))
    )
  }

  /** Entries that came and are not delivered yet. */
  pending(): number {
    let sum = 0
    for (const lane of this.#lanes.values()) sum += lane.queue.length
    return sum
  }

  /** Delivers the next entry of a log if it can. */
  #advance(log: LogId): boolean {
    const lane = this.#lane(log)
    const entry = lane.queue.first()
    if (!entry) return false
    for (const dep of entry.deps) {
      if (!this.#lacks(dep)) continue
      const other = this.#lanes.get(dep.log)?.stop
      if (other?.kind === 'quarantined' && other.index < this.#needed(dep)) {
        this.#quarantine(log, lane, {
          code: 'DEPENDS_ON_QUARANTINED',
          message: 'It builds on an entry that no honest device takes.'
        })
      } else {
        this.#waitFor(dep.log, log)
      }
      return false
    }
    const checked = this.causality.check(log, entry)
    if (!checked.ok) {
      this.#quarantine(log, lane, checked.error)
      return false
    }
    lane.queue.shift()
    this.#apply(log, entry)
    return true
  }

  /** What is there of a log that an entry depends on, if not all that it names can be. */
  #needed({ log, length }: Dependency): number {
    return Math.min(length, this.shared(log))
  }

  #lacks(dep: Dependency): boolean {
    return this.causality.length(dep.log) < this.#needed(dep)
  }

  /** A log with two histories ends where they part. */
  #endIfForked(log: LogId, lane: Lane): void {
    const shared = this.shared(log)
    if (lane.stop || this.causality.length(log) < shared) return
    lane.queue.clear()
    lane.stop = { kind: 'quarantined', index: shared, code: 'LOG_FORKED', message: FORKED }
  }

  /** An entry that was delivered before, as it was delivered: to be folded again. */
  placed(log: LogId, index: number, { lamport, wallMs, ops }: Entry): PlacedEntry {
    const { author } = this.#lane(log)
    const { causality } = this
    return {
      log,
      index,
      lamport,
      wallMs,
      author: author.member,
      device: author.device,
      ops,
      sees: (other, otherIndex) => causality.sees(log, index, other, otherIndex)
    }
  }

  #apply(log: LogId, entry: Entry): void {
    const index = this.causality.length(log)
    this.causality.append(log, entry)
    this.#endIfForked(log, this.#lane(log))
    this.arrivals.add(log, index)
    this.#deliver(this.placed(log, index, entry))
    this.#wake(log)
  }

  #quarantine(log: LogId, lane: Lane, why: Refusal): void {
    lane.queue.clear()
    this.#stop(log, lane, 'quarantined', this.causality.length(log), why)
  }

  #stop(log: LogId, lane: Lane, kind: Stop['kind'], index: number, why: Refusal): void {
    lane.stop = { kind, index, code: why.code, message: why.message }
    this.#wake(log)
  }

  #waitFor(on: LogId, log: LogId): void {
    const waiters = this.#waiting.get(on)
    if (waiters) waiters.add(log)
    else this.#waiting.set(on, new Set([log]))
  }

  #wake(on: LogId): void {
    const waiters = this.#waiting.get(on)
    if (!waiters) return
    this.#waiting.delete(on)
    this.#ready.push(...waiters)
  }

  #lane(log: LogId): Lane {
    const lane = this.#lanes.get(log)
    if (!lane) throw new Error(`unknown log: ${log}`)
    return lane
  }
}
