/** All that happened, as only the simulator knows it: what the peers say is held against this. */
import type { LogId } from '../../core/contract/index.js'
import type { Causality } from '../../core/log/causality.js'
import type { PlacedEntry } from '../../core/ops/operations.js'
import { isSame, type Disk } from './disk.js'
import { Pasts, type Past } from './past.js'

/** A rule that did not hold. */
export interface Violation {
  readonly rule:
    | 'equal vectors, equal digests'
    | 'equal vectors, equal views'
    | 'all converge'
    | 'all comes to rest'
    | 'all agree on who is who'
    | 'someone owns the book'
    | 'the fold is what its entries make'
    | 'what was cut off does not count'
    | 'what is adopted twice counts once'
    | 'secrets change when someone goes'
    | 'the trial balance is zero'
    | 'balances are sums'
    | 'what was acknowledged is kept'
    | 'what was delivered is counted or listed'
    | 'honest logs go on'
    | 'a lying log stops alike everywhere'
    | 'no log forks'
    | 'entries come after their past'
    | 'lies are not taken'
    | 'nothing throws'
    | 'writing succeeds'
  readonly message: string
}

/** An entry that a person was told is saved. */
export interface Acknowledged {
  readonly peer: string
  readonly log: LogId
  readonly index: number
}

type Vector = Readonly<Record<LogId, number>>

export class Truth {
  readonly violations: Violation[] = []
  readonly acknowledged: Acknowledged[] = []
  /** Logs that a lying device put something into, and the index of it. */
  readonly lies = new Map<LogId, number>()
  /** Secrets that someone who breaks the rules told someone: `<epoch> <member>`. */
  readonly betrayed = new Set<string>()
  /** Secrets that someone was handed when they were let in, and by which entry: `<epoch> <member>`. */
  readonly handed = new Map<string, Acknowledged>()
  readonly #blocks = new Map<LogId, Uint8Array[]>()
  readonly #names = new Map<LogId, string>()
  readonly #orphans = new Set<Acknowledged>()
  /** What the first peer at a vector said of itself. */
  readonly #said = new Map<string, { readonly said: string; readonly peer: string }>()
  readonly #pasts = new Pasts((log, index) => this.#blocks.get(log)?.[index])

  violate(rule: Violation['rule'], message: string): void {
    this.violations.push({ rule, message })
  }

  /** Gives a log a name that a reader can follow: `B2` is the third segment of B. */
  nameLog(log: LogId, name: string): void {
    this.#names.set(log, name)
  }

  name(log: LogId): string {
    return this.#names.get(log) ?? log.slice(0, 8)
  }

  /** A peer has this block on its disk. */
  has(peer: string, log: LogId, index: number, block: Uint8Array): void {
    let blocks = this.#blocks.get(log)
    if (!blocks) this.#blocks.set(log, (blocks = []))
    const first = (blocks[index] ??= block)
    if (!isSame(first, block)) this.violate('no log forks', `${peer} has another ${this.name(log)}/${index}`)
  }

  /** Whoever wrote these has lost the disk that they were synced on: they last only if another device has them. */
  orphan(peer: string, disk: Disk): void {
    for (const each of this.acknowledged) {
      if (each.peer === peer && !disk.block(each.log, each.index)) this.#orphans.add(each)
    }
  }

  /** Whether this, or what it builds on, can be had from nobody, and nobody is to blame. */
  isLost(entry: Acknowledged, disks: readonly Disk[]): boolean {
    return this.#orphans.has(entry) && !this.isThere(entry, disks)
  }

  /** Whether this, and all that it builds on, can be had from these disks. */
  isThere(entry: Acknowledged, disks: readonly Disk[]): boolean {
    const past = this.#pasts.of(entry.log, entry.index)
    const needed = new Map(past?.vector).set(entry.log, entry.index + 1)
    for (const [log, length] of needed) {
      for (let index = 0; index < length; index++) {
        if (disks.every((disk) => !disk.block(log, index))) return false
      }
    }
    return true
  }

  /** What an entry that was written has seen; null for what is no entry. */
  past(log: LogId, index: number): Past | null {
    return this.#pasts.of(log, index)
  }

  /** Logical time of an entry that was written; 0 of a header. */
  lamport(log: LogId, index: number): number {
    return this.#pasts.of(log, index)?.lamport ?? 0
  }

  logs(): IterableIterator<[LogId, readonly Uint8Array[]]> {
    return this.#blocks.entries()
  }

  /** A peer's delivery let an entry through, and is about to apply it. */
  delivered(peer: string, entry: PlacedEntry, causality: Causality): void {
    const { log, index } = entry
    const where = `${this.name(log)}/${index} at ${peer}`
    const past = this.#pasts.of(log, index)
    // An entry of its own is delivered before it is written.
    if (!past) return
    if (past.lie) this.violate('lies are not taken', `${where}: ${past.lie}`)
    for (const [other, length] of past.vector) {
      if (causality.length(other) < length) {
        this.violate('entries come after their past', `${where} before ${this.name(other)}/${length - 1}`)
      }
      if (!entry.sees(other, length - 1) || (other !== log && entry.sees(other, length))) {
        this.violate('entries come after their past', `${where} has not seen ${length} of ${this.name(other)}`)
      }
    }
  }

  /** A peer's digest at a vector: the same as anyone's, whenever they were there. */
  digest(peer: string, vector: Vector, digest: string): void {
    this.#compare('equal vectors, equal digests', peer, vector, digest)
  }

  /** All that a peer shows at a vector, likewise. */
  view(peer: string, vector: Vector, view: string): void {
    this.#compare('equal vectors, equal views', peer, vector, view)
  }

  #compare(rule: Violation['rule'], peer: string, vector: Vector, said: string): void {
    const logs = Object.entries(vector).map(([log, length]) => `${log} ${length}`)
    const key = `${rule} ${logs.sort().join()}`
    const known = this.#said.get(key)
    if (!known) this.#said.set(key, { said, peer })
    else if (known.said !== said)
      this.violate(rule, `${peer} differs from ${known.peer}, with the same entries`)
  }
}
