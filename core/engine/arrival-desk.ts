/** A new device's side of linking: the code that was entered here, kept until this folder is that person's, or not. */
import { randomBytes } from 'node:crypto'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import {
  done,
  refuse,
  type BookId,
  type DeviceLinkId,
  type ErrorCode,
  type JoinRow,
  type LogId,
  type Outcome
} from '../contract/index.js'
import { bookIdOf } from '../identity/certificates.js'
import { deviceLinkIdOf } from '../identity/invite-code.js'
import { LinkNewcomer, wordsOfOwnArrival, type ArrivalRecord } from '../sync/linking-newcomer.js'
import type { Handover } from '../sync/linking-wire.js'
import { toHex } from '../sync/messages.js'
import { foundingFromMessage } from '../sync/proofs.js'
import type { Library } from './library.js'
import { arrivalsIn, stageLink } from './linked-folder.js'
import { readArrivals, type KeptArrival } from './sealed-files.js'
import type { Vault } from './vault.js'

export interface ArrivalDeskOptions {
  readonly folder: string
  readonly vault: Vault
  readonly library: Library
  /** FOLDER_NOT_EMPTY if there is anything here that becoming that person's would take away. */
  isFree(): Promise<Outcome<null>>
  /** Everything was handed over and is kept; this folder is to become that person's now. */
  arrived(): void
  readonly changed: () => void
}

export class ArrivalDesk {
  readonly #records = new Map<DeviceLinkId, KeptArrival>()
  readonly #newcomers = new Map<DeviceLinkId, LinkNewcomer>()
  /** Those whose books are in place: this folder is that person's. */
  readonly #placed = new Set<DeviceLinkId>()
  /** Those of them whose books have not all come yet: whatever comes may be the last of it. */
  readonly #receiving = new Set<DeviceLinkId>()
  #swarm: Hyperswarm | null = null
  #saving: Promise<void> = Promise.resolve()

  private constructor(private readonly o: ArrivalDeskOptions) {}

