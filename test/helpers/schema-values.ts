/** Values that a valibot schema takes, and values that are wrong in one place only, made from the schema itself. */
import fc from 'fast-check'
import type * as v from 'valibot'

type Schema = v.GenericSchema

/** As much of a schema's and a check's insides as is looked at. */
export interface Insides {
  readonly type: string
  readonly pipe?: readonly Insides[]
  readonly requirement?: unknown
  readonly entries?: Readonly<Record<string, Schema>>
  readonly item?: Schema
  readonly wrapped?: Schema
  readonly key?: Schema
  readonly value?: Schema
  readonly options?: readonly unknown[]
  readonly literal?: unknown
}

export const insides = (schema: Schema): Insides => schema as unknown as Insides

/** What the checks behind a schema ask for. */
export function boundsOf(schema: Schema): {
  readonly min: number
  readonly max: number
  readonly known: boolean
} {
  const [first, ...checks] = insides(schema).pipe ?? []
  const below = first?.pipe ? boundsOf(first as unknown as Schema) : null
  let { min, max, known } = below ?? { min: -Infinity, max: Infinity, known: true }
  for (const { type, requirement } of checks) {
    if (type === 'min_length' || type === 'min_value') min = Number(requirement)
    else if (['max_length', 'max_value', 'max_entries'].includes(type)) max = Number(requirement)
    else if (type === 'non_empty') min = 1
    else if (!['integer', 'safe_integer', 'transform'].includes(type)) known = false
  }
  return { min, max, known }
}

/** The schemas that a schema is made of, by name. */
export function partsOf(schema: Schema): readonly (readonly [string, Schema])[] {
  const { entries, item, wrapped, key, value, options } = insides(schema)
  const named = { item, wrapped, key, value, ...entries }
  const chosen = (options ?? []).map((option, at) => [String(at), option] as const)
  return [...Object.entries(named), ...chosen].filter(
    (part): part is readonly [string, Schema] => typeof part[1] === 'object' && part[1] !== null
  )
}

/** A name from elsewhere, as the schemas of requests have them. */
const NAME_LENGTH = 128

/** Values that fit. */
export function fitting(schema: Schema): fc.Arbitrary<unknown> {
  const { type, entries, item, wrapped, key, value, options, literal } = insides(schema)
  const { min, max } = boundsOf(schema)
  switch (type) {
    case 'string': {
      const pattern = patternOf(schema)
      if (pattern) return fc.stringMatching(pattern)
      return fc.string({ minLength: Math.max(0, min), maxLength: Math.min(max, 20 + Math.max(0, min)) })
    }
    case 'custom':
      return fc.string({ maxLength: NAME_LENGTH })
    case 'number':
      return fc.integer({ min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31) })
    case 'boolean':
      return fc.boolean()
    case 'picklist':
      return fc.constantFrom(...(options as readonly unknown[]))
    case 'literal':
      return fc.constant(literal)
    case 'undefined':
      return fc.constant(undefined)
    case 'array':
      return fc.array(fitting(item as Schema), { minLength: Math.max(0, min), maxLength: Math.min(max, 3) })
    case 'optional':
      return fc.oneof(fitting(wrapped as Schema), fc.constant(undefined))
    case 'nullable':
      return fc.oneof(fitting(wrapped as Schema), fc.constant(null))
    case 'union':
      return fc.oneof(...(options as readonly Schema[]).map(fitting))
    case 'record':
      return fc.dictionary(fitting(key as Schema) as fc.Arbitrary<string>, fitting(value as Schema), {
        maxKeys: 3
      })
    case 'strict_object':
      return fc.record(
        Object.fromEntries(Object.entries(entries ?? {}).map(([key, part]) => [key, fitting(part)]))
      )
    default:
      throw new Error(`no values are known for a schema of type ${type}`)
  }
}

/** Of none of the types that requests are made of. */
const STRANGE: readonly unknown[] = [Number.NaN, Infinity, 10n, [[]], { nonsense: 1 }]

/** What a text has to look like, where the schema says. */
export const patternOf = (schema: Schema): RegExp | null =>
  (insides(schema).pipe?.find(({ type }) => type === 'regex')?.requirement as RegExp | undefined) ?? null

