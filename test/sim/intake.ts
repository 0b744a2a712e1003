/** Feeds what is on a simulated disk, and what arrives, to causal delivery, as `Intake` does from Hypercore. */
import type { BookId, LogId, Outcome } from '../../core/contract/index.js'
import type { Delivery } from '../../core/log/delivery.js'
import { checkHeader, type HeaderAuthor } from '../../core/log/header.js'
import type { Disk } from './disk.js'
import { asPresent, type AppVersion } from './versions.js'

export interface SimIntakeOptions {
  readonly disk: Disk
  readonly delivery: Delivery
  readonly book: BookId
  readonly version: AppVersion
  /** Whether delivery is to be interrupted here, as it is when a slice of time is over. */
  readonly interrupts: () => boolean
  /** Calls `feed` again in a moment. */
  readonly later: () => void
}

export class SimIntake {
  /** Logs of which this device has seen two histories. */
  readonly forked = new Set<LogId>()
  readonly #refused = new Set<LogId>()

  constructor(private readonly options: SimIntakeOptions) {}

  /** A block from a peer: the blocks of a log come in any order, and some twice. */
  receive(log: LogId, index: number, block: Uint8Array): 'new' | 'known' {
    const { disk } = this.options
    const here = disk.block(log, index)
    if (here) {
      if (!isSame(here, block)) this.forked.add(log)
      return 'known'
    }
    disk.write(log, index, block)
    this.feed()
    return 'new'
  }

  /** `Intake.adopt`: a log that this device just created. */
  adopt(log: LogId, author: HeaderAuthor): void {
    this.options.delivery.addLog(log, author)
  }

  /** Offers all that is here without a gap, and delivers what can be delivered. */
  feed(): void {
    const { disk, delivery, interrupts, later } = this.options
    for (let taken = -1; taken !== 0;) {
      taken = 0
      for (const log of disk.logs()) if (this.#isOpen(log)) taken += this.#offer(log)
      if (delivery.run(interrupts) === 'more') return later()
    }
  }

  #isOpen(log: LogId): boolean {
    const { disk, delivery, book } = this.options
    if (delivery.hasLog(log)) return true
    const block = disk.block(log, 0)
    if (!block || this.#refused.has(log)) return false
    const checked = header(block, log, book)
    if (checked.ok) delivery.addLog(log, checked.value)
    else this.#refused.add(log)
    return checked.ok
  }

  #offer(log: LogId): number {
    const { disk, delivery, version } = this.options
    let taken = 0
    while (delivery.wantsMore(log)) {
      const block = disk.block(log, delivery.offered(log))
      if (!block) break
      delivery.offer(log, version === 'next' ? asPresent(block) : block)
      taken++
    }
    return taken
  }
}

const checkedHeaders = new WeakMap<
  Uint8Array,
  { readonly log: LogId; readonly checked: Outcome<HeaderAuthor> }
>()

/** All simulated peers share a header's block: its signatures are checked once. */
function header(block: Uint8Array, log: LogId, book: BookId): Outcome<HeaderAuthor> {
  const known = checkedHeaders.get(block)
  if (known?.log === log) return known.checked
  const checked = checkHeader(block, log, book)
  checkedHeaders.set(block, { log, checked })
  return checked
}

export const isSame = (a: Uint8Array, b: Uint8Array): boolean => a === b || Buffer.compare(a, b) === 0
