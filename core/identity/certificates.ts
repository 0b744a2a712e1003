/**
 * Certificates: who founded a book, which device speaks for which member, and which device writes which segment.
 * Everything that a log has to prove about itself stands in its header and is checked here.
 */
import type { BookId, DeviceId, LogId, MemberId } from '../contract/index.js'
import { keyFromZ32, framed, toZ32, uint64, utf8 } from './bytes.js'
import { fingerprint, sign, verify, type KeyPair } from './keys.js'

/** Names a book: its fingerprint is the book's id. */
export interface FoundingCertificate {
  /** The founder's member key, 32 bytes. */
  readonly founder: Uint8Array
  /** 32 random bytes: one person can found many books. */
  readonly nonce: Uint8Array
  readonly createdMs: number
  /** By the founder, 64 bytes. */
  readonly signature: Uint8Array
}

/** A member's word that a device writes for them. */
export interface DeviceCertificate {
  readonly member: Uint8Array
  readonly device: Uint8Array
  readonly deviceName: string
  readonly platform: string
  readonly createdMs: number
  /** By the member, 64 bytes. */
  readonly signature: Uint8Array
}

/** What a device signs when it starts a segment. */
export interface SegmentClaim {
  readonly book: BookId
  readonly log: LogId
  /** 0, 1, 2 … of that device. */
  readonly segment: number
  readonly previous: { readonly log: Uint8Array; readonly length: number } | null
}

const foundingBytes = (c: Omit<FoundingCertificate, 'signature'>): Uint8Array =>
  framed(utf8('guildbook/founding/1'), c.founder, c.nonce, uint64(c.createdMs))

const deviceBytes = (c: Omit<DeviceCertificate, 'signature'>): Uint8Array =>
  framed(
    utf8('guildbook/device/1'),
    c.member,
    c.device,
    utf8(c.deviceName),
    utf8(c.platform),
    uint64(c.createdMs)
  )

const segmentBytes = (claim: SegmentClaim): Uint8Array =>
  framed(
    utf8('guildbook/segment/1'),
    utf8(claim.book),
    utf8(claim.log),
    uint64(claim.segment),
    claim.previous ? framed(claim.previous.log, uint64(claim.previous.length)) : new Uint8Array()
  )

export function found(founder: KeyPair, nonce: Uint8Array, createdMs: number): FoundingCertificate {
  const body = { founder: founder.publicKey, nonce, createdMs }
  return { ...body, signature: sign(foundingBytes(body), founder) }
}

export const isFoundingValid = (c: FoundingCertificate): boolean =>
  verify(c.signature, foundingBytes(c), c.founder)

/** The book's name for ever: the fingerprint of its founding certificate. */
export const bookIdOf = (c: FoundingCertificate): BookId =>
  toZ32(fingerprint('book', foundingBytes(c), c.signature)) as BookId

export function certifyDevice(
  member: KeyPair,
  device: { publicKey: Uint8Array; name: string; platform: string },
  createdMs: number
): DeviceCertificate {
  const body = {
    member: member.publicKey,
    device: device.publicKey,
    deviceName: device.name,
    platform: device.platform,
    createdMs
  }
  return { ...body, signature: sign(deviceBytes(body), member) }
}

export const isDeviceValid = (c: DeviceCertificate): boolean => verify(c.signature, deviceBytes(c), c.member)

export const claimSegment = (device: KeyPair, claim: SegmentClaim): Uint8Array =>
  sign(segmentBytes(claim), device)

export const isClaimValid = (claim: SegmentClaim, signature: Uint8Array, device: Uint8Array): boolean =>
  verify(signature, segmentBytes(claim), device)

export const memberIdOf = (key: Uint8Array): MemberId => toZ32(key) as MemberId
export const deviceIdOf = (key: Uint8Array): DeviceId => toZ32(key) as DeviceId
export const logIdOf = (key: Uint8Array): LogId => toZ32(key) as LogId

/** The key behind an id that this program made or checked before. Throws on anything else. */
export function keyOf(id: MemberId | DeviceId | LogId | BookId): Uint8Array {
  const key = keyFromZ32(id)
  if (!key) throw new Error(`not a key: ${id}`)
  return key
}
