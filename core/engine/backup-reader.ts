/** Reads a backup file, trusting nothing of it until it is proved, and nothing beyond its limits. */
import { Buffer } from 'node:buffer'
import { open, type FileHandle } from 'node:fs/promises'
import sodium from 'sodium-universal'
import { done, refuse, type BackupHeader, type Outcome } from '../contract/index.js'
import {
  boundTo,
  CHUNK_BYTES,
  damaged,
  decodeHeader,
  MOST_BACKUP_BYTES,
  PREAMBLE_BYTES,
  readPreamble,
  type BackupHeaderFile,
  type BackupRecord
} from './backup-format.js'
import { openByPhrase } from './backup-phrase.js'
import { RecordParser } from './backup-records.js'
import { stretch, type Stretcher } from './passphrase.js'
import { unseal } from './secret-box.js'

/** What its owner brings to open it. */
export type BackupOpener = { readonly memberSeed: Uint8Array } | { readonly passphrase: string }

/** A file whose header was read, and whose chunks were not. */
export class BackupFile {
  #read: number

  private constructor(
    private readonly file: FileHandle,
    readonly header: BackupHeaderFile,
    readonly sizeBytes: number,
    /** What every chunk is bound to. */
    readonly bound: Uint8Array,
    start: number
  ) {
    this.#read = start
  }

  /** FILE_UNREADABLE, BACKUP_MALFORMED, BACKUP_TRUNCATED, BACKUP_TOO_LARGE, NEEDS_NEWER_VERSION. */
  static async open(path: string): Promise<Outcome<BackupFile>> {
    let file: FileHandle
    try {
      file = await open(path, 'r')
    } catch (error) {
      return refuse('FILE_UNREADABLE', `${path} cannot be read: ${(error as Error).message}`, { path })
    }
    const opened = await BackupFile.#readHeader(file).catch((error: unknown) =>
      refuse('FILE_UNREADABLE', `${path} cannot be read: ${(error as Error).message}`, { path })
    )
    if (!opened.ok) await file.close()
    return opened
  }

  static async #readHeader(file: FileHandle): Promise<Outcome<BackupFile>> {
    const { size } = await file.stat()
    if (size > MOST_BACKUP_BYTES) return refuse('BACKUP_TOO_LARGE', 'This file is larger than any backup is.')
    const preamble = await readAt(file, 0, PREAMBLE_BYTES)
    const length = readPreamble(preamble)
    if (!length.ok) return length
    const start = PREAMBLE_BYTES + length.value
    const all = await readAt(file, 0, start)
    if (all.length < start) return truncated()
    const header = decodeHeader(all.subarray(PREAMBLE_BYTES))
    return header.ok ? done(new BackupFile(file, header.value, size, boundTo(all), start)) : header
  }

  /** How much of the file was read, from 0 to 1. */
  get share(): number {
    return this.sizeBytes === 0 ? 0 : Math.min(1, this.#read / this.sizeBytes)
  }

  /** What the header says. */
  describe(path: string): BackupHeader {
    const { madeMs, passphrase } = this.header
    return {
      path,
      sizeBytes: this.sizeBytes,
      madeMs,
      opensWith: passphrase ? ['phrase', 'passphrase'] : ['phrase']
    }
  }

  /** The file's own key, 32 bytes. Refuses with BACKUP_KEY_WRONG. */
  async key(opener: BackupOpener, stretcher?: Stretcher): Promise<Outcome<Uint8Array>> {
    const { passphrase } = this.header
    if ('memberSeed' in opener) {
      const key = openByPhrase(this.header, opener.memberSeed)
      return key ? done(key) : wrongKey('This is not the phrase of whoever made this backup')
    }
    if (!passphrase) return wrongKey('This backup has no passphrase: it opens with the recovery phrase only')
    const { backup } = await stretch(opener.passphrase, passphrase.stretching, stretcher)
    const key = unseal(Buffer.from(passphrase.sealed, 'hex'), backup)
    return key ? done(key) : wrongKey('This is not the passphrase that this backup was made with')
  }

  /**
   * All records, in order; the last outcome is a refusal if anything is wrong with the file: BACKUP_TRUNCATED,
   * BACKUP_ALTERED, BACKUP_MALFORMED, BACKUP_TOO_LARGE. What came before it was what its maker wrote.
   */
  async *records(key: Uint8Array): AsyncGenerator<Outcome<BackupRecord>> {
    const parser = new RecordParser()
    for await (const chunk of this.#chunks(key)) {
      if (!chunk.ok) return yield chunk
      for (const record of parser.take(chunk.value)) {
        yield record
        if (!record.ok) return
      }
    }
    if (parser.hasRest) yield damaged('it ends within a record')
  }

  close(): Promise<void> {
    return this.file.close()
  }

  async *#chunks(key: Uint8Array): AsyncGenerator<Outcome<Uint8Array>> {
    const state = Buffer.alloc(sodium.crypto_secretstream_xchacha20poly1305_STATEBYTES)
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, Buffer.from(this.header.stream, 'hex'), key)
    for (;;) {
      const next = await this.#nextCipher()
      if (!next.ok) return yield next
      const message = Buffer.alloc(next.value.length - sodium.crypto_secretstream_xchacha20poly1305_ABYTES)
      const tag = Buffer.alloc(1)
      try {
        sodium.crypto_secretstream_xchacha20poly1305_pull(state, message, tag, next.value, this.bound)
      } catch {
        return yield altered()
      }
      const isLast = tag[0] === sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
      if (isLast && this.#read !== this.sizeBytes) return yield altered()
      yield done(message)
      if (isLast) return
    }
  }

  async #nextCipher(): Promise<Outcome<Buffer>> {
    const head = await readAt(this.file, this.#read, 4)
    if (head.length < 4) return truncated()
    const length = head.readUInt32LE(0)
    const least = sodium.crypto_secretstream_xchacha20poly1305_ABYTES
    if (length < least || length > CHUNK_BYTES + least) return altered()
    const cipher = await readAt(this.file, this.#read + 4, length)
    if (cipher.length < length) return truncated()
    this.#read += 4 + length
    return done(cipher)
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

const truncated = (): Outcome<never> =>
  refuse('BACKUP_TRUNCATED', 'This backup is not whole: its end is missing. Use another one.')

const altered = (): Outcome<never> =>
  refuse('BACKUP_ALTERED', 'This backup was changed after it was made, or is damaged. Use another one.')

const wrongKey = (what: string): Outcome<never> => refuse('BACKUP_KEY_WRONG', `${what}.`)
