/**
 * What goes over a connection once one side said farewell: never the book, only single logs. Whoever was told farewell
 * shows the logs that they wrote themselves, so that what they wrote before they knew is not lost, and so that an act of
 * theirs which overrules their removal is heard. Whoever removed the other shows the logs in which they did, as far as
 * the other could read them before.
 *
 * What the one who has to go wrote may build on logs that nobody else has whom the others know: of someone whom only they
 * had let in. Those are asked for, by telling of them, and shown; else what builds on them could be listed nowhere.
 */
import type { LogId, MemberId } from '../contract/index.js'
import type { LogStore } from '../log/store.js'
import type { FarewellMessage } from './messages.js'
import type { Peer, RemoteDevice } from './peer.js'

/** What parting needs to know of the book. */
export interface PartingSide {
  /** Logs that were written by whom this side told farewell. */
  written(by: RemoteDevice, told: FarewellMessage): readonly LogId[]
  /** Whether a log is known to be someone else's than that device's member. */
  isOfOthers(log: LogId, than: MemberId): boolean
  /** What is here of logs on which those build who have gone, where it is too little: nobody present may have more. */
  lacking(): Readonly<Record<LogId, number>>
  /** What this side shows to a device that told it farewell. */
  shown(to: RemoteDevice, said: FarewellMessage, about: Asked): Readonly<Record<LogId, number>>
}

/** What the device that something is shown to knows, and asks for. */
export interface Asked {
  /** Secrets of the book that it knows. */
  readonly known: readonly Uint8Array[]
  /** Logs that it told of. */
  readonly logs: readonly LogId[]
}

export interface PartingOptions {
  readonly side: PartingSide
  readonly store: LogStore
  /** Those of the book's secrets that the other side knows. */
  readonly secrets: readonly Uint8Array[]
  learn(logs: Iterable<LogId>, from: MemberId): Promise<void>
}

/** Logs that a device can tell of while parting. */
const MOST_TOLD = 256
/** Of these, such as it asks for. */
const MOST_ASKED = 128

export class Parting {
  readonly #exchanged = new Set<LogId>()
  readonly #asked = new Set<LogId>()

  constructor(
    private readonly peer: Peer,
    private readonly o: PartingOptions
  ) {}

  /** Something was said or told, or came: exchanges what can be exchanged now. */
  async look(): Promise<void> {
    const { peer, o } = this
    const { remote, farewells } = peer
    if (peer.state !== 'parting' || !remote) return
    let shown: Readonly<Record<LogId, number>> = {}
    if (farewells.theirs) {
      const about = { known: o.secrets, logs: [...peer.lengths.keys()] }
      const all = Object.entries(o.side.shown(remote, farewells.theirs, about))
      shown = Object.fromEntries(all.slice(-(MOST_TOLD - MOST_ASKED)))
      await this.#exchange(Object.keys(shown) as LogId[], 'show')
      peer.tell(shown, null)
    }
    if (farewells.mine) {
      await this.#exchange(o.side.written(remote, farewells.mine), 'take')
      await this.#ask(o.side.lacking())
    }
    await this.#receiveShown(remote, shown)
  }

  async #ask(lacking: Readonly<Record<LogId, number>>): Promise<void> {
    for (const log of Object.keys(lacking) as LogId[]) if (this.#asked.size < MOST_ASKED) this.#asked.add(log)
    const asked = Object.entries(lacking).filter(([log]) => this.#asked.has(log as LogId))
    this.peer.tell(Object.fromEntries(asked), null)
    await this.o.learn(this.#asked, (this.peer.remote as RemoteDevice).member)
    await this.#exchange([...this.#asked], 'take')
  }

  /** Takes up what the other side tells of: only logs of its own member, such as nothing is known of here, or was asked for. */
  async #receiveShown({ member }: RemoteDevice, shown: Readonly<Record<LogId, number>>): Promise<void> {
    const { peer, o } = this
    const told = [...peer.lengths.keys()].filter((log) => !this.#asked.has(log) && shown[log] === undefined)
    if (peer.lengths.size > MOST_TOLD || told.some((log) => o.side.isOfOthers(log, member)))
      return peer.end('it told of logs that it has not written')
    await o.learn(told, member)
    await this.#exchange(told, 'take')
  }

  /** `take`: nothing that is here of them goes to the other side. */
  async #exchange(logs: readonly LogId[], how: 'show' | 'take'): Promise<void> {
    const { store } = this.o
    for (const log of logs) {
      if (this.#exchanged.has(log) || this.peer.state !== 'parting') continue
      this.#exchanged.add(log)
      await (how === 'show' ? store.exchange(log, this.peer.stream) : store.take(log, this.peer.stream))
    }
  }
}
