/**
 * The newcomer's side of pairing. All it needs to go on after an interruption is its record: the invite, its nonce,
 * and what it was told. It knocks again with the same nonce, and is answered as before.
 */
import { EventEmitter } from 'node:events'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import Protomux from 'protomux'
import type { ErrorCode, InviteId } from '../contract/index.js'
import { bookIdOf, isFoundingValid, type DeviceCertificate } from '../identity/certificates.js'
import { inviteKey, inviteTopic } from '../identity/invite-code.js'
import type { KeyPair } from '../identity/keys.js'
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
  /** 32 bytes, hex. */
  readonly nonce: string
  /** What the inviter said, once it did. */
  readonly greeting: GreetMessage | null
  readonly welcome: WelcomeMessage | null
  readonly refused: ErrorCode | null
}

export interface NewcomerOptions {
  readonly swarm: Hyperswarm
  readonly record: JoinRecord
  readonly certificate: DeviceCertificate
  readonly device: KeyPair
  save(record: JoinRecord): Promise<void>
  /** Makes the book of a welcome; resolves when it is safe on disk. */
  joined(record: JoinRecord): Promise<void>
}

export interface NewcomerEvents {
  changed: []
}

export class Newcomer extends EventEmitter<NewcomerEvents> {
  readonly #o: NewcomerOptions
  readonly #topic: Uint8Array
  readonly #key: Uint8Array
  readonly #meeting: Meeting
  readonly #streams = new Set<NoiseStream>()
  #record: JoinRecord

  constructor(options: NewcomerOptions) {
    super()
    this.#o = options
    this.#record = options.record
    const secret = fromHex(options.record.secret)
    this.#topic = inviteTopic(secret)
    this.#key = inviteKey(secret)
    const isAlone = () => this.#streams.size === 0
    this.#meeting = new Meeting(options.swarm, this.#topic, { client: true, server: false }, isAlone)
  }

  get record(): JoinRecord {
    return this.#record
  }

  get isConnected(): boolean {
    return this.#streams.size > 0
  }

  /** The four words; null until the inviter answered. */
  words(): string[] | null {
    const { greeting, nonce } = this.#record
    if (!greeting) return null
    return pairingWords(this.#key, {
      inviter: fromHex(greeting.inviter),
      member: this.#o.certificate.member,
      device: this.#o.certificate.device,
      inviterNonce: fromHex(greeting.nonce),
      memberNonce: fromHex(nonce)
    })
  }

  /** Knocks on a new connection. It may be to anyone: only who knows the invite answers. */
  attend(stream: NoiseStream): void {
    const channel = Protomux.from(stream).createChannel({
      protocol: PAIRING_PROTOCOL,
      id: this.#topic,
      onclose: () => {
        this.#streams.delete(stream)
        this.#meeting.hurry()
        this.emit('changed')
      }
    })
    if (!channel) return
    const leave = () => stream.destroy()
    const handshake = stream.handshakeHash
    const side: Side = stream.isInitiator ? 'initiator' : 'responder'
    let greeted: 'no' | 'yes' = 'no'
    const sendKnock = addMessage(channel, KnockMessage, leave, leave)
    addMessage(channel, GreetMessage, (message) => void onGreet(message), leave)
    const sendReveal = addMessage(channel, RevealMessage, leave, leave)
    addMessage(channel, WelcomeMessage, (message) => void onWelcome(message), leave)
    addMessage(channel, RefusedMessage, (message) => void onRefused(message), leave)
    const sendThanks = addMessage(channel, ThanksMessage, leave, leave)
    channel.open()
    this.#knock(sendKnock, handshake, side)

    const onGreet = async (greeting: GreetMessage) => {
      if (!isProofValid(greeting.proof, this.#key, 'inviter', handshake, otherSide(side))) return leave()
      greeted = 'yes'
      this.#streams.add(stream)
      await this.#save({ ...this.#record, greeting })
      sendReveal({ nonce: this.#record.nonce })
    }
    const onWelcome = async (welcome: WelcomeMessage) => {
      if (greeted === 'no' || !isFoundingValid(foundingFromMessage(welcome.founding))) return leave()
      if (!this.#record.welcome) await this.#save({ ...this.#record, welcome })
      await this.#o.joined(this.#record)
      sendThanks({})
    }
    const onRefused = async ({ code, proof }: RefusedMessage) => {
      if (!isProofValid(proof, this.#key, 'refusal', handshake, otherSide(side))) return leave()
      if (!this.#record.welcome) await this.#save({ ...this.#record, refused: code })
    }
  }

  async end(): Promise<void> {
    await this.#meeting.end()
    for (const stream of this.#streams) stream.end()
  }

  #knock(send: (message: KnockMessage) => void, handshake: Uint8Array, side: Side): void {
    send({
      proof: toHex(proofOf(this.#key, 'newcomer', handshake, side)),
      commitment: toHex(commitmentTo(fromHex(this.#record.nonce))),
      certificate: certificateToMessage(this.#o.certificate),
      signature: signPresence(this.#o.device, handshake, side),
      name: this.#record.name
    })
  }

  async #save(record: JoinRecord): Promise<void> {
    this.#record = record
    await this.#o.save(record)
    this.emit('changed')
  }
}

/** The id of the book that a welcome is to. */
export const bookOfWelcome = (welcome: WelcomeMessage) => bookIdOf(foundingFromMessage(welcome.founding))
