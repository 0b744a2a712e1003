/**
 * What a person's new device, which has nothing but their phrase, and the devices of their books say to each other. They
 * meet under a topic that is made of the member's public key, which only those know who share a book with them.
 */
import * as v from 'valibot'
import { LIMITS } from '../contract/index.js'
import { framed, utf8 } from '../identity/bytes.js'
import { isDeviceValid, type DeviceCertificate } from '../identity/certificates.js'
import { fingerprint, sign, verify, type KeyPair } from '../identity/keys.js'
import { CertificateMessage, count, fromHex, toHex, WelcomeMessage } from './messages.js'
import type { Side } from './proofs.js'

export const RECOVERY_PROTOCOL = 'guildbook/recovery/1'

/** The 32-byte topic under which a member's books can be asked for. */
export const recoveryTopic = (memberKey: Uint8Array): Uint8Array => fingerprint('recovery-topic', memberKey)

const hex = (bytes: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)))
const z32Key = v.pipe(v.string(), v.regex(/^[ybndrfg8ejkmcpqxot1uwisza345h769]{52}$/))
const MOST_LOGS = 20_000
const name = v.pipe(v.string(), v.maxLength(LIMITS.nameLength))

/** The new device: it is of the member, who says so on this very connection with the member's own key. */
export const AskMessage = v.strictObject({ certificate: CertificateMessage, signature: hex(64) })
export type AskMessage = v.InferOutput<typeof AskMessage>

/** A device of the book, to one who showed to be a member that is present in it: all that it takes to follow the book. */
export const OfferMessage = v.strictObject({
  certificate: CertificateMessage,
  /** Of the offering device, on this very connection. */
  presence: hex(64),
  memberName: name,
  bookName: name,
  founding: WelcomeMessage.entries.founding,
  /** By the place of the operation that brought each; the first is the founding one. */
  secrets: v.pipe(
    v.array(v.strictObject({ epoch: v.pipe(v.string(), v.maxLength(128)), secret: hex(32) })),
    v.minLength(1),
    v.maxLength(4096)
  ),
  /** What of each log is part of the book there, now. */
  vector: v.pipe(
    v.record(z32Key, count),
    v.check((vector) => Object.keys(vector).length <= MOST_LOGS)
  )
})
export type OfferMessage = v.InferOutput<typeof OfferMessage>

/** The epoch of the secret that a book was founded with. */
export const FOUNDING_EPOCH = 'founding'

const asked = (certificate: DeviceCertificate, handshake: Uint8Array, side: Side): Uint8Array =>
  framed(utf8('guildbook/recovery/1'), certificate.device, handshake, utf8(side))

/** By the member's key: the device of this certificate asks, on this connection. */
export const signAsk = (
  member: KeyPair,
  certificate: DeviceCertificate,
  handshake: Uint8Array,
  side: Side
): string => toHex(sign(asked(certificate, handshake, side), member))

export const isAskValid = (
  signature: string,
  certificate: DeviceCertificate,
  handshake: Uint8Array,
  side: Side
): boolean =>
  isDeviceValid(certificate) &&
  verify(fromHex(signature), asked(certificate, handshake, side), certificate.member)
