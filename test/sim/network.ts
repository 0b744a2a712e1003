/**
 * The network: which devices reach each other, and what is under way between them. A device tells the others which logs
 * it has, and sends the blocks of those that they follow. Each message takes its own time, so that blocks overtake each
 * other, within a log and between logs; some come twice; those on a link that breaks are lost, and asked of others.
 */
import type { LogId } from '../../core/contract/index.js'
import type { EpochSecret } from '../../core/log/secrets.js'
import { parsePlace } from '../../core/ops/place.js'
import type { FarewellMessage } from '../../core/sync/messages.js'
import { factsOf } from './accounting.js'
import { isSame } from './disk.js'
import type { Peer } from './peer.js'
import type { Random } from './random.js'
import type { Run } from './run.js'
import type { Scheduler } from './scheduler.js'
import type { Acknowledged, Truth } from './truth.js'

interface Block {
  readonly log: LogId
  readonly index: number
}

/** What goes from one device to another if not all does: once one said farewell, as `Parting` has it, or none of them lets the other in. */
interface SomeLogs {
  readonly shown: ReadonlySet<LogId>
  /** Lent to one who does not know that this is a member's device; as `Recall` has it. */
  readonly recalled: ReadonlySet<LogId>
}

interface Link {
  readonly from: Peer
  readonly to: Peer
  /** Blocks under way. */
  readonly sent: Map<string, Block>
  /** Lengths that were told, and secrets that were handed over. */
  readonly told: Map<LogId, number>
  readonly handed: Set<EpochSecret>
  /** The logs that go over it. null: all. */
  only: SomeLogs | null
  state: 'open' | 'broken'
}

const FAST_MS = 60
const SLOW_MS = 8_000
/** A block that is asked of one device is asked of another as well. */
const TWICE = 0.05
/** News is gathered this long before it is told. */
const GATHER_MS = 30
/** A device that was shown out knocks again this much later. */
const AGAIN_MS = 4_000
const SMUGGLING_MS = 10_000

export class Network {
  /** Devices on different sides do not reach each other. */
  readonly #sides = new Map<Peer, number>()
  readonly #slow = new Set<Peer>()
  readonly #links = new Map<Peer, Map<Peer, Link>>()
  readonly #telling = new Set<Peer>()
  /** Links that somebody keeps open in secret. */
  readonly #smuggling = new Set<Link>()
  /** When which device last told which that it does not belong here. */
  readonly #farewells = new Map<string, number>()

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

  /**
   * Makes and breaks links: between running devices that reach each other. All goes between two of which each takes the
   * other for a member's; who is not one any more is told so, and shows what they wrote themselves. Where one of two does not
   * know that the other is a member it recalls what others wrote whom it knows.
   */
  refresh(peers: readonly Peer[]): void {
    for (const from of peers) {
      for (const to of peers) {
        if (from === to) continue
        const link = this.#links.get(from)?.get(to)
        if (link && this.#smuggling.has(link) && this.#isUp(from, to)) continue
        const only = this.#isUp(from, to) ? someLogs(from, to) : NOTHING
        if (only === null && link?.only !== null) this.#welcome(from, to, link)
        else if (only !== null) this.#part(from, to, link, only)
        const standing = from.up?.belonging.standingOf(to.remote)
        if (this.#isUp(from, to) && typeof standing === 'object') this.#showOut(from, to, standing)
      }
    }
  }

  #isUp(from: Peer, to: Peer): boolean {
    return this.reaches(from, to) && from.up !== null && to.up !== null
  }

  #welcome(from: Peer, to: Peer, parting: Link | undefined): void {
    if (parting) this.#break(parting)
    this.#open(from, to, null)
    to.up?.belonging.welcomed()
  }

