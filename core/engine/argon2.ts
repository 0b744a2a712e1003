/** Argon2id by libsodium, in this process but beside its event loop. */
import { Buffer } from 'node:buffer'
import sodium from 'sodium-universal'
import type { Stretching } from './passphrase.js'
import { ROOT_BYTES } from './stretcher-wire.js'

export const SALT_BYTES = sodium.crypto_pwhash_SALTBYTES

/** What the passphrase's bytes give: `ROOT_BYTES`, for the caller to wipe. */
export async function stretchHere(typed: Uint8Array, stretching: Stretching): Promise<Uint8Array> {
  const root = Buffer.alloc(ROOT_BYTES)
  const salt = Buffer.from(stretching.salt, 'hex')
  const { operations, memoryBytes } = stretching
  await sodium.crypto_pwhash_async(
    root,
    typed,
    salt,
    operations,
    memoryBytes,
    sodium.crypto_pwhash_ALG_ARGON2ID13
  )
  return root
}
