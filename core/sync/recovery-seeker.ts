/** Asks for a member's books with nothing but the member's key: the side of whoever lost everything but the phrase. */
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import Protomux, { type Channel } from 'protomux'
import { deviceIdOf, isFoundingValid, memberIdOf, type DeviceCertificate } from '../identity/certificates.js'
import type { KeyPair } from '../identity/keys.js'
import type { DeviceId, MemberId } from '../contract/index.js'
import { Meeting } from './meeting.js'
import { addMessage } from './messages.js'
import {
  certificateFromMessage,
  certificateToMessage,
  foundingFromMessage,
  isPresenceValid,
  otherSide,
  type Side
} from './proofs.js'
import {
  AskMessage,
  FOUNDING_EPOCH,
  OfferMessage,
  RECOVERY_PROTOCOL,
  recoveryTopic,
  signAsk
} from './recovery-wire.js'

/** More books than this nobody keeps with one other person. */
const MOST_OFFERS = 256

/** Who made an offer: a device that proved to be there. */
export interface OfferingDevice {
  readonly member: MemberId
  readonly device: DeviceId
}

export interface SeekerOptions {
  readonly swarm: Hyperswarm
  readonly member: KeyPair
  /** Of this new device, by the member. */
  readonly certificate: DeviceCertificate
  /** A book was offered; resolves when it is safe on disk. */
  found(offer: OfferMessage, from: OfferingDevice): Promise<void>
}

export class RecoverySeeker {
  readonly #topic: Uint8Array
  readonly #meeting: Meeting
  readonly #channels = new Set<Channel>()
  readonly #underWay = new Set<Promise<void>>()
  #state: 'open' | 'ended' = 'open'

  constructor(private readonly o: SeekerOptions) {
    this.#topic = recoveryTopic(o.member.publicKey)
    this.#meeting = new Meeting(o.swarm, this.#topic, { client: true, server: false }, () => this.#look())
  }

  /** Asks on a new connection, if the other side knows the topic: nobody else learns who asks. */
  attend(stream: NoiseStream): void {
    if (this.#state === 'ended') return
    let conduct: 'good' | 'bad' = 'good'
    const cutOff = () => {
      conduct = 'bad'
      stream.destroy()
    }
    const side: Side = stream.isInitiator ? 'initiator' : 'responder'
    const { certificate, member } = this.o
    let offers = 0
    const channel = Protomux.from(stream).createChannel({
      protocol: RECOVERY_PROTOCOL,
      id: this.#topic,
      onopen: () =>
        sendAsk({
          certificate: certificateToMessage(certificate),
          signature: signAsk(member, certificate, stream.handshakeHash, side)
        }),
      onclose: () => this.#left(channel, conduct)
    })
    if (!channel) return
    this.#channels.add(channel)
    const sendAsk = addMessage(channel, AskMessage, cutOff, cutOff)
    const onOffer = (offer: OfferMessage) => {
      const from = offeredBy(offer, stream.handshakeHash, otherSide(side))
      if (!from || ++offers > MOST_OFFERS) return cutOff()
      const taken = this.#take(offer, from)
        .catch(() => void stream.destroy())
        .finally(() => this.#underWay.delete(taken))
      this.#underWay.add(taken)
    }
    addMessage(channel, OfferMessage, onOffer, cutOff)
    channel.open()
  }

  /** Leaves, and resolves when nothing more is written. */
  async end(): Promise<void> {
    this.#state = 'ended'
    for (const channel of this.#channels) channel.close()
    await this.#meeting.end()
    await Promise.all(this.#underWay)
  }

  /** Whoever answered and has gone may be back soon; one who was cut off is not looked for. */
  #left(channel: Channel | null, conduct: 'good' | 'bad'): void {
    if (!channel || !this.#channels.delete(channel)) return
    if (channel.opened && conduct === 'good') this.#meeting.hurry()
  }

  async #take(offer: OfferMessage, from: OfferingDevice): Promise<void> {
    if (this.#state === 'open') await this.o.found(offer, from)
  }

  /** There may be books that those who are here do not have: the search goes on until it is ended. */
  #look(): boolean {
    if (this.#state === 'ended') return false
    for (const stream of this.o.swarm.connections) this.attend(stream)
    return true
  }
}

/** The device behind an offer, or null if the offer proves nothing. */
function offeredBy(offer: OfferMessage, handshake: Uint8Array, side: Side): OfferingDevice | null {
  const certificate = certificateFromMessage(offer.certificate)
  const isGood =
    isPresenceValid(offer.presence, certificate, handshake, side) &&
    isFoundingValid(foundingFromMessage(offer.founding)) &&
    offer.secrets.some(({ epoch }) => epoch === FOUNDING_EPOCH)
  return isGood ? { member: memberIdOf(certificate.member), device: deviceIdOf(certificate.device) } : null
}
