/** One open book: its logs, their fold, this device's writer, and the connections to the other devices. */
import { EventEmitter } from 'node:events'
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import sodium from 'sodium-universal'
import {
  done,
  refuse,
  type BookId,
  type DeviceId,
  type LogId,
  type MemberId,
  type Outcome,
  type Role,
  type Topic
} from '../contract/index.js'
import { Roster } from '../authority/roster.js'
import { Book } from '../book/book.js'
import { may, type Action } from '../domain/roles.js'
import { bookIdOf, memberIdOf } from '../identity/certificates.js'
import { Delivery } from '../log/delivery.js'
import { Intake } from '../log/intake.js'
import { LogLearner } from '../log/learner.js'
import { LogStore } from '../log/store.js'
import { LogWriter, retireSegment, type WriterStateFile } from '../log/writer.js'
import type { Operation, PlacedEntry } from '../ops/operations.js'
import { foundingFromMessage } from '../sync/proofs.js'
import { fromHex, toHex } from '../sync/messages.js'
import type { Identity } from './identity-file.js'
import { Presence } from './presence.js'
import { readWriterState, writeWriterState, type BookFile } from './sealed-files.js'
import { Sightings } from './sightings.js'
import { inSlices } from './slices.js'
import type { Vault } from './vault.js'

export interface SessionOptions {
  /** The book's own folder. */
  readonly folder: string
  readonly file: BookFile
  readonly vault: Vault
  readonly identity: Identity
  readonly deviceName: string
}

export interface SessionEvents {
  changed: [readonly Topic[]]
}

/** Where an entry of this device went. */
export interface Written {
  readonly log: LogId
  readonly index: number
}

export class BookSession extends EventEmitter<SessionEvents> {
  readonly id: BookId
  readonly roster: Roster
  readonly book: Book
  readonly delivery: Delivery
  readonly kind: BookFile['kind']
  /** Grows with every entry that becomes part of the book. */
  changes = 0
  readonly presence: Presence
  readonly #learner: LogLearner
  #failure: string | null = null
  #lastWritten: Written | null = null

  private constructor(
    readonly options: SessionOptions,
    readonly store: LogStore,
    readonly intake: Intake,
    private readonly writer: LogWriter,
    readonly sightings: Sightings,
    parts: { id: BookId; roster: Roster; book: Book; delivery: Delivery }
  ) {
    super()
    this.id = parts.id
    this.roster = parts.roster
    this.book = parts.book
    this.delivery = parts.delivery
    this.kind = options.file.kind
    this.#learner = new LogLearner(intake)
    this.presence = this.#makePresence()
  }

  /** Opens a book of this folder and reads all that is here. */
  static async open(options: SessionOptions): Promise<Outcome<BookSession>> {
    const { file, folder, vault, identity } = options
    const founding = foundingFromMessage(file.founding)
    const id = bookIdOf(founding)
    const statePath = join(folder, 'writer.sealed')
    const state: WriterStateFile = {
      load: () => readWriterState(vault, statePath),
      save: (written) => writeWriterState(vault, statePath, written)
    }
    const opened = await LogStore.open({
      folder: join(folder, 'store'),
      secret: fromHex(file.secret),
      moved: () => retireSegment(state)
    })
    if (!opened.ok) return opened
    const store = opened.value
    const roster = new Roster(memberIdOf(founding.founder))
    let session: BookSession | null = null
    const book = new Book({
      directory: {
        memberName: (member) => roster.memberName(member),
        deviceName: (device) => session?.deviceName(device) ?? ''
      },
      hash
    })
    const delivery = new Delivery((entry) => {
      roster.apply(entry)
      book.apply(entry, roster.judge)
      session?.noteEntry(entry)
    })
    const intake = new Intake(store, delivery, id)
    const writer = new LogWriter({
      store,
      intake,
      delivery,
      founding,
      certificate: identity.certificate(options.deviceName),
      device: identity.device,
      now: Date.now,
      randomBytes,
      state
    })
    const sightings = await Sightings.open(vault, join(folder, 'sightings.sealed'))
    session = new BookSession(options, store, intake, writer, sightings, { id, roster, book, delivery })
    session.#listen()
    await session.#readAll()
    void nextTurn().then(() => session.prepared())
    return done(session)
  }

  /** The role of the person at this device; null before they were admitted. */
  get role(): Role | null {
    return this.roster.role(this.options.identity.memberId)
  }

  get failure(): string | null {
    return this.#failure
  }

