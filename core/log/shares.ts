/**
 * How many logs of one member are followed. An open log costs memory and a place in every version vector, and a device
 * can start as many as it likes; so each member has a share, and what is beyond one's share costs nobody else theirs.
 *
 * Which logs are within it depends on what came first, and may differ between devices. So a log beyond its member's
 * share is followed all the same when somebody else's entry builds on it, within that one's share: whatever honest
 * devices write can be read everywhere.
 */
import type { LogId, MemberId } from '../contract/index.js'
import type { Author } from './delivery.js'

/** A member's devices start a log each, and one after each crash: this is one a day for five years. */
const LOGS_OF_A_MEMBER = 2_000

export class LogShares {
  readonly #own = new Map<MemberId, number>()
  readonly #needed = new Map<MemberId, number>()
  /** Logs that are not followed, and whose they are. */
  readonly #beyond = new Map<LogId, Author>()

  constructor(private readonly logsOfAMember = LOGS_OF_A_MEMBER) {}

  /** Whether no more of the member's logs are followed. */
  isUsedUp(member: MemberId): boolean {
    return (this.#own.get(member) ?? 0) >= this.logsOfAMember
  }

  /** A log is followed. */
  take({ member }: Author): void {
    this.#own.set(member, (this.#own.get(member) ?? 0) + 1)
  }

  /** A log is not followed, because its member's share is used up. */
  leave(log: LogId, author: Author): void {
    this.#beyond.set(log, author)
  }

  isBeyond(log: LogId): boolean {
    const author = this.#beyond.get(log)
    return author !== undefined && this.isUsedUp(author.member)
  }

  /** An entry by this member builds on the log: whether it is to be followed for that. */
  isOwedTo(member: MemberId, log: LogId): boolean {
    const needed = this.#needed.get(member) ?? 0
    if (!this.#beyond.has(log) || needed >= this.logsOfAMember) return false
    this.#needed.set(member, needed + 1)
    return this.#beyond.delete(log)
  }

  /** One log for each member who has more than their share: the one that came last. */
  left(): { readonly log: LogId; readonly author: Author }[] {
    const last = new Map<MemberId, { readonly log: LogId; readonly author: Author }>()
    for (const [log, author] of this.#beyond)
      if (this.isUsedUp(author.member)) last.set(author.member, { log, author })
    return [...last.values()]
  }

  get hasLeft(): boolean {
    return this.#beyond.size > 0
  }
}
