/**
 * The network: which devices reach each other, and the blocks under way between them. Each message takes its own time,
 * so that blocks overtake each other, within a log and between logs; some come twice; those on a link that breaks are
 * lost, and sent anew when it is there again.
 */
import type { LogId } from '../../core/contract/index.js'
import { isSame } from './intake.js'
import type { Peer } from './peer.js'
import type { Random } from './random.js'
import type { Scheduler } from './scheduler.js'
import type { Truth } from './truth.js'

interface Link {
  readonly from: Peer
  readonly to: Peer
  readonly sent: Set<string>
  state: 'open' | 'broken'
}

const FAST_MS = 60
const SLOW_MS = 8_000
const TWICE = 0.05

export class Network {
  /** Devices on different sides do not reach each other. */
  readonly #sides = new Map<Peer, number>()
  readonly #slow = new Set<Peer>()
  readonly #links = new Map<Peer, Map<Peer, Link>>()

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
    for (const others of this.#links.values()) {
      const link = others.get(peer)
      if (link) this.#break(link)
    }
  }

  /** Offers a block to all who are connected. */
  spread(peer: Peer, log: LogId, index: number): void {
    for (const link of this.#links.get(peer)?.values() ?? []) this.#send(link, log, index)
  }

  #open(from: Peer, to: Peer): void {
    const link: Link = { from, to, sent: new Set(), state: 'open' }
    let others = this.#links.get(from)
    if (!others) this.#links.set(from, (others = new Map()))
    others.set(to, link)
    for (const log of from.disk.logs()) {
      for (const [index, block] of from.disk.blocks(log)) {
        const there = to.disk.block(log, index)
        if (!there) this.#send(link, log, index)
        // Hypercore finds this when two peers compare what they have signed of a log.
        else if (!isSame(block, there)) {
          this.truth.violate(
            'no log forks',
            `${from.name} and ${to.name} have two ${this.truth.name(log)}/${index}`
          )
        }
      }
    }
  }

  #break(link: Link): void {
    link.state = 'broken'
    this.#links.get(link.from)?.delete(link.to)
  }

  #send(link: Link, log: LogId, index: number): void {
    const { from, to, sent } = link
    const key = `${log}/${index}`
    const block = from.disk.block(log, index)
    if (!block || sent.has(key) || to.disk.block(log, index)) return
    sent.add(key)
    const mostMs = this.#slow.has(from) || this.#slow.has(to) ? SLOW_MS : FAST_MS
    for (let copies = this.random.chance(TWICE) ? 2 : 1; copies > 0; copies--) {
      this.scheduler.after(this.random.between(1, mostMs), () => {
        if (link.state === 'open') to.up?.receive(log, index, block)
      })
    }
  }
}
