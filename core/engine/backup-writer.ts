/** Writes a backup file: sealed as it goes, and there under its name only when all of it is on disk. */
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import sodium from 'sodium-universal'
import { boundTo, CHUNK_BYTES, encodeHeader, encodeRecord, type BackupRecord } from './backup-format.js'
import { sealForPhrase, type BackupMaker } from './backup-phrase.js'
import { syncFolder } from './files.js'
import type { PassphraseKeys } from './passphrase.js'
import { seal } from './secret-box.js'

const {
  crypto_secretstream_xchacha20poly1305_TAG_MESSAGE: MESSAGE,
  crypto_secretstream_xchacha20poly1305_TAG_FINAL: FINAL
} = sodium

/** What opens the backup. */
export interface BackupKeys {
  readonly maker: BackupMaker
  readonly passphrase: Pick<PassphraseKeys, 'stretching' | 'backup'> | null
}

/** A name that a backup has while it is being written. */
export const unfinished = (path: string): string => `${path}.part`

export class BackupWriter {
  readonly #state = Buffer.alloc(sodium.crypto_secretstream_xchacha20poly1305_STATEBYTES)
  readonly #chunk = Buffer.alloc(CHUNK_BYTES)
  /** What every chunk is bound to. */
  readonly bound: Uint8Array
  #filled = 0
  #bytes = 0

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    key: Uint8Array,
    bound: (stream: Uint8Array) => Uint8Array
  ) {
    const stream = Buffer.alloc(sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES)
    sodium.crypto_secretstream_xchacha20poly1305_init_push(this.#state, stream, key)
    this.bound = bound(stream)
  }

  /** Begins a file beside `path`. Readable by its owner only. */
  static async begin(path: string, keys: BackupKeys, madeMs: number): Promise<BackupWriter> {
    const key = randomBytes(sodium.crypto_secretstream_xchacha20poly1305_KEYBYTES)
    const { maker, passphrase } = keys
    let header: Uint8Array = new Uint8Array()
    const file = await open(unfinished(path), 'w', 0o600)
    const writer = new BackupWriter(path, file, key, (stream) => {
      header = encodeHeader({
        version: 1,
        madeMs,
        stream: Buffer.from(stream).toString('hex'),
        phrase: sealForPhrase(key, maker),
        passphrase: passphrase && {
          stretching: passphrase.stretching,
          sealed: Buffer.from(seal(key, passphrase.backup)).toString('hex')
        }
      })
      return boundTo(header)
    })
    sodium.sodium_memzero(key)
    await writer.#write(header)
    return writer
  }

  async add(record: BackupRecord): Promise<void> {
    let rest = encodeRecord(record)
    while (rest.length > 0) {
      const part = rest.subarray(0, CHUNK_BYTES - this.#filled)
      this.#chunk.set(part, this.#filled)
      this.#filled += part.length
      rest = rest.subarray(part.length)
      if (this.#filled === CHUNK_BYTES) await this.#push(MESSAGE)
    }
  }

  /** Puts the file in its place, for good. Resolves to its size in bytes. */
  async finish(): Promise<number> {
    await this.#push(FINAL)
    await this.file.sync()
    await this.file.close()
    await rename(unfinished(this.path), this.path)
    await syncFolder(dirname(this.path))
    return this.#bytes
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    await this.file.close().catch(() => {})
    await rm(unfinished(this.path), { force: true })
  }

  async #push(tag: number): Promise<void> {
    const cipher = Buffer.alloc(4 + this.#filled + sodium.crypto_secretstream_xchacha20poly1305_ABYTES)
    const message = this.#chunk.subarray(0, this.#filled)
    cipher.writeUInt32LE(cipher.length - 4)
    sodium.crypto_secretstream_xchacha20poly1305_push(this.#state, cipher.subarray(4), message, this.bound, tag)
    this.#filled = 0
    await this.#write(cipher)
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.file.write(bytes)
    this.#bytes += bytes.length
  }
}
