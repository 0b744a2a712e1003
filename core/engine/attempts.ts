/** Slows down whoever tries passphrases: one at a time, and after a few wrong ones a wait that doubles. */
import { refuse, type Outcome } from '../contract/index.js'

const FREE = 3
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000

export class Attempts {
  #wrong = 0
  #untilMs = 0
  #last: Promise<unknown> = Promise.resolve()

  /** `now` counts milliseconds and is never set back. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** How long until the next one is looked at. */
  get waitMs(): number {
    return Math.max(0, Math.ceil(this.#untilMs - this.now()))
  }

  /** Tries once those before have ended. What ends in PASSPHRASE_WRONG counts; refuses with PASSPHRASE_WAIT. */
  async try<T>(attempt: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const turn = this.#last.then(() => this.#try(attempt))
    this.#last = turn.catch(() => {})
    return turn
  }

  async #try<T>(attempt: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const { waitMs } = this
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000)
      return refuse('PASSPHRASE_WAIT', `Too many wrong passphrases. Try again in ${seconds} s.`, { waitMs })
    }
    const outcome = await attempt()
    if (outcome.ok) this.#wrong = 0
    else if (outcome.error.code === 'PASSPHRASE_WRONG') this.#note()
    return outcome
  }

  #note(): void {
    this.#wrong++
    if (this.#wrong < FREE) return
    this.#untilMs = this.now() + Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#wrong - FREE))
  }
}
