/** One open book: its logs, their fold, this device's writer, and the connections to the other devices. */
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import type { NoiseStream } from 'hyperswarm'
import {
  done,
  refuse,
  type BookId,
  type DeviceId,
  type Farewell,
  type LogId,
  type Outcome,
  type Role,
  type Topic
} from '../contract/index.js'
import { isAuthority } from '../authority/acts.js'
import type { Roster } from '../authority/roster.js'
import type { Book } from '../book/book.js'
import type { Action } from '../domain/roles.js'
import type { Delivery } from '../log/delivery.js'
import { nextTurn } from '../log/event-loop.js'
import type { Intake } from '../log/intake.js'
import { LogLearner } from '../log/learner.js'
import type { LogStore } from '../log/store.js'
import type { LogWriter } from '../log/writer.js'
import type { Operation, PlacedEntry } from '../ops/operations.js'
import { toHex } from '../sync/messages.js'
import { Belonging } from './belonging.js'
import { BookSecrets } from './book-secrets.js'
import { Healer } from './healer.js'
import type { LedgerFold } from './ledger-fold.js'
import { Presence } from './presence.js'
import type { BookFile } from './sealed-files.js'
import { laterSecrets, openParts, type SessionOptions, type SessionParts } from './session-parts.js'
import type { Sightings } from './sightings.js'
import { inSlices } from './slices.js'
import { StateDigest } from './state-digest.js'

export interface SessionEvents {
  changed: [readonly Topic[]]
  /** An act of authority was taken in. */
  acts: []
  /** Another device of this person is here. */
  kin: [NoiseStream, DeviceId]
  /** A log was shown to have two histories: the book has to be opened again, as what was built on either is judged anew. */
  forked: []
}

/** Where an entry of this device went. */
export interface Written {
  readonly log: LogId
  readonly index: number
}

export class BookSession extends EventEmitter<SessionEvents> {
  readonly id: BookId
  readonly roster: Roster
  readonly delivery: Delivery
  readonly intake: Intake
  readonly sightings: Sightings
  readonly secrets: BookSecrets
  readonly belonging: Belonging
  readonly kind: BookFile['kind']
  /** Grows with every entry that becomes part of the book. */
  changes = 0
  readonly presence: Presence
  readonly store: LogStore
  readonly digest: StateDigest
  readonly #fold: LedgerFold
  readonly #writer: LogWriter
  readonly #learner: LogLearner
  readonly #healer: Healer
  #file: BookFile
  #saving: Promise<void> = Promise.resolve()
  #failure: string | null = null
  #lastWritten: Written | null = null
  #closed: 'open' | 'closed' = 'open'

  private constructor(
    readonly options: SessionOptions,
    { book, store, fold, delivery, intake, writer, sightings }: SessionParts
  ) {
    super()
    this.#file = options.file
    this.id = book
    this.roster = fold.roster
    this.delivery = delivery
    this.intake = intake
    this.sightings = sightings
    this.kind = options.file.kind
    this.store = store
    this.#fold = fold
    this.digest = new StateDigest(fold)
    this.#writer = writer
    this.#learner = new LogLearner(intake)
    this.secrets = new BookSecrets({
      store,
      roster: fold.roster,
      identity: options.identity,
      save: (later) =>
        this.#keep({ later: later.map(({ epoch, secret }) => ({ epoch, secret: toHex(secret) })) }),
      learned: () => this.intake.unlock()
    })
    this.belonging = new Belonging({
      book: this.id,
      identity: options.identity,
      roster: fold.roster,
      delivery,
      intake,
      store,
      file: () => this.#file,
      keep: (change) => this.#keep(change),
      writing: () => writer.log,
      dismissed: () => this.#changed(['books', 'people', 'sync'])
    })
    this.#healer = new Healer(this)
    this.presence = this.#makePresence()
  }

