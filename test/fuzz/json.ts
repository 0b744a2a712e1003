/** Mutations of what is JSON: of its values and its shape, so that more than the parser is reached. */
import type { Random } from '../sim/random.js'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Values that no schema expects, or just not there. */
const OTHERS: readonly Json[] = [
  null,
  true,
  0,
  -1,
  0.5,
  -0,
  2 ** 53,
  1e300,
  '',
  '0',
  'constructor',
  '\u0000',
  'y'.repeat(52),
  '0'.repeat(64),
  'x'.repeat(5_000),
  [],
  {},
  [[[]]],
  { length: 1 },
  { __proto__: { polluted: 1 } } as unknown as Json
]

const KEYS = ['__proto__', 'constructor', 'toString', 'length', '', '0', 'hasOwnProperty'] as const

/** The same with one part of it changed; null if it is no JSON. */
export function mutatedJson(input: Uint8Array, random: Random): Uint8Array | null {
  let value: Json
  try {
    value = JSON.parse(Buffer.from(input).toString('utf8')) as Json
  } catch {
    return null
  }
  const rounds = random.chance(0.7) ? 1 : random.between(2, 4)
  for (let round = 0; round < rounds; round++) value = changed(value, random)
  return new Uint8Array(Buffer.from(JSON.stringify(value) ?? 'null'))
}

/** Goes down to some part, and changes that. */
function changed(value: Json, random: Random): Json {
  if (typeof value !== 'object' || value === null) return otherThan(value, random)
  if (random.chance(0.15)) return random.pick(OTHERS) as Json
  if (Array.isArray(value)) return changedList(value, random)
  const entries = Object.entries(value)
  const at = random.below(entries.length)
  const [key, part] = entries[at] ?? ['', null]
  switch (random.below(6)) {
    case 0:
      entries.splice(at, 1)
      break
    case 1:
      entries.push([random.pick(KEYS) as string, random.pick(OTHERS) as Json])
      break
    case 2:
      entries.push([`${key}x`, part])
      break
    default:
      if (entries.length > 0) entries[at] = [key, changed(part, random)]
  }
  // fromEntries makes own properties of all names, also of __proto__.
  return Object.fromEntries(entries)
}

function changedList(value: readonly Json[], random: Random): Json[] {
  const list = [...value]
  const at = random.below(Math.max(1, list.length))
  switch (random.below(5)) {
    case 0:
      list.splice(at, 1)
      break
    case 1:
      list.push(...Array.from({ length: random.chance(0.9) ? 1 : 3_000 }, () => list[at] ?? null))
      break
    case 2:
      list.reverse()
      break
    default:
      list[at] = changed(list[at] ?? null, random)
  }
  return list
}

function otherThan(value: string | number | boolean | null, random: Random): Json {
  if (typeof value === 'number' && random.chance(0.6))
    return random.pick([value + 1, value - 1, -value, value * 2 ** 32, value + 0.5]) as number
  if (typeof value === 'string' && value !== '' && random.chance(0.6)) {
    const at = random.below(value.length)
    const kinds = [
      value.slice(0, at),
      value.slice(0, at) + value.slice(at + 1),
      value.slice(0, at) + (random.pick(['0', 'g', 'A', '\u00e4', ' ', 'y']) as string) + value.slice(at + 1),
      value + value,
      value.toUpperCase(),
      `${value}\n`
    ]
    return random.pick(kinds) as string
  }
  return random.pick(OTHERS) as Json
}
