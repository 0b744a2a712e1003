import { describe, expect, it } from 'vitest'
import type { AccountId, LogId } from '../../../core/contract/index.js'
import { LIMITS } from '../../../core/contract/index.js'
import { asRead, decodeEntry, encodeEntry } from '../../../core/ops/codec.js'
import { keyOfName } from '../../../core/ops/names.js'
import { ENTRY_VERSION, type Entry, type Operation } from '../../../core/ops/operations.js'
import { packEntries } from '../../../core/ops/packing.js'
import { keyNumber, plainPost } from '../../helpers/operations.js'

const own = keyNumber<LogId>(1)
const key = (number: number): Buffer => keyOfName(keyNumber(number))

const entry = (ops: readonly Operation[], more: Partial<Entry> = {}): Entry => ({
  version: 1,
  lamport: 1,
  wallMs: 0,
  deps: [],
  ops,
  ...more
})

/** A block of these parts: numbers are bytes. */
const block = (...parts: readonly (number | string | Buffer)[]): Buffer =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part as string)))
  )

/** Version 1, lamport 1, wall 0, then how many operations and dependencies. */
const head = (operations: number, dependencies: number): Buffer => block(1, 1, 0, operations, dependencies)
const NO_TABLE = block(0, 0)
const framed = (kind: number, body: Buffer): Buffer => block(kind, body.length, body)

const what = (bytes: Uint8Array): unknown => {
  const decoded = decodeEntry(bytes, own)
  return decoded.ok ? decoded.value : (decoded.error.details?.['what'] ?? decoded.error.code)
}

describe('an entry', () => {
  it('of a newer version is known for that and not read further', () => {
    const decoded = decodeEntry(block(ENTRY_VERSION + 1, 0xff), own)
    expect(decoded).toMatchObject({
      ok: false,
      error: { code: 'NEEDS_NEWER_VERSION', details: { version: ENTRY_VERSION + 1 } }
    })
    const far = decodeEntry(block(0xfe, 0, 0, 1, 0), own)
    expect(far).toMatchObject({
      ok: false,
      error: { code: 'NEEDS_NEWER_VERSION', details: { version: 65_536 } }
    })
  })

  it('of no version is malformed', () => {
    expect(what(block(0))).toBe('no such version')
    expect(what(block())).toBe('ends too early')
  })

  it('is refused unread above the largest block', () => {
    const decoded = decodeEntry(Buffer.alloc(LIMITS.blockBytes + 1), own)
    expect(decoded).toMatchObject({ ok: false, error: { code: 'BLOCK_TOO_LARGE' } })
  })

  it('has at most so many operations and dependencies, whatever follows', () => {
    expect(what(block(1, 1, 0, 0xfd, 0x01, 0x10, 0))).toBe('4097 operations')
    expect(what(block(1, 1, 0, 0, 0xfd, 0x01, 0x10))).toBe('4097 dependencies')
  })

  it('ends with its last operation', () => {
    expect(what(block(head(0, 0), NO_TABLE))).toEqual(entry([]))
    expect(what(block(head(0, 0), NO_TABLE, 0))).toBe('bytes after the last operation')
    expect(what(block(head(1, 0), NO_TABLE))).toBe('ends too early')
  })

  it('has numbers in their shortest form, and safe', () => {
    expect(what(block(1, 0xfd, 0xfc, 0, 0, 0, 0, NO_TABLE))).toBe('number is not in its shortest form')
    expect(what(block(1, 0xfe, 0xff, 0xff, 0, 0, 0, 0, 0, NO_TABLE))).toBe('number is not in its shortest form')
    expect(what(block(1, 0xff, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NO_TABLE))).toBe(
      'number is not in its shortest form'
    )
    expect(what(block(1, 0xff, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, NO_TABLE))).toBe(
      'number is not a safe integer'
    )
  })

  it('depends on other logs in the order of their keys, on each once', () => {
    const two = (a: Buffer, b: Buffer): Buffer => block(head(0, 2), 2, a, b, 2, 5, 6)
    expect(what(two(key(2), key(3)))).toMatchObject({ deps: [{ length: 5 }, { length: 6 }] })
    expect(what(two(key(3), key(2)))).toBe('dependencies are not in order')
    expect(what(two(key(2), key(2)))).toBe('dependencies are not in order')
    expect(what(two(key(1), key(2)))).toBe('a log stands twice in the table')
    expect(what(block(head(0, 1), 1, key(2), 1, 0))).toBe('depends on nothing of a log')
    expect(what(block(head(0, 1), 0, 1, 5))).toBe('depends on a log that is not in the table')
    expect(what(block(head(0, 1), 1, key(2), 0))).toBe('not as many dependencies as said')
  })

  it('has a table of the logs that it refers to, in the order in which it does', () => {
    const place = (log: number): Buffer => framed(9, block(1, log, 5, 0, 0))
    const table = (...keys: Buffer[]): Buffer => block(keys.length, ...keys, 0)
    expect(what(block(head(1, 0), table(key(2)), place(1)))).toMatchObject({ ops: [{ kind: 'void' }] })
    expect(what(block(head(1, 0), table(), place(1)))).toBe('no such log in the table')
    expect(what(block(head(1, 0), table(key(2)), place(0)))).toBe('a log in the table is not referred to')
    expect(what(block(head(1, 0), table(key(2), key(3)), place(2)))).toBe('no such log in the table')
    expect(what(block(head(1, 0), table(key(2), key(2)), place(1)))).toBe('a log stands twice in the table')
    expect(what(block(head(1, 0), table(key(1)), place(1)))).toBe('a log stands twice in the table')
  })
})

