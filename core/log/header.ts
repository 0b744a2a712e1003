/** The first block of every segment: proves, without anything else, whose log this is and of which book. */
import { done, refuse, type BookId, type LogId, type Outcome } from '../contract/index.js'
import {
  bookIdOf,
  claimSegment,
  deviceIdOf,
  isClaimValid,
  isDeviceValid,
  isFoundingValid,
  memberIdOf,
  type DeviceCertificate,
  type FoundingCertificate
} from '../identity/certificates.js'
import type { KeyPair } from '../identity/keys.js'
import { decodeHeader, encodeHeader, foundingIn, type SegmentHeader } from '../ops/header.js'
import type { Author } from './delivery.js'

export interface HeaderAuthor extends Author {
  readonly deviceName: string
  readonly platform: string
  readonly segment: number
  readonly certificate: DeviceCertificate
}

export interface NewHeader {
  readonly founding: FoundingCertificate
  readonly certificate: DeviceCertificate
  readonly device: KeyPair
  readonly log: LogId
  readonly segment: number
  readonly previous: SegmentHeader['previous']
}

/** The header block of a new segment, signed by the device. */
export function makeHeader(header: NewHeader): Uint8Array {
  const { founding, certificate, log, segment, previous } = header
  const claim = { book: bookIdOf(founding), log, segment, previous: previous && claimOf(previous) }
  const signature = claimSegment(header.device, claim)
  return encodeHeader({ format: 1, founding, device: certificate, segment, previous, signature })
}

/**
 * As `decodeHeader`; but a newer version's header is only what names this book. Anything else is noise, or was encrypted
 * with another secret than it was read with.
 */
export function readHeader(block: Uint8Array, book: BookId): Outcome<SegmentHeader> {
  const decoded = decodeHeader(block)
  if (decoded.ok || decoded.error.code !== 'NEEDS_NEWER_VERSION') return decoded
  const founding = foundingIn(block)
  if (founding && bookIdOf(founding) === book && isFoundingValid(founding)) return decoded
  return refuse('HEADER_MALFORMED', "Not a log's header: it is of no book that is known here.")
}

/** Checks a header as found at block 0 of `log`, in `book`. */
export function checkHeader(block: Uint8Array, log: LogId, book: BookId): Outcome<HeaderAuthor> {
  const decoded = readHeader(block, book)
  if (!decoded.ok) return decoded
  const { founding, device, segment, previous, signature } = decoded.value
  const forged = (what: string) => refuse('HEADER_FORGED', `The log's header is not valid: ${what}.`)
  if (bookIdOf(founding) !== book || !isFoundingValid(founding)) return forged('it is of another book')
  if (!isDeviceValid(device)) return forged('its device is not certified by the member')
  const claim = { book, log, segment, previous: previous && claimOf(previous) }
  if (!isClaimValid(claim, signature, device.device)) return forged('the device did not start this log')
  return done({
    member: memberIdOf(device.member),
    device: deviceIdOf(device.device),
    deviceName: device.deviceName,
    platform: device.platform,
    segment,
    certificate: device
  })
}

const claimOf = (previous: NonNullable<SegmentHeader['previous']>) => ({
  log: previous.log,
  length: previous.length
})