  vector(): Readonly<Record<LogId, number>> {
    return this.delivery.causality.vector()
  }

  /** Hex, 32 bytes: the whole state, people included. Equal vectors have equal digests. */
  digest(): string {
    const people = Buffer.from(this.roster.facts().join('\n'), 'utf8')
    return toHex(hash(Buffer.concat([Buffer.from(this.book.digest(), 'hex'), hash(people)])))
  }

  /** The digest, worked out in slices where much has changed. */
  async digestSettled(): Promise<string> {
    await inSlices((isTimeUp) => this.book.digestWork(isTimeUp))
    return this.digest()
  }

  /** Resolves when whatever a view asks can be answered without much to do first. */
  prepared(): Promise<void> {
    return inSlices((isTimeUp) => this.book.prepareWork(isTimeUp))
  }

  deviceName(device: DeviceId): string {
    return this.sightings.name(device) ?? device.slice(0, 8)
  }

  /** The last entry that this device wrote, in this run or an earlier one. */
  lastWritten(): Written | null {
    return this.#lastWritten
  }

  /** Refuses with NOT_ALLOWED what the fold would not count. */
  allows(action: Action, whose: 'own' | 'others' = 'own'): Outcome<null> {
    const { role } = this
    if (!role) return refuse('NOT_A_MEMBER', 'You are not a member of this book yet.')
    if (may(role, action, whose)) return done(null)
    return refuse('NOT_ALLOWED', `As ${role} you may not do this: ${action}.`, { role, action })
  }

  /** Makes operations one entry; `make` sees the book as the entry will. Done means durable. */
  async write(make: (log: LogId, index: number) => Outcome<readonly Operation[]>): Promise<Outcome<Written>> {
    let written: Written | null = null
    const outcome = await this.writer.append(make, (log, index) => {
      written = { log, index }
      this.#changed(['transactions', 'accounts', 'people', 'sync'])
    })
    if (!outcome.ok) {
      if (outcome.error.code === 'STORAGE_FAILED') this.#failure = outcome.error.message
      return outcome
    }
    return done(written as unknown as Written)
  }

  async close(): Promise<void> {
    await this.presence.goOffline()
    await this.intake.close()
    await this.writer.close()
    await this.sightings.save()
    await this.store.close()
  }

  /** Called for each delivered entry. */
  noteEntry(entry: PlacedEntry): void {
    this.changes++
    if (entry.device === this.options.identity.deviceId)
      this.#lastWritten = { log: entry.log, index: entry.index }
  }

  /** Reads all logs that are stored here; resolves when all of it is part of the book. */
  async #readAll(): Promise<void> {
    const logs = [...(await this.store.stored()), ...(this.options.file.logs as LogId[])]
    for (const log of logs) await this.intake.add(log, 'stored')
    await this.intake.settled()
  }

  #listen(): void {
    this.intake.on('delivered', () => this.#changed(['transactions', 'accounts', 'people', 'sync']))
    this.intake.on('log', (log, author) => {
      this.sightings.introduce(author)
      this.#learner.verified(log)
    })
    this.intake.on('left', (log) => this.#learner.left(log))
    this.intake.on('failed', (error) => {
      this.#failure = error instanceof Error ? error.message : String(error)
      this.#changed(['sync'])
    })
  }

  #makePresence(): Presence {
    const { identity, file, deviceName } = this.options
    return new Presence({
      swarm: {
        book: this.id,
        secret: fromHex(file.secret),
        certificate: identity.certificate(deviceName),
        device: identity.device,
        store: this.store,
        side: {
          vector: () => this.vector(),
          digest: () => this.digest(),
          isMember: (member) => this.#isTrusted(member),
          learn: (logs, from) => this.#learner.learn(logs, from)
        }
      },
      sightings: this.sightings,
      changed: () => this.#changed(['sync']),
      isBusy: () => this.intake.isBusy,
      prepareDigest: () => this.digestSettled()
    })
  }

  /** Members, and until the book is read whoever let this device in. */
  #isTrusted(member: MemberId): boolean {
    const { inviter } = this.options.file
    if (this.roster.role(member)) return true
    return inviter !== null && member === memberIdOf(fromHex(inviter))
  }

  #changed(topics: readonly Topic[]): void {
    this.emit('changed', topics)
  }
}

/** BLAKE2b, 32 bytes, by libsodium. */
export function hash(bytes: Uint8Array): Uint8Array {
  const output = Buffer.allocUnsafe(32)
  sodium.crypto_generichash(output, bytes)
  return output
}
