/**
 * Answers members who lost everything but their phrase: waits under the topic of each member of this device's books, and
 * gives whoever proves to be that member, on this very connection, what it takes to follow the books that they share.
 */
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream, PeerDiscovery } from 'hyperswarm'
import Protomux from 'protomux'
import type { MemberId } from '../contract/index.js'
import {
  keyOf,
  memberIdOf,
  type DeviceCertificate,
  type FoundingCertificate
} from '../identity/certificates.js'
import type { KeyPair } from '../identity/keys.js'
import { vouchFor } from './crowd.js'
import { addMessage, toHex } from './messages.js'
import {
  certificateFromMessage,
  certificateToMessage,
  foundingToMessage,
  otherSide,
  signPresence,
  type Side
} from './proofs.js'
import { AskMessage, isAskValid, OfferMessage, RECOVERY_PROTOCOL, recoveryTopic } from './recovery-wire.js'

/** Announcing has its price for everyone: beyond so many members, some have to find another device. */
const MOST_TOPICS = 256

/** A book that the asking member is present in. */
export interface OfferedBook {
  readonly founding: FoundingCertificate
  readonly secrets: readonly { readonly epoch: string; readonly secret: Uint8Array }[]
  readonly vector: Readonly<Record<string, number>>
  readonly bookName: string
  /** Of the member whose device this is. */
  readonly memberName: string
}

export interface AnswererOptions {
  readonly swarm: Hyperswarm
  readonly certificate: DeviceCertificate
  readonly device: KeyPair
  /** The books that this member is present in, and this device's own member too. Asked anew for each knock. */
  booksOf(member: MemberId): readonly OfferedBook[]
}

export class RecoveryAnswerer {
  readonly #topics = new Map<MemberId, { readonly topic: Uint8Array; readonly discovery: PeerDiscovery }>()

  constructor(private readonly o: AnswererOptions) {}

  /** Whom to answer from now on. */
  async answerFor(members: ReadonlySet<MemberId>): Promise<void> {
    const gone = [...this.#topics.keys()].filter((member) => !members.has(member))
    for (const member of members) this.#add(member)
    await Promise.all(gone.map((member) => this.#remove(member)))
  }

  /** Answers on a new connection. */
  attend(stream: NoiseStream): void {
    for (const [member, { topic }] of this.#topics) this.#pair(stream, member, topic)
  }

  async end(): Promise<void> {
    await this.answerFor(new Set())
  }

  #add(member: MemberId): void {
    if (this.#topics.has(member) || this.#topics.size >= MOST_TOPICS) return
    const topic = recoveryTopic(keyOf(member))
    // Announced now and then, by Hyperswarm's own clock: nobody waits at the other end but once in years.
    const discovery = this.o.swarm.join(topic, { server: true, client: false })
    this.#topics.set(member, { topic, discovery })
    for (const stream of this.o.swarm.connections) this.#pair(stream, member, topic)
  }

  async #remove(member: MemberId): Promise<void> {
    const known = this.#topics.get(member)
    this.#topics.delete(member)
    if (!known) return
    for (const stream of this.o.swarm.connections)
      Protomux.from(stream).unpair({ protocol: RECOVERY_PROTOCOL, id: known.topic })
    await known.discovery.destroy().catch(() => {})
  }

  #pair(stream: NoiseStream, member: MemberId, topic: Uint8Array): void {
    Protomux.from(stream).pair({ protocol: RECOVERY_PROTOCOL, id: topic }, () =>
      this.#receive(stream, member, topic)
    )
  }

  #receive(stream: NoiseStream, member: MemberId, topic: Uint8Array): void {
    const channel = Protomux.from(stream).createChannel({ protocol: RECOVERY_PROTOCOL, id: topic })
    if (!channel) return
    const leave = () => void stream.destroy()
    const side: Side = stream.isInitiator ? 'initiator' : 'responder'
    let state: 'silent' | 'asked' = 'silent'
    const onAsk = ({ certificate: given, signature }: AskMessage) => {
      const certificate = certificateFromMessage(given)
      const isProved = isAskValid(signature, certificate, stream.handshakeHash, otherSide(side))
      if (state === 'asked' || !isProved || memberIdOf(certificate.member) !== member) return leave()
      state = 'asked'
      vouchFor(stream)
      for (const book of this.o.booksOf(member)) sendOffer(this.#offer(book, stream.handshakeHash, side))
    }
    addMessage(channel, AskMessage, onAsk, leave)
    const sendOffer = addMessage(channel, OfferMessage, leave, leave)
    channel.open()
  }

  #offer(book: OfferedBook, handshake: Uint8Array, side: Side): OfferMessage {
    const { certificate, device } = this.o
    return {
      certificate: certificateToMessage(certificate),
      presence: signPresence(device, handshake, side),
      memberName: book.memberName,
      bookName: book.bookName,
      founding: foundingToMessage(book.founding),
      secrets: book.secrets.map(({ epoch, secret }) => ({ epoch, secret: toHex(secret) })),
      vector: { ...book.vector }
    }
  }
}
