/** Whatever a request may hold is limited: each text, list and record of every schema says how long it can be. */
import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { REQUEST_NAMES } from '../../../core/contract/index.js'
import { SCHEMAS } from '../../../core/engine/requests/schemas.js'
import { boundsOf, insides, partsOf, patternOf } from '../../helpers/schema-values.js'

/** A repetition without an end; what is in brackets is a set of characters. */
const ENDLESS = /(?<!\\)[*+]|\{\d+,\}/
const isBounded = (pattern: RegExp): boolean =>
  pattern.source.startsWith('^') &&
  pattern.source.endsWith('$') &&
  !ENDLESS.test(pattern.source.replace(/\[[^\]]*\]/g, '.'))

/** Where in a schema something can be as long as one likes. */
function unlimited(schema: v.GenericSchema, place: string): string[] {
  const { type } = insides(schema)
  const below = partsOf(schema).flatMap(([name, part]) => unlimited(part, `${place}.${name}`))
  const pattern = patternOf(schema)
  const isLimited =
    type === 'string' || type === 'array' || type === 'record'
      ? boundsOf(schema).max < Infinity || (pattern !== null && isBounded(pattern))
      : // What a check of our own takes is seen by asking it.
        type !== 'custom' || !v.is(schema, 'x'.repeat(100_000))
  return isLimited ? below : [place, ...below]
}

it.each(REQUEST_NAMES)('the request %s has no part without a limit', (name) => {
  expect(unlimited(SCHEMAS[name], name)).toEqual([])
})

describe('what is without a limit is seen', () => {
  const long = v.string()
  const seen: readonly (readonly [string, v.GenericSchema])[] = [
    ['a text', long],
    ['a text of a pattern without an end', v.pipe(v.string(), v.regex(/^[a-z]+$/))],
    ['a text of a pattern in its middle only', v.pipe(v.string(), v.regex(/[a-z]{4}/))],
    ['a list', v.array(v.picklist(['a']))],
    ['a record', v.record(v.pipe(v.string(), v.maxLength(3)), v.number())],
    [
      'one below an object, a choice and a maybe',
      v.strictObject({ a: v.optional(v.union([long, v.null_()])) })
    ],
    [
      'one behind a transformation',
      v.pipe(
        v.strictObject({ a: long }),
        v.transform((it) => it)
      )
    ],
    ['the names in a record', v.pipe(v.record(long, v.number()), v.maxEntries(4))],
    ['a check of our own', v.custom((value) => typeof value === 'string')]
  ]
  it.each(seen)('%s', (_what, schema) => expect(unlimited(schema, 'it')).toHaveLength(1))
})
