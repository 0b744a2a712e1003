/** One run of the app on a simulated device: from its start to its end, proper or not. Composed as `BookSession` is. */
import type { BookId, LogId, MemberId, Outcome, Role } from '../../core/contract/index.js'
import { done, refuse } from '../../core/contract/index.js'
import type { Roster } from '../../core/authority/roster.js'
import type { Book } from '../../core/book/book.js'
import { may, type Action } from '../../core/domain/roles.js'
import type { FoundingCertificate } from '../../core/identity/certificates.js'
import type { Delivery } from '../../core/log/delivery.js'
import type { HeaderAuthor } from '../../core/log/header.js'
import type { Intake } from '../../core/log/intake.js'
import { LogWriter } from '../../core/log/writer.js'
import type { Operation } from '../../core/ops/operations.js'
import { SimIntake } from './intake.js'
import { Io } from './io.js'
import { hash, type Parts } from './parts.js'
import type { Peer } from './peer.js'
import type { Random } from './random.js'
import type { Scheduler } from './scheduler.js'
import type { Truth } from './truth.js'
import { asNext } from './versions.js'
import { writerStore } from './writer-store.js'

/** What a run needs from the world that it is in. */
export interface Around {
  readonly scheduler: Scheduler
  /** For delays and interruptions. */
  readonly random: Random
  readonly truth: Truth
  readonly parts: Parts
  readonly founding: FoundingCertificate
  readonly book: BookId
  readonly founder: MemberId
  /** A block came to be on the peer's disk. */
  readonly spread: (peer: Peer, log: LogId, index: number) => void
  readonly note: (line: string) => void
}

/** Makes operations that fit the book as it is when they are written. */
export type Make = (log: LogId, index: number) => Outcome<readonly Operation[]>

const STATE_MS = 20
const INTERRUPTED = 0.1
const WRITTEN_AS_NEXT = 0.3

export class Run {
  state: 'up' | 'closing' | 'over' = 'up'
  readonly roster: Roster
  readonly book: Book
  readonly delivery: Delivery
  readonly intake: SimIntake
  readonly #writer: LogWriter
  readonly #busy = new Set<Promise<unknown>>()

  constructor(
    private readonly peer: Peer,
    private readonly around: Around
  ) {
    const { parts, founder, truth, random, scheduler, book } = around
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
    this.intake = new SimIntake({
      disk: peer.disk,
      delivery: this.delivery,
      book,
      version: peer.version,
      interrupts: () => random.chance(INTERRUPTED),
      later: () =>
        scheduler.after(random.between(1, 10), () => {
          if (this.#isOn()) this.intake.feed()
        })
    })
    this.#writer = this.#makeWriter()
    this.intake.feed()
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

  receive(log: LogId, index: number, block: Uint8Array): void {
    if (this.state !== 'up' || this.intake.receive(log, index, block) === 'known') return
    this.around.truth.has(this.peer.name, log, index, block)
    this.around.spread(this.peer, log, index)
  }

  /** Resolves to whether it was written, when that is certain; never, if the run ends before. */
  async write(what: string, make: Make): Promise<'saved' | 'refused'> {
    const work = this.#write(what, make)
    this.#busy.add(work)
    const outcome = await work
    this.#busy.delete(work)
    return outcome
  }

  /** Ends properly, in its own time. */
  async close(): Promise<'closed'> {
    this.state = 'closing'
    await Promise.all(this.#busy)
    await this.#writer.close()
    this.state = 'over'
    return 'closed'
  }

  /** The process is gone. */
  kill(): void {
    this.state = 'over'
  }

  async #write(what: string, make: Make): Promise<'saved' | 'refused'> {
    const { truth, note } = this.around
    const { name, conduct } = this.peer
    let place: { readonly log: LogId; readonly index: number } | null = null
    try {
      const outcome = await this.#writer.append(make, (log, index) => (place = { log, index }))
      const written = place as { readonly log: LogId; readonly index: number } | null
      if (outcome.ok && written) {
        truth.acknowledged.push({ peer: name, ...written })
        note(`${name} saved ${what} as ${truth.name(written.log)}/${written.index}`)
        return 'saved'
      }
      const code = outcome.ok ? 'nothing' : outcome.error.code
      if (code === 'STORAGE_FAILED' && conduct === 'honest' && !outcome.ok) {
        truth.violate('writing succeeds', `${what} at ${name}: ${outcome.error.message}`)
      }
      note(`${name} could not ${what}: ${code}`)
    } catch (error) {
      truth.violate('nothing throws', `${what} at ${name}: ${(error as Error).stack}`)
    }
    return 'refused'
  }

  #isOn(): boolean {
    return this.state !== 'over'
  }

  #makeWriter(): LogWriter {
    const { peer, around } = this
    const { scheduler, random, parts, truth } = around
    const io = new Io(scheduler, random, () => this.#isOn())
    const store = writerStore({
      disk: peer.disk,
      io,
      asWritten: (block, index) =>
        index > 0 && peer.version === 'next' && random.chance(WRITTEN_AS_NEXT) ? asNext(block) : block,
      appended: (log, index) => {
        truth.has(peer.name, log, index, peer.disk.block(log, index) as Uint8Array)
        around.spread(peer, log, index)
      }
    })
    const adopt = (log: LogId, _core: unknown, author: HeaderAuthor): void => {
      truth.nameLog(log, `${peer.name}${author.segment}`)
      this.intake.adopt(log, author)
    }
    return new LogWriter({
      store,
      // A writer uses no more of the intake than this.
      intake: { adopt } as unknown as Intake,
      delivery: this.delivery,
      founding: around.founding,
      certificate: peer.identity.certificate,
      device: peer.identity.device,
      now: () => peer.clockMs(scheduler.nowMs),
      randomBytes: (count) => random.bytes(count),
      state: {
        load: () => io.perform(STATE_MS, () => parts.loadState(peer.disk)),
        save: (state) => io.perform(STATE_MS, () => void (peer.disk.writerState = state))
      }
    })
  }
}

/** What `make` says when there is nothing to do it to. */
export const nothingToDo = (): Outcome<never> => refuse('TRANSACTION_UNKNOWN', 'There is nothing to do it to.')
export const operations = (ops: readonly Operation[]): Outcome<readonly Operation[]> => done(ops)
