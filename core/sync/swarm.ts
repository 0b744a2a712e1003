/** All connections of one book: finds the other members' devices, lets them in, replicates, compares digests. */
import { EventEmitter } from 'node:events'
import HyperDHT from 'hyperdht'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import type { BookId, DeviceId, LogId, MemberId, Outcome } from '../contract/index.js'
import type { DeviceCertificate } from '../identity/certificates.js'
import { equalSecrets, utf8 } from '../identity/bytes.js'
import { derive, type KeyPair } from '../identity/keys.js'
import type { Epoch, EpochSecret } from '../log/secrets.js'
import type { LogStore } from '../log/store.js'
import { ForkInquiry } from './fork-inquiry.js'
import { Meeting } from './meeting.js'
import { fromHex, toHex, type FarewellMessage } from './messages.js'
import { endSwarm, startSwarm } from './network.js'
import { Parting, type PartingSide } from './parting.js'
import { Peer, type PeerStanding, type RemoteDevice } from './peer.js'
import { Lending, Recall, type RecallSide } from './recall.js'

const MOST_WAITING = 32
/**
 * Connections whose other end has not shown yet that it knows the book, which takes a moment: whoever found the topic can
 * hold as many as they like, and Hyperswarm asks nobody any more once there are 64.
 */
const MOST_UNPROVED = 16
/** Topics that this device is found under: of the newest secrets, and of older ones for those who know no newer. */
const MOST_TOPICS = 16
const MOST_PROOFS = 1024
/** Removed members' devices that show what they had written, at once. */
const MOST_PARTING = 8
/** What those offer who are no members here counts as one member's: there is no end of who they can say they are. */
const OUTSIDERS = 'outsiders' as MemberId

/** What the swarm needs to know of the book. */
export interface BookSide {
  vector(): Readonly<Record<LogId, number>>
  /** Hex digest of the book's state at `vector`; null while it is being worked out. */
  digest(): string | null
  standingOf(remote: RemoteDevice): PeerStanding
  /** A present member's device says that this one does not belong here any more. */
  farewell(why: FarewellMessage, from: RemoteDevice): void
  /** Let in by a member's device: this one does belong here. */
  welcome(): void
  /** A device was let in, and let this one in, over this connection. */
  met(remote: RemoteDevice, stream: NoiseStream): void
  /** A member's device has logs that may not be known here; resolves when they are taken up, as far as they can be. */
  learn(logs: Iterable<LogId>, from: MemberId): Promise<void>
  /** Secrets of the book that any member's device may be told. */
  toHandOver(): readonly EpochSecret[]
  /** A member's device handed over secrets: they may be none. */
  offered(secrets: readonly EpochSecret[], from: MemberId): void
  readonly parting: PartingSide
  readonly recall: RecallSide
  readonly forks: ForkSide
}

/** What is known and suspected of logs with two histories. */
export interface ForkSide {
  has(log: LogId): boolean
  /** Logs of which Hypercore saw two histories, and nobody knows yet where they part. */
  unproved(): readonly LogId[]
  /** Evidence that was found here, or sent. Refuses what is none. */
  take(log: LogId, evidence: Uint8Array): Promise<Outcome<unknown>>
}

export interface SwarmOptions {
  readonly dht: HyperDHT
  readonly book: BookId
  /** The book's secrets, 32 bytes each, the founding one first. */
  secrets(): readonly Uint8Array[]
  readonly certificate: DeviceCertificate
  readonly device: KeyPair
  readonly store: LogStore
  readonly side: BookSide
}

/** What a device told when it was last heard from. */
export interface Sighting extends RemoteDevice {
  readonly seenMs: number
  readonly lengths: ReadonlyMap<LogId, number>
  readonly digest: string | null
  readonly address: string | null
  readonly connection: 'connected' | 'away'
}

export interface SwarmEvents {
  /** Somebody came, went, or told something new. */
  peers: []
}

export class BookSwarm extends EventEmitter<SwarmEvents> {
  readonly #o: SwarmOptions
  readonly #swarm: Hyperswarm
  /** By epoch: a place to meet for each secret. */
  readonly #meetings = new Map<number, Meeting>()
  readonly #channelId: Uint8Array
  readonly #peers = new Set<Peer>()
  readonly #partings = new Map<Peer, Parting>()
  readonly #recalls = new Map<Peer, Recall>()
  readonly #lendings = new Map<Peer, Lending>()
  readonly #inquiry: ForkInquiry
  /** By peer, the digest of its that was looked into last. */
  readonly #lookedInto = new WeakMap<Peer, string>()

