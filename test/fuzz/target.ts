/** What is fuzzed: one decoder of bytes from outside, and what must hold of it whatever the bytes are. */
import { isDeepStrictEqual } from 'node:util'
import type { Outcome } from '../../core/contract/index.js'
import { ERROR_CODES } from '../../core/contract/index.js'

export type Verdict = 'taken' | 'refused'

export interface Target {
  readonly name: string
  /** Valid encodings: what mutations begin with. */
  readonly seeds: readonly Uint8Array[]
  /** Pieces of the format that a mutation may put in. */
  readonly words: readonly Uint8Array[]
  /** Longest input that is tried. */
  readonly mostBytes: number
  /** Reads it once. Throws what the decoder throws, and Broken if what it took does not come back the same. */
  check(input: Uint8Array): Verdict | Promise<Verdict>
}

/** A promise of a decoder was broken. */
export class Broken extends Error {}

export const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf8'))

/** As a program gets a text from outside: bytes that are no UTF-8 were replaced before it came. */
export const textOf = (input: Uint8Array): string => Buffer.from(input).toString('utf8')

export const words = (...texts: readonly string[]): Uint8Array[] => texts.map(utf8)

/** A message may repeat what it is about. */
const MOST_MESSAGE = 8_000

const CODES: ReadonlySet<string> = new Set(ERROR_CODES)

/** Of an outcome: refused with a code that there is and a message that can be shown, or taken. */
export function verdictOf<T>(outcome: Outcome<T>, taken: (value: T) => void): Verdict {
  if (outcome.ok) {
    taken(outcome.value)
    return 'taken'
  }
  const { code, message } = outcome.error
  if (!CODES.has(code)) throw new Broken(`refused with ${code}, which is no code`)
  if (message.length === 0 || message.length > MOST_MESSAGE)
    throw new Broken(`a message of ${message.length} characters`)
  return 'refused'
}

export function same(what: string, one: unknown, other: unknown): void {
  if (!isDeepStrictEqual(one, other)) throw new Broken(`${what} does not come back the same`)
}

/** The value of an outcome that has to be one. */
export function again<T>(what: string, outcome: Outcome<T>): T {
  if (!outcome.ok)
    throw new Broken(`${what} was taken, and is refused when it is written again: ${outcome.error.code}`)
  return outcome.value
}
