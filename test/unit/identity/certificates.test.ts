import { describe, expect, it } from 'vitest'
import type { LogId } from '../../../core/contract/index.js'
import {
  bookIdOf,
  certifyDevice,
  claimSegment,
  found,
  isClaimValid,
  isDeviceValid,
  isFoundingValid,
  keyOf,
  logIdOf,
  type SegmentClaim
} from '../../../core/identity/certificates.js'
import { keyPairOf } from '../../../core/identity/keys.js'
import { keyNumber } from '../../helpers/operations.js'

const ana = keyPairOf(new Uint8Array(32).fill(1))
const ben = keyPairOf(new Uint8Array(32).fill(2))
const laptop = keyPairOf(new Uint8Array(32).fill(3))

/** The same value with something in it changed. */
function changed(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.map((byte, at) => (at === 5 ? byte ^ 1 : byte))
  return typeof value === 'number' ? value + 1 : `${String(value)}x`
}

function eachChanged<T extends object>(whole: T): [string, T][] {
  return Object.entries(whole).map(([field, value]) => [field, { ...whole, [field]: changed(value) }])
}

describe('certificates', () => {
  const founding = found(ana, new Uint8Array(32).fill(9), 1000)
  const device = certifyDevice(ana, { publicKey: laptop.publicKey, name: 'Laptop', platform: 'linux' }, 1000)

  it.each(eachChanged(founding))('of a founding binds its %s', (_field, other) => {
    expect(isFoundingValid(founding)).toBe(true)
    expect(isFoundingValid(other)).toBe(false)
    expect(bookIdOf(other)).not.toBe(bookIdOf(founding))
  })

  it.each(eachChanged(device))('of a device binds its %s', (_field, other) => {
    expect(isDeviceValid(device)).toBe(true)
    expect(isDeviceValid(other)).toBe(false)
  })

  it('of a device cannot pass text from one field to the next', () => {
    expect(isDeviceValid({ ...device, deviceName: 'Laptopl', platform: 'inux' })).toBe(false)
  })

  it('of a device are the member’s to give', () => {
    expect(isDeviceValid({ ...device, member: ben.publicKey })).toBe(false)
  })

  it('of a segment bind everything that they claim', () => {
    const claim: SegmentClaim = {
      book: bookIdOf(founding),
      log: keyNumber<LogId>(1),
      segment: 2,
      previous: { log: keyOf(keyNumber<LogId>(2)), length: 7 }
    }
    const signature = claimSegment(laptop, claim)
    expect(isClaimValid(claim, signature, laptop.publicKey)).toBe(true)
    expect(isClaimValid(claim, signature, ben.publicKey)).toBe(false)
    const previous = claim.previous as NonNullable<SegmentClaim['previous']>
    const others: SegmentClaim[] = [
      { ...claim, book: bookIdOf(found(ben, new Uint8Array(32), 1)) },
      { ...claim, log: keyNumber<LogId>(3) },
      { ...claim, segment: 3 },
      { ...claim, previous: null },
      { ...claim, previous: { ...previous, length: 8 } },
      { ...claim, previous: { ...previous, log: laptop.publicKey } }
    ]
    for (const other of others) expect(isClaimValid(other, signature, laptop.publicKey)).toBe(false)
  })

  it('name keys that can be read back, and nothing else', () => {
    expect(keyOf(logIdOf(ana.publicKey))).toEqual(ana.publicKey)
    for (const wrong of ['', 'y'.repeat(51), `${'y'.repeat(51)}b`, 'l'.repeat(52)]) {
      expect(() => keyOf(wrong as LogId)).toThrow('not a key')
    }
  })
})
