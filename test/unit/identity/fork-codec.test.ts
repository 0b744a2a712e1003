import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeForkEvidence, encodeForkEvidence } from '../../../core/identity/fork-codec.js'
import type { ForkEvidence } from '../../../core/identity/fork-evidence.js'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const count = fc.maxSafeNat()
const node = fc.record({ sizeBytes: count, hash: bytes(32) })
const branch = fc.record({
  length: count,
  signature: bytes(64),
  leaf: node,
  right: fc.array(node, { maxLength: 63 })
})
const evidence: fc.Arbitrary<ForkEvidence> = fc.record({
  writer: bytes(32),
  shared: count,
  roots: fc.array(node, { maxLength: 64 }),
  branches: fc.tuple(branch, branch)
})

describe('evidence of a fork as bytes', () => {
  it('comes back as it was, whatever kind of bytes it is read from', () => {
    fc.assert(
      fc.property(evidence, fc.nat(9), (made, offset) => {
        const encoded = encodeForkEvidence(made)
        expect(decodeForkEvidence(encoded)).toEqual(made)
        // A Buffer is a view of a larger one, as a rule, and its slices are views too.
        const pool = Buffer.concat([Buffer.alloc(offset, 7), encoded, Buffer.alloc(3)])
        expect(decodeForkEvidence(pool.subarray(offset, offset + encoded.length))).toEqual(made)
      })
    )
  })

  it('is nothing when it is cut short, longer, or of another version', () => {
    fc.assert(
      fc.property(evidence, fc.nat(), (made, at) => {
        const encoded = encodeForkEvidence(made)
        expect(decodeForkEvidence(encoded.subarray(0, at % encoded.length))).toBeNull()
        expect(decodeForkEvidence(Uint8Array.of(...encoded, 0))).toBeNull()
        expect(decodeForkEvidence(Uint8Array.of(2, ...encoded.subarray(1)))).toBeNull()
      })
    )
  })

  it('is read without throwing, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (noise) => {
        const read = decodeForkEvidence(Uint8Array.of(1, ...noise))
        if (read) expect(encodeForkEvidence(read)).toEqual(Uint8Array.of(1, ...noise))
      })
    )
  })
})
