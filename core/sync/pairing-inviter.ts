/**
 * The inviter's side of pairing: waits under each open invite's topic, checks who knocks, keeps who is waiting (on
 * disk, so that an interruption loses nothing), and welcomes whom a person admitted. A newcomer who was cut off after
 * being admitted gets the same welcome again; anyone else finds the invite used.
 */
import { EventEmitter } from 'node:events'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import Protomux, { type Channel } from 'protomux'
import type { DeviceId, InviteId, MemberId, Role } from '../contract/index.js'
import { deviceIdOf, memberIdOf, type FoundingCertificate } from '../identity/certificates.js'
import type { EpochSecret } from '../log/secrets.js'
import { inviteKey, inviteTopic } from '../identity/invite-code.js'
import { verificationWords } from '../identity/words.js'
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
import {
  certificateFromMessage,
  commitmentTo,
  foundingToMessage,
  isPresenceValid,
  isProofValid,
  otherSide,
  proofOf,
  type Side
} from './proofs.js'

export const PAIRING_PROTOCOL = 'guildbook/pairing/1'
/** More people than this do not wait at one invite. */
const MOST_WAITING = 8

/** Someone who knocked; kept until the invite ends. */
export interface Knock {
  readonly member: MemberId
  readonly memberKey: string
  readonly name: string
  readonly deviceName: string
  readonly deviceKey: string
  /** Hex. The newcomer's commitment, our nonce, and theirs once revealed. */
  readonly commitment: string
  readonly nonce: string
  readonly theirNonce: string | null
  readonly verdict: 'waiting' | 'admitted' | 'refused' | 'done'
}

/** One invite as this device keeps it. */
export interface InviteRecord {
  readonly invite: InviteId
  /** 12 bytes, hex. */
  readonly secret: string
  readonly role: Role
  readonly expiresMs: number
  readonly knocks: readonly Knock[]
}

export interface InviterOptions {
  readonly swarm: Hyperswarm
  readonly record: InviteRecord
  /** Keeps the record on disk; resolves when it is safe. */
  save(record: InviteRecord): Promise<void>
  /** Why the invite does not admit anyone new; null while it does. */
  ended(): RefusedMessage['code'] | null
  /** Whether they belong to the book, by all that is known here: who was let in may have been removed since. */
  isAdmitted(member: MemberId, device: DeviceId): boolean
  about(): { readonly inviter: Uint8Array; readonly inviterName: string; readonly bookName: string }
  welcome(): {
    readonly founding: FoundingCertificate
    readonly secret: Uint8Array
    readonly later: readonly EpochSecret[]
    readonly logs: readonly string[]
  }
  /** Someone's words are known: where the invite is pre-approved they are let in now. */
  revealed(knock: Knock): void
  readonly randomBytes: (count: number) => Uint8Array
}

interface Visit {
  readonly channel: Channel
  /** Who knocked, once they opened their commitment. */
  member: MemberId | null
  readonly sendWelcome: (message: WelcomeMessage) => void
  readonly sendRefused: (code: RefusedMessage['code']) => void
}

export interface InviterEvents {
  changed: []
}

export class Inviter extends EventEmitter<InviterEvents> {
  readonly #o: InviterOptions
  readonly #topic: Uint8Array
  readonly #key: Uint8Array
  readonly #meeting: Meeting
  readonly #visits = new Set<Visit>()
  #record: InviteRecord
  #saving: Promise<void> = Promise.resolve()

  constructor(options: InviterOptions) {
    super()
    this.#o = options
    this.#record = options.record
    const secret = fromHex(options.record.secret)
    this.#topic = inviteTopic(secret)
    this.#key = inviteKey(secret)
    // One that lets nobody in any more only says so: nobody has to find it fast.
    const isOpen = () => options.ended() === null
    this.#meeting = new Meeting(options.swarm, this.#topic, { client: false, server: true }, isOpen)
  }

