import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { derive, fingerprint, keyPairOf, sign, verify } from '../../../core/identity/keys.js'
import { verificationWords } from '../../../core/identity/words.js'

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
const bytes = fc.uint8Array({ maxLength: 200 })

describe('keys', () => {
  it('are those of another implementation of Ed25519, signatures too', () => {
    fc.assert(
      fc.property(seed, bytes, (secret, message) => {
        const pair = keyPairOf(secret)
        expect(pair.publicKey).toEqual(ed25519.getPublicKey(secret))
        const signature = sign(message, pair)
        expect(signature).toEqual(ed25519.sign(message, secret))
        expect(verify(signature, message, pair.publicKey)).toBe(true)
        expect(ed25519.verify(signature, message, pair.publicKey)).toBe(true)
      }),
      { numRuns: 50 }
    )
  })

  it('verify nothing that was changed in a bit', () => {
    fc.assert(
      fc.property(seed, fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.nat(), (secret, message, bit) => {
        const flip = (from: Uint8Array): Uint8Array =>
          from.map((byte, at) => (at === (bit >> 3) % from.length ? byte ^ (1 << (bit & 7)) : byte))
        const pair = keyPairOf(secret)
        const signature = sign(message, pair)
        expect(verify(flip(signature), message, pair.publicKey)).toBe(false)
        expect(verify(signature, flip(message), pair.publicKey)).toBe(false)
        expect(verify(signature, message, flip(pair.publicKey))).toBe(false)
      })
    )
  })

  it('find malformed input false, and never throw', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 80 }),
        bytes,
        fc.uint8Array({ maxLength: 40 }),
        (signature, message, key) => !verify(signature, message, key)
      )
    )
    // The neutral element as key and as R, S = 0: an equation that holds for every message, refused as small-order.
    const neutral = new Uint8Array(32)
    neutral[0] = 1
    const signature = new Uint8Array(64)
    signature[0] = 1
    expect(verify(signature, new Uint8Array(3), neutral)).toBe(false)
  })
})

describe('fingerprints', () => {
  it('differ by purpose, by secret, and by where one part ends', () => {
    const part = (...numbers: number[]): Uint8Array => new Uint8Array(numbers)
    const secret = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)
    const all = [
      fingerprint('a', part(1, 2), part(3)),
      fingerprint('a', part(1), part(2, 3)),
      fingerprint('a', part(1, 2, 3)),
      fingerprint('b', part(1, 2, 3)),
      derive(secret(1), 'a', part(1, 2, 3)),
      derive(secret(2), 'a', part(1, 2, 3)),
      derive(secret(1), 'b', part(1, 2, 3))
    ].map((hash) => Buffer.from(hash).toString('hex'))
    expect(new Set(all).size).toBe(all.length)
  })
})

describe('verification words', () => {
  it('are four, the same for the same, and others for others', () => {
    const seen = new Set<string>()
    for (let number = 0; number < 500; number++) {
      const words = verificationWords(new Uint8Array([number >> 8, number & 255]), new Uint8Array(4))
      expect(words).toHaveLength(4)
      for (const word of words) expect(word).toMatch(/^[a-z]{3,8}$/)
      expect(verificationWords(new Uint8Array([number >> 8, number & 255]), new Uint8Array(4))).toEqual(words)
      seen.add(words.join(' '))
    }
    expect(seen.size).toBe(500)
  })
})
