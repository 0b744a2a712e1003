/** What a simulated peer is made of. A test of the simulator puts a broken part in place of one of these. */
import sodium from 'sodium-universal'
import type { MemberId } from '../../core/contract/index.js'
import { Roster } from '../../core/authority/roster.js'
import { Book } from '../../core/book/book.js'
import type { Directory } from '../../core/book/types.js'
import { Delivery } from '../../core/log/delivery.js'
import type { WriterState } from '../../core/log/writer.js'
import type { PlacedEntry } from '../../core/ops/operations.js'
import { Disk } from './disk.js'

export interface Parts {
  readonly book: (directory: Directory) => Book
  readonly roster: (founder: MemberId) => Roster
  readonly delivery: (deliver: (entry: PlacedEntry) => void) => Delivery
  readonly disk: () => Disk
  /** What a starting process finds in the writer's state file. */
  readonly loadState: (disk: Disk) => WriterState | null
}

/** BLAKE2b, 32 bytes. */
export function hash(bytes: Uint8Array): Uint8Array {
  const output = Buffer.alloc(32)
  sodium.crypto_generichash(output, bytes)
  return output
}

/** The product's. */
export const PARTS: Parts = {
  book: (directory) => new Book({ directory, hash }),
  roster: (founder) => new Roster(founder),
  delivery: (deliver) => new Delivery(deliver),
  disk: () => new Disk(),
  loadState: (disk) => disk.writerState
}
