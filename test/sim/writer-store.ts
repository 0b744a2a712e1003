/** What `LogWriter` asks of a store and of Hypercore, over a simulated disk. */
import { logIdOf } from '../../core/identity/certificates.js'
import type { LogId } from '../../core/contract/index.js'
import type { LogStore } from '../../core/log/store.js'
import type { Disk } from './disk.js'
import type { Io } from './io.js'

const APPEND_MS = 5
const SYNC_MS = 40

export interface WriterStoreOptions {
  readonly disk: Disk
  readonly io: Io
  /** A block as this device's version of the app writes it. */
  readonly asWritten: (block: Uint8Array, index: number) => Uint8Array
  /** The block is in the log, and peers can have it: before it is synced, as with Hypercore. */
  readonly appended: (log: LogId, index: number) => void
}

export function writerStore({ disk, io, asWritten, appended }: WriterStoreOptions): LogStore {
  const append = (log: LogId, blocks: readonly Uint8Array[]): Promise<void> =>
    io.perform(APPEND_MS, () => {
      const start = disk.length(log)
      blocks.forEach((block, i) => disk.write(log, start + i, asWritten(block, start + i)))
      blocks.forEach((_, i) => appended(log, start + i))
    })
  const core = (log: LogId) => ({
    get length() {
      return disk.length(log)
    },
    append: (blocks: Uint8Array | readonly Uint8Array[]) =>
      append(log, blocks instanceof Uint8Array ? [blocks] : blocks)
  })
  const store = {
    origin: 'same',
    open: (log: LogId) => Promise.resolve(core(log)),
    create: (publicKey: Uint8Array) => {
      const log = logIdOf(publicKey)
      return Promise.resolve({ log, core: core(log) })
    },
    durability: { synced: () => io.perform(SYNC_MS, () => disk.sync()) }
  }
  // A writer uses no more of a store than this; the rest of it is Hypercore's.
  return store as unknown as LogStore
}
