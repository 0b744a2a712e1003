/**
 * Input and output that takes time, and that a crash interrupts: what is under way then may or may not have happened.
 * Each piece of it passes two moments at which the device can be made to fail: before it is done, and before whoever
 * asked hears of it.
 */
import type { Random } from './random.js'
import type { Scheduler } from './scheduler.js'

/** The power goes, the disk says that it could not, or the power goes just when something is said to be saved. */
type Fault = 'power' | 'disk' | 'power when saved'

/** What is to go wrong with a device, counted in moments of its output from now on. */
export class Faults {
  #left = 0
  #kind: Fault | null = null

  constructor(private readonly device: { readonly cutPower: () => void; readonly failDisk: () => void }) {}

  get planned(): Fault | null {
    return this.#kind
  }

  /** Nothing more goes wrong. */
  callOff(): void {
    this.#kind = null
  }

  /** At the `moment`th moment from now on. */
  plan(kind: Fault, moment: number): void {
    this.#kind = kind
    this.#left = moment
  }

  /** Says whether the disk fails at this moment. */
  pass(): 'fine' | 'fails' {
    const kind = this.#kind
    if (kind === null || kind === 'power when saved' || --this.#left > 0) return 'fine'
    this.#kind = null
    if (kind === 'power') {
      this.device.cutPower()
      return 'fine'
    }
    this.device.failDisk()
    return 'fails'
  }

  /** Somebody was told that an entry is saved. */
  saved(): void {
    if (this.#kind !== 'power when saved' || --this.#left > 0) return
    this.#kind = null
    this.device.cutPower()
  }
}

export interface IoOptions {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly faults: Faults
  /** Whether the process that asked is still there. */
  readonly isAlive: () => boolean
}

export class Io {
  constructor(private readonly o: IoOptions) {}

  /** Output: resolves some time after the work was done; never, if the process ends before. */
  write<T>(mostMs: number, work: () => T): Promise<T> {
    const { scheduler, random, faults, isAlive } = this.o
    return new Promise((resolve, reject) => {
      const fail = (): 'settle' => {
        reject(new Error('the simulated disk is full'))
        return 'settle'
      }
      scheduler.after(random.between(1, mostMs), () => {
        if (!isAlive()) return
        if (faults.pass() === 'fails') return fail()
        if (!isAlive()) return
        const result = work()
        scheduler.after(random.between(0, mostMs), () => {
          if (!isAlive()) return
          if (faults.pass() === 'fails') return fail()
          if (!isAlive()) return
          resolve(result)
          return 'settle'
        })
        return 'settle'
      })
    })
  }

  /** Input: what is there when it is read. */
  read<T>(mostMs: number, work: () => T): Promise<T> {
    const { scheduler, random, isAlive } = this.o
    return new Promise((resolve) => {
      scheduler.after(random.between(0, mostMs), () => {
        if (!isAlive()) return
        resolve(work())
        return 'settle'
      })
    })
  }
}
