/**
 * What a person's device, which has their key, and a new one say to each other while the new one becomes theirs. They meet
 * under a topic that is made of the code; the steps are those of pairing (`pairing-inviter.ts`).
 */
import * as v from 'valibot'
import { LIMITS } from '../contract/index.js'
import { framed, utf8 } from '../identity/bytes.js'
import { sign, verify, type KeyPair } from '../identity/keys.js'
import { verificationWords } from '../identity/words.js'
import { CertificateMessage, count, fromHex, toHex, WelcomeMessage } from './messages.js'
import { OfferMessage } from './recovery-wire.js'
import type { Side } from './proofs.js'

export const LINKING_PROTOCOL = 'guildbook/linking/1'

/** More books than this nobody has. */
export const MOST_BOOKS = 256
/** Books that a linked device can found. */
export const MOST_FOUNDINGS = 64

const hex = (bytes: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)))
const name = v.pipe(v.string(), v.maxLength(LIMITS.nameLength))
const deviceName = v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.deviceNameLength))

/** New device: knows the code, is at this end of the connection, commits to a nonce. */
export const ArriveMessage = v.strictObject({
  proof: hex(32),
  commitment: hex(32),
  device: hex(32),
  signature: hex(64),
  deviceName,
  platform: v.pipe(v.string(), v.maxLength(LIMITS.deviceNameLength))
})
export type ArriveMessage = v.InferOutput<typeof ArriveMessage>

/** The person's device: knows the code too; whose it is, and its nonce. */
export const ReceiveMessage = v.strictObject({
  proof: hex(32),
  nonce: hex(32),
  member: hex(32),
  memberName: name,
  deviceName: v.pipe(v.string(), v.maxLength(LIMITS.deviceNameLength))
})
export type ReceiveMessage = v.InferOutput<typeof ReceiveMessage>

/** Once confirmed, one for each book: all that it takes to follow it. */
export const LinkedBookMessage = v.strictObject({
  bookName: OfferMessage.entries.bookName,
  founding: OfferMessage.entries.founding,
  secrets: OfferMessage.entries.secrets,
  vector: OfferMessage.entries.vector
})
export type LinkedBookMessage = v.InferOutput<typeof LinkedBookMessage>

/** After the books: the member's word for the new device. Not the member's key. */
export const LinkedMessage = v.strictObject({
  certificate: CertificateMessage,
  foundings: v.pipe(v.array(WelcomeMessage.entries.founding), v.maxLength(MOST_FOUNDINGS)),
  books: v.pipe(count, v.maxValue(MOST_BOOKS))
})
export type LinkedMessage = v.InferOutput<typeof LinkedMessage>

/** Proved like a greeting. */
export const NotLinkedMessage = v.strictObject({
  proof: hex(32),
  code: v.picklist(['LINK_EXPIRED', 'LINK_USED', 'LINK_WITHDRAWN', 'LINK_UNKNOWN', 'LINK_REFUSED'])
})
export type NotLinkedMessage = v.InferOutput<typeof NotLinkedMessage>

/** All that the new device is given: what it becomes when this is on its disk. */
export const Handover = v.strictObject({
  deviceSeed: hex(32),
  memberName: name,
  deviceName,
  certificate: LinkedMessage.entries.certificate,
  foundings: LinkedMessage.entries.foundings,
  books: v.array(LinkedBookMessage)
})
export type Handover = v.InferOutput<typeof Handover>

const arrival = (handshake: Uint8Array, side: Side): Uint8Array =>
  framed(utf8('guildbook/arrival/1'), handshake, utf8(side))

/** Shows that the new device, which nobody certified yet, is at this end of the connection. */
export const signArrival = (device: KeyPair, handshake: Uint8Array, side: Side): string =>
  toHex(sign(arrival(handshake, side), device))

export const isArrivalValid = (
  { signature, device }: ArriveMessage,
  handshake: Uint8Array,
  side: Side
): boolean => verify(fromHex(signature), arrival(handshake, side), fromHex(device))

/** The words that both screens show, from what both know. */
export const linkingWords = (
  key: Uint8Array,
  of: {
    readonly member: Uint8Array
    readonly device: Uint8Array
    readonly holderNonce: Uint8Array
    readonly deviceNonce: Uint8Array
  }
): string[] => verificationWords(key, of.member, of.device, of.holderNonce, of.deviceNonce)
