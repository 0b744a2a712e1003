/**
 * Proofs that two ends of one connection give each other. Each is bound to the connection by its handshake hash, which
 * is the same on both ends and different for every connection, so nothing that was said once can be said again.
 */
import { isDeviceValid, type DeviceCertificate, type FoundingCertificate } from '../identity/certificates.js'
import { equalSecrets, framed, utf8 } from '../identity/bytes.js'
import { derive, fingerprint, sign, verify, type KeyPair } from '../identity/keys.js'
import { fromHex, toHex, type HelloMessage, type WelcomeMessage } from './messages.js'

export type Side = 'initiator' | 'responder'

export const otherSide = (side: Side): Side => (side === 'initiator' ? 'responder' : 'initiator')

/** Shows that its maker knows `key`, on this connection, as this side. */
export const proofOf = (key: Uint8Array, purpose: string, handshake: Uint8Array, side: Side): Uint8Array =>
  derive(key, `proof/${purpose}`, handshake, utf8(side))

export function isProofValid(
  proof: string,
  key: Uint8Array,
  purpose: string,
  handshake: Uint8Array,
  side: Side
): boolean {
  return equalSecrets(fromHex(proof), proofOf(key, purpose, handshake, side))
}

const presence = (handshake: Uint8Array, side: Side): Uint8Array =>
  framed(utf8('guildbook/presence/1'), handshake, utf8(side))

/** Shows that the certified device is at this end of the connection. */
export const signPresence = (device: KeyPair, handshake: Uint8Array, side: Side): string =>
  toHex(sign(presence(handshake, side), device))

export function isPresenceValid(
  signature: string,
  certificate: DeviceCertificate,
  handshake: Uint8Array,
  side: Side
): boolean {
  return isDeviceValid(certificate) && verify(fromHex(signature), presence(handshake, side), certificate.device)
}

/** What a nonce is committed to by, before the other side's is known. */
export const commitmentTo = (nonce: Uint8Array): Uint8Array => fingerprint('nonce-commitment', nonce)

export const certificateToMessage = (c: DeviceCertificate): HelloMessage['certificate'] => ({
  member: toHex(c.member),
  device: toHex(c.device),
  deviceName: c.deviceName,
  platform: c.platform,
  createdMs: c.createdMs,
  signature: toHex(c.signature)
})

export const certificateFromMessage = (m: HelloMessage['certificate']): DeviceCertificate => ({
  member: fromHex(m.member),
  device: fromHex(m.device),
  deviceName: m.deviceName,
  platform: m.platform,
  createdMs: m.createdMs,
  signature: fromHex(m.signature)
})

export const foundingToMessage = (c: FoundingCertificate): WelcomeMessage['founding'] => ({
  founder: toHex(c.founder),
  nonce: toHex(c.nonce),
  createdMs: c.createdMs,
  signature: toHex(c.signature)
})

export const foundingFromMessage = (m: WelcomeMessage['founding']): FoundingCertificate => ({
  founder: fromHex(m.founder),
  nonce: fromHex(m.nonce),
  createdMs: m.createdMs,
  signature: fromHex(m.signature)
})
