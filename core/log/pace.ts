/** How work that reads much shares its thread: a clock to stop by, turns to let others have, and timers. */
import { nextTurn } from './event-loop.js'

export interface Pace {
  /** Milliseconds by a clock that never goes back. */
  nowMs(): number
  /** Resolves when everyone else had a turn. */
  nextTurn(): Promise<unknown>
  /** Does the task later; what it returns calls it off. */
  after(delayMs: number, task: () => void): () => void
}

/** That of the process. */
export const PROCESS_PACE: Pace = {
  nowMs: () => performance.now(),
  nextTurn,
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  }
}
