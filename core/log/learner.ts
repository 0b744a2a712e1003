/**
 * Takes up logs that other devices tell of. A log counts for its teller until its header has come and was checked; one
 * member's devices cannot have more than a few such open at once, so a list of logs that nobody has costs little, and
 * keeps nobody else's logs from being taken up.
 */
import type { LogId, MemberId } from '../contract/index.js'
import type { Intake } from './intake.js'

const MOST_UNVERIFIED = 64
/** What one member tells of beyond this is not remembered; it is told again when they connect again. */
const MOST_WAITING = 20_000
/** Whoever told of so many logs that are beyond their members' shares is not asked for more. */
const MOST_USELESS = 10_000

/** A member: the devices of one are as many as they like. */
interface Teller {
  /** Told of, not taken up yet. */
  readonly waiting: Set<LogId>
  /** Taken up, header not checked yet. */
  readonly unverified: Set<LogId>
  /** How many were taken up for nothing. */
  useless: number
}

export class LogLearner {
  readonly #tellers = new Map<MemberId, Teller>()

  constructor(private readonly intake: Pick<Intake, 'has' | 'add' | 'hasTooMany'>) {}

  /** Resolves when as many of them were taken up as can be now. */
  async learn(logs: Iterable<LogId>, from: MemberId): Promise<void> {
    let teller = this.#tellers.get(from)
    if (!teller) this.#tellers.set(from, (teller = { waiting: new Set(), unverified: new Set(), useless: 0 }))
    if (this.intake.hasTooMany(from) || teller.useless >= MOST_USELESS) return
    for (const log of logs) {
      if (teller.waiting.size >= MOST_WAITING) break
      if (!this.intake.has(log)) teller.waiting.add(log)
    }
    await this.#takeUp(teller)
  }

  /** The log's header was checked. */
  verified(log: LogId): void {
    for (const teller of this.#tellers.values()) {
      if (teller.unverified.delete(log)) void this.#takeUp(teller)
    }
  }

  /** The log is not followed. */
  left(log: LogId): void {
    for (const teller of this.#tellers.values()) if (teller.unverified.has(log)) teller.useless++
    this.verified(log)
  }

  async #takeUp(teller: Teller): Promise<void> {
    for (const log of teller.waiting) {
      if (teller.unverified.size >= MOST_UNVERIFIED) return
      teller.waiting.delete(log)
      teller.unverified.add(log)
      if ((await this.intake.add(log)) !== 'added') teller.unverified.delete(log)
    }
  }
}
