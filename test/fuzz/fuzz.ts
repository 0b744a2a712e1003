/**
 * The fuzzer: makes input after input of a target's seeds, as one number decides, until one breaks a promise. With
 * coverage, an input that reached a part of the program that none had reached is kept, and mutated further.
 */
import { Random } from '../sim/random.js'
import { checkWithinBounds } from './bounds.js'
import type { Coverage } from './coverage.js'
import { mutatedJson } from './json.js'
import { mutated } from './mutate.js'
import type { Target } from './target.js'

/** Inputs between two looks at what has run: a look costs as much as a thousand of them, and mostly finds nothing. */
const FEWEST_INPUTS = 256
const MOST_INPUTS = 8_192
const MOST_KEPT = 4_096
const SHORTENING_MS = 3_000

export interface FuzzOptions {
  readonly seed: number
  /** Stops when this says so; asked between batches. */
  isOver(inputs: number): boolean
  /** More to begin with than the target's own seeds: what was found before. */
  readonly more?: readonly Uint8Array[]
  readonly coverage?: Coverage
  /** Told of each input before it is tried. */
  readonly trying?: (input: Uint8Array) => void
}

export interface Finding {
  readonly target: string
  readonly seed: number
  /** How many inputs it took. */
  readonly inputs: number
  readonly input: Uint8Array
  readonly what: string
}

export interface Result {
  readonly inputs: number
  readonly taken: number
  /** Inputs that mutations began with, at the end. */
  readonly pool: number
  /** Parts of the program that ran, as far as that was looked at. */
  readonly parts: number
  readonly finding: Finding | null
}

/** What is wrong with how the target reads this; null if nothing is. */
export async function brokenBy(target: Target, input: Uint8Array): Promise<string | null> {
  try {
    await checkWithinBounds(target, input)
    return null
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  }
}

export async function fuzz(target: Target, options: FuzzOptions): Promise<Result> {
  const { seed, coverage, trying } = options
  const random = new Random(seed)
  const pool = [...target.seeds, ...(options.more ?? [])]
  let [inputs, taken] = [0, 0]
  const isJson = target.seeds.some((each) => mutatedJson(each, new Random(0)) !== null)

  const next = (): Uint8Array => {
    const base = random.pick(pool) as Uint8Array
    const json = isJson && random.chance(0.6) ? mutatedJson(base, random) : null
    if (json && random.chance(0.8)) return json.slice(0, target.mostBytes)
    return mutated(json ?? base, { random, pool, words: target.words, mostBytes: target.mostBytes })
  }
  const look = async (input: Uint8Array): Promise<string | null> => {
    inputs++
    trying?.(input)
    try {
      if ((await checkWithinBounds(target, input)) === 'taken') taken++
      return null
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    }
  }

  const broken = async (input: Uint8Array, what: string): Promise<Result> => ({
    inputs,
    taken,
    pool: pool.length,
    parts: 0,
    finding: { target: target.name, seed, inputs, input: await shortest(target, input), what }
  })

  for (const input of pool.slice()) {
    const what = await look(input)
    if (what) return broken(input, what)
  }
  const seen = new Set(coverage?.look())
  let size = FEWEST_INPUTS
  while (!options.isOver(inputs)) {
    const batch = Array.from({ length: size }, next)
    for (const input of batch) {
      const what = await look(input)
      if (what) return broken(input, what)
    }
    const news = new Set(coverage?.look().filter((part) => !seen.has(part)))
    for (const part of news) seen.add(part)
    size = news.size > 0 || !coverage ? FEWEST_INPUTS : Math.min(MOST_INPUTS, 2 * size)
    if (coverage && news.size > 0 && pool.length < MOST_KEPT)
      pool.push(...(await reaching(target, batch, news, coverage)))
  }
  return { inputs, taken, pool: pool.length, parts: seen.size, finding: null }
}

/** Inputs of a batch that between them reach these parts: found by halves, since each look costs. */
async function reaching(
  target: Target,
  batch: readonly Uint8Array[],
  news: Set<string>,
  coverage: Coverage
): Promise<Uint8Array[]> {
  if (news.size === 0) return []
  for (const input of batch) await target.check(input)
  const reached = coverage.look().filter((part) => news.has(part))
  if (reached.length === 0) return []
  if (batch.length === 1) {
    for (const part of reached) news.delete(part)
    return [...batch]
  }
  const half = batch.length >> 1
  const first = await reaching(target, batch.slice(0, half), news, coverage)
  return [...first, ...(await reaching(target, batch.slice(half), news, coverage))]
}

/** Leaves out whatever can be left out with something still being broken, for as long as that may take. */
async function shortest(target: Target, input: Uint8Array): Promise<Uint8Array> {
  const until = performance.now() + SHORTENING_MS
  let best = input
  for (let size = input.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= best.length && performance.now() < until;) {
      const without = new Uint8Array(Buffer.concat([best.subarray(0, at), best.subarray(at + size)]))
      if (await brokenBy(target, without)) best = without
      else at += size
    }
  }
  return best
}