  #part(from: Peer, to: Peer, link: Link | undefined, only: SomeLogs): void {
    const isEmpty = only.shown.size === 0 && only.recalled.size === 0
    if (link && (isEmpty || link.only === null)) this.#break(link)
    if (isEmpty) return
    if (!link || link.state === 'broken') {
      this.#open(from, to, only)
      return
    }
    link.only = only
    this.#tell(link)
    for (const log of [...only.shown, ...only.recalled]) if (to.up?.follows(log)) this.#sendAll(link, log)
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
      // While the book is folded again nothing is told.
      const digest = peer.up.digest()
      if (digest === null) return
      this.truth.digest(peer.name, peer.up.vector(), digest)
      for (const link of this.#links.get(peer)?.values() ?? []) this.#tell(link)
    })
  }

  /** Somebody carries all that one device has to another, whatever these think of each other. */
  smuggle(from: Peer, to: Peer): void {
    const there = this.#links.get(from)?.get(to)
    if (there && there.only !== null) this.#break(there)
    const link = there?.state === 'open' ? there : this.#open(from, to, null)
    this.#smuggling.add(link)
    this.#carry(link, () => to.up?.learn(from.disk.logs(), from.member))
    this.scheduler.after(SMUGGLING_MS, () => {
      this.#smuggling.delete(link)
    })
  }

  #showOut(from: Peer, to: Peer, why: FarewellMessage): void {
    const key = `${from.name} ${to.name}`
    if ((this.#farewells.get(key) ?? -AGAIN_MS) + AGAIN_MS > this.scheduler.nowMs) return
    this.#farewells.set(key, this.scheduler.nowMs)
    this.scheduler.after(this.random.between(1, FAST_MS), () => {
      if (this.reaches(from, to)) to.up?.belonging.told(why, from.remote)
      return 'settle'
    })
  }

  #open(from: Peer, to: Peer, only: SomeLogs | null): Link {
    const link: Link = { from, to, sent: new Map(), told: new Map(), handed: new Set(), only, state: 'open' }
    let others = this.#links.get(from)
    if (!others) this.#links.set(from, (others = new Map()))
    others.set(to, link)
    for (const log of from.disk.logs()) {
      this.#compare(link, log)
      if (to.up?.follows(log)) this.#sendAll(link, log)
    }
    this.#tell(link)
    return link
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

  /** As `BookSwarm.#hand`. */
  #hand(link: Link): void {
    if (this.#smuggling.has(link)) return
    const { from, to, handed } = link
    // It looks at who the others are before it tells anything.
    if (from.up?.belonging.standingOf(to.remote) !== 'present') return
    const secrets = from.up.secrets.toHandOver().filter((secret) => !handed.has(secret))
    if (secrets.length === 0) return
    for (const secret of secrets) handed.add(secret)
    const admission = lastAdmission(from, to, this.truth)
    for (const { epoch } of secrets) if (admission) this.truth.handed.set(`${epoch} ${to.member}`, admission)
    this.#carry(link, () => to.up?.secrets.offered(secrets, from.member))
  }

  #tell(link: Link): void {
    this.#hand(link)
    const { from, to, told, only } = link
    const logs: LogId[] = []
    for (const [log, length] of Object.entries(from.up?.vector() ?? {}) as [LogId, number][]) {
      if (told.get(log) === length) continue
      const isRecalled = only?.recalled.has(log) && !only.shown.has(log)
      if (only && !isRecalled && !only.shown.has(log)) continue
      told.set(log, length)
      if (isRecalled) this.#carry(link, () => to.up?.recall(log))
      else logs.push(log)
    }
    if (logs.length > 0) this.#carry(link, () => to.up?.learn(logs, from.member))
  }

  #sendAll(link: Link, log: LogId): void {
    for (const index of link.from.disk.blocks(log).keys()) this.#send(link, log, index)
  }

  #send(link: Link, log: LogId, index: number): void {
    const { from, to, sent, only } = link
    if (only && !only.shown.has(log) && !only.recalled.has(log)) return
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

const NOTHING: SomeLogs = { shown: new Set(), recalled: new Set() }

/** null: each takes the other for a member's. */
function someLogs(from: Peer, to: Peer): SomeLogs | null {
  const [there, here] = [from.up, to.up]
  if (!there || !here) return NOTHING
  const [standing, back] = [there.belonging.standingOf(to.remote), here.belonging.standingOf(from.remote)]
  if (standing === 'present' && back === 'present') return null
  const shown = typeof back === 'object' ? logsShown(there, to, back, here, lacking(here)) : []
  const recalled = standing === 'present' ? logsRecalled(from, there, here) : []
  return { shown: new Set(shown), recalled: new Set(recalled) }
}

/** Of what a member's device has, what one recalls that does not know that it is one. */
function logsRecalled({ disk }: Peer, there: Run, here: Run): LogId[] {
  const { recall } = here.belonging
  const judge = recall.judge()
  return (Object.keys(there.vector()) as LogId[]).filter((log) => {
    const header = disk.block(log, 0)
    const offered = header && recall.offered(log, header)
    return typeof offered === 'object' && judge(offered) !== 'not now' && recall.isGenuine(offered)
  })
}

/** By which entry one takes the other for a member: their admission, or a role that they were given since. */
function lastAdmission({ name, up }: Peer, { member }: Peer, truth: Truth): Acknowledged | null {
  const admissions = factsOf(up?.roster.facts() ?? []).filter(
    ({ operation, verdict }) =>
      (operation.kind === 'admit' || operation.kind === 'setRole') &&
      operation.member === member &&
      verdict === 'stands'
  )
  const places = admissions.flatMap(({ place }) => parsePlace(place) ?? [])
  const last = places.sort((a, b) => truth.lamport(a.log, a.index) - truth.lamport(b.log, b.index)).at(-1)
  return last ? { peer: name, log: last.log, index: last.index } : null
}

const lacking = (run: Run): LogId[] => Object.keys(run.belonging.parting.lacking()) as LogId[]

/** What a device still shows to one that told it farewell, that knows some of the book's secrets and asks for logs. */
function logsShown(run: Run, to: Peer, said: FarewellMessage, there: Run, logs: readonly LogId[]): LogId[] {
  const known = there.secrets.all().map(({ secret }) => secret)
  return Object.keys(run.belonging.parting.shown(to.remote, said, { known, logs })) as LogId[]
}
