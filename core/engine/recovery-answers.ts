/** Lets this device answer members of its books who lost everything but their phrase, while it is online. */
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import type { MemberId } from '../contract/index.js'
import { fromHex } from '../sync/messages.js'
import { foundingFromMessage } from '../sync/proofs.js'
import { RecoveryAnswerer, type OfferedBook } from '../sync/recovery-answerer.js'
import { FOUNDING_EPOCH } from '../sync/recovery-wire.js'
import type { BookSession } from './book-session.js'
import type { Identity } from './identity-file.js'
import type { SettingsFile } from './settings-file.js'

/** Members come and go seldom; that entries arrive is told often. */
const LOOK_MS = 1_000

export interface RecoveryAnswersOptions {
  readonly identity: Identity
  readonly settings: SettingsFile
}

export class RecoveryAnswers {
  readonly #sessions = new Set<BookSession>()
  #answerer: RecoveryAnswerer | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(private readonly o: RecoveryAnswersOptions) {}

  /** Answers for a book from now on. */
  add(session: BookSession): void {
    if (session.kind !== 'shared') return
    this.#sessions.add(session)
    session.on('changed', () => this.#lookSoon())
    this.#lookSoon()
  }

  remove(session: BookSession): void {
    this.#sessions.delete(session)
    this.#lookSoon()
  }

  goOnline(swarm: Hyperswarm): void {
    const { identity, settings } = this.o
    this.#answerer = new RecoveryAnswerer({
      swarm,
      certificate: identity.certificate(settings.current.deviceName),
      device: identity.device,
      booksOf: (member) => this.#booksOf(member)
    })
    this.#look()
  }

  attend(stream: NoiseStream): void {
    this.#answerer?.attend(stream)
  }

  async goOffline(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    const answerer = this.#answerer
    this.#answerer = null
    await answerer?.end()
  }

  #lookSoon(): void {
    if (!this.#answerer) return
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#look()
    }, LOOK_MS)
  }

  #look(): void {
    const members = [...this.#sessions].flatMap(({ roster }) =>
      roster
        .members()
        .map(({ member }) => member)
        .filter((member) => roster.role(member) !== null)
    )
    void this.#answerer?.answerFor(new Set(members))
  }

  /** Only someone who is present in a book is given it, and only by someone who is. */
  #booksOf(member: MemberId): OfferedBook[] {
    const me = this.o.identity.memberId
    return [...this.#sessions]
      .filter((session) => session.roster.role(member) !== null && session.role !== null)
      .map((session) => ({
        founding: foundingFromMessage(session.options.file.founding),
        secrets: [{ epoch: FOUNDING_EPOCH, secret: fromHex(session.options.file.secret) }],
        vector: session.vector(),
        bookName: session.book.summary().name,
        memberName: session.roster.memberName(me)
      }))
  }
}