  /** Takes up what did not end. How a linking has ended is shown until the start after the one that ended it. */
  static async open(options: ArrivalDeskOptions, linked: 'just-now' | 'no'): Promise<ArrivalDesk> {
    const desk = new ArrivalDesk(options)
    options.library.on('changed', () => desk.#receiving.size > 0 && options.changed())
    for (const record of await readArrivals(options.vault, arrivalsIn(options.folder))) {
      if (record.books) desk.#placed.add(record.id)
      if (record.books) desk.#receiving.add(record.id)
      const isShown = linked === 'just-now' || (await desk.#step(record)) !== 'joined'
      if (isShown) desk.#records.set(record.id, record)
    }
    return desk
  }

  /** Begins to become that person's device, or takes it up again. */
  async arrive(secret: Uint8Array, deviceName: string): Promise<Outcome<JoinRow>> {
    const id = deviceLinkIdOf(secret)
    const known = this.#records.get(id)
    if (!known || known.refused) {
      const free = await this.o.isFree()
      if (!free.ok) return free
      // One at a time: a device becomes one person's.
      for (const other of [...this.#records.keys()]) await this.cancel(other)
      const [nonce, deviceSeed] = [toHex(randomBytes(32)), toHex(randomBytes(32))]
      const record = { id, secret: toHex(secret), deviceName, deviceSeed, nonce }
      await this.#save({ ...record, greeting: null, refused: null, books: null })
    }
    this.#start(id)
    return done(await this.#row(this.#records.get(id) as KeptArrival))
  }

  rows(): Promise<JoinRow[]> {
    return Promise.all([...this.#records.values()].map((record) => this.#row(record)))
  }

  async cancel(id: DeviceLinkId): Promise<Outcome<null>> {
    const record = this.#records.get(id)
    if (!record) return refuse('JOIN_UNKNOWN', 'There is no such join.')
    this.#records.delete(id)
    await this.#end(id)
    await this.#saveAll()
    this.o.changed()
    return done(null)
  }

  goOnline(swarm: Hyperswarm): void {
    this.#swarm = swarm
    for (const id of this.#records.keys()) this.#start(id)
  }

  attend(stream: NoiseStream): void {
    for (const newcomer of this.#newcomers.values()) newcomer.attend(stream)
  }

  async goOffline(): Promise<void> {
    this.#swarm = null
    const newcomers = [...this.#newcomers.values()]
    this.#newcomers.clear()
    await Promise.all(newcomers.map((newcomer) => newcomer.end()))
    await this.#saving
  }

  #start(id: DeviceLinkId): void {
    const record = this.#records.get(id)
    if (!record || record.refused || record.books || !this.#swarm || this.#newcomers.has(id)) return
    const newcomer = new LinkNewcomer({
      swarm: this.#swarm,
      record,
      platform: process.platform,
      save: (changed) => this.#update(changed),
      linked: (handover) => this.#linked(id, handover),
      randomBytes
    })
    newcomer.on('changed', this.o.changed)
    this.#newcomers.set(id, newcomer)
    for (const stream of this.#swarm.connections) newcomer.attend(stream)
  }

  async #end(id: DeviceLinkId): Promise<void> {
    const newcomer = this.#newcomers.get(id)
    this.#newcomers.delete(id)
    await newcomer?.end()
  }

  async #linked(id: DeviceLinkId, handover: Handover): Promise<void> {
    const record = this.#records.get(id)
    if (!record || record.books) return
    const books = handover.books.map(({ founding, bookName, vector }) => ({
      book: bookIdOf(foundingFromMessage(founding)),
      bookName,
      vector
    }))
    const arrival = { ...record, books }
    await stageLink(this.o.vault, this.o.folder, { handover, arrival })
    this.#records.set(id, arrival)
    this.o.arrived()
    this.o.changed()
  }

  async #row(record: KeptArrival): Promise<JoinRow> {
    const { id, greeting, refused, books } = record
    const [first] = books ?? []
    const words = wordsOfOwnArrival(record)
    return {
      kind: 'device-link',
      invite: id,
      step: await this.#step(record),
      words,
      answers: this.#newcomers.get(id)?.answers() ?? [],
      book: (first?.book as BookId | undefined) ?? null,
      bookName: first?.bookName ?? null,
      inviterName: greeting?.memberName ?? null,
      inviterDevice: greeting?.deviceName ?? null,
      books: books?.length ?? 0,
      reason: refused as ErrorCode | null
    }
  }

  async #step({ id, greeting, books, refused }: KeptArrival): Promise<JoinRow['step']> {
    if (refused) return 'refused'
    if (!greeting) return 'searching'
    if (!books) return 'waiting-for-admission'
    if (!this.#placed.has(id)) return 'receiving'
    for (const { book, vector } of books) {
      const session = await this.o.library.session(book as BookId)
      if (!session.ok && session.error.code !== 'BOOK_UNKNOWN') return 'receiving'
      // One that is not there was removed here since.
      if (!session.ok) continue
      const has = session.value.vector()
      if (Object.entries(vector).some(([log, length]) => (has[log as LogId] ?? 0) < length)) return 'receiving'
    }
    this.#receiving.delete(id)
    return 'joined'
  }

  /** Keeps what an arrival has come to, unless it was cancelled meanwhile. */
  async #update(record: ArrivalRecord): Promise<void> {
    const known = this.#records.get(record.id)
    if (known) await this.#save({ ...record, books: known.books })
  }

  async #save(record: KeptArrival): Promise<void> {
    this.#records.set(record.id, record)
    await this.#saveAll()
  }

  #saveAll(): Promise<void> {
    const { vault } = this.o
    const path = arrivalsIn(this.o.folder)
    const saving = this.#saving.then(() => vault.write(path, [...this.#records.values()]))
    this.#saving = saving.catch(() => {})
    return saving
  }
}
