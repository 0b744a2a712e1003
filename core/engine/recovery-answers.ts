/** Lets this device answer members of its books who lost everything but their phrase, while it is online. */
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import type { MemberId } from '../contract/index.js'
import { foundingFromMessage } from '../sync/proofs.js'
import { RecoveryAnswerer, type OfferedBook } from '../sync/recovery-answerer.js'
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
    const members = [...this.#sessions].flatMap(({ roster }) => roster.present().map(({ member }) => member))
    void this.#answerer?.answerFor(new Set(members))
  }

  /** Only someone who is present in a book is given it, and only by a device that gets what is new itself. */
  #booksOf(member: MemberId): OfferedBook[] {
    const me = this.o.identity.memberId
    return [...this.#sessions]
      .filter(({ roster, role, farewell }) => roster.role(member) !== null && role !== null && !farewell)
      .map((session) => ({
        founding: foundingFromMessage(session.file.founding),
        secrets: session.secrets.all(),
        vector: session.vector(),
        bookName: session.book.summary().name,
        memberName: session.roster.memberName(me)
      }))
  }
}
