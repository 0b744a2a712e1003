/**
 * What goes over a connection between two of whom one takes the other for a member and is none to the other: because that
 * one's disk is an older copy, from before they were let in, or because they were let in elsewhere. The one who may give
 * *lends*: tells of all logs, each with the block that says whose it is, and exchanges them like with any member. The other
 * *recalls*: takes the logs of those whom it believes, or that these build on, and gives nothing, not even word of what it
 * has, until what it reads shows the lender to be a member; then they meet anew.
 */
import type { DeviceId, LogId, MemberId } from '../contract/index.js'
import type { LogStore } from '../log/store.js'
import { fromHex, toHex } from './messages.js'
import type { Peer } from './peer.js'

/**
 * What is to be done with an offered log. `believed`: its header is by someone who is known here as a member. `needed`: an
 * entry that is here builds on it. `not now`: neither, as far as is known.
 */
export type Judged = 'believed' | 'needed' | 'not now'

/** A log that is offered, and whose it is by its header; the header's signatures were not looked at. */
export interface Offered {
  readonly log: LogId
  readonly header: Uint8Array
  readonly member: MemberId
  readonly device: DeviceId
}

/** What recalling and lending need to know of the book. */
export interface RecallSide {
  /** Reads an offered header: `forged` if it is none of this book, `newer` if it is one of a later version. */
  offered(log: LogId, header: Uint8Array): Offered | 'forged' | 'newer'
  /** Judges offered logs by what is known now. */
  judge(): (offered: Offered) => Judged
  /** Whether a header is what it says, of the log that it was offered for. */
  isGenuine(offered: Offered): boolean
  /** Follows a log; resolves when it can be exchanged. */
  follow(log: LogId): Promise<void>
  /** Blocks of a log that were read. */
  read(log: LogId): number
  /** The first blocks of these logs, where they are here. */
  headers(logs: readonly LogId[]): Promise<readonly { readonly log: LogId; readonly header: Uint8Array }[]>
}

/** Logs that are offered and cannot be taken yet, of one lender: each of them is looked at whenever something was read. */
const MOST_KEPT = 256
/** Logs that are taken from one lender because something builds on them, by people whom nobody may ever have let in. */
const MOST_NEEDED = 128
const MADE_UP = 'it offered a log under a name that is not its own'

export class Recall {
  readonly #kept = new Map<LogId, Offered>()
  readonly #taken = new Set<LogId>()
  #needed = 0
  #read = 0

  constructor(
    private readonly peer: Peer,
    private readonly o: { readonly side: RecallSide; readonly store: LogStore }
  ) {}

  async hear(logs: readonly { readonly log: string; readonly header: string }[]): Promise<void> {
    const all: Offered[] = []
    for (const { log, header } of logs) {
      const offered = this.o.side.offered(log as LogId, fromHex(header))
      if (offered === 'forged') return this.peer.end(MADE_UP)
      if (offered !== 'newer') all.push(offered)
    }
    await this.#takeOf(all)
  }

  /** Something was read: takes what can be taken now. */
  async look(): Promise<void> {
    await this.#takeOf([...this.#kept.values()])
    this.#noteProgress()
  }

  async #takeOf(all: readonly Offered[]): Promise<void> {
    const { side, store } = this.o
    const judge = side.judge()
    for (const offered of all) {
      const { log } = offered
      if (this.peer.state === 'closed') return
      if (this.#taken.has(log)) continue
      const judged = judge(offered)
      if (judged === 'not now' || (judged === 'needed' && this.#needed >= MOST_NEEDED)) {
        if (this.#kept.size < MOST_KEPT) this.#kept.set(log, offered)
        continue
      }
      // Signatures are looked at last: whoever makes up a log under a name that is known here does so once.
      if (!side.isGenuine(offered)) return this.peer.end(MADE_UP)
      if (judged === 'needed') this.#needed++
      this.#kept.delete(log)
      this.#taken.add(log)
      await side.follow(log)
      await store.take(log, this.peer.stream)
    }
  }

  /** Who has to go is heard for some seconds; for as long as something comes that is recalled. */
  #noteProgress(): void {
    let read = 0
    for (const log of this.#taken) read += this.o.side.read(log)
    if (read > this.#read) this.peer.stay()
    this.#read = read
  }
}

/** To one who recalls, and is a member as far as is known here. */
export class Lending {
  readonly #offered = new Set<LogId>()

  constructor(
    private readonly peer: Peer,
    private readonly side: RecallSide
  ) {}

  /** Offers what was not offered yet. */
  async look(logs: readonly LogId[]): Promise<void> {
    const news = logs.filter((log) => !this.#offered.has(log))
    for (const log of news) this.#offered.add(log)
    const headers = await this.side.headers(news)
    this.peer.lend(headers.map(({ log, header }) => ({ log, header: toHex(header) })))
  }
}
