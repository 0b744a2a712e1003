/**
 * Keys from passphrases: Argon2id by libsodium. The parameters stand beside whatever the key protects, so that they can
 * be raised later and what was made before still opens.
 */
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { derive } from '../identity/keys.js'
import { SALT_BYTES, stretchHere } from './argon2.js'

const MIB = 1024 * 1024

/** What a file may ask for. More than any honest one does, and less than would bring a machine down. */
const MOST = { operations: 16, memoryBytes: 1024 * MIB } as const

export const StretchingFile = v.strictObject({
  algorithm: v.literal('argon2id13'),
  operations: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST.operations)),
  memoryBytes: v.pipe(v.number(), v.integer(), v.minValue(8 * MIB), v.maxValue(MOST.memoryBytes)),
  /** 16 bytes, hex. */
  salt: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))
})
export type Stretching = v.InferOutput<typeof StretchingFile>

export type Strength = Pick<Stretching, 'operations' | 'memoryBytes'>

/** libsodium's MODERATE: 256 MiB three times over, about a second on a small machine. */
export const STRENGTH: Strength = { operations: 3, memoryBytes: 256 * MIB }

/** With a salt of its own. */
export const newStretching = ({ operations, memoryBytes }: Strength): Stretching => ({
  algorithm: 'argon2id13',
  operations,
  memoryBytes,
  salt: randomBytes(SALT_BYTES).toString('hex')
})

/** What one passphrase gives: a key for the folder, and another for its backups. Neither tells the other. */
export interface PassphraseKeys {
  readonly stretching: Stretching
  /** 32 bytes each. */
  readonly folder: Uint8Array
  readonly backup: Uint8Array
}

/** Does the work itself: of a passphrase's bytes it makes 32, for the caller to wipe. Rejects where it cannot. */
export type Stretcher = (typed: Uint8Array, stretching: Stretching) => Promise<Uint8Array>

/**
 * Works beside the event loop: in a process of its own where `stretcher` has one (decision 0010), and else here. The
 * same passphrase in another Unicode form gives the same keys.
 */
export async function stretch(
  passphrase: string,
  stretching: Stretching,
  stretcher: Stretcher = stretchHere
): Promise<PassphraseKeys> {
  const typed = Buffer.from(passphrase.normalize('NFKC'), 'utf8')
  let root: Uint8Array = new Uint8Array()
  try {
    root = await stretcher(typed, stretching).catch((error: unknown) => {
      if (stretcher === stretchHere) throw error
      console.error('The passphrase is stretched in this process:', error)
      return stretchHere(typed, stretching)
    })
    return {
      stretching,
      folder: derive(root, 'passphrase-folder'),
      backup: derive(root, 'passphrase-backup')
    }
  } finally {
    typed.fill(0)
    root.fill(0)
  }
}
