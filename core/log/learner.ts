/**
 * Takes up logs that other devices tell of. A log counts for its teller until its header has come and was checked; one
 * device cannot have more than a few such open at once, so a list of logs that nobody has costs little, and keeps
 * nobody else's logs from being taken up.
 */
import type { DeviceId, LogId } from '../contract/index.js'
import type { Intake } from './intake.js'

const MOST_UNVERIFIED = 64

interface Teller {
  /** Told of, not taken up yet. */
  readonly waiting: Set<LogId>
  /** Taken up, header not checked yet. */
  readonly unverified: Set<LogId>
}

export class LogLearner {
  readonly #tellers = new Map<DeviceId, Teller>()

  constructor(private readonly intake: Pick<Intake, 'has' | 'add'>) {}

  learn(logs: Iterable<LogId>, from: DeviceId): void {
    let teller = this.#tellers.get(from)
    if (!teller) this.#tellers.set(from, (teller = { waiting: new Set(), unverified: new Set() }))
    for (const log of logs) if (!this.intake.has(log)) teller.waiting.add(log)
    void this.#takeUp(teller)
  }

  /** The log's header was checked. */
  verified(log: LogId): void {
    for (const teller of this.#tellers.values()) {
      if (teller.unverified.delete(log)) void this.#takeUp(teller)
    }
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
