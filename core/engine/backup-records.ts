/** What comes out of a backup's stream: pieces of records, cut anywhere. */
import { Buffer } from 'node:buffer'
import { refuse, type Outcome } from '../contract/index.js'
import { decodeRecord, MOST_RECORD_BYTES, RECORD_HEAD_BYTES, type BackupRecord } from './backup-format.js'

/** Puts records together from chunks, which end anywhere. */
export class RecordParser {
  #parts: Uint8Array[] = []
  #bytes = 0
  /** There is nothing to find before so many bytes are here. */
  #needed = RECORD_HEAD_BYTES

  get hasRest(): boolean {
    return this.#bytes > 0
  }

  *take(chunk: Uint8Array): Generator<Outcome<BackupRecord>> {
    this.#parts.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes < this.#needed) return
    let rest = Buffer.concat(this.#parts)
    this.#needed = RECORD_HEAD_BYTES
    while (rest.length >= RECORD_HEAD_BYTES) {
      const length = rest.readUInt32LE(1)
      if (length > MOST_RECORD_BYTES) {
        return yield refuse('BACKUP_TOO_LARGE', 'This backup is damaged: a record is larger than any is.')
      }
      const end = RECORD_HEAD_BYTES + length
      this.#needed = end
      if (rest.length < end) break
      yield decodeRecord(rest[0] as number, rest.subarray(RECORD_HEAD_BYTES, end))
      rest = rest.subarray(end)
      this.#needed = RECORD_HEAD_BYTES
    }
    this.#parts = [rest]
    this.#bytes = rest.length
  }
}
