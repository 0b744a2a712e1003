/**
 * The side of a new device that becomes another one of its person. All it needs to go on after an interruption is its
 * record. It asks on each connection with a fresh nonce: whoever learns one can do nothing with it elsewhere.
 */
import { EventEmitter } from 'node:events'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import Protomux, { type Channel } from 'protomux'
import type { DeviceLinkId, ErrorCode } from '../contract/index.js'
import { isDeviceValid, isFoundingValid } from '../identity/certificates.js'
import { deviceLinkKey, deviceLinkTopic } from '../identity/invite-code.js'
import { keyPairOf, type KeyPair } from '../identity/keys.js'
import { vouchFor } from './crowd.js'
import { Meeting } from './meeting.js'
import { addMessage, fromHex, RevealMessage, ThanksMessage, toHex } from './messages.js'
import {
  ArriveMessage,
  LinkedBookMessage,
  LinkedMessage,
  LINKING_PROTOCOL,
  linkingWords,
  MOST_BOOKS,
  NotLinkedMessage,
  ReceiveMessage,
  signArrival,
  type Handover
} from './linking-wire.js'
import {
  certificateFromMessage,
  commitmentTo,
  foundingFromMessage,
  isProofValid,
  otherSide,
  proofOf,
  type Side
} from './proofs.js'
import { FOUNDING_EPOCH } from './recovery-wire.js'

/** A device's arrival as it keeps it itself, until it ends. */
export interface ArrivalRecord {
  readonly id: DeviceLinkId
  /** 12 bytes, hex. */
  readonly secret: string
  readonly deviceName: string
  /** 32 bytes, hex: of this device, should it be linked. */
  readonly deviceSeed: string
  /** 32 bytes, hex: what the words of `greeting` come from. */
  readonly nonce: string
  /** What the person's device said, once it did. */
  readonly greeting: ReceiveMessage | null
  readonly refused: ErrorCode | null
}

export interface LinkNewcomerOptions {
  readonly swarm: Hyperswarm
  /** Neither linked nor refused yet. */
  readonly record: ArrivalRecord
  readonly platform: string
  save(record: ArrivalRecord): Promise<void>
  /** Resolves when all of it is safe on disk. */
  linked(handover: Handover): Promise<void>
  readonly randomBytes: (count: number) => Uint8Array
}

interface Visit {
  readonly channel: Channel
  /** Ours, on this connection. */
  readonly nonce: string
  greeting: ReceiveMessage | null
  readonly books: LinkedBookMessage[]
}

/** A device that answered, and the four words that stand on its screen. */
export interface LinkAnswer {
  readonly inviterName: string
  readonly words: readonly string[]
}

export interface LinkNewcomerEvents {
  changed: []
}

export class LinkNewcomer extends EventEmitter<LinkNewcomerEvents> {
  readonly #o: LinkNewcomerOptions
  readonly #topic: Uint8Array
  readonly #key: Uint8Array
  readonly #device: KeyPair
  readonly #meeting: Meeting
  readonly #visits = new Set<Visit>()
  readonly #nonces = new WeakMap<NoiseStream, string>()
  readonly #underWay = new Set<Promise<void>>()
  #record: ArrivalRecord
  #state: 'open' | 'ended' = 'open'

  constructor(options: LinkNewcomerOptions) {
    super()
    this.#o = options
    this.#record = options.record
    const secret = fromHex(options.record.secret)
    this.#topic = deviceLinkTopic(secret)
    this.#key = deviceLinkKey(secret)
    this.#device = keyPairOf(fromHex(options.record.deviceSeed))
    this.#meeting = new Meeting(options.swarm, this.#topic, { client: true, server: false }, () => this.#look())
  }

