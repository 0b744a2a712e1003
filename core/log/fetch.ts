/**
 * What peers are asked for of one log: its header first, and once that is good the rest, a bounded way ahead of what was
 * read and of what there is. So a log that turns out to be none costs little, however long it is or suddenly grows.
 */
import type Hypercore from 'hypercore'
import { LIMITS } from '../contract/index.js'

const AHEAD_BYTES = 32 * 1024 * 1024
const FEWEST_AHEAD = 64
const MOST_AHEAD = 16_384
/** Asked for before it is there: what someone is writing now. */
const TO_COME = 32
/** What Hypercore puts before each block that it encrypts. */
const PADDING_BYTES = 8

interface Range {
  destroy(): void
}

export class Fetch {
  #range: Range
  /** All before this are asked for. */
  #end = 1
  /** The first block that is known to be too large for an entry: nothing behind it will be read. */
  #limit = Infinity
  #state: 'header' | 'following' | 'stopped' = 'header'

  constructor(private readonly core: Hypercore) {
    this.#range = core.download({ start: 0, end: 1 })
    core.on('download', (index: number, bytes: number) => {
      if (bytes - PADDING_BYTES <= LIMITS.blockBytes || index >= this.#limit) return
      this.#limit = index
      if (this.#end > index) this.#ask(0, index)
    })
  }

  /** Goes on asking, now that the blocks before `read` were read. */
  ahead(read: number): void {
    if (this.#state === 'header') this.#follow()
    const { length, byteLength } = this.core
    const average = Math.max(1, byteLength / Math.max(1, length))
    const window = Math.max(FEWEST_AHEAD, Math.min(MOST_AHEAD, Math.floor(AHEAD_BYTES / average)))
    const upTo = (share: number) => Math.min(this.#limit, read + window * share, length + TO_COME * share)
    if (this.#end < upTo(0.5)) this.#ask(read, upTo(1))
  }

  /** Asks for all of it, to keep for others what this version cannot read. */
  all(): void {
    if (this.#end !== Infinity && this.#limit === Infinity) this.#ask(0, Infinity)
  }

  /** Asks for no more: the log is read no further. */
  stop(): void {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    this.#range.destroy()
    void this.core.setAlwaysLatestBlock(false).catch(ignore)
  }

  #follow(): void {
    this.#state = 'following'
    // What is written now comes with the news of it, and not a round trip later.
    void this.core.setAlwaysLatestBlock(true).catch(ignore)
  }

  #ask(start: number, end: number): void {
    if (this.#state === 'stopped') return
    this.#end = end
    this.#range.destroy()
    this.#range = this.core.download({ start, end: end === Infinity ? -1 : end })
  }
}

/** A log that is closed needs nothing any more. */
const ignore = (): void => {}
