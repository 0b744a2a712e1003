/**
 * Who had seen what: the version vector of every applied entry, exact and small. An entry names only what changed
 * since its log's previous entry, so a vector is looked up in those changes instead of being stored whole. Pure.
 *
 * Of a log with two histories only what both share is ever applied. Entries of others that saw more of it are good all
 * the same: all that they cover of such a log is taken for its shared part.
 */
import { refuse, type LogId, type Outcome, done } from '../contract/index.js'
import type { Dependency, Entry } from '../ops/operations.js'

/** What one log learned of another: from its entry `at[i]` on, it covers `length[i]` blocks of it. Both ascend. */
interface Knowledge {
  readonly at: number[]
  readonly length: number[]
}

interface History {
  /** Lamport of each applied block; the header's is 0. */
  readonly lamports: number[]
  readonly knows: Map<LogId, Knowledge>
  /** All changes in the order of their entries, for walking a range of entries. */
  readonly changes: { readonly at: number; readonly log: LogId; readonly length: number }[]
}

/** Position of the first element greater than `value` in an ascending list. */
function upperBound(list: readonly number[], value: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((list[middle] as number) <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** How many blocks of a log there can be: Infinity, but for one with two histories. */
export type SharedLengths = (log: LogId) => number

export const NO_FORKS: SharedLengths = () => Infinity

export class Causality {
  readonly #histories = new Map<LogId, History>()

  constructor(private readonly shared: SharedLengths = NO_FORKS) {}

  /** Adds a log whose header is applied: its length is 1 from now on. */
  addLog(log: LogId): void {
    if (this.#histories.has(log)) return
    this.#histories.set(log, { lamports: [0], knows: new Map(), changes: [] })
  }

  /** Applied blocks of a log, its header included; 0 if it is not known. */
  length(log: LogId): number {
    return this.#histories.get(log)?.lamports.length ?? 0
  }

  /** Applied blocks of every log: the version vector of the book here. */
  vector(): Record<LogId, number> {
    const vector: Record<LogId, number> = {}
    for (const [log, history] of this.#histories) vector[log] = history.lamports.length
    return vector
  }

  logs(): IterableIterator<LogId> {
    return this.#histories.keys()
  }

  /** Length of `other` that entry `index` of `log` covers. */
  covered(log: LogId, index: number, other: LogId): number {
    if (log === other) return index
    const knowledge = this.#histories.get(log)?.knows.get(other)
    if (!knowledge) return 0
    const at = upperBound(knowledge.at, index)
    return at === 0 ? 0 : (knowledge.length[at - 1] as number)
  }

  /** What the latest entry of a log covers of the other logs. */
  coveredBy(log: LogId): Record<LogId, number> {
    const covered: Record<LogId, number> = {}
    for (const [other, { length }] of this.#histories.get(log)?.knows ?? []) {
      covered[other] = length[length.length - 1] as number
    }
    return covered
  }

  /** Whether entry (log, index) has (other, otherIndex) in its causal past. */
  sees(log: LogId, index: number, other: LogId, otherIndex: number): boolean {
    return this.covered(log, index, other) > otherIndex
  }

  /** What the next entry of `log` has to depend on, and its lamport, to cover all that is applied. */
  next(log: LogId): { readonly deps: Dependency[]; readonly lamport: number } {
    const index = this.length(log)
    const deps: Dependency[] = []
    for (const [other, history] of this.#histories) {
      const length = history.lamports.length
      if (other !== log && this.covered(log, index, other) < length) deps.push({ log: other, length })
    }
    deps.sort((a, b) => (a.log < b.log ? -1 : 1))
    return { deps, lamport: this.lamportOn(log, deps) }
  }

  /** The lamport of the next entry of `log`, with these dependencies. */
  lamportOn(log: LogId, deps: readonly Dependency[]): number {
    const own = this.#lamportAt(log, this.length(log))
    return 1 + deps.reduce((most, dep) => Math.max(most, this.#lamportAt(dep.log, dep.length)), own)
  }

  /**
   * Checks the next entry of a log, all of whose dependencies are applied. Its vector must grow with every
   * dependency, must cover the vectors of all that it covers, and its lamport must be 1 + the largest among them.
   */
  check(log: LogId, entry: Pick<Entry, 'deps' | 'lamport'>): Outcome<null> {
    const index = this.length(log)
    let largest = this.#lamportAt(log, index)
    let hidden = 0
    for (const dep of entry.deps) {
      const before = this.covered(log, index, dep.log)
      if (dep.log === log || dep.length <= before) {
        return refuse('DEPENDENCY_INVALID', `Entry ${index} depends on what its log already covers.`, { index })
      }
      const shared = this.shared(dep.log)
      largest = Math.max(largest, this.#lamportAt(dep.log, Math.min(dep.length, shared)))
      hidden += Math.max(0, dep.length - Math.max(before, shared))
    }
    if (!this.#isClosed(log, index, entry.deps)) {
      return refuse('DEPENDENCY_NOT_CLOSED', `Entry ${index} hides a part of what it depends on.`, { index })
    }
    // Each block beyond a shared part can have added one at most: all else that it saw is among what the entry covers.
    if (entry.lamport <= largest || entry.lamport > largest + 1 + hidden) {
      const details = { index, lamport: entry.lamport, expected: largest + 1 }
      return refuse('LAMPORT_WRONG', `Entry ${index} has a wrong logical time.`, details)
    }
    return done(null)
  }

  /** Takes an entry that `check` passed. */
  append(log: LogId, entry: Pick<Entry, 'deps' | 'lamport'>): void {
    const history = this.#histories.get(log)
    if (!history) throw new Error(`unknown log: ${log}`)
    const index = history.lamports.length
    history.lamports.push(entry.lamport)
    for (const dep of entry.deps) {
      let knowledge = history.knows.get(dep.log)
      if (!knowledge) history.knows.set(dep.log, (knowledge = { at: [], length: [] }))
      knowledge.at.push(index)
      knowledge.length.push(dep.length)
      history.changes.push({ at: index, log: dep.log, length: dep.length })
    }
  }

  #lamportAt(log: LogId, length: number): number {
    return length === 0 ? 0 : (this.#histories.get(log)?.lamports[length - 1] ?? 0)
  }

  /**
   * The log's vector was closed before this entry, so only what is new in each dependency has to be looked at: the
   * changes that the dependency's entries made between the length known before and the one named now.
   */
  #isClosed(log: LogId, index: number, deps: readonly Dependency[]): boolean {
    const named = new Map(deps.map((dep) => [dep.log, dep.length]))
    for (const dep of deps) {
      const changes = this.#histories.get(dep.log)?.changes ?? []
      const before = this.covered(log, index, dep.log)
      for (let i = firstChange(changes, before); i < changes.length; i++) {
        const change = changes[i] as (typeof changes)[number]
        if (change.at >= dep.length) break
        const has = named.get(change.log) ?? this.covered(log, index, change.log)
        if (has < Math.min(change.length, this.shared(change.log))) return false
      }
    }
    return true
  }
}

/** Position of the first change made by an entry at or after `index`. */
function firstChange(changes: readonly { readonly at: number }[], index: number): number {
  let low = 0
  let high = changes.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((changes[middle] as { at: number }).at < index) low = middle + 1
    else high = middle
  }
  return low
}
