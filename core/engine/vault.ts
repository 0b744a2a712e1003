/**
 * Seals what is secret in the data folder with one key, the folder's, which a `Keyring` keeps. Once forgotten, nothing
 * is read or written any more: whatever was still under way waits for ever, as if the process had ended there.
 */
import { Buffer } from 'node:buffer'
import sodium from 'sodium-universal'
import { readIfThere, writeWhole } from './files.js'
import { seal, unseal } from './secret-box.js'

const NEVER = new Promise<never>(() => {})

export class Vault {
  #key: Uint8Array | null
  /** The last write of each file: two at once would be in each other's way. */
  readonly #writes = new Map<string, Promise<void>>()

  /** `key`: 32 bytes, which this takes over. */
  constructor(key: Uint8Array) {
    this.#key = key
  }

  /** null if there is no such file. Throws if it was changed by anyone without the key: that is not expected. */
  async read(path: string): Promise<unknown> {
    const sealed = await readIfThere(path)
    if (!sealed) return null
    if (!this.#key) return NEVER
    const plain = unseal(sealed, this.#key)
    if (!plain) throw new Error(`${path} is damaged`)
    return JSON.parse(Buffer.from(plain).toString('utf8')) as unknown
  }

  /** Resolves when it would survive a power cut. */
  async write(path: string, value: unknown): Promise<void> {
    if (!this.#key) return NEVER
    const sealed = seal(Buffer.from(JSON.stringify(value)), this.#key)
    const before = this.#writes.get(path) ?? Promise.resolve()
    const write = before.catch(() => {}).then(() => writeWhole(path, sealed))
    this.#writes.set(path, write)
    await write
  }

  /** Wipes the key from memory. */
  forget(): void {
    if (this.#key) sodium.sodium_memzero(this.#key)
    this.#key = null
  }
}
