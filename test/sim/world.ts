/** A simulated world: devices, their network, and what happens to them, all of it decided by one seed. */
import { bookIdOf, found, memberIdOf } from '../../core/identity/certificates.js'
import { deedOf, foundingOperations } from './bookkeeping.js'
import { checkEnd, checkRound, checkViews } from './checks.js'
import { tellLie } from './lies.js'
import { Network } from './network.js'
import { PARTS, type Parts } from './parts.js'
import { newIdentity, Peer } from './peer.js'
import { admit, changeRole, invite, revokeInvite } from './people.js'
import { Random } from './random.js'
import { operations, type Around } from './run.js'
import { Scheduler } from './scheduler.js'
import { drawStep, type Step } from './steps.js'
import { Truth, type Violation } from './truth.js'

export interface SimOptions {
  readonly seed: number
  /** 2 to 12. */
  readonly peers: number
  readonly steps: number
  readonly parts?: Parts
}

export interface SimResult {
  readonly violations: readonly Violation[]
  /** Steps that were taken before a rule was found broken; all of them, if that was at the end. */
  readonly steps: number
  /** What happened, one line each. */
  readonly events: readonly string[]
  readonly entries: number
  readonly digest: string
}

const ROUND_STEPS = 5
const SECOND_DEVICE = 0.25
const AT_FIRST = 0.6
const SKEW_MS = 40 * 365 * 86_400_000

/** Plays a world to its end, or until a rule is broken. The same options give the same result, always. */
export async function simulate(options: SimOptions): Promise<SimResult> {
  const world = new World(options)
  return world.play()
}

class World {
  readonly #truth = new Truth()
  readonly #scheduler = new Scheduler()
  readonly #events: string[] = []
  readonly #script: Random
  readonly #chance: Random
  readonly #network: Network
  readonly #peers: Peer[] = []
  readonly #around: Around

