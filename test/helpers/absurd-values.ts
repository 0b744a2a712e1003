/** Requests that are of their shape, and that no person would make: ids of something else, numbers and texts at their edges. */
import fc from 'fast-check'
import type * as v from 'valibot'
import { boundsOf, fitting, insides, patternOf } from './schema-values.js'

type Schema = v.GenericSchema

/** Texts that are there to be named, by the name of the part that would name them. */
export type Known = Readonly<Record<string, readonly string[]>>

const TEXTS = [
  '',
  ' ',
  '\0',
  'x'.repeat(10_000),
  '💶'.repeat(2_000),
  '\ud800',
  '\u202eevil',
  'a\r\nb',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  '-1',
  'NaN',
  '0000-00-00',
  '2026-02-30',
  '9999-12-31',
  '0001-01-01',
  'EUR',
  'ZZZ',
  'A:B:C',
  ':',
  '%s%n',
  'é'.repeat(100),
  'y'.repeat(52),
  `${'y'.repeat(52)}/${2 ** 53}/0`,
  'ybndrfg8'
]
const NUMBERS = [0, 1, -1, 2, 4096, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]
/** A list is that long at most, though it could be longer. */
const MOST_ITEMS = 40

/** `name`: of the part that this is. */
export function absurd(schema: Schema, known: Known, name = ''): fc.Arbitrary<unknown> {
  const { type, entries, item, wrapped, key, value, options } = insides(schema)
  const { min, max } = boundsOf(schema)
  const within = (part: Schema, called = name) => absurd(part, known, called)
  switch (type) {
    case 'string':
    case 'custom': {
      const most = type === 'custom' ? 128 : max
      const there = (known[name] ?? []).filter((text) => text.length <= most)
      const texts = TEXTS.map((text) => text.slice(0, most)).filter((text) => text.length >= min)
      if (patternOf(schema))
        return fc.oneof(fitting(schema), ...(there.length > 0 ? [fc.constantFrom(...there)] : []))
      if (there.length === 0) return fc.constantFrom(...texts)
      return fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...there) },
        fc.constantFrom(...texts, ...any(known, most))
      )
    }
    case 'number':
      return fc.constantFrom(
        ...[...NUMBERS, min, max].filter((n) => Number.isSafeInteger(n) && n >= min && n <= max)
      )
    case 'array':
      return fc.oneof(
        fc.array(within(item as Schema), { minLength: Math.max(0, min), maxLength: Math.min(max, 4) }),
        within(item as Schema).map((one) => Array.from({ length: Math.min(max, MOST_ITEMS) }, () => one))
      )
    case 'optional':
      return fc.oneof({ weight: 8, arbitrary: within(wrapped as Schema) }, fc.constant(undefined))
    case 'nullable':
      return fc.oneof(within(wrapped as Schema), fc.constant(null))
    case 'union':
      return fc.oneof(
        ...(options as readonly Schema[]).map((option) => ({
          weight: insides(option).type === 'undefined' ? 1 : 4,
          arbitrary: within(option)
        }))
      )
    case 'record':
      return fc.dictionary(within(key as Schema, 'log') as fc.Arbitrary<string>, within(value as Schema), {
        maxKeys: 4
      })
    case 'strict_object':
      return fc.record(
        Object.fromEntries(
          Object.entries(entries ?? {}).map(([called, part]) => [called, within(part, called)])
        )
      )
    default:
      return fitting(schema)
  }
}

const any = (known: Known, most: number): string[] =>
  Object.values(known)
    .flat()
    .filter((text) => text.length <= most)
