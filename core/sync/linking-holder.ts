/**
 * The side of the device that has the member's key: waits under a code's topic, keeps who is waiting on disk, so that an
 * interruption loses nothing, and hands over to the one device that a person confirmed. One that was cut off then gets the
 * same again; any other finds the code used.
 */
import { EventEmitter } from 'node:events'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import Protomux, { type Channel } from 'protomux'
import type { DeviceId, DeviceLinkId } from '../contract/index.js'
import { deviceIdOf } from '../identity/certificates.js'
import { deviceLinkKey, deviceLinkTopic } from '../identity/invite-code.js'
import { vouchFor } from './crowd.js'
import { Meeting } from './meeting.js'
import { addMessage, fromHex, RevealMessage, ThanksMessage, toHex, type HelloMessage } from './messages.js'
import {
  ArriveMessage,
  isArrivalValid,
  LinkedBookMessage,
  LinkedMessage,
  LINKING_PROTOCOL,
  linkingWords,
  NotLinkedMessage,
  ReceiveMessage
} from './linking-wire.js'
import { commitmentTo, isProofValid, otherSide, proofOf, type Side } from './proofs.js'

/** More devices than this do not wait at one code. */
const MOST_WAITING = 8

/** A device that knew the code; kept until the code ends. */
export interface Arrival {
  readonly device: DeviceId
  readonly deviceKey: string
  readonly deviceName: string
  readonly platform: string
  /** Hex. The new device's commitment, our nonce, and its nonce once revealed. */
  readonly commitment: string
  readonly nonce: string
  readonly theirNonce: string | null
  /** `linked`: it said that everything is safe on its disk. */
  readonly verdict: 'waiting' | 'confirmed' | 'refused' | 'linked'
  /** The member's word for it, once confirmed. */
  readonly certificate: HelloMessage['certificate'] | null
}

/** One code as this device keeps it. */
export interface DeviceLinkRecord {
  readonly id: DeviceLinkId
  /** 12 bytes, hex. */
  readonly secret: string
  readonly createdMs: number
  readonly expiresMs: number
  readonly state: 'open' | 'withdrawn'
  readonly arrivals: readonly Arrival[]
}

export interface HolderOptions {
  readonly swarm: Hyperswarm
  readonly record: DeviceLinkRecord
  /** Keeps the record on disk; resolves when it is safe. */
  save(record: DeviceLinkRecord): Promise<void>
  /** Why the code links nothing new; null while it does. */
  ended(record: DeviceLinkRecord): NotLinkedMessage['code'] | null
  about(): Promise<Omit<ReceiveMessage, 'proof' | 'nonce'>>
  /** What a confirmed device is given; null if it was revoked meanwhile. */
  handover(
    arrival: Arrival
  ): Promise<(Pick<LinkedMessage, 'foundings'> & { readonly books: readonly LinkedBookMessage[] }) | null>
  readonly randomBytes: (count: number) => Uint8Array
}

interface Visit {
  readonly channel: Channel
  /** Which device, once it opened its commitment. */
  device: DeviceId | null
  handover: 'not-begun' | 'begun'
  readonly sendBook: (message: LinkedBookMessage) => void
  readonly sendLinked: (message: LinkedMessage) => void
  readonly refuse: (code: NotLinkedMessage['code']) => void
}

export interface HolderEvents {
  changed: []
}

export class LinkHolder extends EventEmitter<HolderEvents> {
  readonly #o: HolderOptions
  readonly #topic: Uint8Array
  readonly #key: Uint8Array
  readonly #meeting: Meeting
  readonly #visits = new Set<Visit>()
  #record: DeviceLinkRecord
  #saving: Promise<void> = Promise.resolve()