  /** Asks on a new connection. It may be to anyone: only who knows the code answers. */
  attend(stream: NoiseStream): void {
    if (this.#state === 'ended') return
    const channel = Protomux.from(stream).createChannel({
      protocol: LINKING_PROTOCOL,
      id: this.#topic,
      onclose: () => this.#left(visit)
    })
    if (!channel) return
    const visit: Visit = { channel, nonce: this.#nonceFor(stream), greeting: null, books: [] }
    this.#visits.add(visit)
    const leave = () => void stream.destroy()
    /** What cannot be kept now, for want of space perhaps, is said again when we come again. */
    const take = (work: Promise<void>) => {
      const done = work.catch(leave).finally(() => this.#underWay.delete(done))
      this.#underWay.add(done)
    }
    const handshake = stream.handshakeHash
    const side: Side = stream.isInitiator ? 'initiator' : 'responder'
    const sendArrive = addMessage(channel, ArriveMessage, leave, leave)
    addMessage(channel, ReceiveMessage, (message) => take(onReceive(message)), leave)
    const sendReveal = addMessage(channel, RevealMessage, leave, leave)
    addMessage(channel, LinkedBookMessage, (message) => onBook(message), leave)
    addMessage(channel, LinkedMessage, (message) => take(onLinked(message)), leave)
    addMessage(channel, NotLinkedMessage, (message) => take(onRefused(message)), leave)
    const sendThanks = addMessage(channel, ThanksMessage, leave, leave)
    channel.open()
    sendArrive({
      proof: toHex(proofOf(this.#key, 'link-arrival', handshake, side)),
      commitment: toHex(commitmentTo(fromHex(visit.nonce))),
      device: toHex(this.#device.publicKey),
      signature: signArrival(this.#device, handshake, side),
      deviceName: this.#record.deviceName,
      platform: this.#o.platform
    })

    const onReceive = async (greeting: ReceiveMessage) => {
      if (visit.greeting || !isProofValid(greeting.proof, this.#key, 'link-holder', handshake, otherSide(side)))
        return leave()
      vouchFor(stream)
      const isFirst = this.#greeted().length === 0
      visit.greeting = greeting
      // Others who answer are shown beside the first, each with the words on their own screen.
      if (isFirst) await this.#save({ ...this.#record, nonce: visit.nonce, greeting })
      sendReveal({ nonce: visit.nonce })
      this.emit('changed')
    }
    const onBook = (book: LinkedBookMessage) => {
      const isGood =
        visit.greeting !== null &&
        visit.books.length < MOST_BOOKS &&
        isFoundingValid(foundingFromMessage(book.founding)) &&
        book.secrets.some(({ epoch }) => epoch === FOUNDING_EPOCH)
      if (isGood) visit.books.push(book)
      else leave()
    }
    const onLinked = async (message: LinkedMessage) => {
      if (this.#state === 'ended') return
      const handover = this.#handover(visit, message)
      if (!handover) return leave()
      // What the words on the screen stood for is what this device becomes.
      await this.#save({ ...this.#record, nonce: visit.nonce, greeting: visit.greeting })
      await this.#o.linked(handover)
      sendThanks({})
      void this.#leave()
    }
    const onRefused = async ({ code, proof }: NotLinkedMessage) => {
      if (!isProofValid(proof, this.#key, 'link-refusal', handshake, otherSide(side))) return leave()
      await this.#save({ ...this.#record, refused: code })
      void this.#leave()
    }
  }

  /** Who answered and is connected; when all have gone, who answered last. */
  answers(): LinkAnswer[] {
    const { nonce, greeting } = this.#record
    const now = this.#greeted()
    const shown = now.length > 0 ? now : greeting ? [{ nonce, greeting }] : []
    return shown.map((each) => ({
      inviterName: each.greeting.deviceName,
      words: wordsOfOwnArrival({ ...this.#record, ...each })
    }))
  }

  /** Leaves, and resolves when nothing more is written. What is heard from now on changes nothing. */
  async end(): Promise<void> {
    await this.#leave()
    await Promise.all(this.#underWay)
  }

  /** What was handed over, if it is for this very device and of the one that greeted. */
  #handover({ greeting, books }: Visit, message: LinkedMessage): Handover | null {
    const { deviceSeed, deviceName } = this.#record
    const certificate = certificateFromMessage(message.certificate)
    const isForThis =
      greeting !== null &&
      isDeviceValid(certificate) &&
      message.certificate.device === toHex(this.#device.publicKey) &&
      message.certificate.member === greeting.member &&
      message.books === books.length &&
      message.foundings.every(
        (each) => each.founder === greeting.member && isFoundingValid(foundingFromMessage(each))
      )
    if (!isForThis) return null
    const { foundings } = message
    return {
      ...{ deviceSeed, deviceName, certificate: message.certificate, foundings },
      memberName: greeting.memberName,
      books
    }
  }

  #leave(): Promise<void> {
    this.#state = 'ended'
    for (const { channel } of this.#visits) channel.close()
    return this.#meeting.end()
  }

  #greeted(): { readonly nonce: string; readonly greeting: ReceiveMessage }[] {
    return [...this.#visits].flatMap(({ nonce, greeting }) => (greeting ? [{ nonce, greeting }] : []))
  }

  /** One for each connection, however often we ask on it. */
  #nonceFor(stream: NoiseStream): string {
    const known = this.#nonces.get(stream)
    if (known) return known
    const nonce = toHex(this.#o.randomBytes(32))
    this.#nonces.set(stream, nonce)
    return nonce
  }

  /** A device that was killed seems to be there for a while, so others are looked for all the same. */
  #look(): boolean {
    if (this.#state === 'ended') return false
    for (const stream of this.#o.swarm.connections) this.attend(stream)
    return true
  }

  #left(visit: Visit): void {
    this.#visits.delete(visit)
    // A stranger may have made room: of those who are found under the topic, a look-up names only some.
    this.#meeting.hurry()
    if (!visit.greeting) return
    const [next] = this.#greeted()
    if (next && visit.nonce === this.#record.nonce) {
      this.#save({ ...this.#record, ...next }).catch(() => {})
    }
    this.emit('changed')
  }

  async #save(record: ArrivalRecord): Promise<void> {
    if (this.#state === 'ended') return
    this.#record = record
    await this.#o.save(record)
    this.emit('changed')
  }
}

/** The four words that the new device's screen shows; none before it was answered. */
export function wordsOfOwnArrival({ greeting, nonce, secret, deviceSeed }: ArrivalRecord): string[] {
  if (!greeting) return []
  return linkingWords(deviceLinkKey(fromHex(secret)), {
    member: fromHex(greeting.member),
    device: keyPairOf(fromHex(deviceSeed)).publicKey,
    holderNonce: fromHex(greeting.nonce),
    deviceNonce: fromHex(nonce)
  })
}
