/** Entries of the app's next version: they differ in their number only, and an app of today must not read them. */
import { ENTRY_VERSION } from '../../core/ops/operations.js'

/** The version that the app on a device reads and writes. */
export type AppVersion = 'present' | 'next'

/** The first byte of a block is its entry's version. */
const withVersion = (block: Uint8Array, version: number): Uint8Array => {
  const copy = Uint8Array.from(block)
  copy[0] = version
  return copy
}

export const asNext = (block: Uint8Array): Uint8Array =>
  withVersion(block, (block[0] as number) + ENTRY_VERSION)

/** An entry of the next version as the present code reads it; others are left alone. */
export const asPresent = (block: Uint8Array): Uint8Array =>
  (block[0] as number) > ENTRY_VERSION ? withVersion(block, (block[0] as number) - ENTRY_VERSION) : block
