/** `keyring.json`: how a folder's key is kept. */
import { Buffer } from 'node:buffer'
import * as v from 'valibot'
import type { KeyProtector } from './engine.js'
import { StretchingFile, type Stretching } from './passphrase.js'

const kind = v.picklist(['keyring', 'plain'])
/** Whole bytes: what is not one would be read as fewer of them. */
const wrapped = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})+$/))
/** Of the folder's key. */
const KEY_BYTES = 32

/** A folder without a passphrase has version 1, which every version of Guildbook opens. */
const KeyringFile = v.variant('version', [
  v.strictObject({ version: v.literal(1), kind, wrapped }),
  v.strictObject({ version: v.literal(2), kind, wrapped, passphrase: StretchingFile })
])

export interface KeptKey {
  readonly kind: KeyProtector['kind']
  readonly wrapped: Uint8Array
  readonly passphrase: Stretching | null
}

/** null for what is none, or of a newer version. */
export function decodeKeyring(bytes: Uint8Array): KeptKey | null {
  const file = v.safeParse(KeyringFile, parseJson(bytes))
  if (!file.success) return null
  const { output } = file
  const passphrase = output.version === 2 ? output.passphrase : null
  const key = new Uint8Array(Buffer.from(output.wrapped, 'hex'))
  // What is not wrapped at all is the key itself.
  if (output.kind === 'plain' && !passphrase && key.length !== KEY_BYTES) return null
  return { kind: output.kind, wrapped: key, passphrase }
}

export function encodeKeyring({ kind, wrapped, passphrase }: KeptKey): Uint8Array {
  const file = { kind, wrapped: Buffer.from(wrapped).toString('hex') }
  const whole = passphrase ? { version: 2, ...file, passphrase } : { version: 1, ...file }
  return Buffer.from(JSON.stringify(whole))
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return null
  }
}
