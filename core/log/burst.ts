/** Tells a stream of blocks, as when two meet who were apart for long, from those that come one by one. */

/** More than so many that follow each other: much is arriving. */
const MANY_BLOCKS = 500
/** What comes after a longer silence follows nothing. */
const SILENCE_MS = 200

export class Burst {
  #blocks = 0
  #lastMs = -Infinity

  /** `nowMs`: milliseconds by a clock that never goes back. */
  constructor(private readonly nowMs: () => number) {}

  /** So many blocks were read. */
  note(blocks: number): void {
    if (blocks === 0) return
    if (this.#isSilent()) this.#blocks = 0
    this.#blocks += blocks
    this.#lastMs = this.nowMs()
  }

  /** Whether much is arriving. */
  get isOn(): boolean {
    return this.#blocks > MANY_BLOCKS && !this.#isSilent()
  }

  #isSilent(): boolean {
    return this.nowMs() - this.#lastMs > SILENCE_MS
  }
}
