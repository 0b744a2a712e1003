/** One run of the app on a simulated device: from its start to its end, proper or not. Composed as `BookSession` is. */
import type { BookId, DeviceId, LogId, MemberId, Outcome, Role } from '../../core/contract/index.js'
import { done, refuse } from '../../core/contract/index.js'
import { isAuthority } from '../../core/authority/acts.js'
import type { Roster } from '../../core/authority/roster.js'
import type { Book } from '../../core/book/book.js'
import type { Action } from '../../core/domain/roles.js'
import { Belonging } from '../../core/engine/belonging.js'
import { BookSecrets } from '../../core/engine/book-secrets.js'
import type { BookSession } from '../../core/engine/book-session.js'
import { Healer, type HealerSide } from '../../core/engine/healer.js'
import { LedgerFold } from '../../core/engine/ledger-fold.js'
import type { Delivery } from '../../core/log/delivery.js'
import { Intake } from '../../core/log/intake.js'
import { LogLearner } from '../../core/log/learner.js'
import { LogSecrets, type Epoch } from '../../core/log/secrets.js'
import type { FolderOrigin } from '../../core/log/store.js'
import { retireSegment, type LogWriter, type WriterStateFile } from '../../core/log/writer.js'
import type { PlacedEntry } from '../../core/ops/operations.js'
import type { Around, Make } from './around.js'
import { isSame, type BookRecord } from './disk.js'
import { Io } from './io.js'
import { simulatedPace } from './pace.js'
import type { Peer } from './peer.js'
import { makeStateFile, makeStore, makeWriter, STATE_MS } from './run-writing.js'
import type { SimStore } from './store.js'
import type { Acknowledged } from './truth.js'
import { digestOf } from './views.js'

/** How long someone looks at an error message. */
const PATIENCE_MS = 2_000

export class Run implements HealerSide {
  state: 'opening' | 'up' | 'closing' | 'over' = 'opening'
  readonly kind = 'shared'
  readonly id: BookId
  readonly roster: Roster
  readonly delivery: Delivery
  readonly intake: Intake
  readonly secrets: BookSecrets
  readonly belonging: Belonging
  readonly options: HealerSide['options']
  /** Logs of which this device has seen two histories. */
  readonly forked = new Set<LogId>()
  readonly #io: Io
  readonly #fold: LedgerFold
  readonly #store: SimStore
  readonly #stateFile: WriterStateFile
  readonly #learner: LogLearner
  readonly #writer: LogWriter
  readonly #healer: Healer
  /** The disk failed: from then on this run saves nothing. */
  #diskFailed: 'no' | 'yes' = 'no'
  #record: BookRecord
  #saving: Promise<void> = Promise.resolve()

