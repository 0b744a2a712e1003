/** Simulated time: tasks happen in the order of their times, and at one time in the order in which they were asked for. */
import { setImmediate as nextTurn } from 'node:timers/promises'

/** `settle`: the task resolved a promise, and who awaits it goes on before the next task. */
type Task = () => 'settle' | void

interface Timed {
  readonly atMs: number
  readonly number: number
  readonly task: Task
}

export class Scheduler {
  nowMs = 0
  #asked = 0
  /** The next one is the last. */
  readonly #tasks: Timed[] = []

  get pending(): number {
    return this.#tasks.length
  }

  after(delayMs: number, task: Task): void {
    const timed = { atMs: this.nowMs + delayMs, number: this.#asked++, task }
    let low = 0
    let high = this.#tasks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#tasks[middle] as Timed).atMs > timed.atMs) low = middle + 1
      else high = middle
    }
    this.#tasks.splice(low, 0, timed)
  }

  /** Does what is due in the time. */
  async run(durationMs: number): Promise<void> {
    const untilMs = this.nowMs + durationMs
    await nextTurn()
    for (let next = this.#tasks.at(-1); next && next.atMs <= untilMs; next = this.#tasks.at(-1)) {
      this.#tasks.pop()
      this.nowMs = next.atMs
      if (next.task() === 'settle') await nextTurn()
    }
    this.nowMs = untilMs
  }

  /** Does all that is to do, and what comes of it; once the time is later than this, no more. */
  async runAll(untilMs = Infinity): Promise<void> {
    await nextTurn()
    for (let next = this.#tasks.at(-1); next && this.nowMs <= untilMs; next = this.#tasks.at(-1))
      await this.run(next.atMs - this.nowMs)
  }
}
