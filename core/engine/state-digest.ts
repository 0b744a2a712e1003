/** The fingerprint of a book's whole state, people included. Equal vectors have equal digests. */
import { Buffer } from 'node:buffer'
import sodium from 'sodium-universal'
import type { LedgerFold } from './ledger-fold.js'
import { nextTurn } from '../log/event-loop.js'
import { toHex } from '../sync/messages.js'
import { inOneSlice, inSlices } from './slices.js'

export class StateDigest {
  #closed: 'open' | 'closed' = 'open'

  constructor(private readonly fold: LedgerFold) {}

  /** Hex, 32 bytes. Wait for `settled` first: it does at once whatever is left to do. */
  value(): string {
    const { book, roster } = this.fold
    const people = Buffer.from(roster.facts().join('\n'), 'utf8')
    return toHex(hash(Buffer.concat([Buffer.from(book.digest(), 'hex'), hash(people)])))
  }

  /** As `value`, worked out in slices where much has changed. */
  async settled(): Promise<string> {
    do {
      await this.fold.settled()
      await nextTurn()
      await inSlices((isTimeUp) => this.fold.book.digestWork(isTimeUp))
    } while (this.fold.state === 'folding' && this.#closed === 'open')
    return this.value()
  }

  /** null where it takes more than a slice of work: the rest has to be done in others. `folding`: the book is behind. */
  ifReady(): string | 'folding' | null {
    if (this.fold.state === 'folding') return 'folding'
    return inOneSlice((isTimeUp) => this.fold.book.digestWork(isTimeUp)) === 'done' ? this.value() : null
  }

  /** The fold was closed: the book may stay behind. */
  close(): void {
    this.#closed = 'closed'
  }
}

/** BLAKE2b, 32 bytes, by libsodium. */
export function hash(bytes: Uint8Array): Uint8Array {
  const output = Buffer.allocUnsafe(32)
  sodium.crypto_generichash(output, bytes)
  return output
}
