/** Another device's store of a book, without network: takes over what the first has, and looks for forks. */
import { cp, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { LogId } from '../../core/contract/index.js'
import { Roster } from '../../core/authority/roster.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'
import { BookFile, readSealed } from '../../core/engine/sealed-files.js'
import { openVault } from '../../core/engine/keyring.js'
import { bookIdOf, memberIdOf } from '../../core/identity/certificates.js'
import { Delivery } from '../../core/log/delivery.js'
import { Intake } from '../../core/log/intake.js'
import { LogStore } from '../../core/log/store.js'
import { fromHex } from '../../core/sync/messages.js'
import { foundingFromMessage } from '../../core/sync/proofs.js'
import { newBook, valueOf } from './book-world.js'

export interface Comparison {
  /** Forks that Hypercore saw in all of the replica's time. */
  readonly conflicts: number
  /** State digests of the first device and of the replica. */
  readonly ours: string
  readonly theirs: string
  /** Entries that the replica has and cannot apply. */
  readonly pending: number
}

export interface Replica {
  /** Where the first device's logs are. */
  readonly storeFolder: string
  catchUp(): Promise<Comparison>
  /** As `catchUp`, from a copy of the first device's store, which itself is not touched. */
  catchUpWithCopy(): Promise<Comparison>
  close(): Promise<void>
}

/** Follows the one book of the data folder, which no process may have open whenever it catches up. */
export async function openReplica(dataFolder: string, folder: string): Promise<Replica> {
  const [book = ''] = await readdir(path.join(dataFolder, 'books'))
  const bookFolder = path.join(dataFolder, 'books', book)
  const vault = valueOf(await openVault(dataFolder, PLAIN_KEYS))
  const file = await readSealed(vault, path.join(bookFolder, 'book.sealed'), BookFile)
  if (!file) throw new Error('there is no book')
  const founding = foundingFromMessage(file.founding)
  const secret = fromHex(file.secret)
  const storeFolder = path.join(bookFolder, 'store')
  let conflicts = 0

  const reader = async (at: string) => {
    const store = valueOf(await LogStore.open({ folder: at, secret }))
    const roster = new Roster(memberIdOf(founding.founder))
    const fold = newBook()
    const delivery = new Delivery((entry) => {
      roster.apply(entry)
      fold.apply(entry, roster.judge)
    })
    const intake = new Intake(store, delivery, bookIdOf(founding))
    const add = async (log: LogId): Promise<void> => {
      if ((await intake.add(log)) === 'added') (await store.open(log)).on('conflict', () => conflicts++)
    }
    for (const log of await store.stored()) await add(log)
    await intake.settled()
    return {
      store,
      intake,
      delivery,
      add,
      digest: () => [fold.digest(), ...roster.facts()].join('\n'),
      close: async () => {
        await intake.close()
        await store.close()
      }
    }
  }

  const mine = await reader(folder)

  const catchUpWith = async (at: string): Promise<Comparison> => {
    const other = await reader(at)
    for (const log of await other.store.stored()) await mine.add(log)
    for (const log of await mine.store.stored()) await other.add(log)
    const here = mine.store.corestore.replicate(true)
    const there = other.store.corestore.replicate(false)
    here.on('error', () => {})
    there.on('error', () => {})
    here.pipe(there).pipe(here)
    const isEven = (): boolean => {
      const [a, b] = [mine.delivery.causality.vector(), other.delivery.causality.vector()]
      return Object.keys({ ...a, ...b }).every((log) => a[log as LogId] === b[log as LogId])
    }
    const until = Date.now() + 20_000
    while (!isEven() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
    const comparison = {
      conflicts,
      ours: other.digest(),
      theirs: mine.digest(),
      pending: mine.delivery.pending()
    }
    here.destroy()
    there.destroy()
    await other.close()
    return comparison
  }

  return {
    storeFolder,
    catchUp: () => catchUpWith(storeFolder),
    async catchUpWithCopy() {
      const copy = `${folder}-copy`
      await cp(storeFolder, copy, { recursive: true })
      const comparison = await catchUpWith(copy)
      await rm(copy, { recursive: true, force: true })
      return comparison
    },
    close: () => mine.close()
  }
}
