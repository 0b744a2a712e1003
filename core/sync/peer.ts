/**
 * One connection to another device of the book. Before anything of the book goes over it, each side shows that it
 * knows a secret of the book; then which certified device it is, to one who does; then that it knows the other's member
 * as one who is present; then both accept. Who is not present any more is told so, and gets nothing new: for a moment
 * they may still show what they had written themselves (`parting`). Where one accepts and the other does not, the one who
 * was accepted may take, and gives nothing (`recall`).
 */
import { EventEmitter } from 'node:events'
import type { NoiseStream } from 'hyperswarm'
import Protomux, { type Channel } from 'protomux'
import type { DeviceId, LogId, MemberId } from '../contract/index.js'
import { deviceIdOf, memberIdOf, type DeviceCertificate } from '../identity/certificates.js'
import type { KeyPair } from '../identity/keys.js'
import {
  AcceptMessage,
  addMessage,
  AskMessage,
  FarewellMessage,
  ForkMessage,
  fromHex,
  HaveMessage,
  HelloMessage,
  MOST_HANDED,
  MOST_LENT,
  NodesMessage,
  LendMessage,
  ProofMessage,
  RecallMessage,
  SecretsMessage,
  toHex
} from './messages.js'
import { Questions } from './questions.js'
import {
  certificateFromMessage,
  certificateToMessage,
  isPresenceValid,
  otherSide,
  proofOf,
  signPresence,
  type Side
} from './proofs.js'

const HELLO_MS = 15_000
/** A farewell has this long to go out. */
const LEAVE_MS = 2_000
/** More secrets than this, over one connection, are not the book's. */
const MOST_RECEIVED = 2048
/** Who is told farewell can show their own logs for so long. */
const PARTING_MS = 10_000
/** As many as a newcomer can be told of. */
const MOST_LOGS = 20_000

export interface PeerOptions {
  readonly stream: NoiseStream
  /** 32 bytes that name the book on the wire without telling it. */
  readonly channelId: Uint8Array
  /** One for each secret of the book that is known here, 32 bytes each, the newest first. */
  readonly proofKeys: readonly Uint8Array[]
  readonly certificate: DeviceCertificate
  readonly device: KeyPair
  /** `unknown`: not heard of, yet; it may wait. */
  standingOf(remote: RemoteDevice): PeerStanding
  /** Nodes of the tree over a log, for one that is let in. */
  answer(question: AskMessage): Promise<NodesMessage>
}

export type PeerStanding = 'present' | 'unknown' | FarewellMessage

export interface RemoteDevice {
  readonly member: MemberId
  readonly device: DeviceId
  readonly deviceName: string
  readonly platform: string
}

export interface PeerEvents {
  /** Both sides accepted: replication may start. */
  open: []
  /** It told what it has of these logs. */
  have: [readonly LogId[]]
  /** It handed over secrets that it thinks are not known here. */
  secrets: [SecretsMessage['secrets']]
  /** It sent evidence that a log has two histories; whether it is any is not checked yet. */
  fork: [LogId, Uint8Array]
  /** It says that this device does not belong here any more. */
  farewell: [FarewellMessage]
  /** One side said farewell to the other, or now both did. */
  parting: []
  /** It let this device in and is no member here: what it has can be recalled. */
  recall: []
  /** It has these logs, and lends them. */
  lent: [LendMessage['logs']]
  /** This device let it in and is no member there: it asks what is here. */
  lend: []
  close: []
}

export class Peer extends EventEmitter<PeerEvents> {
  remote: RemoteDevice | null = null
  /** Applied lengths that the other side told of. */
  readonly lengths = new Map<LogId, number>()
  /** Its digest at these lengths, hex; null until it told. */
  digest: string | null = null
  state: 'proof' | 'hello' | 'waiting' | 'open' | 'parting' | 'closed' = 'proof'
  /** While parting: what was said, by this side and by the other. */
  readonly farewells: { mine: FarewellMessage | null; theirs: FarewellMessage | null } = {
    mine: null,
    theirs: null
  }
  /** Where one side let the other in and the other did not (see core/sync/recall.ts): what this one does. */
  recall: 'none' | 'takes' | 'gives' = 'none'
  /** Those of the proof keys that the other side knows too. */
  known: readonly Uint8Array[] = []
  /** Secrets that it was handed over here, or that it knew. */
  readonly handed = new Set<Uint8Array>()
  /** Why this side ended it, if it did. */
  offence: string | null = null

