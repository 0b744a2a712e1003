/** Small secrets under a 32-byte key: a nonce, then XSalsa20-Poly1305, by libsodium's secretbox. */
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import sodium from 'sodium-universal'

const NONCE_BYTES = sodium.crypto_secretbox_NONCEBYTES
export const SEAL_BYTES = NONCE_BYTES + sodium.crypto_secretbox_MACBYTES

export function seal(plain: Uint8Array, key: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = Buffer.alloc(plain.length + sodium.crypto_secretbox_MACBYTES)
  sodium.crypto_secretbox_easy(cipher, plain, nonce, key)
  return Buffer.concat([nonce, cipher])
}

/** null if it was sealed with another key, or changed since. */
export function unseal(sealed: Uint8Array, key: Uint8Array): Uint8Array | null {
  if (sealed.length < SEAL_BYTES) return null
  const plain = Buffer.alloc(sealed.length - SEAL_BYTES)
  const nonce = sealed.subarray(0, NONCE_BYTES)
  return sodium.crypto_secretbox_open_easy(plain, sealed.subarray(NONCE_BYTES), nonce, key) ? plain : null
}
