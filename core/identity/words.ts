/** Verification words: four words of the BIP-39 list, 44 bits, read out on both sides. */
import { wordlist as english } from '@scure/bip39/wordlists/english.js'
import { fingerprint } from './keys.js'

/**
 * The words of what both sides know. Each side committed to its nonce before it saw the other's, so someone between
 * them has one guess in 2^44 (a short authentication string, as in ZRTP, RFC 6189 section 4.4.1.4).
 */
export function verificationWords(...shared: readonly Uint8Array[]): string[] {
  const hash = fingerprint('verification-words', ...shared)
  let bits = 0n
  for (const byte of hash.subarray(0, 6)) bits = (bits << 8n) | BigInt(byte)
  bits >>= 4n
  return [33n, 22n, 11n, 0n].map((shift) => english[Number((bits >> shift) & 2047n)] as string)
}