  /** Opens a book of this folder and reads all that is here. */
  static async open(options: SessionOptions): Promise<Outcome<BookSession>> {
    let session: BookSession | null = null
    const parts = await openParts(options, {
      deviceName: (device) => session?.deviceName(device) ?? '',
      noteEntry: (entry) => session?.noteEntry(entry),
      noteFold: () => session?.noteFold()
    })
    if (!parts.ok) return parts
    session = new BookSession(options, parts.value)
    session.#listen()
    await session.#readAll()
    void nextTurn().then(() => session.prepared())
    return done(session)
  }

  /** The book as it is now. While it is folded again this is the one from before. */
  get book(): Book {
    return this.#fold.book
  }

  get file(): BookFile {
    return this.#file
  }

  /** The role of the person at this device; null before they were admitted. */
  get role(): Role | null {
    return this.belonging.role
  }

  get failure(): string | null {
    return this.#failure
  }

  vector(): Readonly<Record<LogId, number>> {
    return this.delivery.causality.vector()
  }

  /** Resolves when whatever a view asks can be answered without much to do first. */
  prepared(): Promise<void> {
    return inSlices((isTimeUp) => this.book.prepareWork(isTimeUp))
  }

  deviceName(device: DeviceId): string {
    const known = this.sightings.one(device)
    const given = known && this.roster.deviceName(device, known.member)
    return given ?? known?.deviceName ?? device.slice(0, 8)
  }

  get farewell(): Farewell | null {
    return this.belonging.farewell
  }

  /** Takes in what an inviter handed over to one who has the book already: they may have been away for long. */
  async welcomeBack(file: BookFile): Promise<void> {
    this.#keep({ farewell: null, inviter: file.inviter })
    this.secrets.take(laterSecrets(file))
    await this.#learner.learn(file.logs as LogId[], this.options.identity.memberId)
    await this.#saving
    this.#changed(['people', 'sync'])
  }

  /** The last entry that this device wrote, in this run or an earlier one. */
  lastWritten(): Written | null {
    return this.#lastWritten
  }

  /** Refuses with NOT_ALLOWED what the fold would not count. */
  allows(action: Action, whose: 'own' | 'others' = 'own'): Outcome<null> {
    return this.belonging.allows(action, whose)
  }