  constructor(private readonly options: SimOptions) {
    const seeds = new Random(options.seed)
    // What happens is drawn apart from how long it takes: a change in one does not reorder the other.
    this.#script = seeds.fork()
    this.#chance = seeds.fork()
    this.#network = new Network(this.#scheduler, seeds.fork(), this.#truth)
    const keys = seeds.fork()
    const first = newIdentity('A', keys, null)
    const founding = found(first.memberKeys, keys.bytes(32), 1_767_225_600_000)
    this.#around = {
      scheduler: this.#scheduler,
      random: this.#chance,
      truth: this.#truth,
      parts: options.parts ?? PARTS,
      founding,
      book: bookIdOf(founding),
      founder: memberIdOf(founding.founder),
      spread: (peer, log, index) => this.#network.spread(peer, log, index),
      note: (line) => this.#note(line)
    }
    const identities = [first]
    for (let number = 1; number < options.peers; number++) {
      const of = keys.chance(SECOND_DEVICE) ? (keys.pick(identities) ?? null) : null
      identities.push(newIdentity(nameOf(number), keys, of))
    }
    this.#peers = identities.map((identity, number) => new Peer(nameOf(number), identity, this.#around))
  }

  async play(): Promise<SimResult> {
    let taken = 0
    try {
      await this.#begin()
      while (taken < this.options.steps && !this.#isBroken) {
        await this.#take(drawStep(this.#script))
        taken++
        if (taken % ROUND_STEPS === 0) checkRound(this.#peers, this.#truth)
      }
      if (!this.#isBroken) await this.#end()
    } catch (error) {
      this.#truth.violate('nothing throws', (error as Error).stack ?? String(error))
    }
    const run = this.#peers[0]?.run
    const entries = Object.values(run?.vector() ?? {}).reduce((sum, length) => sum + length - 1, 0)
    const { violations } = this.#truth
    return { violations, steps: taken, events: this.#events, entries, digest: run?.digest() ?? '' }
  }

  get #isBroken(): boolean {
    return this.#truth.violations.length > 0
  }

  async #begin(): Promise<void> {
    const [founder, ...others] = this.#peers as [Peer, ...Peer[]]
    founder.standing = 'member'
    founder.start()
    void founder.run?.write('the founding', () => operations(foundingOperations(founder)))
    await this.#scheduler.runAll()
    for (const newcomer of others) {
      if (this.#script.chance(AT_FIRST)) void admit(founder, newcomer, drawStep(this.#script))
    }
    await this.#go(300)
  }

  async #take(step: Step): Promise<void> {
    const peer = this.#peers[step.peer % this.#peers.length] as Peer
    const did = this.#act(peer, step)
    if (did !== null) this.#note(`${peer.name} ${did}`)
    await this.#go(step.thenMs)
  }

  /** Lets time pass; who may connect with whom is looked at again every so often. */
  async #go(durationMs: number): Promise<void> {
    for (let left = durationMs; left >= 0; left -= 1000) {
      this.#network.refresh(this.#peers)
      await this.#scheduler.run(Math.min(left, 1000))
    }
    this.#network.refresh(this.#peers)
  }

  /** Does the step if it can be done; says what was done where nothing else does. */
  #act(peer: Peer, step: Step): string | null {
    switch (step.kind) {
      case 'crash':
        return peer.run ? this.#crash(peer) : null
      case 'start':
        for (const each of this.#peers) each.start()
        return null
      case 'restart':
      case 'upgrade':
        return this.#restart(peer, step)
      case 'clock':
        peer.skewMs = Math.round(((step.pick % 2001) / 1000 - 1) * SKEW_MS)
        return `has a clock that is off by ${Math.round(peer.skewMs / 86_400_000)} days`
      case 'partition':
        for (const each of this.#peers) this.#network.setSide(each, this.#chance.below(2 + (step.pick % 2)))
        return this.#sides()
      case 'heal':
        for (const each of this.#peers) this.#network.setSide(each, 0)
        return 'and all others reach each other'
      case 'pace': {
        const pace = step.pick % 2 === 0 ? 'slow' : 'fast'
        this.#network.setPace(peer, pace)
        return `is ${pace}`
      }
      default:
        return this.#do(peer, step)
    }
  }

  /** What needs a running app, of someone honest. */
  #do(peer: Peer, step: Step): string | null {
    const run = peer.up
    if (!run || peer.conduct === 'rogue') return null
    switch (step.kind) {
      case 'lie':
        // One that lies is enough to learn from, and the founder's device is needed to let others in.
        if (peer === this.#peers[0] || this.#truth.lies.size > 0) return null
        return tellLie(peer, step, this.#truth, (log, index) => this.#network.spread(peer, log, index))
      case 'invite':
        invite(run, step, this.#chance)
        return null
      case 'revokeInvite':
        revokeInvite(run, step)
        return null
      case 'admit': {
        const strangers = this.#peers.filter(({ standing }) => standing === 'stranger')
        const newcomer = strangers[step.pick % Math.max(1, strangers.length)]
        if (newcomer && this.#network.reaches(peer, newcomer)) void admit(peer, newcomer, step)
        return null
      }
      case 'changeRole':
        changeRole(run, this.#peers, step)
        return null
      case 'crash':
      case 'start':
      case 'restart':
      case 'upgrade':
      case 'clock':
      case 'partition':
      case 'heal':
      case 'pace':
        return null
      default:
        void run.write(step.kind, deedOf(step.kind, run, peer, step))
        return null
    }
  }

  #crash(peer: Peer): string {
    this.#network.drop(peer)
    const lost = peer.crash(this.#chance)
    return `crashes and loses ${lost} blocks`
  }

  #restart(peer: Peer, { kind }: Step): string | null {
    if (!peer.up) return null
    this.#network.drop(peer)
    peer.restart(kind === 'upgrade' ? 'next' : peer.version)
    return kind === 'upgrade' ? 'restarts as the next version' : 'restarts'
  }

  #sides(): string {
    const sides = [0, 1, 2].map((side) => this.#peers.filter((peer) => this.#network.side(peer) === side))
    return `is in a network of ${sides.map((group) => group.map(({ name }) => name).join('')).join(' | ')}`
  }

  /** Heals everything, lets all that is under way arrive, and asks what must hold then. */
  async #end(): Promise<void> {
    this.#note('everything heals')
    for (const peer of this.#peers) {
      this.#network.setSide(peer, 0)
      this.#network.setPace(peer, 'fast')
    }
    await this.#quiet()
    checkRound(this.#peers, this.#truth)
    checkViews(this.#peers, this.#truth)
    // Everyone starts once more, as the next version: what was paused goes on, and what is on disk is all there is.
    for (const peer of this.#peers) {
      this.#network.drop(peer)
      peer.restart('next')
    }
    await this.#quiet()
    checkRound(this.#peers, this.#truth)
    checkViews(this.#peers, this.#truth)
    checkEnd(this.#peers, this.#truth)
  }

  async #quiet(): Promise<void> {
    do {
      for (const peer of this.#peers) peer.start()
      this.#network.refresh(this.#peers)
      await this.#scheduler.runAll()
      this.#network.refresh(this.#peers)
    } while (this.#scheduler.pending > 0)
  }

  #note(line: string): void {
    this.#events.push(`${String(this.#scheduler.nowMs).padStart(7)} ms  ${line}`)
  }
}

const nameOf = (number: number): string => String.fromCharCode(65 + number)
