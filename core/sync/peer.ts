/**
 * One connection to another device of the book. Before anything of the book goes over it, each side shows that it
 * knows the book's secret, which certified device it is, and that the other side knows its member; then both accept.
 */
import { EventEmitter } from 'node:events'
import type { NoiseStream } from 'hyperswarm'
import Protomux, { type Channel } from 'protomux'
import type { DeviceId, LogId, MemberId } from '../contract/index.js'
import { deviceIdOf, memberIdOf, type DeviceCertificate } from '../identity/certificates.js'
import type { KeyPair } from '../identity/keys.js'
import { AcceptMessage, addMessage, HaveMessage, HelloMessage, toHex } from './messages.js'
import {
  certificateFromMessage,
  certificateToMessage,
  isPresenceValid,
  isProofValid,
  otherSide,
  proofOf,
  signPresence,
  type Side
} from './proofs.js'

const HELLO_MS = 15_000

export interface PeerOptions {
  readonly stream: NoiseStream
  /** 32 bytes that name the book on the wire without telling it. */
  readonly topic: Uint8Array
  /** Known to members only, 32 bytes. */
  readonly proofKey: Uint8Array
  readonly certificate: DeviceCertificate
  readonly device: KeyPair
  isMember(member: MemberId): boolean
}

export interface RemoteDevice {
  readonly member: MemberId
  readonly device: DeviceId
  readonly deviceName: string
  readonly platform: string
}

export interface PeerEvents {
  /** Both sides accepted: replication may start. */
  open: []
  /** It told what it has. */
  have: []
  close: []
}

export class Peer extends EventEmitter<PeerEvents> {
  remote: RemoteDevice | null = null
  /** Applied lengths that the other side told of. */
  readonly lengths = new Map<LogId, number>()
  /** Its digest at these lengths, hex; null until it told. */
  digest: string | null = null
  state: 'hello' | 'waiting' | 'open' | 'closed' = 'hello'
  /** Why this side ended it, if it did. */
  offence: string | null = null

  readonly #o: PeerOptions
  readonly #channel: Channel | null
  readonly #side: Side
  readonly #timer: NodeJS.Timeout
  readonly #sent = new Map<LogId, number>()
  #sentDigest = ''
  #accepted: { mine: 'no' | 'yes'; theirs: 'no' | 'yes' } = { mine: 'no', theirs: 'no' }
  #sendAccept: (value: AcceptMessage) => void = () => {}
  #sendHave: (value: HaveMessage) => void = () => {}

  constructor(options: PeerOptions) {
    super()
    this.#o = options
    const { stream, topic } = options
    this.#side = stream.isInitiator ? 'initiator' : 'responder'
    this.#timer = setTimeout(() => this.state === 'hello' && this.end('no hello came'), HELLO_MS)
    stream.once('close', () => this.#closed())
    this.#channel = Protomux.from(stream).createChannel({
      protocol: 'guildbook/book/1',
      id: topic,
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

  /** Tells what is here, if it changed since it was last told. */
  tell(vector: Readonly<Record<LogId, number>>, digest: string): void {
    if (this.state !== 'open') return
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

  /** Looks again whether the other side is a member: one who was just admitted may be known only now. */
  reconsider(): void {
    if (this.state === 'waiting' && this.remote && this.#o.isMember(this.remote.member)) this.#accept()
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
    const sendHello = addMessage(channel, HelloMessage, (hello) => this.#onHello(hello), offended)
    this.#sendAccept = addMessage(channel, AcceptMessage, () => this.#onAccept(), offended)
    this.#sendHave = addMessage(channel, HaveMessage, (have) => this.#onHave(have), offended)
    channel.open()
    const { stream, proofKey, certificate, device } = this.#o
    sendHello({
      certificate: certificateToMessage(certificate),
      proof: toHex(proofOf(proofKey, 'book', stream.handshakeHash, this.#side)),
      signature: signPresence(device, stream.handshakeHash, this.#side)
    })
  }

  #onHello(hello: HelloMessage): void {
    if (this.state !== 'hello') return this.end('a second hello')
    const handshake = this.#o.stream.handshakeHash
    const side = otherSide(this.#side)
    if (!isProofValid(hello.proof, this.#o.proofKey, 'book', handshake, side)) {
      return this.end('it does not know the book')
    }
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
  }

  #openIfBoth(): void {
    if (this.#accepted.mine === 'no' || this.#accepted.theirs === 'no' || this.state !== 'waiting') return
    clearTimeout(this.#timer)
    this.state = 'open'
    this.emit('open')
  }

  #onHave(have: HaveMessage): void {
    if (this.state !== 'open') return this.end('it told what it has before it was let in')
    for (const [log, length] of Object.entries(have.lengths) as [LogId, number][]) this.lengths.set(log, length)
    this.digest = have.digest
    this.emit('have')
  }

  #closed(): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    clearTimeout(this.#timer)
    this.emit('close')
  }
}
