/** A simulated world: devices, their network, and what happens to them, all of it decided by one seed. */
import { bookIdOf, found, memberIdOf } from '../../core/identity/certificates.js'
import type { Action } from '../../core/domain/roles.js'
import { deedOf, foundingOperations } from './bookkeeping.js'
import { checkEnd, checkRound, checkViews, tallyEnd, tallyRound } from './checks.js'
import type { DiskCopy } from './disk.js'
import { tellLie } from './lies.js'
import { Network } from './network.js'
import { PARTS, type Parts } from './parts.js'
import { newIdentity, Peer } from './peer.js'
import { admit, changeRole, invite, revokeInvite } from './people.js'
import { Random } from './random.js'
import { operations, type Around, type Run } from './run.js'
import { Scheduler } from './scheduler.js'
import { drawStep, type Step, type StepKind } from './steps.js'
import { Writers } from './store.js'
import { Tally } from './tally.js'
import { Truth, type Violation } from './truth.js'
import type { AppVersion } from './versions.js'

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
  readonly tally: Tally
}

const ROUND_STEPS = 5
const SECOND_DEVICE = 0.25
const AT_FIRST = 0.6
const SKEW_MS = 40 * 365 * 86_400_000
/** Within so many moments of output a planned fault comes: about as many as starting a segment and two entries have. */
const MOMENTS = 14

type Doing = keyof typeof DOINGS

const CLASHES = ['amend', 'editAccount', 'renameBook', 'void', 'resolve'] as const

/** What people do, and which action of theirs the app would ask about. */
const DOINGS = {
  post: 'post',
  batch: 'post',
  amend: 'amend',
  void: 'void',
  resolve: 'amend',
  addAccount: 'createAccount',
  editAccount: 'editAccount',
  renameBook: 'setBook',
  invite: 'invite',
  revokeInvite: 'revokeInvite',
  admit: 'admit',
  changeRole: 'admit',
  clash: null,
  overreach: null
} as const satisfies Partial<Record<StepKind, Action | null>>

const isAllowed = (run: Run, kind: Doing): boolean => {
  if (kind === 'clash') return run.allows('amend')
  const action = DOINGS[kind]
  return run.role !== null && (action === null || run.allows(action))
}

/** Plays a world to its end, or until a rule is broken. The same options give the same result, always. */
export async function simulate(options: SimOptions): Promise<SimResult> {
  const world = new World(options)
  return world.play()
}