  constructor(
    private readonly peer: Peer,
    private readonly around: Around,
    private readonly origin: FolderOrigin
  ) {
    const { parts, founder, truth, scheduler, random, book } = around
    const isAlive = () => this.state !== 'over'
    const pace = simulatedPace({ scheduler, random, isAlive })
    const identity = { memberId: peer.member, deviceId: peer.deviceId }
    this.id = book
    const member = peer.phrase === 'here' ? peer.identity.memberKeys : null
    this.options = { deviceName: peer.name, identity: { ...identity, member } }
    this.#record = peer.disk.book
    this.#io = new Io({ scheduler, random, isAlive, faults: peer.faults })
    this.roster = parts.roster(founder)
    this.#fold = new LedgerFold({
      roster: this.roster,
      makeBook: () => this.#makeBook(),
      read: (log, from, to) => this.intake.read(log, from, to),
      changed: () => this.#foldedAgain(),
      pace
    })
    this.delivery = parts.delivery((entry) => {
      truth.delivered(peer.name, entry, this.delivery.causality)
      this.#fold.apply(entry)
      this.#note(entry)
    })
    this.#fold.attach(this.delivery)
    const device = { peer, around, origin, io: this.#io }
    this.#store = makeStore(device, new LogSecrets(around.secret, this.#record.later))
    this.#stateFile = makeStateFile(device)
    const store = this.#store.asLogStore()
    this.intake = new Intake(store, this.delivery, book, pace)
    this.#learner = new LogLearner(this.intake)
    this.intake.on('delivered', () => around.tell(peer))
    this.intake.on('log', (log) => {
      this.secrets.noteLog()
      this.#learner.verified(log)
    })
    this.intake.on('left', (log) => this.#learner.left(log))
    this.intake.on('failed', (error) => this.#threw('reads', error))
    const { intake, delivery } = this
    this.#writer = makeWriter(device, { store, intake, delivery, state: this.#stateFile })
    this.secrets = new BookSecrets({
      store,
      roster: this.roster,
      identity: { open: (sealed, bytes) => peer.open(sealed, bytes) },
      save: (later) => this.#keep({ later: [...later] }),
      learned: () => this.intake.unlock(),
      randomBytes: (count) => random.bytes(count)
    })
    this.belonging = new Belonging({
      book,
      identity: { ...identity, device: peer.identity.device },
      roster: this.roster,
      delivery: this.delivery,
      intake: this.intake,
      store,
      file: () => this.#record,
      keep: (change) => this.#keep(change),
      writing: () => this.#writer.log,
      dismissed: () => this.#dismissed()
    })
    this.#healer = new Healer(this, pace)
  }

  get book(): Book {
    return this.#fold.book
  }

  get role(): Role | null {
    return this.belonging.role
  }

  get isFolding(): boolean {
    return this.#fold.state === 'folding'
  }

  /** The segment that is being written, if one is. */
  get log(): LogId | null {
    return this.#writer.log
  }

  /** What new logs are written with. */
  get epoch(): Epoch {
    return this.#store.epoch
  }

  vector(): Readonly<Record<LogId, number>> {
    return this.delivery.causality.vector()
  }

  /** As `BookSession.digest`; null while the book is folded again. */
  digest(): string | null {
    return this.isFolding ? null : digestOf(this.book, this.roster)
  }

  /** Refuses what the person may not do. */
  allows(action: Action, whose: 'own' | 'others' = 'own'): Outcome<null> {
    return this.belonging.allows(action, whose)
  }

  /** What the person can do; an app that was tampered with lets them do anything. */
  lets(action: Action, whose: 'own' | 'others' = 'own'): Outcome<null> {
    return this.peer.conduct === 'tampered' ? done(null) : this.allows(action, whose)
  }

  /** Reads all that is here; then people can work with it, and others connect. */
  async open(): Promise<void> {
    try {
      if (this.origin === 'moved') {
        await retireSegment(this.#stateFile)
        this.peer.takeUpFolder()
      }
      const logs = [...(await this.#store.stored()), ...this.#record.logs]
      for (const log of logs) await this.intake.add(log, 'stored')
      await this.intake.settled()
      await this.#fold.settled()
    } catch (error) {
      this.#threw('opens', error)
    }
    if (this.state !== 'opening') return
    this.state = 'up'
    this.around.tell(this.peer)
  }

  /** Tells somebody the secrets, whatever the others think of that. */
  betray(member: MemberId): void {
    for (const { epoch } of this.secrets.all()) this.around.truth.betrayed.add(`${epoch} ${member}`)
  }

  /** How many logs are written with a secret that is not known here. */
  locked(): number {
    return this.intake.refused().filter(({ code }) => code === 'SECRET_UNKNOWN').length
  }

  /** Whether blocks of this log are asked for. */
  follows(log: LogId): boolean {
    return this.#store.isOpen(log)
  }

  /** As `BookSession.welcomeBack`. */
  welcomeBack({ inviter, later, logs }: Omit<BookRecord, 'farewell'>): void {
    this.#keep({ farewell: null, inviter })
    this.secrets.take(later)
    this.learn(logs, this.peer.member)
  }

  /** Another device told which logs it has. */
  learn(logs: Iterable<LogId>, from: MemberId): void {
    void this.#learner.learn(logs, from)
  }

  /** One who is no member, as far as is known here, offered a log that is taken. */
  recall(log: LogId): void {
    if (!this.intake.has(log)) this.around.tally.count('log recalled')
    void this.intake.add(log)
  }

  receive(log: LogId, index: number, block: Uint8Array): void {
    const { peer, around } = this
    const here = peer.disk.block(log, index)
    if (here) {
      around.tally.count('block came twice')
      if (!isSame(here, block)) this.forked.add(log)
      return
    }
    if (index > peer.disk.contiguousLength(log)) around.tally.count('block came before one before it')
    this.#store.receive(log, index, block)
    around.truth.has(peer.name, log, index, block)
    around.spread(peer, log, index)
  }

  /** Follows a log that stands on this disk already. */
  follow(log: LogId): void {
    void this.intake.add(log, 'stored')
  }

  /** As a request handler sees the book; `what` is said of what it writes. */
  session(what: string): BookSession {
    const { options, kind, roster, secrets, delivery, intake, belonging, around } = this
    const current = (): Book => this.book
    const side = {
      options,
      kind,
      roster,
      secrets,
      delivery,
      intake,
      belonging,
      get book() {
        return current()
      },
      sightings: { one: (device: DeviceId) => around.deviceOf(device) },
      vector: () => this.vector(),
      file: {},
      allows: (action: Action, whose?: 'own' | 'others') => this.lets(action, whose),
      write: (make: Make) => this.#written(what, make)
    }
    return side as unknown as BookSession
  }

  /** Resolves to what was saved, null if it was not, when that is certain; never, if the run ends before. */
  async save(what: string, make: Make): Promise<Acknowledged | null> {
    const outcome = await this.#written(what, make)
    return outcome.ok ? outcome.value : null
  }

  /** What this device does by itself. */
  write(make: Make): Promise<Outcome<Acknowledged>> {
    return this.#written('a new secret', make)
  }

  async #written(what: string, make: Make): Promise<Outcome<Acknowledged>> {
    const { truth, tally, note } = this.around
    const { name } = this.peer
    const outcome = await this.#append(what, make)
    if (outcome.ok) {
      const { log, index } = outcome.value
      truth.acknowledged.push(outcome.value)
      tally.count('saved')
      note(`${name} saved ${what} as ${truth.name(log)}/${index}`)
      this.peer.faults.saved()
      return outcome
    }
    const { code, message } = outcome.error
    tally.count(`not written: ${code}`)
    if (code === 'STORAGE_FAILED') {
      const isExpected = this.#diskFailed === 'yes' || this.peer.conduct === 'rogue' || this.state !== 'up'
      if (!isExpected) truth.violate('writing succeeds', `${what} at ${name}: ${message}`)
      this.#startAgain()
    }
    note(`${name} could not ${what}: ${code}`)
    return outcome
  }

  get #isClosed(): boolean {
    return this.state === 'closing' || this.state === 'over'
  }

  /** As `BookSession.write`. */
  async #append(what: string, make: Make): Promise<Outcome<Acknowledged>> {
    try {
      for (;;) {
        await this.#fold.settled()
        if (this.#isClosed) return STOPPED
        let place: Acknowledged | null = null
        let isEarly = false
        const outcome = await this.#writer.append(
          (log, index) => {
            isEarly = this.isFolding
            if (this.#isClosed) return STOPPED
            return isEarly ? refuse('INTERNAL', 'The book is folded again.') : make(log, index)
          },
          (log, index) => {
            place = { peer: this.peer.name, log, index }
            this.around.tell(this.peer)
          }
        )
        if (isEarly && !this.#isClosed) continue
        return outcome.ok ? done(place as unknown as Acknowledged) : outcome
      }
    } catch (error) {
      this.#threw(`writes ${what}`, error)
      return refuse('INTERNAL', told(error))
    }
  }

  /** Ends properly, in its own time; as `BookSession.close`. */
  async close(): Promise<'closed'> {
    this.state = 'closing'
    try {
      this.#healer.close()
      await this.intake.close()
      await this.#fold.close()
      await this.#writer.close()
      await this.#saving
    } catch (error) {
      if (this.#diskFailed === 'no') this.#threw('closes', error)
    }
    this.state = 'over'
    return 'closed'
  }

  /** The process is gone. */
  kill(): void {
    this.state = 'over'
  }

  diskFails(): void {
    this.#diskFailed = 'yes'
  }

  #threw(when: string, error: unknown): void {
    this.around.truth.violate('nothing throws', `${this.peer.name} ${when}: ${told(error)}`)
  }

  /** The app said that it cannot save; whoever uses it starts it again. */
  #startAgain(): void {
    const { scheduler, random } = this.around
    scheduler.after(random.between(1, PATIENCE_MS), () => {
      if (this.state !== 'up') return
      this.around.restart(this.peer)
      return 'settle'
    })
  }

  #dismissed(): void {
    const { farewell } = this.belonging
    if (farewell) this.around.tally.count(`told: ${farewell.code}`)
  }

  #makeBook(): Book {
    return this.around.parts.book({
      memberName: (member) => this.roster.memberName(member),
      deviceName: (device) => device.slice(0, 8)
    })
  }

  /** As `BookSession.noteEntry`. */
  #note(entry: PlacedEntry): void {
    this.secrets.note(entry)
    if (entry.ops.some(isAuthority)) this.#healer.look()
  }

  #foldedAgain(): void {
    this.around.tally.count('book folded again')
    this.around.tell(this.peer)
  }

  #keep(change: Partial<BookRecord>): void {
    this.#record = { ...this.#record, ...change }
    this.#saving = this.#saving
      .then(() => this.#io.write(STATE_MS, () => void (this.peer.disk.book = this.#record)))
      .catch(() => {
        // The disk failed, and says so when an entry is written.
      })
  }
}

const STOPPED = refuse('ENGINE_STOPPED', 'The app is being closed.')

const told = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)
