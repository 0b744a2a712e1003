/** What is said to the process that stretches a passphrase, through a port or as bytes. */
import { Buffer } from 'node:buffer'
import type { Stretching } from './passphrase.js'

/** What a passphrase becomes. */
export const ROOT_BYTES = 32

export interface StretchQuestion {
  readonly typed: Uint8Array
  readonly stretching: Stretching
}

export type StretchAnswer = { readonly root: Uint8Array } | { readonly failed: string }

/** As bytes: the parameters, JSON in a line, and the passphrase's bytes. */
export const writeQuestion = ({ typed, stretching }: StretchQuestion): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(stretching)}\n`), typed])

export function readQuestion(bytes: Buffer): StretchQuestion {
  const end = bytes.indexOf('\n')
  const stretching = JSON.parse(bytes.toString('utf8', 0, end)) as Stretching
  return { typed: bytes.subarray(end + 1), stretching }
}
