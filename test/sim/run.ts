/** One run of the app on a simulated device: from its start to its end, proper or not. Composed as `BookSession` is. */
import type { BookId, LogId, MemberId, Outcome, Role } from '../../core/contract/index.js'
import { done, refuse } from '../../core/contract/index.js'
import type { Roster } from '../../core/authority/roster.js'
import type { Book } from '../../core/book/book.js'
import { may, type Action } from '../../core/domain/roles.js'
import type { FoundingCertificate } from '../../core/identity/certificates.js'
import type { Delivery } from '../../core/log/delivery.js'
import { Intake } from '../../core/log/intake.js'
import { LogLearner } from '../../core/log/learner.js'
import type { FolderOrigin } from '../../core/log/store.js'
import { LogWriter, retireSegment, type WriterState, type WriterStateFile } from '../../core/log/writer.js'
import type { Operation } from '../../core/ops/operations.js'
import { isSame } from './disk.js'
import { Io } from './io.js'
import { simulatedPace } from './pace.js'
import { hash, type Parts } from './parts.js'
import type { Peer } from './peer.js'
import type { Random } from './random.js'
import type { Scheduler } from './scheduler.js'
import { SimStore, type Writers } from './store.js'
import type { Tally } from './tally.js'
import type { Acknowledged, Truth } from './truth.js'
import { asNext, asPresent } from './versions.js'

/** What a run needs from the world that it is in. */
export interface Around {
  readonly scheduler: Scheduler
  /** For delays and interruptions. */
  readonly random: Random
  readonly truth: Truth
  readonly tally: Tally
  readonly writers: Writers
  readonly parts: Parts
  readonly founding: FoundingCertificate
  readonly book: BookId
  readonly founder: MemberId
  /** A block came to be on the peer's disk. */
  readonly spread: (peer: Peer, log: LogId, index: number) => void
  /** The peer replicates a log from now on. */
  readonly opened: (peer: Peer, log: LogId) => void
  /** The peer has news to tell. */
  readonly tell: (peer: Peer) => void
  /** A disk of the peer was told to fail, or its power to go. */
  readonly cutPower: (peer: Peer) => void
  readonly restart: (peer: Peer) => void
  readonly note: (line: string) => void
}

/** Makes operations that fit the book as it is when they are written. */
export type Make = (log: LogId, index: number) => Outcome<readonly Operation[]>

const STATE_MS = 20
const WRITTEN_AS_NEXT = 0.3
const UNCOUNTED = 0.2
/** How long someone looks at an error message. */
const PATIENCE_MS = 2_000

export class Run {
  state: 'opening' | 'up' | 'closing' | 'over' = 'opening'
  readonly roster: Roster
  readonly book: Book
  readonly delivery: Delivery
  readonly intake: Intake
  /** Logs of which this device has seen two histories. */
  readonly forked = new Set<LogId>()
  readonly #io: Io
  readonly #store: SimStore
  readonly #stateFile: WriterStateFile
  readonly #learner: LogLearner
  readonly #writer: LogWriter
  /** The disk failed: from then on this run saves nothing. */
  #diskFailed: 'no' | 'yes' = 'no'