class World {
  readonly #truth = new Truth()
  readonly #tally = new Tally()
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
      tally: this.#tally,
      writers: new Writers(),
      parts: options.parts ?? PARTS,
      founding,
      book: bookIdOf(founding),
      founder: memberIdOf(founding.founder),
      spread: (peer, log, index) => this.#network.spread(peer, log, index),
      opened: (peer, log) => this.#network.opened(peer, log),
      tell: (peer) => this.#network.tell(peer),
      cutPower: (peer) => this.#note(`${peer.name} ${this.#crash(peer)}`),
      restart: (peer) => this.#note(`${peer.name} ${this.#restart(peer, peer.version)}`),
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
        if (taken % ROUND_STEPS === 0) this.#checkRound()
      }
      if (!this.#isBroken) await this.#end()
    } catch (error) {
      this.#truth.violate('nothing throws', (error as Error).stack ?? String(error))
    }
    const run = this.#peers[0]?.run
    const entries = Object.values(run?.vector() ?? {}).reduce((sum, length) => sum + length - 1, 0)
    const { violations } = this.#truth
    return {
      violations,
      steps: taken,
      events: this.#events,
      entries,
      digest: run?.digest() ?? '',
      tally: this.#tally
    }
  }

  get #isBroken(): boolean {
    return this.#truth.violations.length > 0
  }

  async #begin(): Promise<void> {
    const [founder, ...others] = this.#peers as [Peer, ...Peer[]]
    founder.standing = 'member'
    founder.start()
    await this.#scheduler.runAll()
    void founder.up?.write('the founding', () => operations(foundingOperations(founder)))
    await this.#scheduler.runAll()
    for (const newcomer of others) {
      if (this.#script.chance(AT_FIRST)) void admit(founder, newcomer, drawStep(this.#script))
    }
    await this.#go(300)
  }

  async #take(step: Step): Promise<void> {
    const able = this.#peers.filter((each) => this.#can(each, step.kind))
    const peer = able[step.peer % Math.max(1, able.length)]
    if (peer) {
      this.#tally.count(`step: ${step.kind}`)
      const did = this.#act(peer, step)
      if (did !== null) this.#note(`${peer.name} ${did}`)
    }
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

  /** Whether this can happen to the device, or be done by whoever sits at it. */
  #can(peer: Peer, kind: StepKind): boolean {
    switch (kind) {
      case 'partition':
      case 'heal':
      case 'pace':
      case 'clock':
        return true
      case 'crash':
        return peer.run !== null
      case 'crashSoon':
      case 'crashWhenSaved':
      case 'failDisk':
        return peer.up !== null && peer.faults.planned === null
      case 'restart':
      case 'upgrade':
        return peer.up !== null
      case 'start':
        return peer.standing === 'member' && peer.run === null
      case 'copy':
        return peer.standing === 'member'
      case 'restoreCopy':
        return peer.copy !== null && peer.conduct === 'honest'
      case 'lie':
        // One that lies is enough to learn from, and the founder's device is needed to let others in.
        return peer.up !== null && peer !== this.#peers[0] && this.#truth.lies.size === 0
      default:
        return peer.conduct === 'honest' && peer.up !== null && isAllowed(peer.up, kind)
    }
  }

  /** Does the step; says what was done where nothing else does. */
  #act(peer: Peer, step: Step): string | null {
    switch (step.kind) {
      case 'crash':
        return this.#crash(peer)
      case 'failDisk':
        peer.faults.plan('disk', 1 + (step.pick % MOMENTS))
        return null
      case 'crashSoon':
        peer.faults.plan('power', 1 + (step.pick % MOMENTS))
        return null
      case 'crashWhenSaved':
        peer.faults.plan('power when saved', 1 + (step.pick % 2))
        return null
      case 'start':
        peer.start()
        return 'starts'
      case 'restart':
      case 'upgrade':
        return this.#restart(peer, step.kind === 'upgrade' ? 'next' : peer.version)
      case 'copy':
        peer.copy = peer.disk.copy()
        return 'is copied'
      case 'restoreCopy':
        return this.#restoreCopy(peer)
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
      case 'lie':
        return tellLie({
          peer,
          step,
          truth: this.#truth,
          founding: this.#around.founding,
          writers: this.#around.writers,
          random: this.#chance,
          spread: (log, index) => this.#network.spread(peer, log, index)
        })
      default:
        if (peer.up) this.#do(peer, peer.up, step.kind, step)
        return null
    }
  }

  /** What people do with a running app. */
  #do(peer: Peer, run: Run, kind: Doing, step: Step): void {
    switch (kind) {
      case 'invite':
        return invite(run, step, this.#chance)
      case 'revokeInvite':
        return revokeInvite(run, step)
      case 'admit': {
        const strangers = this.#peers.filter(({ standing }) => standing === 'stranger')
        const newcomer = strangers[step.pick % Math.max(1, strangers.length)]
        if (newcomer && this.#network.reaches(peer, newcomer)) void admit(peer, newcomer, step)
        return
      }
      case 'clash':
        return this.#clash(step)
      case 'changeRole':
        return changeRole(run, this.#peers, step)
      default:
        void run.write(kind, deedOf(kind, run, peer, step))
    }
  }

  /** Up to three people change the same thing, each in their own way, before they hear of each other. */
  #clash(step: Step): void {
    const kind = CLASHES[step.pick % CLASHES.length] as (typeof CLASHES)[number]
    const able = this.#peers.filter((each) => this.#can(each, kind))
    for (let number = 0; number < Math.min(3, able.length); number++) {
      const peer = able[(step.peer + number) % able.length] as Peer
      const own = kind === 'editAccount' || kind === 'renameBook' ? 'other' : 'pick'
      void peer.up?.write(kind, deedOf(kind, peer.up, peer, { ...step, [own]: step[own] + 13 * number }))
    }
  }

  #crash(peer: Peer): string {
    this.#network.drop(peer)
    if (peer.run?.state !== 'up') this.#tally.count(`crash while ${peer.run?.state}`)
    const lost = peer.crash(this.#chance)
    this.#tally.count(lost > 0 ? 'crash that lost blocks' : 'crash that lost nothing')
    return `crashes and loses ${lost} blocks`
  }

  #restart(peer: Peer, version: AppVersion): string {
    const did = version === peer.version ? 'restarts' : 'restarts as the next version'
    this.#network.drop(peer)
    peer.restart(version)
    return did
  }

  #restoreCopy(peer: Peer): string {
    this.#network.drop(peer)
    const copy = peer.copy as DiskCopy
    peer.copy = null
    peer.restoreCopy(copy)
    this.#truth.orphan(peer.name, peer.disk)
    return 'is gone, and an older copy takes its place'
  }

  #sides(): string {
    const sides = [0, 1, 2].map((side) => this.#peers.filter((peer) => this.#network.side(peer) === side))
    return `is in a network of ${sides.map((group) => group.map(({ name }) => name).join('')).join(' | ')}`
  }

  #checkRound(): void {
    checkRound(this.#peers, this.#truth)
    tallyRound(this.#peers, this.#tally)
  }

  /** Heals everything, lets all that is under way arrive, and asks what must hold then. */
  async #end(): Promise<void> {
    this.#note('everything heals')
    for (const peer of this.#peers) {
      this.#network.setSide(peer, 0)
      this.#network.setPace(peer, 'fast')
      peer.faults.callOff()
    }
    await this.#quiet()
    this.#checkRound()
    checkViews(this.#peers, this.#truth)
    // Everyone starts once more, as the next version: what was paused goes on, and what is on disk is all there is.
    for (const peer of this.#peers) {
      this.#network.drop(peer)
      peer.restart('next')
    }
    await this.#quiet()
    this.#checkRound()
    checkViews(this.#peers, this.#truth)
    checkEnd(this.#peers, this.#truth)
    tallyEnd(this.#peers, this.#tally)
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
