/** The search for a person's books with nothing but their phrase; kept until they stop it. */
import { join } from 'node:path'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import * as v from 'valibot'
import type { BookId, DeviceId, LogId, MemberId, RecoveryRow, RecoveryStatus } from '../contract/index.js'
import { bookIdOf, keyOf } from '../identity/certificates.js'
import { toHex } from '../sync/messages.js'
import { foundingFromMessage } from '../sync/proofs.js'
import { RecoverySeeker, type OfferingDevice } from '../sync/recovery-seeker.js'
import { FOUNDING_EPOCH, type OfferMessage } from '../sync/recovery-wire.js'
import type { Identity } from './identity-file.js'
import type { Library } from './library.js'
import { readSealed } from './sealed-files.js'
import type { SettingsFile } from './settings-file.js'
import { Turns } from './turns.js'
import type { Vault } from './vault.js'

const RecoveryFile = v.strictObject({
  search: v.picklist(['searching', 'stopped']),
  books: v.array(
    v.strictObject({
      book: v.string(),
      bookName: v.string(),
      from: v.strictObject({ member: v.string(), name: v.string(), device: v.string() }),
      /** What was there; the book is recovered when so much of it is here. */
      vector: v.record(v.string(), v.number())
    })
  )
})
type RecoveryFile = v.InferOutput<typeof RecoveryFile>
type FoundBook = RecoveryFile['books'][number]

export interface RecoveryDeskOptions {
  readonly folder: string
  readonly vault: Vault
  readonly identity: Identity
  readonly settings: SettingsFile
  readonly library: Library
  forget(book: BookId): Promise<void>
  readonly changed: () => void
}

export class RecoveryDesk {
  #swarm: Hyperswarm | null = null
  #seeker: RecoverySeeker | null = null
  #saving: Promise<void> = Promise.resolve()
  /** Offers of one book can come from several at once. */
  readonly #turns = new Turns()

  private constructor(
    private readonly o: RecoveryDeskOptions,
    private file: RecoveryFile | null
  ) {}

  static async open(options: RecoveryDeskOptions): Promise<RecoveryDesk> {
    return new RecoveryDesk(options, await readSealed(options.vault, pathOf(options), RecoveryFile))
  }

  /** Searches from now on, also after a restart. */
  async begin(): Promise<RecoveryStatus> {
    await this.#save({ search: 'searching', books: this.file?.books ?? [] })
    this.#start()
    return this.status()
  }

  async stop(): Promise<RecoveryStatus> {
    if (this.file) await this.#save({ ...this.file, search: 'stopped' })
    await this.#end()
    return this.status()
  }

  async status(): Promise<RecoveryStatus> {
    const rows = await Promise.all((this.file?.books ?? []).map((found) => this.#row(found)))
    return { search: this.file?.search ?? 'none', rows: rows.filter((row) => row !== null) }
  }

  goOnline(swarm: Hyperswarm): void {
    this.#swarm = swarm
    this.#start()
  }

  attend(stream: NoiseStream): void {
    this.#seeker?.attend(stream)
  }

  async goOffline(): Promise<void> {
    this.#swarm = null
    await this.#end()
    await this.#saving
  }

  #start(): void {
    const { identity, settings } = this.o
    const { member } = identity
    if (!member || !this.#swarm || this.#seeker || this.file?.search !== 'searching') return
    this.#seeker = new RecoverySeeker({
      swarm: this.#swarm,
      member,
      certificate: identity.certificate(settings.current.deviceName),
      found: (offer, from) => this.#turns.take(() => this.#found(offer, from))
    })
    for (const stream of this.#swarm.connections) this.#seeker.attend(stream)
  }

  async #end(): Promise<void> {
    const seeker = this.#seeker
    this.#seeker = null
    await seeker?.end()
  }

  /** Keeps an offered book. The first who offers it is who this device trusts until it has read it. */
  async #found(offer: OfferMessage, from: OfferingDevice): Promise<void> {
    const { founding, vector, bookName, memberName, secrets } = offer
    const secret = secrets.find(({ epoch }) => epoch === FOUNDING_EPOCH)?.secret
    if (!secret) throw new Error('an offer without its founding secret')
    const logs = Object.keys(vector)
    const inviter = toHex(keyOf(from.member))
    const book = bookIdOf(foundingFromMessage(founding))
    await this.#makeRoom(book, secret)
    const later = secrets.filter(({ epoch }) => epoch !== FOUNDING_EPOCH)
    const adopted = await this.o.library.adopt({ founding, secret, later, logs, kind: 'shared', inviter })
    if (!adopted.ok) throw new Error(adopted.error.message)
    const known = this.file?.books ?? []
    if (known.some((found) => found.book === book)) return
    adopted.value.on('changed', this.o.changed)
    const { member, device } = from
    await this.#save({
      search: this.file?.search ?? 'searching',
      books: [...known, { book, bookName, from: { member, name: memberName, device }, vector }]
    })
  }

  /**
   * Whoever knows a book of old can offer it with a secret that opens nothing. As long as nothing of it came, another
   * offer with another secret takes its place.
   */
  async #makeRoom(book: BookId, secret: string): Promise<void> {
    const session = await this.o.library.session(book)
    if (!session.ok || session.value.file.secret === secret) return
    if (Object.keys(session.value.vector()).length > 0) return
    await this.o.forget(book)
    const books = (this.file?.books ?? []).filter((found) => found.book !== book)
    await this.#save({ search: this.file?.search ?? 'searching', books })
  }

  /** null for a book that was found and has been removed here since. */
  async #row({ book, bookName, from, vector }: FoundBook): Promise<RecoveryRow | null> {
    const session = await this.o.library.session(book as BookId)
    if (!session.ok && session.error.code === 'BOOK_UNKNOWN') return null
    return {
      book: book as BookId,
      bookName,
      from: { member: from.member as MemberId, name: from.name, device: from.device as DeviceId },
      step: session.ok && covers(session.value.vector(), vector) ? 'recovered' : 'receiving'
    }
  }

  #save(file: RecoveryFile): Promise<void> {
    this.file = file
    const saving = this.#saving.then(() => this.o.vault.write(pathOf(this.o), file))
    this.#saving = saving.catch(() => {})
    this.o.changed()
    return saving
  }
}

const covers = (has: Readonly<Record<LogId, number>>, vector: FoundBook['vector']): boolean =>
  Object.entries(vector).every(([log, length]) => (has[log as LogId] ?? 0) >= length)

const pathOf = ({ folder }: RecoveryDeskOptions): string => join(folder, 'recovery.sealed')