describe('an operation', () => {
  const read = (kind: number, ...body: (number | string | Buffer)[]): unknown =>
    what(block(head(1, 0), NO_TABLE, framed(kind, block(...body))))

  it('is of a kind that this version has', () => {
    expect(read(0)).toBe('unknown kind of operation')
    expect(read(18)).toBe('unknown kind of operation')
  })

  it('is not in an entry of a version that did not have it', () => {
    expect(read(2, key(1), 3, 0)).toBe('holds what its version does not have')
    expect(read(14, key(1), 0)).toBe('holds what its version does not have')
  })

  it('names logs and members in the order of their keys, each once', () => {
    const cut = (...logs: number[]): Operation => ({
      kind: 'revokeDevice',
      device: keyNumber(9),
      kept: logs.map((log) => ({ log: keyNumber<LogId>(log), length: 1 }))
    })
    expect(encodeEntry(entry([cut(3, 2)], { version: 2 }), own)).toEqual(
      encodeEntry(entry([cut(2, 3)], { version: 2 }), own)
    )
    expect(decodeEntry(encodeEntry(entry([cut(3, 2)], { version: 2 }), own), own)).toMatchObject({
      value: { ops: [asRead(cut(3, 2))] }
    })
    expect(() => encodeEntry(entry([cut(2, 2)], { version: 2 }), own)).toThrow(RangeError)
    const wire = encodeEntry(entry([cut(2, 3)], { version: 2 }), own)
    const swapped = Buffer.from(wire)
    const [first, second] = [swapped.indexOf(key(2)), swapped.indexOf(key(3))]
    key(3).copy(swapped, first)
    key(2).copy(swapped, second)
    expect(what(swapped)).toBe('keys are not in order')
  })

  it('fills its frame', () => {
    expect(read(9, 0, 0)).toMatchObject({ ops: [{ kind: 'void', replaces: [], reason: '' }] })
    expect(read(9, 0, 0, 0)).toBe('bytes after the fields of an operation')
    expect(read(9, 0)).toBe('ends too early')
    expect(what(block(head(1, 0), NO_TABLE, 9, 200, 0, 0))).toBe('ends too early')
  })

  it('has no flags and no values that this version does not know', () => {
    expect(read(1, 4)).toBe('unknown flags')
    expect(read(1, 0xfd, 0, 1)).toBe('unknown flags')
    expect(read(2, key(1), 0, 0)).toBe('unknown enum value')
    expect(read(2, key(1), 5, 0)).toBe('unknown enum value')
  })

  it('has no empty value where it could have none', () => {
    expect(read(1, 2, 0, 0, 0)).toBe('zero in place of none')
    const date = [0xfe, 0x69, 0x25, 0x35, 0x01]
    expect(read(7, ...date, 0, 0, 1, 0)).toBe('an empty text in place of none')
    expect(read(7, ...date, 0, 0, 2, 0)).toBe('an empty list in place of none')
    expect(read(7, ...date, 0, 0, 0)).toMatchObject({ ops: [{ kind: 'post', date: '2026-02-01' }] })
  })

  it('has dates, currencies, texts and places that exist', () => {
    expect(read(7, 0xfe, 0x86, 0x25, 0x35, 0x01, 0, 0, 0)).toBe('not a date')
    expect(read(7, 0, 0, 0, 0)).toBe('not a date')
    expect(read(1, 2, 'eur')).toBe('not a currency code')
    expect(read(9, 0, 1, 0xff)).toBe('a text is not UTF-8')
    expect(read(9, 0, 3, 0xed, 0xa0, 0x80)).toBe('a text is not UTF-8')
    expect(read(9, 0, 2, 0xc0, 0x80)).toBe('a text is not UTF-8')
    expect(read(9, 0, 3, '\ufffd')).toMatchObject({ ops: [{ reason: '\ufffd' }] })
    expect(read(9, 0, 3, '\ufeff')).toMatchObject({ ops: [{ reason: '\ufeff' }] })
    expect(read(9, 1, 0, 5, 0xfd, 0x00, 0x10, 0)).toBe('no such operation')
  })

  it('keeps to the named limits', () => {
    const name = (length: number): Buffer => block(1, length, 'x'.repeat(length))
    expect(read(1, name(128))).toMatchObject({ ops: [{ kind: 'setBook' }] })
    expect(read(1, name(129))).toBe('a text of 129, longer than 128')
    const voided = (places: number): Buffer => block(places, Buffer.alloc(places * 3), 0)
    expect(what(block(head(1, 0), NO_TABLE, framed(9, voided(64))))).toMatchObject({ ops: [{ kind: 'void' }] })
    expect(what(block(head(1, 0), NO_TABLE, framed(9, voided(65))))).toBe('a list of 65, longer than 64')
  })
})

