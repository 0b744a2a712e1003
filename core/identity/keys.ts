/** Ed25519 keys of members and devices, and what is derived from secrets by BLAKE2b. */
import { blake2b } from '@noble/hashes/blake2.js'
import sodium from 'sodium-universal'
import { framed, utf8 } from './bytes.js'

export interface KeyPair {
  /** 32 bytes */
  readonly publicKey: Uint8Array
  /** 32 bytes: the seed that the pair comes from */
  readonly seed: Uint8Array
}

/** The key pair of a 32-byte seed (RFC 8032). */
export function keyPairOf(seed: Uint8Array): KeyPair {
  const publicKey = new Uint8Array(32)
  sodium.crypto_sign_seed_keypair(publicKey, new Uint8Array(64), seed)
  return { seed, publicKey }
}

export function sign(message: Uint8Array, by: KeyPair): Uint8Array {
  const signature = new Uint8Array(64)
  const secretKey = new Uint8Array(64)
  secretKey.set(by.seed)
  secretKey.set(by.publicKey, 32)
  sodium.crypto_sign_detached(signature, message, secretKey)
  return signature
}

/**
 * Whether the signature is good, as libsodium judges: strict about encodings and small-order keys. Every peer judges by
 * this one implementation, since all must agree on what is valid. False for malformed input, never throws.
 */
export function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false
  return sodium.crypto_sign_verify_detached(signature, message, publicKey)
}

/** 32-byte BLAKE2b of framed parts, under a purpose that no other use shares. */
export const fingerprint = (purpose: string, ...parts: readonly Uint8Array[]): Uint8Array =>
  blake2b(framed(utf8(`guildbook/${purpose}`), ...parts), { dkLen: 32 })

/** A 32-byte key for one purpose, from a 32-byte secret (keyed BLAKE2b). */
export const derive = (secret: Uint8Array, purpose: string, ...parts: readonly Uint8Array[]): Uint8Array =>
  blake2b(framed(utf8(`guildbook/${purpose}`), ...parts), { dkLen: 32, key: secret })
