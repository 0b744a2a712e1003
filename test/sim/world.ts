/** A simulated world: devices, their network, and what happens to them, all of it decided by one seed. */
import { bookIdOf, deviceIdOf, found, memberIdOf } from '../../core/identity/certificates.js'
import type { KnownDevice } from '../../core/engine/sightings.js'
import { foundingOperations } from './bookkeeping.js'
import { checkRound, checkViews } from './checks.js'
import { checkEnd } from './end-checks.js'
import { crash, happen, isPossible, restart } from './happenings.js'
import { Network } from './network.js'
import { PARTS, type Parts } from './parts.js'
import { newIdentity, Peer, type Phrase, type SimIdentity } from './peer.js'
import { link } from './linking.js'
import { linkOrRevoke } from './lost-phones.js'
import { admit } from './people.js'
import { Random } from './random.js'
import { operations, type Around } from './around.js'
import { Scheduler } from './scheduler.js'
import { drawStep, type Step } from './steps.js'
import { Writers } from './store.js'
import { Tally } from './tally.js'
import { tallyEnd, tallyRound } from './tallies.js'
import { Truth, type Violation } from './truth.js'

export interface SimOptions {
  readonly seed: number
  /** 2 to 12. */
  readonly peers: number
  readonly steps: number
  readonly parts?: Parts
  /** `often`: people link devices and lose them, beside all else. */
  readonly phones?: 'seldom' | 'often'
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
/** Of second devices. */
const LINKED = 0.5
const TAMPERED = 0.15
const AT_FIRST = 0.6
/** When all is healed and nobody does anything, nothing happens any more after this long. */
const REST_MS = 300_000
const FOUNDED_MS = 1_767_225_600_000

/** Plays a world to its end, or until a rule is broken. The same options give the same result, always. */
export async function simulate(options: SimOptions): Promise<SimResult> {
  const world = new World(options)
  return world.play()
}

export class World {
  readonly truth = new Truth()
  readonly tally = new Tally()
  readonly network: Network
  readonly peers: Peer[]
  readonly around: Around
  /** For what is drawn beside the steps. */
  readonly chance: Random
  readonly #scheduler = new Scheduler()
  readonly #events: string[] = []
  readonly #script: Random
  readonly #keys: Random
  readonly #phones: Random

