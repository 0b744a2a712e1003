/**
 * Makes "saved" mean synced. RocksDB appends each write to its write-ahead log without syncing it; what is written is
 * safe from `kill -9` (the system's page cache has it) but not from a power cut. This syncs the log after writes, one
 * sync for all writes that came since the last one began (group commit).
 *
 * All cores of a store share one write-ahead log, so what is synced is always a prefix of what was written.
 */
import { open, readdir, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type Corestore from 'corestore'

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class Durability {
  readonly #store: Corestore
  readonly #folder: string
  #file: { readonly name: string; readonly handle: FileHandle } | null = null
  #waiters: Waiter[] = []
  #running: Promise<void> | null = null
  /** How many syncs were made, for tests and measurements. */
  syncs = 0

  /** `folder`: where the Corestore is; its database is in `db` below it. */
  constructor(store: Corestore, folder: string) {
    this.#store = store
    this.#folder = join(folder, 'db')
  }

  /** Resolves when every write that had returned before this call would survive a power cut. */
  synced(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
      this.#running ??= this.#run().finally(() => (this.#running = null))
    })
  }

  async close(): Promise<void> {
    await this.#running
    await this.#file?.handle.close()
    this.#file = null
  }

  async #run(): Promise<void> {
    while (this.#waiters.length > 0) {
      const batch = this.#waiters
      this.#waiters = []
      try {
        await this.#sync()
        for (const waiter of batch) waiter.resolve()
      } catch (error) {
        for (const waiter of batch) waiter.reject(error)
      }
    }
  }

  async #sync(): Promise<void> {
    const name = basename((await this.#store.storage.rocks.currentWalFile()).path)
    if (this.#file?.name !== name) await this.#changeFile(name)
    await this.#file?.handle.datasync()
    this.syncs++
  }

  /**
   * The log rolled over. Files between the one synced last and the new one hold writes that no sync covered yet. One
   * that is gone is in the tables already, and RocksDB syncs a table before it deletes the log that it came from.
   */
  async #changeFile(name: string): Promise<void> {
    const last = this.#file
    if (last) {
      await last.handle.datasync()
      await last.handle.close()
      this.#file = null
    }
    const logs = (await readdir(this.#folder)).filter((file) => file.endsWith('.log')).sort()
    for (const file of logs) {
      if (file === name || (last && file <= last.name)) continue
      const handle = await openIfThere(join(this.#folder, file))
      await handle?.datasync()
      await handle?.close()
    }
    this.#file = { name, handle: await open(join(this.#folder, name), 'r+') }
    // The first file of a new store stands in folders that are new too.
    for (const path of last
      ? [this.#folder]
      : [this.#folder, dirname(this.#folder), dirname(dirname(this.#folder))]) {
      const folder = await open(path, 'r')
      await folder.sync()
      await folder.close()
    }
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
