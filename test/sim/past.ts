/**
 * The causal past of every entry, worked out the long way: each with its whole version vector. What delivery and
 * causality say with their small tables is held against it.
 */
import type { LogId } from '../../core/contract/index.js'
import { decodeEntry } from '../../core/ops/codec.js'
import type { Entry } from '../../core/ops/operations.js'
import { asPresent } from './versions.js'

export interface Past {
  readonly lamport: number
  /** How much of each log it has seen, its own before it included. */
  readonly vector: ReadonlyMap<LogId, number>
  /** What an honest device would not have written. */
  readonly lie: string | null
}

const HEADER: Past = { lamport: 0, vector: new Map(), lie: null }

export class Pasts {
  readonly #pasts = new Map<LogId, Past[]>()

  /** `block`: any block that was ever written, as it was first written. */
  constructor(private readonly block: (log: LogId, index: number) => Uint8Array | undefined) {}

  /** Null for what is no entry, or builds on what is none. */
  of(log: LogId, index: number): Past | null {
    if (index === 0) return HEADER
    let known = this.#pasts.get(log)
    if (!known) this.#pasts.set(log, (known = [HEADER]))
    for (let next = known.length; next <= index; next++) {
      const made = this.#make(log, next, known[next - 1] as Past)
      if (!made) return null
      known[next] = made
    }
    return known[index] as Past
  }

  #make(log: LogId, index: number, before: Past): Past | null {
    const block = this.block(log, index)
    const entry = block && decodeEntry(asPresent(block), log)
    if (!entry?.ok) return null
    const vector = new Map(before.vector).set(log, index)
    for (const dep of entry.value.deps) vector.set(dep.log, dep.length)
    return { lamport: entry.value.lamport, vector, lie: this.#lie(log, before, vector, entry.value) }
  }

  #lie(log: LogId, before: Past, vector: ReadonlyMap<LogId, number>, entry: Entry): string | null {
    let latest = before.lamport
    for (const dep of entry.deps) {
      if (dep.log === log || dep.length <= (before.vector.get(dep.log) ?? 0))
        return 'a dependency not of growth'
      const past = this.of(dep.log, dep.length - 1)
      if (!past) return 'a dependency on what is not there'
      for (const [other, length] of past.vector) {
        if ((vector.get(other) ?? 0) < length) return 'a past that is not whole'
      }
      latest = Math.max(latest, past.lamport)
    }
    return entry.lamport === latest + 1 ? null : 'a wrong logical time'
  }
}