  constructor(private readonly options: SimOptions) {
    const seeds = new Random(options.seed)
    // What happens is drawn apart from how long it takes: a change in one does not reorder the other.
    this.#script = seeds.fork()
    this.chance = seeds.fork()
    this.network = new Network(this.#scheduler, seeds.fork(), this.truth)
    this.#keys = seeds.fork()
    this.#phones = seeds.fork()
    const first = newIdentity(nameOf(0), this.#keys, null)
    this.around = this.#makeAround(first)
    this.peers = [new Peer(nameOf(0), first, this.around)]
    while (this.peers.length < options.peers) {
      const of = this.#keys.chance(SECOND_DEVICE) ? (this.#keys.pick(this.peers) ?? null) : null
      const peer = this.addPeer(of, of && this.#keys.chance(LINKED) ? 'elsewhere' : 'here')
      if (!of && this.#keys.chance(TAMPERED)) peer.conduct = 'tampered'
    }
  }

  /** One more device: of a new person, or beside another one of theirs. */
  addPeer(beside: Peer | null, phrase: Phrase = 'here'): Peer {
    const name = nameOf(this.peers.length)
    const peer = new Peer(name, newIdentity(name, this.#keys, beside?.identity ?? null), this.around, phrase)
    this.peers.push(peer)
    return peer
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
      this.truth.violate('nothing throws', (error as Error).stack ?? String(error))
    }
    const run = this.peers[0]?.run
    return {
      violations: this.truth.violations,
      steps: taken,
      events: this.#events,
      entries: Object.values(run?.vector() ?? {}).reduce((sum, length) => sum + length - 1, 0),
      digest: run?.digest() ?? '',
      tally: this.tally
    }
  }

  get #isBroken(): boolean {
    return this.truth.violations.length > 0
  }

  note(line: string): void {
    this.#events.push(`${String(this.#scheduler.nowMs).padStart(7)} ms  ${line}`)
  }

  async #begin(): Promise<void> {
    const [founder, ...others] = this.peers as [Peer, ...Peer[]]
    founder.standing = 'member'
    founder.start()
    await this.#scheduler.runAll()
    void founder.up?.save('the founding', () => operations(foundingOperations(founder)))
    await this.#scheduler.runAll()
    for (const newcomer of others) {
      if (!this.#script.chance(AT_FIRST)) continue
      const step = drawStep(this.#script)
      if (newcomer.phrase === 'here') void admit(founder, newcomer, step)
      else if (newcomer.member === founder.member) void link(founder, newcomer)
    }
    await this.#go(300)
  }

  async #take(step: Step): Promise<void> {
    const able = this.peers.filter((each) => isPossible(this, each, step.kind))
    const peer = able[step.peer % Math.max(1, able.length)]
    if (peer) {
      this.tally.count(`step: ${step.kind}`)
      const did = happen(this, peer, step)
      if (did !== null) this.note(`${peer.name} ${did}`)
    }
    const did = this.options.phones === 'often' ? linkOrRevoke(this, this.#phones) : null
    if (did !== null) this.note(did)
    await this.#go(step.thenMs)
  }

  /** Lets time pass; who may connect with whom is looked at again every so often. */
  async #go(durationMs: number): Promise<void> {
    for (let left = durationMs; left >= 0; left -= 1000) {
      this.network.refresh(this.peers)
      await this.#scheduler.run(Math.min(left, 1000))
    }
  }

  #checkRound(): void {
    checkRound(this.peers, this.truth)
    tallyRound(this.peers, this.tally)
  }

  /** Heals everything, lets all that is under way arrive, and asks what must hold then. */
  async #end(): Promise<void> {
    checkViews(this.peers, this.truth, this.around)
    this.note('everything heals')
    for (const peer of this.peers) {
      this.network.setSide(peer, 0)
      this.network.setPace(peer, 'fast')
      peer.faults.callOff()
    }
    await this.#quiet()
    this.#checkRound()
    checkViews(this.peers, this.truth, this.around)
    // Everyone starts once more, as the next version: what was paused goes on, and what is on disk is all there is.
    for (const peer of this.peers) {
      this.network.drop(peer)
      peer.restart('next')
    }
    await this.#quiet()
    this.#checkRound()
    checkViews(this.peers, this.truth, this.around)
    checkEnd(this.peers, this.truth, this.around)
    tallyEnd(this.peers, this.tally)
  }

  async #quiet(): Promise<void> {
    const untilMs = this.#scheduler.nowMs + REST_MS
    do {
      for (const peer of this.peers) peer.start()
      this.network.refresh(this.peers)
      await this.#scheduler.runAll(untilMs)
      if (this.#scheduler.nowMs > untilMs) {
        this.truth.violate('all comes to rest', `something still happens after ${REST_MS} ms`)
        return
      }
      this.network.refresh(this.peers)
    } while (this.#scheduler.pending > 0)
  }

  #makeAround(first: SimIdentity): Around {
    const founding = found(first.memberKeys, this.#keys.bytes(32), FOUNDED_MS)
    return {
      scheduler: this.#scheduler,
      random: this.chance,
      truth: this.truth,
      tally: this.tally,
      writers: new Writers(),
      parts: this.options.parts ?? PARTS,
      founding,
      secret: this.#keys.bytes(32),
      book: bookIdOf(founding),
      founder: memberIdOf(founding.founder),
      deviceOf: (device) => {
        const peer = this.peers.find(({ deviceId }) => deviceId === device)
        return peer ? knownDevice(peer) : null
      },
      spread: (peer, log, index) => this.network.spread(peer, log, index),
      opened: (peer, log) => this.network.opened(peer, log),
      tell: (peer) => this.network.tell(peer),
      cutPower: (peer) => this.note(`${peer.name} ${crash(this, peer)}`),
      restart: (peer) => this.note(`${peer.name} ${restart(this, peer, peer.version)}`),
      note: (line) => this.note(line)
    }
  }
}

const nameOf = (number: number): string => String.fromCharCode(65 + number)

const knownDevice = ({ member, name, identity }: Peer): KnownDevice => ({
  member,
  device: deviceIdOf(identity.certificate.device),
  deviceName: name,
  platform: 'sim',
  seenMs: null,
  lengths: new Map()
})
