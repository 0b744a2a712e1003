/** Notices that nobody has been at it for a while. By the wall clock, so that a machine's sleep counts. */

const LOOK_MS = 5_000

export class IdleClock {
  readonly #timer: NodeJS.Timeout
  #lastMs: number

  /** Calls `expired` when `limitMs()` have passed since the last touch; null means no limit now. */
  constructor(
    private readonly limitMs: () => number | null,
    private readonly expired: () => void,
    private readonly now: () => number = Date.now
  ) {
    this.#lastMs = now()
    this.#timer = setInterval(() => this.look(), LOOK_MS)
    this.#timer.unref()
  }

  touch(): void {
    this.#lastMs = this.now()
  }

  look(): void {
    const limitMs = this.limitMs()
    const now = this.now()
    // A clock that was set back must not keep it open for hours.
    if (now < this.#lastMs) this.#lastMs = now
    if (limitMs === null || now - this.#lastMs < limitMs) return
    this.#lastMs = now
    this.expired()
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
