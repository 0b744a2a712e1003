/**
 * A device's disk, in memory: the blocks of all logs, and the writer's state. Blocks go through one write-ahead log, as
 * in Hypercore's store: a power cut loses the end of what was written since the last sync, and nothing else.
 */
import type { LogId } from '../../core/contract/index.js'
import type { BookFile } from '../../core/engine/sealed-files.js'
import type { EpochSecret } from '../../core/log/secrets.js'
import type { WriterState } from '../../core/log/writer.js'
import type { Random } from './random.js'

/** As often as this a power cut loses all that was not synced. */
const ALL_LOST = 0.5

/** What stands in the book's own file beside its logs. */
export interface BookRecord extends Required<Pick<BookFile, 'farewell' | 'inviter'>> {
  /** Secrets that came in the founding one's place. */
  readonly later: readonly EpochSecret[]
  /** Logs that were told of when this device joined. */
  readonly logs: readonly LogId[]
}

export const NO_RECORD: BookRecord = { later: [], logs: [], inviter: null, farewell: null }

/** A copy of a disk, as someone makes who copies the folder. */
export interface DiskCopy {
  readonly logs: ReadonlyMap<LogId, ReadonlyMap<number, Uint8Array>>
  readonly writerState: WriterState | null
  readonly book: BookRecord
}

export class Disk {
  /** In files of their own, synced whenever they are written. */
  writerState: WriterState | null = null
  book: BookRecord = NO_RECORD
  #logs = new Map<LogId, Map<number, Uint8Array>>()
  #unsynced: { readonly log: LogId; readonly index: number }[] = []

  logs(): LogId[] {
    return [...this.#logs.keys()]
  }

  block(log: LogId, index: number): Uint8Array | undefined {
    return this.#logs.get(log)?.get(index)
  }

  blocks(log: LogId): ReadonlyMap<number, Uint8Array> {
    return this.#logs.get(log) ?? NOTHING
  }

  /** One more than the highest index that is here, as Hypercore counts. */
  length(log: LogId): number {
    let length = 0
    for (const index of this.blocks(log).keys()) length = Math.max(length, index + 1)
    return length
  }

  /** How far the log is here without a gap. */
  contiguousLength(log: LogId): number {
    const blocks = this.blocks(log)
    let length = 0
    while (blocks.has(length)) length++
    return length
  }

  write(log: LogId, index: number, block: Uint8Array): void {
    let blocks = this.#logs.get(log)
    if (!blocks) this.#logs.set(log, (blocks = new Map()))
    blocks.set(index, block)
    this.#unsynced.push({ log, index })
  }

  /** All that was written so far would survive a power cut. */
  sync(): void {
    this.#unsynced = []
  }

  /** The power is cut. Says how many blocks are lost. */
  cutPower(random: Random): number {
    const kept = random.chance(ALL_LOST) ? 0 : random.below(this.#unsynced.length + 1)
    const lost = this.#unsynced.slice(kept)
    this.#unsynced = []
    for (const { log, index } of lost) {
      const blocks = this.#logs.get(log)
      blocks?.delete(index)
      if (blocks?.size === 0) this.#logs.delete(log)
    }
    return lost.length
  }

  copy(): DiskCopy {
    const logs = new Map([...this.#logs].map(([log, blocks]) => [log, new Map(blocks)]))
    return { logs, writerState: this.writerState, book: this.book }
  }

  /** The copy takes the place of all that is here. */
  restore(copy: DiskCopy): void {
    this.#logs = new Map([...copy.logs].map(([log, blocks]) => [log, new Map(blocks)]))
    this.writerState = copy.writerState
    this.book = copy.book
    this.#unsynced = []
  }
}

const NOTHING: ReadonlyMap<number, Uint8Array> = new Map()

export const isSame = (a: Uint8Array, b: Uint8Array): boolean => a === b || Buffer.compare(a, b) === 0
