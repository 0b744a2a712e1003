/** Input and output that takes time, and that a crash interrupts: what is under way then may or may not have happened. */
import type { Random } from './random.js'
import type { Scheduler } from './scheduler.js'

export class Io {
  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    /** Whether the process that asked is still there. */
    private readonly isAlive: () => boolean
  ) {}

  /** Resolves some time after the work was done; never, if the process ends before. */
  perform<T>(mostMs: number, work: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.scheduler.after(this.random.between(1, mostMs), () => {
        if (!this.isAlive()) return
        const result = work()
        this.scheduler.after(this.random.between(0, mostMs), () => {
          if (!this.isAlive()) return
          resolve(result)
          return 'settle'
        })
      })
    })
  }
}