describe('a block that is too large', () => {
  const large = { ...plainPost(own, 1), note: 'x'.repeat(4096) }

  it('can be written, so that its size can be told, and not read', () => {
    const encoded = encodeEntry(entry(Array<Operation>(300).fill(large)), own)
    expect(encoded.length).toBeGreaterThan(LIMITS.blockBytes)
    expect(what(encoded)).toBe('BLOCK_TOO_LARGE')
  })

  it('is a run of its own when it is one operation', () => {
    const [posting] = large.postings
    if (!posting) throw new Error('no posting')
    const huge = {
      ...large,
      postings: Array(200).fill({ ...posting, note: '麵'.repeat(4096) }) as typeof large.postings
    }
    expect(packEntries([large, huge, large]).map((run) => run.length)).toEqual([1, 1, 1])
  })
})

describe('what a program must not write', () => {
  const post = plainPost(own, 1)
  const [first] = post.postings
  if (!first) throw new Error('no posting')
  const cases: readonly [string, Entry][] = [
    ['another version', entry([], { version: ENTRY_VERSION + 1 })],
    ['what its version does not have', entry([{ kind: 'rotate', sealed: [] }])],
    ['too many operations', entry(Array<Operation>(4097).fill(post))],
    ['its own log as a dependency', entry([], { deps: [{ log: own, length: 1 }] })],
    ['a fraction', entry([{ ...post, postings: [{ ...first, amountMinor: 1.5 }] }])],
    ['an amount that is not safe', entry([{ ...post, postings: [{ ...first, amountMinor: 2 ** 53 }] }])],
    ['a negative lamport', entry([], { lamport: -1 })],
    ['a place that is none', entry([{ ...post, postings: [{ ...first, account: 'x-1-1' as AccountId }] }])],
    ['a text that is too long', entry([{ ...post, payee: 'x'.repeat(257) }])]
  ]
  it.each(cases)('%s', (_, bad) => {
    expect(() => encodeEntry(bad, own)).toThrow(RangeError)
  })
})
