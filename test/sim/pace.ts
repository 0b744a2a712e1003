/** The pace of a simulated process: its clock is the world's, and at times it jumps, as when the machine was busy. */
import type { Pace } from '../../core/log/pace.js'
import type { Random } from './random.js'
import type { Scheduler } from './scheduler.js'

const BUSY = 0.1
/** Longer than a slice of work may take. */
const BUSY_MS = 9

export interface PaceOptions {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly isAlive: () => boolean
}

export function simulatedPace({ scheduler, random, isAlive }: PaceOptions): Pace {
  let behindMs = 0
  const later = (delayMs: number, task: () => void): void =>
    scheduler.after(Math.max(0, delayMs), () => {
      if (!isAlive()) return
      task()
      return 'settle'
    })
  return {
    nowMs: () => {
      if (random.chance(BUSY)) behindMs += BUSY_MS
      return scheduler.nowMs + behindMs
    },
    nextTurn: () => new Promise<void>((resolve) => later(random.below(2), resolve)),
    after: (delayMs, task) => {
      let state: 'waiting' | 'off' = 'waiting'
      later(delayMs, () => {
        if (state === 'waiting') task()
      })
      return () => (state = 'off')
    }
  }
}
