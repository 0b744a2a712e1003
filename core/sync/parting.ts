/**
 * What goes over a connection once one side said farewell: never the book, only single logs. Whoever was told farewell
 * shows the logs that they wrote themselves, so that what they wrote before they knew is not lost, and so that an act of
 * theirs which overrules their removal is heard. Whoever removed the other shows the logs in which they did, as far as
 * the other could read them before.
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
  /** Logs that this side shows to a device that told it farewell; `known`: secrets of the book that it knows. */
  shown(to: RemoteDevice, said: FarewellMessage, known: readonly Uint8Array[]): Readonly<Record<LogId, number>>
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

export class Parting {
  readonly #exchanged = new Set<LogId>()

  constructor(
    private readonly peer: Peer,
    private readonly o: PartingOptions
  ) {}

  /** Something was said or told, or came: exchanges what can be exchanged now. */
  async look(): Promise<void> {
    const { peer, o } = this
    const { remote, farewells } = peer
    if (peer.state !== 'parting' || !remote) return
    if (farewells.theirs) {
      const all = Object.entries(o.side.shown(remote, farewells.theirs, o.secrets))
      const shown = Object.fromEntries(all.slice(-MOST_TOLD)) as Record<LogId, number>
      await this.#exchange(Object.keys(shown) as LogId[])
      peer.tell(shown, null)
    }
    if (!farewells.mine) return this.#receiveShown(remote)
    await this.#exchange(o.side.written(remote, farewells.mine))
    await this.#receiveShown(remote)
  }

  /** Takes up what the other side tells of: only logs of its own member, or such as nothing is known of here. */
  async #receiveShown({ member }: RemoteDevice): Promise<void> {
    const { peer, o } = this
    const told = [...peer.lengths.keys()]
    if (told.length > MOST_TOLD || told.some((log) => o.side.isOfOthers(log, member)))
      return peer.end('it told of logs that it has not written')
    await o.learn(told, member)
    await this.#exchange(told)
  }

  async #exchange(logs: readonly LogId[]): Promise<void> {
    for (const log of logs) {
      if (this.#exchanged.has(log) || this.peer.state !== 'parting') continue
      this.#exchanged.add(log)
      await this.o.store.exchange(log, this.peer.stream)
    }
  }
}