  readonly #o: PeerOptions
  readonly #channel: Channel | null
  readonly #side: Side
  readonly #timer: NodeJS.Timeout
  #partingTimer: NodeJS.Timeout | null = null
  readonly #sent = new Map<LogId, number>()
  #sentDigest: string | null = null
  #accepted: { mine: 'no' | 'yes'; theirs: 'no' | 'yes' } = { mine: 'no', theirs: 'no' }
  #sendHello: (value: HelloMessage) => void = () => {}
  #sendAccept: (value: AcceptMessage) => void = () => {}
  #sendFarewell: (value: FarewellMessage) => void = () => {}
  #sendHave: (value: HaveMessage) => void = () => {}
  #sendSecrets: (value: SecretsMessage) => void = () => {}
  /** How many secrets it handed over. */
  #received = 0
  #sendFork: (value: ForkMessage) => void = () => {}
  #sendAsk: (value: AskMessage) => void = () => {}
  #sendNodes: (value: NodesMessage) => void = () => {}
  #sendRecall: (value: RecallMessage) => void = () => {}
  #sendLend: (value: LendMessage) => void = () => {}
  /** How many logs it told of so. */
  #lent = 0
  readonly #questions = new Questions({
    send: (question) => this.#sendAsk(question),
    reply: (nodes) => this.state === 'open' && this.#sendNodes(nodes),
    answer: (question) => this.#o.answer(question)
  })
  readonly #sentForks = new Set<string>()

  constructor(options: PeerOptions) {
    super()
    this.#o = options
    const { stream, channelId } = options
    this.#side = stream.isInitiator ? 'initiator' : 'responder'
    this.#timer = setTimeout(() => {
      if (this.state === 'proof' || this.state === 'hello') this.end('no hello came')
    }, HELLO_MS)
    stream.once('close', () => this.#closed())
    this.#channel = Protomux.from(stream).createChannel({
      protocol: 'guildbook/book/2',
      id: channelId,
      onclose: () => this.end('the channel was closed')
    })
    if (this.#channel) this.#open(this.#channel)
    else this.end('the channel is taken')
  }

  /** `host:port` of the other end, where known. */
  get address(): string | null {
    const { remoteHost, remotePort } = this.#o.stream.rawStream ?? {}
    return remoteHost ? `${remoteHost}:${remotePort ?? 0}` : null
  }

  get stream(): NoiseStream {
    return this.#o.stream
  }

  /** Tells what is here, if it changed since it was last told; while parting, of some logs and without a digest. */
  tell(vector: Readonly<Record<LogId, number>>, digest: string | null): void {
    if (this.state !== 'open' && this.state !== 'parting') return
    const lengths: Record<LogId, number> = {}
    let changes = 0
    for (const [log, length] of Object.entries(vector) as [LogId, number][]) {
      if (this.#sent.get(log) === length) continue
      this.#sent.set(log, length)
      lengths[log] = length
      changes++
    }
    if (changes === 0 && digest === this.#sentDigest) return
    this.#sentDigest = digest
    this.#sendHave({ lengths, digest })
  }

  /** Hands over secrets of the book: to a member's device, also while that tells this one farewell. */
  hand(secrets: SecretsMessage['secrets']): void {
    const isToldFarewell = this.state === 'parting' && this.farewells.theirs
    if (this.state !== 'open' && this.recall !== 'gives' && !isToldFarewell) return
    for (let at = 0; at < secrets.length; at += MOST_HANDED)
      this.#sendSecrets({ secrets: secrets.slice(at, at + MOST_HANDED) })
  }

  /** Tells one who recalls of logs. */
  lend(logs: LendMessage['logs']): void {
    if (this.state === 'closed') return
    for (let at = 0; at < logs.length; at += MOST_LENT) this.#sendLend({ logs: logs.slice(at, at + MOST_LENT) })
  }

  /** Goes on parting: something came of what is recalled. */
  stay(): void {
    if (this.state === 'parting') this.#partingTimer?.refresh()
  }

  /** Hands on evidence that a log has two histories, once. */
  tellFork({ log, bytes }: { readonly log: LogId; readonly bytes: Uint8Array }): void {
    const evidence = toHex(bytes)
    if (this.state !== 'open' || this.#sentForks.has(evidence)) return
    this.#sentForks.add(evidence)
    this.#sendFork({ log, evidence })
  }

  /** What the other side has of the tree over a log; null if it does not say. */
  ask(question: AskMessage): Promise<NodesMessage | null> {
    return this.state === 'open' ? this.#questions.ask(question) : Promise.resolve(null)
  }

  /** Looks again at who the other side is: one who was just admitted, or removed, may be known as that only now. */
  reconsider(): void {
    if (!this.remote || (this.state !== 'waiting' && this.state !== 'open' && this.state !== 'parting')) return
    const standing = this.#o.standingOf(this.remote)
    if (standing === 'present') {
      // What it showed says that it does belong here: they meet anew.
      if (this.farewells.mine || this.recall === 'takes') this.end('it belongs here, as is known now')
      else if (this.state === 'waiting') this.#accept()
    } else if (standing !== 'unknown' && !this.farewells.mine) {
      this.#sendFarewell(standing)
      // All logs go over a connection that is open, or on which they are lent. It comes back to a new one.
      if (this.state === 'open' || this.recall === 'gives')
        return this.#leave('it does not belong here any more')
      this.farewells.mine = standing
      this.#part()
    }
    this.#recallIfLetIn()
  }

  /** Ends the connection; the reason stays here. */
  end(why: string): void {
    if (this.state === 'closed') return
    this.offence = why
    this.#closed()
    this.#o.stream.destroy()
  }

  #open(channel: Channel): void {
    const offended = (why: string) => this.end(why)
    const sendProof = addMessage(channel, ProofMessage, (proof) => this.#onProof(proof), offended)
    this.#sendHello = addMessage(channel, HelloMessage, (hello) => this.#onHello(hello), offended)
    this.#sendAccept = addMessage(channel, AcceptMessage, () => this.#onAccept(), offended)
    this.#sendHave = addMessage(channel, HaveMessage, (have) => this.#onHave(have), offended)
    this.#sendFarewell = addMessage(channel, FarewellMessage, (why) => this.#onFarewell(why), offended)
    this.#sendSecrets = addMessage(channel, SecretsMessage, (message) => this.#onSecrets(message), offended)
    this.#sendFork = addMessage(channel, ForkMessage, (fork) => this.#onFork(fork), offended)
    this.#sendAsk = addMessage(channel, AskMessage, (question) => this.#onAsk(question), offended)
    this.#sendNodes = addMessage(channel, NodesMessage, (nodes) => this.#onNodes(nodes), offended)
    this.#sendRecall = addMessage(channel, RecallMessage, () => this.#onRecall(), offended)
    this.#sendLend = addMessage(channel, LendMessage, (lent) => this.#onLend(lent), offended)
    channel.open()
    sendProof({ proofs: this.#proofs(this.#side) })
  }

  /** One for each proof key, in their order; each is good for this connection only. */
  #proofs(side: Side): string[] {
    const { proofKeys, stream } = this.#o
    return proofKeys.map((key) => toHex(proofOf(key, 'book', stream.handshakeHash, side)))
  }

  #onProof({ proofs }: ProofMessage): void {
    if (this.state !== 'proof') return this.end('a second proof')
    const { stream, proofKeys, certificate, device } = this.#o
    const shown = new Set(proofs)
    const expected = this.#proofs(otherSide(this.#side))
    this.known = proofKeys.filter((_, at) => shown.has(expected[at] as string))
    if (this.known.length === 0) return this.end('it does not know the book')
    this.state = 'hello'
    this.#sendHello({
      certificate: certificateToMessage(certificate),
      signature: signPresence(device, stream.handshakeHash, this.#side)
    })
  }

  #onHello(hello: HelloMessage): void {
    if (this.state !== 'hello') return this.end('a hello out of turn')
    const handshake = this.#o.stream.handshakeHash
    const side = otherSide(this.#side)
    const certificate = certificateFromMessage(hello.certificate)
    if (!isPresenceValid(hello.signature, certificate, handshake, side)) {
      return this.end('it is not the device that it says')
    }
    this.remote = {
      member: memberIdOf(certificate.member),
      device: deviceIdOf(certificate.device),
      deviceName: certificate.deviceName,
      platform: certificate.platform
    }
    this.state = 'waiting'
    this.reconsider()
  }

  #accept(): void {
    if (this.#accepted.mine === 'yes') return
    this.#accepted.mine = 'yes'
    this.#sendAccept({})
    this.#openIfBoth()
  }

  #onAccept(): void {
    if (this.#accepted.theirs === 'yes') return this.end('a second accept')
    this.#accepted.theirs = 'yes'
    this.#openIfBoth()
    this.#recallIfLetIn()
  }

  /** It takes this device for a member's, and is none as far as is known here. */
  #recallIfLetIn(): void {
    const isWaiting = this.state === 'waiting' || (this.state === 'parting' && !this.farewells.theirs)
    if (!isWaiting || this.#accepted.theirs === 'no' || this.#accepted.mine === 'yes' || this.recall !== 'none')
      return
    this.recall = 'takes'
    this.#sendRecall({})
    this.emit('recall')
  }

  #onRecall(): void {
    if (this.#accepted.mine === 'no' || this.recall !== 'none') return this.end('it recalls out of turn')
    // They may not be let in any more, and have not heard of that.
    if (this.farewells.mine || (this.state !== 'waiting' && this.state !== 'parting')) return
    this.recall = 'gives'
    // The other side says when it is over.
    if (this.#partingTimer) clearTimeout(this.#partingTimer)
    this.emit('lend')
  }

  #onLend({ logs }: LendMessage): void {
    this.#lent += logs.length
    if (this.recall !== 'takes') return this.end('it lends what nobody recalls')
    if (this.#lent > MOST_LOGS) return this.end('it lends more logs than a book has')
    this.emit('lent', logs)
  }

  #openIfBoth(): void {
    if (this.#accepted.mine === 'no' || this.#accepted.theirs === 'no' || this.state !== 'waiting') return
    clearTimeout(this.#timer)
    this.state = 'open'
    this.emit('open')
  }

  #onFarewell(why: FarewellMessage): void {
    const { remote, state, farewells } = this
    if (!remote || farewells.theirs) return this.end('a farewell out of turn')
    this.emit('farewell', why)
    if (state !== 'waiting' && state !== 'parting')
      return this.end('it says that this device does not belong there any more')
    farewells.theirs = why
    this.#part()
  }

  #part(): void {
    clearTimeout(this.#timer)
    this.state = 'parting'
    if (this.recall !== 'gives')
      this.#partingTimer ??= setTimeout(() => this.end('they have parted'), PARTING_MS)
    this.emit('parting')
  }

  /** Ends the connection once what was said has gone out. */
  #leave(why: string): void {
    if (this.state === 'closed') return
    this.offence = why
    this.#closed()
    this.#o.stream.end()
    const timer = setTimeout(() => this.#o.stream.destroy(), LEAVE_MS)
    this.#o.stream.once('close', () => clearTimeout(timer))
  }

  #onHave(have: HaveMessage): void {
    if (this.state !== 'open' && this.state !== 'parting')
      return this.end('it told what it has before it was let in')
    const told = Object.entries(have.lengths) as [LogId, number][]
    for (const [log, length] of told) this.lengths.set(log, length)
    if (this.lengths.size > MOST_LOGS) return this.end('it tells of more logs than a book has')
    this.digest = have.digest
    this.emit(
      'have',
      told.map(([log]) => log)
    )
  }

  #onSecrets({ secrets }: SecretsMessage): void {
    this.#received += secrets.length
    const isHeard = this.state === 'open' || this.state === 'parting' || this.recall === 'takes'
    if (!isHeard || this.#received > MOST_RECEIVED) return this.end('secrets that nobody asked for')
    // From who has to go they are taken: what they wrote may be written with these. This one may have to go itself.
    if (this.state === 'parting' && !this.farewells.mine) return
    this.emit('secrets', secrets)
  }

  #onFork({ log, evidence }: ForkMessage): void {
    if (this.state !== 'open') return this.end('it sent evidence before it was let in')
    this.#sentForks.add(evidence)
    this.emit('fork', log as LogId, fromHex(evidence))
  }

  #onAsk(question: AskMessage): void {
    if (this.state !== 'open') return this.end('it asked before it was let in')
    if (this.#questions.asked(question) === 'too-many') this.end('it asks for too much')
  }

  #onNodes(nodes: NodesMessage): void {
    if (this.#questions.answered(nodes) === 'unasked') this.end('it answers what nobody asked')
  }

  #closed(): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    clearTimeout(this.#timer)
    if (this.#partingTimer) clearTimeout(this.#partingTimer)
    this.#questions.end()
    this.emit('close')
  }
}
