/** The order in which entries were delivered here, kept small: most come in runs of one log. */
import type { LogId } from '../contract/index.js'

/** Entries `from` to `to - 1` of a log. */
export interface Run {
  readonly log: LogId
  readonly from: number
  readonly to: number
}

export class Arrivals {
  readonly #runs: { log: LogId; from: number; to: number }[] = []
  /** How many entries came before each run. */
  readonly #before: number[] = []
  #size = 0

  /** How many entries were delivered. */
  get size(): number {
    return this.#size
  }

  add(log: LogId, index: number): void {
    const last = this.#runs.at(-1)
    if (last?.log === log && last.to === index) last.to++
    else {
      this.#runs.push({ log, from: index, to: index + 1 })
      this.#before.push(this.#size)
    }
    this.#size++
  }

  /** Entries of one log that came one after the other, the first at this position; at most so many. */
  from(position: number, most: number): Run | null {
    if (position < 0 || position >= this.#size) return null
    const at = this.#runAt(position)
    const run = this.#runs[at] as Run
    const from = run.from + position - (this.#before[at] as number)
    return { log: run.log, from, to: Math.min(run.to, from + most) }
  }

  /** Entries of one log that came one after the other, the last just before this position; at most so many. */
  before(position: number, most: number): Run | null {
    const end = Math.min(position, this.#size)
    if (end <= 0) return null
    const at = this.#runAt(end - 1)
    const run = this.#runs[at] as Run
    const to = run.from + end - (this.#before[at] as number)
    return { log: run.log, from: Math.max(run.from, to - most), to }
  }

  #runAt(position: number): number {
    let low = 0
    let high = this.#runs.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.#before[middle] as number) <= position) low = middle
      else high = middle - 1
    }
    return low
  }
}
