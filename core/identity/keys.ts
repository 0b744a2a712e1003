/** Ed25519 keys of members and devices, and what is derived from secrets by BLAKE2b. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { blake2b } from '@noble/hashes/blake2.js'
import { framed, utf8 } from './bytes.js'

export interface KeyPair {
  /** 32 bytes */
  readonly publicKey: Uint8Array
  /** 32 bytes: the seed that the pair comes from */
  readonly seed: Uint8Array
}

/** The key pair of a 32-byte seed (RFC 8032). */
export const keyPairOf = (seed: Uint8Array): KeyPair => ({ seed, publicKey: ed25519.getPublicKey(seed) })

export const sign = (message: Uint8Array, by: KeyPair): Uint8Array => ed25519.sign(message, by.seed)

/** Strict RFC 8032 verification: every peer must agree on what is valid. False for malformed keys, never throws. */
export function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false })
  } catch {
    return false
  }
}

/** 32-byte BLAKE2b of framed parts, under a purpose that no other use shares. */
export const fingerprint = (purpose: string, ...parts: readonly Uint8Array[]): Uint8Array =>
  blake2b(framed(utf8(`guildbook/${purpose}`), ...parts), { dkLen: 32 })

/** A 32-byte key for one purpose, from a 32-byte secret (keyed BLAKE2b). */
export const derive = (secret: Uint8Array, purpose: string, ...parts: readonly Uint8Array[]): Uint8Array =>
  blake2b(framed(utf8(`guildbook/${purpose}`), ...parts), { dkLen: 32, key: secret })
