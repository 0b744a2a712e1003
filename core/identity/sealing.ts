/** Secrets for one member: libsodium's sealed box (X25519, XSalsa20-Poly1305) to their Ed25519 key. */
import { Buffer } from 'node:buffer'
import sodium from 'sodium-universal'
import type { KeyPair } from './keys.js'

/** What is sealed is filled up with zeros to this length, so that its length tells nothing. */
const PLAIN_BYTES = 48
const EPHEMERAL_BYTES = 32
const NONCE_BYTES = 24
/** Of the key pair that one box is made with. */
export const SEED_BYTES = 32

export interface SealedBox {
  /** 32 bytes */
  readonly ephemeral: Uint8Array
  /** 64 bytes */
  readonly box: Uint8Array
}

/** A secret of at most 48 bytes, for the holder of a key; null for what is no valid key. `seed`: random, 32 bytes. */
export function seal(secret: Uint8Array, publicKey: Uint8Array, seed: Uint8Array): SealedBox | null {
  if (secret.length > PLAIN_BYTES) throw new RangeError(`a secret of ${secret.length} bytes`)
  const plain = new Uint8Array(PLAIN_BYTES)
  plain.set(secret)
  const key = new Uint8Array(32)
  const box = new Uint8Array(PLAIN_BYTES + sodium.crypto_box_MACBYTES)
  const ephemeral = new Uint8Array(EPHEMERAL_BYTES)
  const secretKey = new Uint8Array(32)
  sodium.crypto_box_seed_keypair(ephemeral, secretKey, seed)
  try {
    sodium.crypto_sign_ed25519_pk_to_curve25519(key, publicKey)
    sodium.crypto_box_easy(box, plain, nonceOf(ephemeral, key), key, secretKey)
  } catch {
    return null
  }
  return { ephemeral, box }
}

/** As crypto_box_seal has it. */
function nonceOf(ephemeral: Uint8Array, key: Uint8Array): Uint8Array {
  const nonce = Buffer.alloc(NONCE_BYTES)
  sodium.crypto_generichash(nonce, Buffer.concat([ephemeral, key]))
  return nonce
}

/** The first `bytes` of what was sealed; null if it was sealed for someone else, or is no box. */
export function openSealed({ ephemeral, box }: SealedBox, by: KeyPair, bytes: number): Uint8Array | null {
  const cipher = new Uint8Array(ephemeral.length + box.length)
  cipher.set(ephemeral)
  cipher.set(box, ephemeral.length)
  if (cipher.length !== PLAIN_BYTES + sodium.crypto_box_SEALBYTES) return null
  const publicKey = new Uint8Array(32)
  const secretKey = new Uint8Array(32)
  const edSecret = new Uint8Array(64)
  edSecret.set(by.seed)
  edSecret.set(by.publicKey, 32)
  const plain = new Uint8Array(PLAIN_BYTES)
  sodium.crypto_sign_ed25519_pk_to_curve25519(publicKey, by.publicKey)
  sodium.crypto_sign_ed25519_sk_to_curve25519(secretKey, edSecret)
  return sodium.crypto_box_seal_open(plain, cipher, publicKey, secretKey) ? plain.slice(0, bytes) : null
}