  constructor(options: SwarmOptions) {
    super()
    this.#o = options
    const { dht, device, book } = options
    this.#channelId = derive(options.secrets()[0] as Uint8Array, 'book-channel')
    const keyPair = HyperDHT.keyPair(derive(device.seed, 'book-swarm', utf8(book)))
    this.#swarm = startSwarm(dht, keyPair)
    this.#swarm.on('connection', (stream: NoiseStream) => this.#connected(stream))
    const { store, side } = options
    this.#inquiry = new ForkInquiry({
      store,
      has: (log) => side.forks.has(log),
      found: (log, evidence) => void side.forks.take(log, evidence)
    })
    this.#meet()
  }

  /** Resolves when this device was announced and others were looked up once. */
  async flushed(): Promise<void> {
    await Promise.all([...this.#meetings.values()].map((meeting) => meeting.flushed()))
  }

  connected(): Sighting[] {
    const seenMs = Date.now()
    const all: Sighting[] = []
    for (const peer of this.#peers) {
      const { remote, lengths, digest, address, state } = peer
      if (state === 'open' && remote)
        all.push({ ...remote, seenMs, lengths, digest, address, connection: 'connected' })
    }
    return all
  }

  /** Peers that know the book and are not known as members here (yet). */
  strangers(): RemoteDevice[] {
    return [...this.#peers].flatMap((peer) => (peer.state === 'waiting' && peer.remote ? [peer.remote] : []))
  }

  /** Tells all peers what is here, and looks again at those who wait. `lengths`: without the digest, which costs. */
  tell(what: 'all' | 'lengths' = 'all'): void {
    this.#meet()
    for (const peer of this.#peers) peer.reconsider()
    for (const peer of this.#partings.keys()) this.#lookAtParting(peer)
    for (const [peer, recall] of this.#recalls) this.#over(peer, recall.look())
    for (const peer of this.#lendings.keys()) this.#lookAtLending(peer)
    const open = [...this.#peers].filter((peer) => peer.state === 'open')
    if (open.length === 0) return
    const vector = this.#o.side.vector()
    const digest = what === 'all' ? this.#o.side.digest() : null
    if (what === 'all' && digest === null) return
    for (const peer of open) {
      this.#hand(peer)
      peer.tell(vector, digest)
      // What it told before may have come when the digest was not there.
      this.#over(peer, this.#lookInto(peer))
    }
  }

  /** Hypercore saw two histories of a log: asks all who are here where they part. */
  suspect(log: LogId): void {
    for (const peer of this.#peers) if (peer.state === 'open') void this.#inquiry.compare(log, peer)
  }

  /** Hands on what is known of logs with two histories. */
  tellForks(): void {
    for (const peer of this.#peers) this.#tellForksTo(peer)
  }

  disconnect(device: DeviceId): void {
    for (const peer of this.#peers) if (peer.remote?.device === device) peer.end('it was asked to go')
  }

  async close(): Promise<void> {
    const meetings = [...this.#meetings.values()].map((meeting) => meeting.end())
    await Promise.all([...meetings, endSwarm(this.#swarm)])
    for (const peer of this.#peers) peer.end('this device goes offline')
  }

  /** Is found under the topic of each secret; a new secret moves the place. */
  #meet(): void {
    const secrets = this.#o.secrets()
    for (const [number, secret] of secrets.entries()) {
      if (this.#meetings.has(number) || number < secrets.length - MOST_TOPICS) continue
      const topic = derive(secret, 'book-topic')
      const meeting = new Meeting(this.#swarm, topic, { client: true, server: true }, () => !this.#isMet())
      this.#meetings.set(number, meeting)
    }
  }

  #isMet(): boolean {
    return [...this.#peers].some((peer) => peer.state === 'open')
  }

  #connected(stream: NoiseStream): void {
    stream.on('error', () => {})
    const { certificate, device, side } = this.#o
    const secrets = this.#o.secrets().slice(-MOST_PROOFS).reverse()
    const peer = new Peer({
      stream,
      channelId: this.#channelId,
      proofKeys: secrets.map(proofKeyOf),
      certificate,
      device,
      standingOf: (remote) => side.standingOf(remote),
      answer: (question) => this.#inquiry.answer(question)
    })
    if (peer.state === 'closed') return
    if (this.strangers().length >= MOST_WAITING) return peer.end('too many are waiting')
    this.#peers.add(peer)
    this.#makeRoom()
    peer.on('open', () => this.#opened(peer))
    peer.on('have', (logs) => this.#heard(peer, logs))
    peer.on('secrets', (secrets) => {
      const all = secrets.map(({ epoch, secret }) => ({ epoch: epoch as Epoch, secret: fromHex(secret) }))
      if (peer.remote) side.offered(all, peer.recall === 'takes' ? OUTSIDERS : peer.remote.member)
    })
    peer.on('fork', (log, evidence) => this.#over(peer, this.#takeFork(peer, log, evidence)))
    peer.on('farewell', (why) => peer.remote && side.farewell(why, peer.remote))
    peer.on('parting', () => this.#part(peer))
    peer.on('recall', () =>
      this.#recalls.set(peer, new Recall(peer, { side: side.recall, store: this.#o.store }))
    )
    peer.on('lent', (logs) => this.#over(peer, this.#recalls.get(peer)?.hear(logs)))
    peer.on('lend', () => this.#lend(peer))
    peer.on('close', () => this.#left(peer))
  }

  /** Hangs up on those who have said nothing for longest. */
  #makeRoom(): void {
    const unproved = [...this.#peers].filter(({ state }) => state === 'proof' || state === 'hello')
    for (const peer of unproved.slice(0, -MOST_UNPROVED)) peer.end('others came who may know the book')
  }

  #opened(peer: Peer): void {
    this.#o.store.corestore.replicate(peer.stream)
    this.#o.side.welcome()
    if (peer.remote) this.#o.side.met(peer.remote, peer.stream)
    this.#hand(peer)
    // Before it hears of logs: whoever knows the evidence asks for the shared part, and not for the log.
    this.#tellForksTo(peer)
    for (const log of this.#o.side.forks.unproved()) void this.#inquiry.compare(log, peer)
    const digest = this.#o.side.digest()
    if (digest !== null) peer.tell(this.#o.side.vector(), digest)
    this.emit('peers')
  }

  /** Hands over what the other side did not show to know. */
  #hand(peer: Peer): void {
    if (peer.state === 'parting' && !peer.farewells.theirs) return
    const lacking = this.#o.side.toHandOver().filter((each) => {
      const isLooked = peer.handed.has(each.secret)
      peer.handed.add(each.secret)
      return !isLooked && !isAmong(peer.known, proofKeyOf(each.secret))
    })
    peer.hand(lacking.map(({ epoch, secret }) => ({ epoch, secret: toHex(secret) })))
  }

  #heard(peer: Peer, logs: readonly LogId[]): void {
    if (this.#partings.has(peer)) return this.#lookAtParting(peer)
    if (peer.remote) this.#over(peer, this.#o.side.learn(logs, peer.remote.member))
    this.#over(peer, this.#lookInto(peer))
    this.emit('peers')
  }

  #tellForksTo(peer: Peer): void {
    for (const fork of this.#o.store.forks.all()) peer.tellFork(fork)
  }

  async #takeFork(peer: Peer, log: LogId, evidence: Uint8Array): Promise<void> {
    const taken = await this.#o.side.forks.take(log, evidence)
    if (!taken.ok && taken.error.code === 'BAD_REQUEST') peer.end('it sent evidence that proves nothing')
  }

  /**
   * Two devices that have as much of every log, and not the same book: somebody may have signed two histories of one
   * length, which Hypercore never notices.
   */
  async #lookInto(peer: Peer): Promise<void> {
    const { side } = this.#o
    if (!peer.digest || this.#lookedInto.get(peer) === peer.digest) return
    const vector = side.vector()
    const logs = Object.keys(vector) as LogId[]
    if (logs.length !== peer.lengths.size || logs.some((log) => peer.lengths.get(log) !== vector[log])) return
    const digest = side.digest()
    if (!digest || peer.digest === digest) return
    this.#lookedInto.set(peer, peer.digest)
    for (const log of logs) await this.#inquiry.compare(log, peer)
  }

  /** One side said farewell: for a moment they exchange what each may still have of the other. */
  #part(peer: Peer): void {
    let parting = this.#partings.get(peer)
    if (!parting && this.#partings.size >= MOST_PARTING) return peer.end('too many are parting')
    if (!parting) {
      const { side, store } = this.#o
      const secrets = this.#o.secrets().filter((secret) => isAmong(peer.known, proofKeyOf(secret)))
      parting = new Parting(peer, {
        side: side.parting,
        store,
        secrets,
        learn: (...told) => side.learn(...told)
      })
      this.#partings.set(peer, parting)
    }
    this.#lookAtParting(peer)
  }

  #lookAtParting(peer: Peer): void {
    const { remote } = peer
    // Those who stay can list what this device wrote with secrets that they were not told.
    if (remote && this.#o.side.standingOf(remote) === 'present') this.#hand(peer)
    this.#over(peer, this.#partings.get(peer)?.look())
  }

  /** It is a member's, and does not know that this one is: it may have all that is here. */
  #lend(peer: Peer): void {
    this.#o.store.corestore.replicate(peer.stream)
    this.#lendings.set(peer, new Lending(peer, this.#o.side.recall))
    this.#lookAtLending(peer)
  }

  #lookAtLending(peer: Peer): void {
    this.#hand(peer)
    this.#over(peer, this.#lendings.get(peer)?.look(Object.keys(this.#o.side.vector()) as LogId[]))
  }

  /**
   * Work for what goes over a connection. It fails where the book is closed meanwhile, or a log of it, as Hypercore does with
   * one that it saw two histories of: the connection ends, and comes back to what is there then.
   */
  #over(peer: Peer, work: Promise<unknown> | undefined): void {
    work?.catch(() => peer.end('what goes over it could not be read'))
  }

  #left(peer: Peer): void {
    if (!this.#peers.delete(peer)) return
    this.#partings.delete(peer)
    this.#recalls.delete(peer)
    this.#lendings.delete(peer)
    for (const meeting of this.#meetings.values()) meeting.hurry()
    this.emit('peers')
  }
}

const proofKeyOf = (secret: Uint8Array): Uint8Array => derive(secret, 'book-proof')

const isAmong = (keys: readonly Uint8Array[], key: Uint8Array): boolean =>
  keys.some((each) => equalSecrets(each, key))
