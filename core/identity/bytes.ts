/** Byte helpers that run anywhere: no Node, no native code. */
import z32 from 'z32'

/** z-base-32, as Hypercore ids are written: 52 characters for 32 bytes. */
export const toZ32 = (bytes: Uint8Array): string => z32.encode(bytes)

/** 32 bytes from 52 z-base-32 characters, or null. Never throws. */
export function keyFromZ32(text: string): Uint8Array | null {
  if (!/^[ybndrfg8ejkmcpqxot1uwisza345h769]{52}$/.test(text)) return null
  const bytes = new Uint8Array(z32.decode(text))
  return toZ32(bytes) === text ? bytes : null
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Eight bytes, big-endian, of a non-negative safe integer. */
export function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value))
  return bytes
}

/**
 * Concatenates parts with the length of each before it, so that no two lists of parts give the same bytes: what is
 * signed or hashed can be read in one way only.
 */
export function framed(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0))
  const view = new DataView(out.buffer)
  let at = 0
  for (const part of parts) {
    view.setUint32(at, part.length)
    out.set(part, at + 4)
    at += 4 + part.length
  }
  return out
}

/** Compares without telling by its time where two secrets differ. */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number)
  return difference === 0
}
