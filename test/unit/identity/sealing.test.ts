import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyPairOf } from '../../../core/identity/keys.js'
import { openSealed, seal } from '../../../core/identity/sealing.js'

const ana = keyPairOf(new Uint8Array(32).fill(1))
const seed = new Uint8Array(32).fill(3)
const ben = keyPairOf(new Uint8Array(32).fill(2))

describe('a sealed secret', () => {
  it('is opened by whom it is for, and by nobody else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 48 }), (secret) => {
        const box = seal(secret, ana.publicKey, seed)
        if (!box) throw new Error('not sealed')
        expect([box.ephemeral.length, box.box.length]).toEqual([32, 64])
        expect(openSealed(box, ana, secret.length)).toEqual(secret)
        expect(openSealed(box, ben, secret.length)).toBeNull()
      }),
      { numRuns: 30 }
    )
  })

  it('is not opened when a bit of it was changed', () => {
    const box = seal(new Uint8Array(32).fill(7), ana.publicKey, seed)
    if (!box) throw new Error('not sealed')
    for (const part of ['ephemeral', 'box'] as const) {
      for (let at = 0; at < box[part].length; at += 7) {
        const bytes = Uint8Array.from(box[part])
        bytes[at] = (bytes[at] as number) ^ 1
        expect(openSealed({ ...box, [part]: bytes }, ana, 32)).toBeNull()
      }
    }
    expect(openSealed({ ...box, box: new Uint8Array(3) }, ana, 32)).toBeNull()
  })

  it('cannot be made for what is no key', () => {
    expect(seal(new Uint8Array(32), new Uint8Array(32), seed)).toBeNull()
    expect(() => seal(new Uint8Array(49), ana.publicKey, seed)).toThrow(RangeError)
  })
})
