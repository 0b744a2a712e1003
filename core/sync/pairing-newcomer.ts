/**
 * The newcomer's side of pairing. All it needs to go on after an interruption is its record: the invite, and what it was
 * told. It knocks on every device that answers the invite, on each connection with a fresh nonce: whoever learns one can
 * do nothing with it elsewhere.
 */
import { EventEmitter } from 'node:events'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import Protomux, { type Channel } from 'protomux'
import type { ErrorCode, InviteId } from '../contract/index.js'
import { bookIdOf, isFoundingValid, type DeviceCertificate } from '../identity/certificates.js'
import { inviteKey, inviteTopic } from '../identity/invite-code.js'
import type { KeyPair } from '../identity/keys.js'
import { vouchFor } from './crowd.js'
import { Meeting } from './meeting.js'
import {
  addMessage,
  fromHex,
  GreetMessage,
  KnockMessage,
  RefusedMessage,
  RevealMessage,
  ThanksMessage,
  toHex,
  WelcomeMessage
} from './messages.js'
import { PAIRING_PROTOCOL, pairingWords } from './pairing-inviter.js'
import {
  certificateToMessage,
  commitmentTo,
  foundingFromMessage,
  isProofValid,
  otherSide,
  proofOf,
  signPresence,
  type Side
} from './proofs.js'

/** A join as this device keeps it until it ends. */
export interface JoinRecord {
  readonly invite: InviteId
  /** 12 bytes, hex. */
  readonly secret: string
  readonly name: string
  /** 32 bytes, hex: what the words of `greeting` come from. */
  readonly nonce: string
  /** What the inviter said, once it did. */
  readonly greeting: GreetMessage | null
  readonly welcome: WelcomeMessage | null
  readonly refused: ErrorCode | null
}

export interface NewcomerOptions {
  readonly swarm: Hyperswarm
  /** Neither welcomed nor refused yet. */
  readonly record: JoinRecord
  readonly certificate: DeviceCertificate
  readonly device: KeyPair
  save(record: JoinRecord): Promise<void>
  /** Makes the book of a welcome; resolves when it is safe on disk. */
  joined(record: JoinRecord): Promise<void>
  readonly randomBytes: (count: number) => Uint8Array
}

interface Visit {
  readonly channel: Channel
  /** Ours, on this connection. */
  readonly nonce: string
  /** What the device at the other end said; null before it answered. */
  greeting: GreetMessage | null
}

/** A device that answered, and the four words that stand on its screen. */
export interface Answer {
  readonly inviterName: string
  readonly words: readonly string[]
}

export interface NewcomerEvents {
  changed: []
}

export class Newcomer extends EventEmitter<NewcomerEvents> {
  readonly #o: NewcomerOptions
  readonly #topic: Uint8Array
  readonly #key: Uint8Array
  readonly #meeting: Meeting
  readonly #visits = new Set<Visit>()
  readonly #nonces = new WeakMap<NoiseStream, string>()
  readonly #underWay = new Set<Promise<void>>()
  #record: JoinRecord
  #state: 'open' | 'ended' = 'open'

  constructor(options: NewcomerOptions) {
    super()
    this.#o = options
    this.#record = options.record
    const secret = fromHex(options.record.secret)
    this.#topic = inviteTopic(secret)
    this.#key = inviteKey(secret)
    this.#meeting = new Meeting(options.swarm, this.#topic, { client: true, server: false }, () => this.#look())
  }