  isConnected(member: MemberId): boolean {
    return [...this.#visits].some((visit) => visit.member === member)
  }

  /** Answers this invite's channel on a new connection. */
  attend(stream: NoiseStream): void {
    const mux = Protomux.from(stream)
    mux.pair({ protocol: PAIRING_PROTOCOL, id: this.#topic }, () => this.#receive(stream))
  }

  /** A person's decision. The admission itself is in the book already. */
  async decide(member: MemberId, verdict: 'admitted' | 'refused'): Promise<void> {
    await this.#update(member, (knock) => ({ ...knock, verdict }))
    for (const visit of this.#visits) if (visit.member === member) this.#answer(visit)
  }

  /** The invite may have ended: whoever still waits at it is told. */
  review(): void {
    if (this.#o.ended()) for (const visit of this.#visits) this.#answer(visit)
  }

  async end(): Promise<void> {
    for (const visit of this.#visits) visit.channel.close()
    await this.#meeting.end()
    await this.#saving
  }

  #receive(stream: NoiseStream): void {
    const channel = Protomux.from(stream).createChannel({
      protocol: PAIRING_PROTOCOL,
      id: this.#topic,
      onclose: () => {
        this.#visits.delete(visit)
        this.emit('changed')
      }
    })
    if (!channel) return
    const leave = () => void stream.destroy()
    /** Whoever could not be kept, for want of space perhaps, may knock again. */
    const take = (work: Promise<void>) => void work.catch(leave)
    const side: Side = stream.isInitiator ? 'initiator' : 'responder'
    let member: MemberId | null = null
    let step: 'knock' | 'reveal' | 'thanks' = 'knock'
    addMessage(channel, KnockMessage, (knock) => take(onKnock(knock)), leave)
    const sendGreet = addMessage(channel, GreetMessage, leave, leave)
    addMessage(channel, RevealMessage, (reveal) => take(onReveal(reveal)), leave)
    const sendWelcome = addMessage(channel, WelcomeMessage, leave, leave)
    const refuse = addMessage(channel, RefusedMessage, leave, leave)
    const sendRefused: Visit['sendRefused'] = (code) =>
      refuse({ code, proof: toHex(proofOf(this.#key, 'refusal', stream.handshakeHash, side)) })
    addMessage(channel, ThanksMessage, () => take(onThanks()), leave)
    const visit: Visit = { channel, member: null, sendWelcome, sendRefused }
    this.#visits.add(visit)
    channel.open()

    const onKnock = async (message: KnockMessage) => {
      const checked = this.#check(message, stream.handshakeHash, otherSide(side))
      if (!checked || step !== 'knock') return leave()
      step = 'reveal'
      const found = await this.#knocked(checked, message)
      if (typeof found === 'string') return sendRefused(found)
      vouchFor(stream)
      member = checked
      const { inviter, inviterName, bookName } = this.#o.about()
      sendGreet({
        proof: toHex(proofOf(this.#key, 'inviter', stream.handshakeHash, side)),
        nonce: found.nonce,
        inviter: toHex(inviter),
        inviterName,
        bookName,
        role: this.#record.role
      })
    }
    const onReveal = async ({ nonce }: RevealMessage) => {
      const knock = member && this.#knock(member)
      if (step !== 'reveal' || !knock || toHex(commitmentTo(fromHex(nonce))) !== knock.commitment)
        return leave()
      step = 'thanks'
      if (knock.theirNonce === null) await this.#update(knock.member, (k) => ({ ...k, theirNonce: nonce }))
      visit.member = member
      this.#answer(visit)
      this.emit('changed')
      this.#o.revealed(knock)
    }
    const onThanks = async () => {
      if (!member || this.#knock(member)?.verdict !== 'admitted') return
      await this.#update(member, (k) => ({ ...k, verdict: 'done' }))
      this.emit('changed')
    }
  }

  /** The member behind a knock, or null if it proves nothing. */
  #check(message: KnockMessage, handshake: Uint8Array, side: Side): MemberId | null {
    const certificate = certificateFromMessage(message.certificate)
    if (!isProofValid(message.proof, this.#key, 'newcomer', handshake, side)) return null
    if (!isPresenceValid(message.signature, certificate, handshake, side)) return null
    return memberIdOf(certificate.member)
  }

  /** The knock as it is kept, or why it is not heard. */
  async #knocked(member: MemberId, message: KnockMessage): Promise<Knock | RefusedMessage['code']> {
    const known = this.#knock(member)
    // By another owner's device perhaps, or before an interruption.
    const isAdmitted = this.#o.isAdmitted(member, deviceIdOf(fromHex(message.certificate.device)))
    const ended = this.#o.ended()
    if (ended && !isAdmitted) return ended
    if (known?.verdict === 'refused') return 'ADMISSION_REFUSED'
    // Whoever was let in and has been removed since has to be let in anew.
    const isStale = known !== undefined && known.verdict !== 'waiting' && !isAdmitted
    if (known && !isStale && known.commitment === message.commitment) return known
    if (!known && this.#record.knocks.length >= MOST_WAITING) return 'INVITE_USED'
    const knock: Knock = {
      member,
      memberKey: message.certificate.member,
      name: message.name,
      deviceName: message.certificate.deviceName,
      deviceKey: message.certificate.device,
      commitment: message.commitment,
      nonce: toHex(this.#o.randomBytes(32)),
      theirNonce: null,
      verdict: isAdmitted ? 'admitted' : 'waiting'
    }
    const others = this.#record.knocks.filter((k) => k.member !== member)
    await this.#save({ ...this.#record, knocks: [...others, knock] })
    return knock
  }

  /** Says what there is to say to someone who waits; nothing while nobody has decided. */
  #answer(visit: Visit): void {
    const knock = visit.member && this.#knock(visit.member)
    if (!knock) return
    if (knock.verdict === 'refused') return visit.sendRefused('ADMISSION_REFUSED')
    const isAdmitted = this.#o.isAdmitted(knock.member, deviceIdOf(fromHex(knock.deviceKey)))
    if (knock.verdict === 'waiting' || !isAdmitted) {
      const ended = this.#o.ended()
      return ended && !isAdmitted ? visit.sendRefused(ended) : undefined
    }
    const { founding, secret, later, logs } = this.#o.welcome()
    visit.sendWelcome({
      founding: foundingToMessage(founding),
      secret: toHex(secret),
      later: later.map((each) => ({ epoch: each.epoch, secret: toHex(each.secret) })),
      logs: [...logs]
    })
  }

  #knock(member: MemberId): Knock | undefined {
    return this.#record.knocks.find((knock) => knock.member === member)
  }

  #update(member: MemberId, change: (knock: Knock) => Knock): Promise<void> {
    const knocks = this.#record.knocks.map((knock) => (knock.member === member ? change(knock) : knock))
    return this.#save({ ...this.#record, knocks })
  }

  #save(record: InviteRecord): Promise<void> {
    this.#record = record
    const saving = this.#saving.then(() => this.#o.save(this.#record))
    this.#saving = saving.catch(() => {})
    return saving
  }
}

/** The words that both sides show, from what both know. */
export function pairingWords(
  key: Uint8Array,
  of: {
    readonly inviter: Uint8Array
    readonly member: Uint8Array
    readonly device: Uint8Array
    readonly inviterNonce: Uint8Array
    readonly memberNonce: Uint8Array
  }
): string[] {
  return verificationWords(key, of.inviter, of.member, of.device, of.inviterNonce, of.memberNonce)
}

/** The four words that the inviter's screen shows for someone who waits; null until both nonces are known. */
export function wordsOfKnock(record: InviteRecord, knock: Knock, inviter: Uint8Array): string[] | null {
  if (knock.theirNonce === null) return null
  return pairingWords(inviteKey(fromHex(record.secret)), {
    inviter,
    member: fromHex(knock.memberKey),
    device: fromHex(knock.deviceKey),
    inviterNonce: fromHex(knock.nonce),
    memberNonce: fromHex(knock.theirNonce)
  })
}
