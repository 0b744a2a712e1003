/** Of which logs of a store two signed histories were shown, and where these part. Kept with the logs themselves. */
import { done, refuse, type LogId, type Outcome } from '../contract/index.js'
import { decodeForkEvidence } from '../identity/fork-codec.js'
import { checkForkEvidence, type ForkEvidence } from '../identity/fork-evidence.js'
import { sharedLogOf } from './shared-log.js'

/** A book with more of them has other worries: more are not taken in, and their logs stay as each device has them. */
const MOST_FORKS = 4096

export interface KnownFork {
  readonly log: LogId
  readonly evidence: ForkEvidence
  /** As it is kept and handed on. */
  readonly bytes: Uint8Array
}

export class Forks {
  readonly #known = new Map<LogId, KnownFork>()
  /** The Hypercores that hold shared parts: no logs themselves. */
  readonly #parts = new Set<LogId>()

  /** How many blocks there are of a log: Infinity, but for a forked one. */
  readonly shared = (log: LogId): number => this.#known.get(log)?.evidence.shared ?? Infinity

  get(log: LogId): KnownFork | null {
    return this.#known.get(log) ?? null
  }

  all(): readonly KnownFork[] {
    return [...this.#known.values()]
  }

  isSharedPart(log: LogId): boolean {
    return this.#parts.has(log)
  }

  /**
   * Looks at evidence about a log; BAD_REQUEST for what is none. `known`: it says nothing new. Of several the one that
   * leaves the least counts, whichever came first.
   */
  check(log: LogId, bytes: Uint8Array): Outcome<KnownFork | 'known'> {
    const evidence = decodeForkEvidence(bytes)
    if (!evidence) return refuse('BAD_REQUEST', 'That is no evidence of a fork.')
    if (evidence.shared >= this.shared(log)) return done('known')
    const checked = checkForkEvidence(log, evidence)
    if (!checked.ok) return checked
    if (this.#known.size >= MOST_FORKS && !this.#known.has(log)) return done('known')
    return done({ log, evidence, bytes })
  }

  add(fork: KnownFork): void {
    this.#known.set(fork.log, fork)
    this.#parts.add(sharedLogOf(fork.evidence))
  }
}