  /** Knocks on a new connection. It may be to anyone: only who knows the invite answers. */
  attend(stream: NoiseStream): void {
    if (this.#state === 'ended') return
    const channel = Protomux.from(stream).createChannel({
      protocol: PAIRING_PROTOCOL,
      id: this.#topic,
      onclose: () => this.#left(visit)
    })
    if (!channel) return
    const visit: Visit = { channel, nonce: this.#nonceFor(stream), greeting: null }
    this.#visits.add(visit)
    const leave = () => void stream.destroy()
    /** What cannot be kept now, for want of space perhaps, is said again when we knock again. */
    const take = (work: Promise<void>) => {
      const done = work.catch(leave).finally(() => this.#underWay.delete(done))
      this.#underWay.add(done)
    }
    const handshake = stream.handshakeHash
    const side: Side = stream.isInitiator ? 'initiator' : 'responder'
    const sendKnock = addMessage(channel, KnockMessage, leave, leave)
    addMessage(channel, GreetMessage, (message) => take(onGreet(message)), leave)
    const sendReveal = addMessage(channel, RevealMessage, leave, leave)
    addMessage(channel, WelcomeMessage, (message) => take(onWelcome(message)), leave)
    addMessage(channel, RefusedMessage, (message) => take(onRefused(message)), leave)
    const sendThanks = addMessage(channel, ThanksMessage, leave, leave)
    channel.open()
    this.#knock(sendKnock, visit.nonce, handshake, side)

    const onGreet = async (greeting: GreetMessage) => {
      if (!isProofValid(greeting.proof, this.#key, 'inviter', handshake, otherSide(side))) return leave()
      vouchFor(stream)
      const isFirst = this.#greeted().length === 0
      visit.greeting = greeting
      // Others who answer are shown beside the first, each with the words on their own screen.
      if (isFirst) await this.#save({ ...this.#record, nonce: visit.nonce, greeting })
      sendReveal({ nonce: visit.nonce })
      this.emit('changed')
    }
    const onWelcome = async (welcome: WelcomeMessage) => {
      if (!visit.greeting || !isFoundingValid(foundingFromMessage(welcome.founding))) return leave()
      if (this.#state === 'ended') return
      const { nonce, greeting } = visit
      if (!this.#record.welcome) await this.#save({ ...this.#record, nonce, greeting, welcome })
      await this.#o.joined(this.#record)
      sendThanks({})
      void this.#leave()
    }
    const onRefused = async ({ code, proof }: RefusedMessage) => {
      if (!isProofValid(proof, this.#key, 'refusal', handshake, otherSide(side))) return leave()
      if (this.#record.welcome) return
      await this.#save({ ...this.#record, refused: code })
      void this.#leave()
    }
  }

  /** Who answered and is connected; when all have gone, who answered last. */
  answers(): Answer[] {
    const { nonce, greeting } = this.#record
    const now = this.#greeted()
    const shown = now.length > 0 ? now : greeting ? [{ nonce, greeting }] : []
    return shown.map((each) => ({
      inviterName: each.greeting.inviterName,
      words: wordsOfJoin({ ...this.#record, ...each }, this.#o.certificate)
    }))
  }

  #greeted(): { readonly nonce: string; readonly greeting: GreetMessage }[] {
    return [...this.#visits].flatMap(({ nonce, greeting }) => (greeting ? [{ nonce, greeting }] : []))
  }

  /** One for each connection, however often we knock on it. */
  #nonceFor(stream: NoiseStream): string {
    const known = this.#nonces.get(stream)
    if (known) return known
    const nonce = toHex(this.#o.randomBytes(32))
    this.#nonces.set(stream, nonce)
    return nonce
  }

  /** Leaves, and resolves when nothing more is written. What is heard from now on changes nothing. */
  async end(): Promise<void> {
    await this.#leave()
    await Promise.all(this.#underWay)
  }

  #leave(): Promise<void> {
    this.#state = 'ended'
    for (const { channel } of this.#visits) channel.close()
    return this.#meeting.end()
  }

  /**
   * Knocks where it was not heard before, and looks for others also while someone is there: an inviter that was killed
   * seems to be there for a while.
   */
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

  #knock(send: (message: KnockMessage) => void, nonce: string, handshake: Uint8Array, side: Side): void {
    send({
      proof: toHex(proofOf(this.#key, 'newcomer', handshake, side)),
      commitment: toHex(commitmentTo(fromHex(nonce))),
      certificate: certificateToMessage(this.#o.certificate),
      signature: signPresence(this.#o.device, handshake, side),
      name: this.#record.name
    })
  }

  async #save(record: JoinRecord): Promise<void> {
    if (this.#state === 'ended') return
    this.#record = record
    await this.#o.save(record)
    this.emit('changed')
  }
}

/** The id of the book that a welcome is to. */
export const bookOfWelcome = (welcome: WelcomeMessage) => bookIdOf(foundingFromMessage(welcome.founding))

/** The four words that the newcomer's screen shows; none before the inviter answered. */
export function wordsOfJoin(record: JoinRecord, certificate: DeviceCertificate): string[] {
  const { greeting, nonce, secret } = record
  if (!greeting) return []
  return pairingWords(inviteKey(fromHex(secret)), {
    inviter: fromHex(greeting.inviter),
    member: certificate.member,
    device: certificate.device,
    inviterNonce: fromHex(greeting.nonce),
    memberNonce: fromHex(nonce)
  })
}
