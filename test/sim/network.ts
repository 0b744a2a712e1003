/**
 * The network: which devices reach each other, and what is under way between them. A device tells the others which logs
 * it has, and sends the blocks of those that they follow. Each message takes its own time, so that blocks overtake each
 * other, within a log and between logs; some come twice; those on a link that breaks are lost, and asked of others.
 */
import type { LogId } from '../../core/contract/index.js'
import { isSame } from './disk.js'
import type { Peer } from './peer.js'
import type { Random } from './random.js'
import type { Scheduler } from './scheduler.js'
import type { Truth } from './truth.js'

interface Block {
  readonly log: LogId
  readonly index: number
}

interface Link {
  readonly from: Peer
  readonly to: Peer
  /** Blocks under way. */
  readonly sent: Map<string, Block>
  /** Lengths that were told. */
  readonly told: Map<LogId, number>
  state: 'open' | 'broken'
}

const FAST_MS = 60
const SLOW_MS = 8_000
/** A block that is asked of one device is asked of another as well. */
const TWICE = 0.05
/** News is gathered this long before it is told. */
const GATHER_MS = 30

export class Network {
  /** Devices on different sides do not reach each other. */
  readonly #sides = new Map<Peer, number>()
  readonly #slow = new Set<Peer>()
  readonly #links = new Map<Peer, Map<Peer, Link>>()
  readonly #telling = new Set<Peer>()

  constructor(
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    private readonly truth: Truth
  ) {}

  setSide(peer: Peer, side: number): void {
    this.#sides.set(peer, side)
  }

  /** Everything that a device sends or gets takes long from now on, or no longer. */
  setPace(peer: Peer, pace: 'fast' | 'slow'): void {
    if (pace === 'slow') this.#slow.add(peer)
    else this.#slow.delete(peer)
  }

  side(peer: Peer): number {
    return this.#sides.get(peer) ?? 0
  }

  reaches(a: Peer, b: Peer): boolean {
    return this.side(a) === this.side(b)
  }

  /** Makes and breaks links: between running devices that reach each other, each a member's as the other knows. */
  refresh(peers: readonly Peer[]): void {
    for (const from of peers) {
      for (const to of peers) {
        if (from === to) continue
        const link = this.#links.get(from)?.get(to)
        const wanted =
          from.up && to.up && this.reaches(from, to) && from.trusts(to.member) && to.trusts(from.member)
        if (wanted && !link) this.#open(from, to)
        else if (!wanted && link) this.#break(link)
      }
    }
  }

  /** A device has ended: its connections are gone at once. */
  drop(peer: Peer): void {
    for (const link of [...(this.#links.get(peer)?.values() ?? [])]) this.#break(link)
    for (const link of this.#to(peer)) this.#break(link)
  }

  /** Offers a block to all who follow its log. */
  spread(peer: Peer, log: LogId, index: number): void {
    for (const link of this.#links.get(peer)?.values() ?? []) this.#send(link, log, index)
  }

  /** A device follows a log from now on: it gets all of it that those have whom it is connected to. */
  opened(peer: Peer, log: LogId): void {
    for (const link of this.#to(peer)) this.#sendAll(link, log)
  }

  /** A device has news: it tells them in a moment. */
  tell(peer: Peer): void {
    if (this.#telling.has(peer)) return
    this.#telling.add(peer)
    this.scheduler.after(this.random.between(1, GATHER_MS), () => {
      this.#telling.delete(peer)
      if (!peer.up) return
      this.truth.digest(peer.name, peer.up.vector(), peer.up.digest())
      for (const link of this.#links.get(peer)?.values() ?? []) this.#tell(link)
    })
  }

  #open(from: Peer, to: Peer): void {
    const link: Link = { from, to, sent: new Map(), told: new Map(), state: 'open' }
    let others = this.#links.get(from)
    if (!others) this.#links.set(from, (others = new Map()))
    others.set(to, link)
    for (const log of from.disk.logs()) {
      this.#compare(link, log)
      if (to.up?.follows(log)) this.#sendAll(link, log)
    }
    this.#tell(link)
  }

  /** Hypercore finds this when two peers compare what they have signed of a log. */
  #compare({ from, to }: Link, log: LogId): void {
    for (const [index, block] of from.disk.blocks(log)) {
      const there = to.disk.block(log, index)
      if (!there || isSame(block, there)) continue
      const what = `two ${this.truth.name(log)}/${index}`
      this.truth.violate('no log forks', `${from.name} and ${to.name} have ${what}`)
    }
  }

  #break(link: Link): void {
    link.state = 'broken'
    this.#links.get(link.from)?.delete(link.to)
    // What was under way is asked of the others.
    for (const { log, index } of link.sent.values()) {
      for (const other of this.#to(link.to)) this.#send(other, log, index)
    }
  }

  #to(peer: Peer): Link[] {
    const all = []
    for (const others of this.#links.values()) {
      const link = others.get(peer)
      if (link) all.push(link)
    }
    return all
  }

  #tell(link: Link): void {
    const logs: LogId[] = []
    for (const [log, length] of Object.entries(link.from.up?.vector() ?? {}) as [LogId, number][]) {
      if (link.told.get(log) === length) continue
      link.told.set(log, length)
      logs.push(log)
    }
    if (logs.length > 0) this.#carry(link, () => link.to.up?.learn(logs, link.from.member))
  }

  #sendAll(link: Link, log: LogId): void {
    for (const index of link.from.disk.blocks(log).keys()) this.#send(link, log, index)
  }

  #send(link: Link, log: LogId, index: number): void {
    const { from, to, sent } = link
    const key = `${log}/${index}`
    const block = from.disk.block(log, index)
    if (!block || sent.has(key) || !to.up?.follows(log) || to.disk.block(log, index)) return
    const isAsked = this.#to(to).some((other) => other.sent.has(key))
    if (isAsked && !this.random.chance(TWICE)) return
    sent.set(key, { log, index })
    this.#carry(link, () => {
      sent.delete(key)
      to.up?.receive(log, index, block)
    })
  }

  #carry(link: Link, arrive: () => void): void {
    const mostMs = this.#slow.has(link.from) || this.#slow.has(link.to) ? SLOW_MS : FAST_MS
    this.scheduler.after(this.random.between(1, mostMs), () => {
      if (link.state !== 'open') return
      arrive()
      return 'settle'
    })
  }
}
