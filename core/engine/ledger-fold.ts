/**
 * Folds what is delivered into the roster and the book. When an act of authority changes what counts of what came
 * before (a removal that cuts off entries which are here, say), the book is folded once more from the logs on this disk,
 * in slices; until that is done the old one answers, and nothing is written or told to others.
 */
import type { LogId } from '../contract/index.js'
import { Roster } from '../authority/roster.js'
import type { Book } from '../book/book.js'
import type { Run } from '../log/arrivals.js'
import type { Delivery } from '../log/delivery.js'
import { SLICE_MS } from '../log/event-loop.js'
import { PROCESS_PACE, type Pace } from '../log/pace.js'
import { decodeEntry } from '../ops/codec.js'
import type { PlacedEntry } from '../ops/operations.js'

const READ_ENTRIES = 512
/** An entry of this device's own is delivered just before it is on the disk. */
const ON_ITS_WAY_MS = 10

export interface LedgerFoldOptions {
  readonly roster: Roster
  makeBook(): Book
  /** Blocks of a log that are on this disk; null where one is not (yet). */
  read(log: LogId, from: number, to: number): Promise<readonly (Uint8Array | null)[]>
  /** The book is another one now. */
  changed(): void
  readonly pace?: Pace
}

export class LedgerFold {
  readonly roster: Roster
  #book: Book
  /** Grows with every act that changes what counts of what came before. */
  #generation = 0
  #folding: Promise<void> | null = null
  #closed: 'open' | 'closed' = 'open'
  #delivery: Delivery | null = null
  readonly #pace: Pace

  constructor(private readonly o: LedgerFoldOptions) {
    this.roster = o.roster
    this.#book = o.makeBook()
    this.#pace = o.pace ?? PROCESS_PACE
  }

  get book(): Book {
    return this.#book
  }

  /** `folding`: the book is behind the roster. */
  get state(): 'current' | 'folding' {
    return this.#folding ? 'folding' : 'current'
  }

  /** Takes what `delivery` delivers. */
  apply(entry: PlacedEntry): void {
    const effect = this.roster.apply(entry)
    if (this.#folding) {
      if (effect === 'changed') this.#generation++
      return
    }
    if (effect === 'same') return this.#book.apply(entry, this.roster.judge)
    this.#generation++
    this.#folding = this.#foldAgain()
  }

  /** Where the entries come from, once there is one. */
  attach(delivery: Delivery): void {
    this.#delivery = delivery
  }

  /** Resolves when the book is what the entries that are delivered make of it, or is closed. */
  async settled(): Promise<void> {
    while (this.#folding) {
      await this.#folding
      // The book stays behind then: nobody waits for what will not be.
      if (this.#closed === 'closed') return
    }
  }

  async close(): Promise<void> {
    this.#closed = 'closed'
    await this.#folding
  }

  async #foldAgain(): Promise<void> {
    // What called this is still delivering the entry.
    await this.#pace.nextTurn()
    while (this.#closed === 'open' && (await this.#fold(this.#generation)) === 'outdated');
  }

  /** Makes a book of all that was delivered, also meanwhile, and puts it in the place of the old one. */
  async #fold(generation: number): Promise<'done' | 'outdated'> {
    const book = this.o.makeBook()
    const { arrivals } = this.#delivery as Delivery
    const isWanted = () => this.#generation === generation && this.#closed === 'open'
    let until = this.#pace.nowMs() + SLICE_MS
    for (let at = 0; isWanted();) {
      const run = arrivals.from(at, READ_ENTRIES)
      if (!run) {
        // From looking whether there is more to here nothing waits: nothing is left out.
        this.#book = book
        this.#folding = null
        this.o.changed()
        return 'done'
      }
      const blocks = await this.#read(run)
      if (!blocks[0]) await new Promise<void>((resolve) => this.#pace.after(ON_ITS_WAY_MS, resolve))
      for (const [i, block] of blocks.entries()) {
        if (!block) break
        this.#applyBlock(book, run.log, run.from + i, block)
        at++
        if (this.#pace.nowMs() < until) continue
        await this.#pace.nextTurn()
        if (!isWanted()) return 'outdated'
        until = this.#pace.nowMs() + SLICE_MS
      }
    }
    return 'outdated'
  }

  /** Nothing of it where a log cannot be read just now: one that forked is closed, and opened again. */
  async #read({ log, from, to }: Run): Promise<readonly (Uint8Array | null)[]> {
    try {
      return await this.o.read(log, from, to)
    } catch {
      return []
    }
  }

  #applyBlock(book: Book, log: LogId, index: number, block: Uint8Array): void {
    const entry = decodeEntry(block, log)
    if (!entry.ok) throw new Error(`an entry that was delivered cannot be read again: ${entry.error.message}`)
    book.apply((this.#delivery as Delivery).placed(log, index, entry.value), this.roster.judge)
  }
}