  /** Makes operations one entry; `make` sees the book as the entry will. Done means durable. */
  async write(make: (log: LogId, index: number) => Outcome<readonly Operation[]>): Promise<Outcome<Written>> {
    for (;;) {
      await this.#fold.settled()
      if (this.#closed === 'closed') return STOPPED
      let written: Written | null = null
      let isEarly = false
      const outcome = await this.#writer.append(
        (log, index) => {
          isEarly = this.#fold.state === 'folding'
          if (this.#closed === 'closed') return STOPPED
          return isEarly ? refuse('INTERNAL', 'The book is folded again.') : make(log, index)
        },
        (log, index) => {
          written = { log, index }
          this.#changed(['transactions', 'accounts', 'people', 'sync'])
        }
      )
      if (isEarly && this.#closed === 'open') continue
      if (!outcome.ok) {
        if (outcome.error.code === 'STORAGE_FAILED') this.#failure = outcome.error.message
        return outcome
      }
      return done(written as unknown as Written)
    }
  }

  async close(): Promise<void> {
    this.#closed = 'closed'
    this.digest.close()
    this.#healer.close()
    await this.presence.goOffline()
    await this.intake.close()
    await this.#fold.close()
    await this.#writer.close()
    await this.sightings.save()
    await this.#saving
    await this.store.close()
  }

  /** Called for each delivered entry. */
  noteEntry(entry: PlacedEntry): void {
    this.changes++
    this.secrets.note(entry)
    for (const operation of entry.ops) {
      if (operation.kind !== 'nameDevice' || !this.roster.devicesOf(entry.author).includes(operation.device))
        continue
      this.sightings.name(entry.author, operation.device, operation.name)
    }
    if (entry.ops.some(isAuthority)) {
      this.#healer.look()
      this.emit('acts')
    }
    if (entry.device === this.options.identity.deviceId)
      this.#lastWritten = { log: entry.log, index: entry.index }
  }

  /** The book was folded again. */
  noteFold(): void {
    this.changes++
    this.#changed(['transactions', 'accounts', 'people', 'sync'])
  }

  /**
   * Reads all logs that are stored here; resolves when all of it is part of the book. Those that this device was handed
   * over with the book are taken up like any that it is told of: nobody knows yet whether they are any.
   */
  async #readAll(): Promise<void> {
    for (const log of await this.store.stored()) await this.intake.add(log, 'stored')
    await this.#learner.learn(this.#file.logs as LogId[], this.options.identity.memberId)
    await this.intake.settled()
    await this.#fold.settled()
  }

  #listen(): void {
    this.intake.on('delivered', () => this.#changed(['transactions', 'accounts', 'people', 'sync']))
    this.intake.on('log', (log, author) => {
      this.secrets.noteLog()
      this.sightings.introduce(author)
      this.#learner.verified(log)
    })
    this.intake.on('left', (log) => this.#learner.left(log))
    this.intake.on('forked', (log) => this.presence.suspect(log))
    this.intake.on('failed', (error) => {
      this.#failure = error instanceof Error ? error.message : String(error)
      this.#changed(['sync'])
    })
  }

  /** Evidence about a log: found here, or sent. */
  async #takeFork(log: LogId, evidence: Uint8Array): Promise<Outcome<unknown>> {
    if (this.#closed === 'closed') return STOPPED
    const taken = await this.store.keepFork(log, evidence)
    if (!taken.ok || taken.value === 'known') return taken
    this.presence.tellForks()
    this.emit('forked')
    return taken
  }

  /** null while it is being worked out: peers are told once it is there. */
  #digestToTell(): string | null {
    const digest = this.digest.ifReady()
    if (digest === null) void this.presence.tell()
    return digest === 'folding' ? null : digest
  }

  #makePresence(): Presence {
    const { identity, deviceName } = this.options
    return new Presence({
      swarm: {
        book: this.id,
        secrets: () => this.secrets.all().map(({ secret }) => secret),
        certificate: identity.certificate(deviceName),
        device: identity.device,
        store: this.store,
        side: {
          vector: () => this.vector(),
          digest: () => this.#digestToTell(),
          standingOf: (remote) => this.belonging.standingOf(remote),
          farewell: (why, from) => this.belonging.told(why, from),
          welcome: () => this.belonging.welcomed(),
          met: ({ member, device }, stream) => {
            if (member === identity.memberId && device !== identity.deviceId) this.emit('kin', stream, device)
          },
          learn: (logs, from) => this.#learner.learn(logs, from),
          toHandOver: () => this.secrets.toHandOver(),
          offered: (secrets, from) => this.secrets.offered(secrets, from),
          forks: {
            has: (log) => this.intake.has(log),
            unproved: () => this.intake.unproved().filter((log) => !this.store.forks.get(log)),
            take: (log, evidence) => this.#takeFork(log, evidence)
          },
          parting: this.belonging.parting,
          recall: this.belonging.recall
        }
      },
      sightings: this.sightings,
      changed: () => this.#changed(['sync']),
      isBusy: () => this.intake.isBusy,
      prepareDigest: () => this.digest.settled()
    })
  }

  #keep(change: Partial<BookFile>): void {
    this.#file = { ...this.#file, ...change }
    const { vault, folder } = this.options
    const path = join(folder, 'book.sealed')
    this.#saving = this.#saving
      .then(() => vault.write(path, this.#file))
      .catch((error: unknown) => {
        this.#failure = error instanceof Error ? error.message : String(error)
      })
  }

  #changed(topics: readonly Topic[]): void {
    this.emit('changed', topics)
  }
}

const STOPPED = refuse('ENGINE_STOPPED', 'The book is being opened again. Try again.', { executed: 'no' })