  constructor(
    private readonly peer: Peer,
    private readonly around: Around,
    private readonly origin: FolderOrigin
  ) {
    const { parts, founder, truth, scheduler, random, book } = around
    const isAlive = () => this.state !== 'over'
    this.#io = new Io({ scheduler, random, isAlive, faults: peer.faults })
    this.roster = parts.roster(founder)
    this.book = parts.book({
      memberName: (member) => this.roster.memberName(member),
      deviceName: (device) => device.slice(0, 8)
    })
    this.delivery = parts.delivery((entry) => {
      truth.delivered(peer.name, entry, this.delivery.causality)
      this.roster.apply(entry)
      this.book.apply(entry, this.roster.judge)
    })
    this.#store = this.#makeStore()
    this.#stateFile = this.#makeStateFile()
    const store = this.#store.asLogStore()
    this.intake = new Intake(store, this.delivery, book, simulatedPace({ scheduler, random, isAlive }))
    this.#learner = new LogLearner(this.intake)
    this.intake.on('delivered', () => around.tell(peer))
    this.intake.on('log', (log) => this.#learner.verified(log))
    this.intake.on('failed', (error) => truth.violate('nothing throws', `${peer.name} reads: ${told(error)}`))
    this.#writer = this.#makeWriter()
  }

  get role(): Role | null {
    return this.roster.role(this.peer.member)
  }

  /** The segment that is being written, if one is. */
  get log(): LogId | null {
    return this.#writer.log
  }

  vector(): Readonly<Record<LogId, number>> {
    return this.delivery.causality.vector()
  }

  /** As `BookSession.digest`. */
  digest(): string {
    const people = Buffer.from(this.roster.facts().join('\n'), 'utf8')
    return `${this.book.digest()} ${Buffer.from(hash(people)).toString('hex')}`
  }

  /** What the app lets this person do. */
  allows(action: Action, whose: 'own' | 'others' = 'own'): boolean {
    return this.role !== null && may(this.role, action, whose)
  }

  /** Reads all that is here; then people can work with it, and others connect. */
  async open(): Promise<void> {
    try {
      if (this.origin === 'moved') {
        await retireSegment(this.#stateFile)
        this.peer.takeUpFolder()
      }
      for (const log of await this.#store.stored()) await this.intake.add(log)
      await this.intake.settled()
    } catch (error) {
      this.around.truth.violate('nothing throws', `${this.peer.name} opens: ${told(error)}`)
    }
    if (this.state !== 'opening') return
    this.state = 'up'
    this.around.tell(this.peer)
  }

  /** Whether blocks of this log are asked for. */
  follows(log: LogId): boolean {
    return this.#store.isOpen(log)
  }

  /** Another device told which logs it has. */
  learn(logs: Iterable<LogId>, from: MemberId): void {
    void this.#learner.learn(logs, from)
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

  /** Resolves to what was saved, null if it was not, when that is certain; never, if the run ends before. */
  async write(what: string, make: Make): Promise<Acknowledged | null> {
    const { truth, tally, note, tell } = this.around
    const { name, conduct } = this.peer
    let place: { readonly log: LogId; readonly index: number } | null = null
    try {
      const outcome = await this.#writer.append(make, (log, index) => {
        place = { log, index }
        tell(this.peer)
      })
      const written = place as { readonly log: LogId; readonly index: number } | null
      if (outcome.ok && written) {
        const saved = { peer: name, ...written }
        truth.acknowledged.push(saved)
        tally.count('saved')
        note(`${name} saved ${what} as ${truth.name(written.log)}/${written.index}`)
        this.peer.faults.saved()
        return saved
      }
      const code = outcome.ok ? 'nothing' : outcome.error.code
      tally.count(`not written: ${code}`)
      const isExpected = this.#diskFailed === 'yes' || conduct === 'rogue' || this.state === 'closing'
      if (code === 'STORAGE_FAILED' && !isExpected && !outcome.ok) {
        truth.violate('writing succeeds', `${what} at ${name}: ${outcome.error.message}`)
      }
      note(`${name} could not ${what}: ${code}`)
      if (code === 'STORAGE_FAILED') this.#startAgain()
    } catch (error) {
      truth.violate('nothing throws', `${what} at ${name}: ${told(error)}`)
    }
    return null
  }

  /** Ends properly, in its own time. */
  async close(): Promise<'closed'> {
    this.state = 'closing'
    try {
      await this.intake.close()
      await this.#writer.close()
    } catch (error) {
      if (this.#diskFailed === 'no') {
        this.around.truth.violate('nothing throws', `${this.peer.name} closes: ${told(error)}`)
      }
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

  /** The app said that it cannot save; whoever uses it starts it again. */
  #startAgain(): void {
    const { scheduler, random } = this.around
    scheduler.after(random.between(1, PATIENCE_MS), () => {
      if (this.state !== 'up') return
      this.around.restart(this.peer)
      return 'settle'
    })
  }

  #makeStore(): SimStore {
    const { peer, around, origin } = this
    const { random, truth } = around
    return new SimStore({
      disk: peer.disk,
      io: this.#io,
      writers: around.writers,
      origin,
      asWritten: (block, index) =>
        index > 0 && peer.version === 'next' && random.chance(WRITTEN_AS_NEXT) ? asNext(block) : block,
      asRead: (block) => (peer.version === 'next' ? asPresent(block) : block),
      uncounted: () => (random.chance(UNCOUNTED) ? random.below(4) : 0),
      appended: (log, index) => {
        truth.has(peer.name, log, index, peer.disk.block(log, index) as Uint8Array)
        around.spread(peer, log, index)
      },
      opened: (log) => around.opened(peer, log)
    })
  }

  #makeStateFile(): WriterStateFile {
    const { peer, around, origin } = this
    const { parts, tally } = around
    const load = (): WriterState | null => {
      const state = parts.loadState(peer.disk)
      if (state) tally.count(`segment was ${origin === 'moved' ? 'moved' : state.mark}`)
      return state
    }
    const save = (state: WriterState): void => {
      around.truth.nameLog(state.log, `${peer.name}${state.segment}`)
      tally.count(`segment ${state.mark === 'closed' ? 'closed' : state.length > 0 ? 'continued' : 'begun'}`)
      peer.disk.writerState = state
    }
    return {
      load: () => this.#io.read(STATE_MS, load),
      save: (state) => this.#io.write(STATE_MS, () => save(state))
    }
  }

  #makeWriter(): LogWriter {
    const { peer, around } = this
    const { scheduler, random } = around
    return new LogWriter({
      store: this.#store.asLogStore(),
      intake: this.intake,
      delivery: this.delivery,
      founding: around.founding,
      certificate: peer.identity.certificate,
      device: peer.identity.device,
      now: () => peer.clockMs(scheduler.nowMs),
      randomBytes: (count) => random.bytes(count),
      state: this.#stateFile
    })
  }
}

const told = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)

/** What `make` says when there is nothing to do it to. */
export const nothingToDo = (): Outcome<never> => refuse('TRANSACTION_UNKNOWN', 'There is nothing to do it to.')
export const operations = (ops: readonly Operation[]): Outcome<readonly Operation[]> => done(ops)
