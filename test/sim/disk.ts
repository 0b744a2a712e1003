/**
 * A device's disk, in memory: the blocks of all logs, and the writer's state. Blocks go through one write-ahead log, as
 * in Hypercore's store: a power cut loses the end of what was written since the last sync, and nothing else.
 */
import type { LogId } from '../../core/contract/index.js'
import type { WriterState } from '../../core/log/writer.js'
import type { Random } from './random.js'

export class Disk {
  /** In a file of its own, synced whenever it is written. */
  writerState: WriterState | null = null
  readonly #logs = new Map<LogId, Map<number, Uint8Array>>()
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
    const kept = random.below(this.#unsynced.length + 1)
    const lost = this.#unsynced.slice(kept)
    this.#unsynced = []
    for (const { log, index } of lost) {
      const blocks = this.#logs.get(log)
      blocks?.delete(index)
      if (blocks?.size === 0) this.#logs.delete(log)
    }
    return lost.length
  }
}

const NOTHING: ReadonlyMap<number, Uint8Array> = new Map()
