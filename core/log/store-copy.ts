/**
 * All of a book's logs as pairs of bytes, and back: what hypercore-storage keeps in RocksDB, at one instant. Faster than
 * replicating into a second store, steps aside for other work while it goes, and takes along what is not replicated any
 * more (frozen logs). The writers' secret keys are not in it: they never go to the store.
 */
import Corestore from 'corestore'
import type { LogStore } from './store.js'

/** Read at once; a value may be a block of a megabyte. */
const READ_PAIRS = 64
const WRITE_BYTES = 1024 * 1024

export interface Pair {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** Everything that is stored when this is first asked for; what comes later is not in it. */
export async function* pairsOf(store: LogStore): AsyncGenerator<Pair> {
  const snapshot = store.corestore.storage.db.snapshot()
  try {
    yield* snapshot.iterator({}, { capacity: READ_PAIRS })
  } finally {
    await snapshot.close()
  }
}

/** Makes a store of pairs, in a folder where there is none. On disk for good when it resolves. */
export class StoreFiller {
  #batch: Pair[] = []
  #bytes = 0

  private constructor(private readonly corestore: Corestore) {}

  static async open(folder: string): Promise<StoreFiller> {
    const corestore = new Corestore(folder)
    await corestore.ready()
    return new StoreFiller(corestore)
  }

  /** Takes over the bytes. */
  async add(pair: Pair): Promise<void> {
    this.#batch.push(pair)
    this.#bytes += pair.key.length + pair.value.length
    if (this.#bytes >= WRITE_BYTES) await this.#write()
  }

  async close(): Promise<void> {
    await this.#write()
    // Into synced tables: the write-ahead log is not synced.
    await this.corestore.storage.db.flush()
    await this.corestore.close()
  }

  async #write(): Promise<void> {
    const batch = this.corestore.storage.db.write({ autoDestroy: true })
    for (const { key, value } of this.#batch) batch.tryPut(key, value)
    this.#batch = []
    this.#bytes = 0
    await batch.flush()
  }
}
