import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogId } from '../../core/contract/index.js'
import { LIMITS } from '../../core/contract/index.js'
import { decodeEntry, encodeEntry } from '../../core/ops/codec.js'
import { decodeHeader, encodeHeader } from '../../core/ops/header.js'
import { keyOfName } from '../../core/ops/names.js'
import type { Entry } from '../../core/ops/operations.js'
import { ENTRY_VERSION, leastVersion } from '../../core/ops/operations.js'
import { packEntries } from '../../core/ops/packing.js'
import { entryOf, keyNumber, operation, plainPost } from '../helpers/operations.js'

const own = keyNumber<LogId>(1)

const inOrder = (entry: Entry): Entry => ({
  ...entry,
  deps: [...entry.deps].sort((a, b) => Buffer.compare(keyOfName(a.log), keyOfName(b.log)))
})

/** Whatever it is: an outcome, and if it is an entry then this is its only block. */
function check(block: Uint8Array): void {
  const before = Buffer.from(block)
  const decoded = decodeEntry(block, own)
  expect(Buffer.compare(before, block)).toBe(0)
  if (decoded.ok) {
    expect(Buffer.compare(encodeEntry(decoded.value, own), block)).toBe(0)
  } else {
    expect(['BLOCK_TOO_LARGE', 'ENTRY_MALFORMED', 'NEEDS_NEWER_VERSION']).toContain(decoded.error.code)
  }
}

describe('entries', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(entryOf(own), (entry) => {
        expect(decodeEntry(encodeEntry(entry, own), own)).toEqual({ ok: true, value: inOrder(entry) })
      }),
      { numRuns: 400 }
    )
  })

  it('are the same block whatever the order in which dependencies are given', () => {
    fc.assert(
      fc.property(entryOf(own), (entry) => {
        const turned = { ...entry, deps: [...entry.deps].reverse() }
        expect(encodeEntry(turned, own)).toEqual(encodeEntry(entry, own))
      })
    )
  })

  it('are refused when cut short anywhere', () => {
    fc.assert(
      fc.property(entryOf(own), (entry) => {
        const block = encodeEntry(entry, own)
        for (let length = 0; length < block.length; length++) {
          expect(decodeEntry(block.subarray(0, length), own).ok).toBe(false)
        }
      }),
      { numRuns: 60 }
    )
  })

  it('have one block each, also after bits were flipped', () => {
    fc.assert(
      fc.property(
        entryOf(own),
        fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 4 }),
        (entry, flips) => {
          const block = encodeEntry(entry, own)
          for (const [at, bit] of flips) {
            const index = at % block.length
            block[index] = (block[index] as number) ^ (1 << bit)
          }
          check(block)
        }
      ),
      { numRuns: 3000 }
    )
  })

  it('have one block each, also after a byte was replaced by a lie about a length', () => {
    const lie = fc.constantFrom(0, 1, 2, 3, 0x7f, 0xfc, 0xfd, 0xfe, 0xff)
    fc.assert(
      fc.property(entryOf(own), fc.nat(), fc.array(lie, { minLength: 1, maxLength: 9 }), (entry, at, lies) => {
        const block = Buffer.from(encodeEntry(entry, own))
        const index = at % block.length
        check(Buffer.concat([block.subarray(0, index), Buffer.from(lies), block.subarray(index + 1)]))
        Buffer.from(lies).copy(block, index)
        check(block)
      }),
      { numRuns: 3000 }
    )
  })

  it('never come of random bytes by an exception', () => {
    const version = fc.constant([ENTRY_VERSION])
    const bytes = fc.tuple(fc.oneof(version, fc.constant([])), fc.uint8Array({ maxLength: 400 }))
    fc.assert(
      fc.property(bytes, ([first, rest]) => check(Buffer.concat([Buffer.from(first), rest]))),
      { numRuns: 5000 }
    )
  })

  it('take time in proportion to the block, whatever counts it claims', () => {
    for (const filler of [0x00, 0x01, 0x20, 0xfc, 0xff]) {
      const block = Buffer.alloc(LIMITS.blockBytes, filler)
      const heads = [
        [1, 0, 0, 1, 0],
        [1, 0, 0, 0xfd, 0x00, 0x10, 0, 0],
        [1, 0, 0, 1, 0xfd, 0x00, 0x10],
        [1, 0, 0, 1, 0, 0xfe, 0xff, 0x7f, 0, 0]
      ]
      for (const head of heads) {
        Buffer.from(head).copy(block)
        const begun = performance.now()
        check(block)
        expect(performance.now() - begun).toBeLessThan(5000)
      }
    }
  })
})

describe('packed operations', () => {
  it('are all there, in their order, in entries that fit', () => {
    const limits = fc.record({
      blockBytes: fc.integer({ min: 40_000, max: 60_000 }),
      operationsPerEntry: fc.integer({ min: 1, max: 50 })
    })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 120 }), limits, (ops, limit) => {
        const runs = packEntries(ops, limit)
        expect(runs.flat()).toEqual(ops)
        for (const run of runs) {
          expect(run.length).toBeGreaterThan(0)
          expect(run.length).toBeLessThanOrEqual(limit.operationsPerEntry)
          const block = encodeEntry(
            { version: leastVersion(run), lamport: 1, wallMs: 1, deps: [], ops: run },
            own
          )
          expect(block.length).toBeLessThanOrEqual(limit.blockBytes)
        }
      }),
      { numRuns: 60 }
    )
  })

  it('need 25 entries for 100,000 plain posts', () => {
    const posts = Array.from({ length: 100_000 }, (_, i) => plainPost(own, i))
    expect(packEntries(posts).map((run) => run.length)).toEqual([...Array<number>(24).fill(4096), 1696])
  })
})

describe('headers', () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
  const short = fc.string({ unit: 'grapheme', maxLength: 8 }).map((value) => (value.length > 64 ? '' : value))
  const header = fc.record({
    format: fc.constant(1),
    founding: fc.record({
      founder: bytes(32),
      nonce: bytes(32),
      createdMs: fc.maxSafeNat(),
      signature: bytes(64)
    }),
    device: fc.record({
      member: bytes(32),
      device: bytes(32),
      deviceName: short,
      platform: short,
      createdMs: fc.maxSafeNat(),
      signature: bytes(64)
    }),
    segment: fc.maxSafeNat(),
    previous: fc.option(fc.record({ log: bytes(32), length: fc.maxSafeNat() })),
    signature: bytes(64)
  })
  it('come back as they were', () => {
    fc.assert(
      fc.property(header, (value) => {
        const decoded = decodeHeader(encodeHeader(value))
        expect(structuredClone(decoded)).toEqual({ ok: true, value })
      })
    )
  })

  it('have one block each, whatever is done to them', () => {
    fc.assert(
      fc.property(header, fc.nat(), fc.nat(255), fc.nat(), (value, at, byte, cut) => {
        const block = encodeHeader(value)
        block[at % block.length] = byte
        for (const each of [
          block,
          block.subarray(0, cut % block.length),
          Buffer.concat([block, Buffer.from([byte])])
        ]) {
          const decoded = decodeHeader(each)
          if (decoded.ok) expect(Buffer.compare(encodeHeader(decoded.value), each)).toBe(0)
          else expect(['HEADER_MALFORMED', 'NEEDS_NEWER_VERSION']).toContain(decoded.error.code)
        }
      }),
      { numRuns: 2000 }
    )
  })
})
