/** Makes new inputs of old ones: what goes wrong on a wire or a disk, and what someone who knows the format would try. */
import type { Random } from '../sim/random.js'

export interface Material {
  readonly random: Random
  /** Whole inputs to take pieces of. */
  readonly pool: readonly Uint8Array[]
  readonly words: readonly Uint8Array[]
  readonly mostBytes: number
}

type Mutator = (input: Uint8Array, material: Material) => Uint8Array

const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

/** Replaces `bytes` bytes at a place by others. */
const replaced = (input: Uint8Array, at: number, bytes: number, by: Uint8Array): Uint8Array =>
  join(input.subarray(0, at), by, input.subarray(Math.min(input.length, at + bytes)))

const place = (input: Uint8Array, random: Random): number => random.below(input.length + 1)

/** Short pieces more often than long ones. */
const some = (most: number, random: Random): number =>
  1 + random.below(random.chance(0.5) ? Math.min(8, Math.max(1, most)) : Math.max(1, most))

/** Integers of every size at the edges, in the one form that they have, in others, and cut short. */
const INTEGERS: readonly (readonly number[])[] = [
  [0x00],
  [0x01],
  [0x7f],
  [0x80],
  [0xfc],
  [0xfd, 0x00, 0x00],
  [0xfd, 0xfd, 0x00],
  [0xfd, 0xff, 0xff],
  [0xfe, 0x00, 0x00, 0x00, 0x00],
  [0xfe, 0x00, 0x00, 0x01, 0x00],
  [0xfe, 0xff, 0xff, 0xff, 0x7f],
  [0xfe, 0xff, 0xff, 0xff, 0xff],
  [0xff, 0, 0, 0, 0, 0, 0, 0, 0],
  [0xff, 0, 0, 0, 0, 1, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0],
  [0xff, 0, 0, 0, 0, 0, 0, 0x20, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xff],
  [0xfe, 0xff],
  [0xff, 0xff, 0xff, 0xff],
  [0x00, 0x00, 0x00, 0x80],
  [0x00, 0x00, 0x01, 0x00]
]

const NUMBERS = [
  '0',
  '-1',
  '-0',
  '1e999',
  '9007199254740992',
  '0.1',
  '1e-7',
  'null',
  'NaN',
  '4294967296'
] as const

/** Characters that programs trip over. */
const CHARACTERS = [
  '\u0000',
  '\ufeff',
  '\u202e',
  '\ud800',
  '\u0130',
  '\u00df',
  '\u{1f600}',
  '\n',
  '\u2028',
  '"',
  '\\',
  '\u2212',
  '\uff11',
  '\u0661',
  'e\u0301'
] as const

const MUTATORS: readonly Mutator[] = [
  // a bit
  (input, { random }) => {
    if (input.length === 0) return input
    const output = Uint8Array.from(input)
    const at = random.below(input.length)
    output[at] = (output[at] as number) ^ (1 << random.below(8))
    return output
  },
  // a byte
  (input, { random }) => replaced(input, random.below(Math.max(1, input.length)), 1, random.bytes(1)),
  // a byte a little larger or smaller: counts and lengths off by one
  (input, { random }) => {
    if (input.length === 0) return input
    const output = Uint8Array.from(input)
    const at = random.below(input.length)
    output[at] = (output[at] as number) + random.between(-3, 3)
    return output
  },
  // cut short
  (input, { random }) => input.slice(0, place(input, random)),
  // cut in front
  (input, { random }) => input.slice(place(input, random)),
  // a piece left out
  (input, { random }) => replaced(input, place(input, random), some(input.length, random), new Uint8Array()),
  // a piece twice, or many times
  (input, { random }) => {
    const at = place(input, random)
    const piece = input.subarray(at, at + some(input.length, random))
    const times = random.chance(0.9) ? 1 : random.between(2, 300)
    return replaced(input, at, 0, join(...Array.from({ length: times }, () => piece)))
  },
  // two pieces change places
  (input, { random }) => {
    const [a, b, c] = [place(input, random), place(input, random), place(input, random)].sort((x, y) => x - y)
    return join(input.subarray(0, a), input.subarray(b, c), input.subarray(a, b), input.subarray(c))
  },
  // an integer at an edge, in place of as many bytes or put in
  (input, { random }) => {
    const integer = Uint8Array.from(random.pick(INTEGERS) as readonly number[])
    return replaced(input, place(input, random), random.pick([0, 1, integer.length]) as number, integer)
  },
  // noise put in, or in place of as much
  (input, { random }) => {
    const noise = random.bytes(some(40, random))
    return replaced(input, place(input, random), random.chance(0.5) ? 0 : noise.length, noise)
  },
  // one value over and over
  (input, { random }) =>
    replaced(
      input,
      place(input, random),
      random.below(20),
      new Uint8Array(random.below(random.chance(0.95) ? 64 : 20_000)).fill(random.next())
    ),
  // the beginning of this one and the end of another
  (input, { random, pool }) => {
    const other = random.pick(pool) as Uint8Array
    return join(input.subarray(0, place(input, random)), other.subarray(place(other, random)))
  },
  // a piece of another one
  (input, { random, pool }) => {
    const other = random.pick(pool) as Uint8Array
    const at = place(other, random)
    const piece = other.subarray(at, at + some(other.length, random))
    return replaced(input, place(input, random), random.chance(0.5) ? 0 : piece.length, piece)
  },
  // a word of the format
  (input, { random, words }) => {
    const word = random.pick(words)
    return word ? replaced(input, place(input, random), random.chance(0.5) ? 0 : word.length, word) : input
  },
  // a number in a text
  (input, { random }) => {
    const text = Buffer.from(input).toString('latin1')
    const numbers = [...text.matchAll(/-?\d+(?:\.\d+)?/g)]
    const found = random.pick(numbers)
    if (!found) return input
    return replaced(input, found.index, found[0].length, Buffer.from(random.pick(NUMBERS) as string))
  },
  // a character that is no plain one
  (input, { random }) =>
    replaced(input, place(input, random), random.below(2), Buffer.from(random.pick(CHARACTERS) as string))
]

/** One to a few mutations, one after the other. */
export function mutated(input: Uint8Array, material: Material): Uint8Array {
  const { random, mostBytes } = material
  let output = input
  const rounds = random.chance(0.6) ? 1 : random.between(2, 6)
  for (let round = 0; round < rounds; round++) {
    output = (random.pick(MUTATORS) as Mutator)(output, material)
    if (output.length > mostBytes) output = output.slice(0, mostBytes)
  }
  return output
}
