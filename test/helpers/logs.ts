/** Logs of several people in stores of their own, and what reads them, without network. */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import sodium from 'sodium-universal'
import type { LogId, MemberId } from '../../core/contract/index.js'
import { bookIdOf, certifyDevice, found, memberIdOf } from '../../core/identity/certificates.js'
import { keyPairOf, type KeyPair } from '../../core/identity/keys.js'
import { Delivery } from '../../core/log/delivery.js'
import { makeHeader } from '../../core/log/header.js'
import { Intake } from '../../core/log/intake.js'
import { LogShares } from '../../core/log/shares.js'
import { LogStore } from '../../core/log/store.js'
import type { Entry, PlacedEntry } from '../../core/ops/operations.js'
import { valueOf } from './book-world.js'
import { blockOf } from './log-world.js'

const secret = new Uint8Array(32).fill(4)
const founding = found(keyPairOf(new Uint8Array(32).fill(1)), new Uint8Array(32).fill(3), 1)
export const BOOK = bookIdOf(founding)

export const openStore = async (folder: string, name: string): Promise<LogStore> =>
  valueOf(await LogStore.open({ folder: path.join(folder, name), secret }))

/** A person with one device. */
export class Person {
  readonly #keys: KeyPair = keyPairOf(randomBytes(32))
  readonly #device: KeyPair = keyPairOf(randomBytes(32))
  readonly member: MemberId = memberIdOf(this.#keys.publicKey)
  readonly #secretKeys = new Map<LogId, Buffer>()
  #segments = 0

  /** Starts a log in a store: a header, and these entries. */
  async log(store: LogStore, entries: readonly Partial<Entry>[] = []): Promise<LogId> {
    const publicKey = Buffer.alloc(32)
    const secretKey = Buffer.alloc(64)
    sodium.crypto_sign_seed_keypair(publicKey, secretKey, randomBytes(32))
    const { log, core } = await store.create(publicKey)
    const device = { publicKey: this.#device.publicKey, name: 'Laptop', platform: 'linux' }
    const header = makeHeader({
      founding,
      certificate: certifyDevice(this.#keys, device, 1),
      device: this.#device,
      log,
      segment: this.#segments++,
      previous: null
    })
    const blocks = [header, ...entries.map((entry) => blockOf(log, entry))]
    await core.append(blocks, { keyPair: { publicKey, secretKey } })
    this.#secretKeys.set(log, secretKey)
    return log
  }

  /** Appends an entry to a log that was started here. */
  async write(store: LogStore, log: LogId, entry: Partial<Entry>): Promise<void> {
    const core = await store.open(log)
    const [publicKey, secretKey] = [core.manifest?.signers[0]?.publicKey, this.#secretKeys.get(log)]
    if (!publicKey || !secretKey) throw new Error('no log of this person')
    await core.append(blockOf(log, entry), { keyPair: { publicKey, secretKey } })
  }
}

export interface Reader {
  readonly store: LogStore
  readonly intake: Intake
  readonly delivery: Delivery
  readonly delivered: PlacedEntry[]
  /** Logs that are part of the book here. */
  logs(): LogId[]
  close(): Promise<void>
}

/** Follows what is stored, as a book does when it is opened. */
export async function openReader(store: LogStore, logsOfAMember: number): Promise<Reader> {
  const delivered: PlacedEntry[] = []
  const delivery = new Delivery((entry) => delivered.push(entry))
  const intake = new Intake(store, delivery, BOOK, undefined, new LogShares(logsOfAMember))
  for (const log of await store.stored()) await intake.add(log, 'stored')
  await intake.settled()
  return {
    store,
    intake,
    delivery,
    delivered,
    logs: () => [...delivery.causality.logs()],
    async close() {
      await intake.close()
      await store.close()
    }
  }
}

/** Lets one store have what the other has. Resolves to what ends it. */
export function replicate(from: LogStore, to: LogStore): () => void {
  const [here, there] = [from.corestore.replicate(true), to.corestore.replicate(false)]
  for (const stream of [here, there]) stream.on('error', () => {})
  here.pipe(there).pipe(here)
  return () => {
    here.destroy()
    there.destroy()
  }
}