/** Values that do not fit, each for one reason. */
export function broken(schema: Schema): fc.Arbitrary<unknown> {
  const { type, item, wrapped, key, value, options } = insides(schema)
  const { min, max } = boundsOf(schema)
  const others = (...values: readonly unknown[]) => fc.constantFrom(...STRANGE, ...values)
  switch (type) {
    case 'string':
    case 'custom': {
      const longest = type === 'custom' ? NAME_LENGTH : max
      const reasons: fc.Arbitrary<unknown>[] = [others(null, 1, true)]
      if (longest < 1e6) reasons.push(fc.constant('x'.repeat(longest + 1)))
      if (min > 0) reasons.push(fc.constant('x'.repeat(min - 1)))
      return fc.oneof(...reasons)
    }
    case 'number':
      return others(null, '1', true, 0.5, -0.5, 2 ** 53, ...[min - 1, max + 1].filter(Number.isFinite))
    case 'boolean':
      return others(null, 0, 'true')
    case 'picklist':
    case 'literal':
      return others(null, 1, '', 'nonsense')
    case 'undefined':
      return others(null, 1, '')
    case 'array': {
      const fits = fitting(item as Schema)
      const oneBroken = fc
        .tuple(fc.array(fits, { maxLength: 2 }), broken(item as Schema), fc.array(fits, { maxLength: 2 }))
        .map(([before, one, after]) => [...before, one, ...after])
      const reasons: fc.Arbitrary<unknown>[] = [
        fc.constantFrom(null, 1, 'x', {}, { length: 1, 0: 'x' }),
        oneBroken
      ]
      if (max < 1e5) reasons.push(fits.map((one) => Array.from({ length: max + 1 }, () => one)))
      if (min > 0) reasons.push(fc.constant([]))
      return fc.oneof(...reasons)
    }
    case 'optional':
    case 'nullable':
      return broken(wrapped as Schema).filter(isNotAbsent)
    case 'union': {
      const parts = (options as readonly Schema[]).filter((option) => insides(option).type !== 'undefined')
      // What breaks one of several could fit another; what is none of them at all does not.
      return parts.length === 1 ? broken(parts[0] as Schema).filter(isNotAbsent) : others(null, 7, 'x', [], {})
    }
    case 'record': {
      const keys = fitting(key as Schema) as fc.Arbitrary<string>
      return fc.oneof(
        fc.constantFrom(null, 1, 'x'),
        fc.tuple(keys, broken(value as Schema)).map(([name, wrong]) => ({ [name]: wrong })),
        fitting(value as Schema).map((fits) => ({ [`no ${'key'.repeat(64)}`]: fits })),
        ...(max < 1e5 ? [fitting(value as Schema).map((fits) => tooMany(max, fits))] : [])
      )
    }
    case 'strict_object':
      return brokenObject(schema)
    default:
      throw new Error(`nothing is known to be wrong with a schema of type ${type}`)
  }
}

/** One more than a record may have, under names that logs could have. */
const tooMany = (max: number, value: unknown): Record<string, unknown> =>
  Object.fromEntries(
    Array.from({ length: max + 1 }, (_, n) => [
      n.toString(2).replace(/0/g, 'y').replace(/1/g, 'b').padStart(52, 'y').slice(1) + 'y',
      value
    ])
  )

const isNotAbsent = (value: unknown): boolean => value !== null && value !== undefined

function brokenObject(schema: Schema): fc.Arbitrary<unknown> {
  const entries = Object.entries(insides(schema).entries ?? {})
  const fits = fitting(schema) as fc.Arbitrary<Record<string, unknown>>
  const reasons: fc.Arbitrary<unknown>[] = [
    fc.constantFrom(null, undefined, 1, 'x', [{}]),
    fc
      .tuple(fits, fc.constantFrom('nonsense', 'constructor', '__proto__', '0', ''))
      .map(([value, key]) => Object.defineProperty({ ...value }, key, { value: 1, enumerable: true }))
  ]
  for (const [key, part] of entries) {
    reasons.push(fc.tuple(fits, broken(part)).map(([value, wrong]) => ({ ...value, [key]: wrong })))
    if (isNeeded(part)) {
      reasons.push(
        fits.map((value) => Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)))
      )
    }
  }
  return fc.oneof(...reasons)
}

/** Whether an object has to have it. Valibot takes a list for an object where nothing is needed. */
const isNeeded = (schema: Schema): boolean => !['optional', 'undefined'].includes(insides(schema).type)