  constructor(options: HolderOptions) {
    super()
    this.#o = options
    this.#record = options.record
    const secret = fromHex(options.record.secret)
    this.#topic = deviceLinkTopic(secret)
    this.#key = deviceLinkKey(secret)
    // One that links nothing any more only says so: nobody has to find it fast.
    const isOpen = () => options.ended(this.#record) === null
    this.#meeting = new Meeting(options.swarm, this.#topic, { client: false, server: true }, isOpen)
  }

  isConnected(device: DeviceId): boolean {
    return [...this.#visits].some((visit) => visit.device === device)
  }

  /** Answers this code's channel on a new connection. */
  attend(stream: NoiseStream): void {
    const mux = Protomux.from(stream)
    mux.pair({ protocol: LINKING_PROTOCOL, id: this.#topic }, () => this.#receive(stream))
  }

  /** Takes a changed record: a decision, or the end of the code. Whoever waits is told. */
  async change(change: (record: DeviceLinkRecord) => DeviceLinkRecord): Promise<void> {
    await this.#save(change(this.#record))
    this.review()
  }

  /** The code may have ended. */
  review(): void {
    for (const visit of this.#visits) this.#answer(visit)
  }

  async end(): Promise<void> {
    for (const visit of this.#visits) visit.channel.close()
    await this.#meeting.end()
    await this.#saving
  }

  #receive(stream: NoiseStream): void {
    const channel = Protomux.from(stream).createChannel({
      protocol: LINKING_PROTOCOL,
      id: this.#topic,
      onclose: () => {
        this.#visits.delete(visit)
        this.emit('changed')
      }
    })
    if (!channel) return
    const leave = () => void stream.destroy()
    /** What could not be kept, for want of space perhaps, is said again when it comes back. */
    const take = (work: Promise<void>) => void work.catch(leave)
    const side: Side = stream.isInitiator ? 'initiator' : 'responder'
    let device: DeviceId | null = null
    let step: 'arrive' | 'reveal' | 'thanks' = 'arrive'
    addMessage(channel, ArriveMessage, (message) => take(onArrive(message)), leave)
    const sendReceive = addMessage(channel, ReceiveMessage, leave, leave)
    addMessage(channel, RevealMessage, (message) => take(onReveal(message)), leave)
    const sendBook = addMessage(channel, LinkedBookMessage, leave, leave)
    const sendLinked = addMessage(channel, LinkedMessage, leave, leave)
    const sendRefused = addMessage(channel, NotLinkedMessage, leave, leave)
    const refuse: Visit['refuse'] = (code) =>
      sendRefused({ code, proof: toHex(proofOf(this.#key, 'link-refusal', stream.handshakeHash, side)) })
    addMessage(channel, ThanksMessage, () => take(onThanks()), leave)
    const visit: Visit = { channel, device: null, handover: 'not-begun', sendBook, sendLinked, refuse }
    this.#visits.add(visit)
    channel.open()

    const onArrive = async (message: ArriveMessage) => {
      const theirs = otherSide(side)
      const isProved =
        isProofValid(message.proof, this.#key, 'link-arrival', stream.handshakeHash, theirs) &&
        isArrivalValid(message, stream.handshakeHash, theirs)
      if (!isProved || step !== 'arrive') return leave()
      step = 'reveal'
      const found = await this.#arrived(message)
      if (typeof found === 'string') return refuse(found)
      vouchFor(stream)
      device = found.device
      const proof = toHex(proofOf(this.#key, 'link-holder', stream.handshakeHash, side))
      sendReceive({ ...(await this.#o.about()), proof, nonce: found.nonce })
    }
    const onReveal = async ({ nonce }: RevealMessage) => {
      const arrival = device && this.#arrival(device)
      if (step !== 'reveal' || !arrival || toHex(commitmentTo(fromHex(nonce))) !== arrival.commitment)
        return leave()
      step = 'thanks'
      if (arrival.theirNonce === null) await this.#update(arrival.device, (a) => ({ ...a, theirNonce: nonce }))
      visit.device = device
      this.#answer(visit)
      this.emit('changed')
    }
    const onThanks = async () => {
      if (!device || this.#arrival(device)?.verdict !== 'confirmed') return
      await this.#update(device, (arrival) => ({ ...arrival, verdict: 'linked' }))
      this.emit('changed')
    }
  }

  /** The arrival as it is kept, or why it is not heard. */
  async #arrived(message: ArriveMessage): Promise<Arrival | NotLinkedMessage['code']> {
    const device = deviceIdOf(fromHex(message.device))
    const known = this.#arrival(device)
    if (known?.verdict === 'refused') return 'LINK_REFUSED'
    const ended = this.#o.ended(this.#record)
    if (ended && known?.verdict !== 'confirmed') return ended
    if (known && known.commitment === message.commitment) return known
    if (!known && this.#record.arrivals.length >= MOST_WAITING) return 'LINK_USED'
    const arrival: Arrival = {
      device,
      deviceKey: message.device,
      deviceName: message.deviceName,
      platform: message.platform,
      commitment: message.commitment,
      nonce: toHex(this.#o.randomBytes(32)),
      theirNonce: null,
      verdict: known?.verdict ?? 'waiting',
      certificate: known?.certificate ?? null
    }
    const others = this.#record.arrivals.filter((each) => each.device !== device)
    await this.#save({ ...this.#record, arrivals: [...others, arrival] })
    return arrival
  }

  /** Says what there is to say to a device that waits; nothing while nobody has decided. */
  #answer(visit: Visit): void {
    const arrival = visit.device && this.#arrival(visit.device)
    if (!arrival) return
    if (arrival.verdict === 'refused') return visit.refuse('LINK_REFUSED')
    if (arrival.verdict === 'confirmed') return void this.#handOver(visit, arrival)
    const ended = this.#o.ended(this.#record)
    if (ended && arrival.verdict === 'waiting') visit.refuse(ended)
  }

  async #handOver(visit: Visit, arrival: Arrival): Promise<void> {
    if (visit.handover === 'begun') return
    visit.handover = 'begun'
    const { certificate } = arrival
    const given = certificate && (await this.#o.handover(arrival).catch(() => null))
    if (!given || !certificate) return visit.refuse('LINK_REFUSED')
    for (const book of given.books) visit.sendBook(book)
    visit.sendLinked({ certificate, foundings: given.foundings, books: given.books.length })
  }

  #arrival(device: DeviceId): Arrival | undefined {
    return this.#record.arrivals.find((arrival) => arrival.device === device)
  }

  #update(device: DeviceId, change: (arrival: Arrival) => Arrival): Promise<void> {
    const arrivals = this.#record.arrivals.map((each) => (each.device === device ? change(each) : each))
    return this.#save({ ...this.#record, arrivals })
  }

  #save(record: DeviceLinkRecord): Promise<void> {
    this.#record = record
    const saving = this.#saving.then(() => this.#o.save(this.#record))
    this.#saving = saving.catch(() => {})
    return saving
  }
}

/** The four words that this screen shows for a device that waits; null until both nonces are known. */
export function wordsOfArrival(
  record: DeviceLinkRecord,
  arrival: Arrival,
  member: Uint8Array
): string[] | null {
  if (arrival.theirNonce === null) return null
  return linkingWords(deviceLinkKey(fromHex(record.secret)), {
    member,
    device: fromHex(arrival.deviceKey),
    holderNonce: fromHex(arrival.nonce),
    deviceNonce: fromHex(arrival.theirNonce)
  })
}
