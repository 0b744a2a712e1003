/**
 * Seals what is secret in the data folder with one key, the folder's. That key is kept wrapped by whatever the system
 * has (its keyring, where there is one). XSalsa20-Poly1305, by libsodium's secretbox.
 */
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import sodium from 'sodium-universal'
import * as v from 'valibot'
import { done, refuse, type Outcome } from '../contract/index.js'
import type { KeyProtector } from './engine.js'
import { readIfThere, writeWhole } from './files.js'

const KeyringFile = v.strictObject({
  version: v.literal(1),
  kind: v.picklist(['keyring', 'plain']),
  wrapped: v.pipe(v.string(), v.hexadecimal())
})

export class Vault {
  private constructor(
    private readonly key: Uint8Array,
    readonly protection: 'keyring' | 'plain'
  ) {}

  /** Opens the folder's key, or makes one. Refuses with KEYS_LOCKED if the system cannot open it. */
  static async open(folder: string, keys: KeyProtector): Promise<Outcome<Vault>> {
    const path = join(folder, 'keyring.json')
    const bytes = await readIfThere(path)
    if (!bytes) {
      const key = randomBytes(32)
      const wrapped = Buffer.from(await keys.wrap(key)).toString('hex')
      await writeWhole(path, Buffer.from(JSON.stringify({ version: 1, kind: keys.kind, wrapped })))
      return done(new Vault(key, keys.kind))
    }
    const file = v.safeParse(KeyringFile, parseJson(bytes))
    if (!file.success) return refuse('STORAGE_FAILED', `${path} is damaged.`)
    const wrapped = new Uint8Array(Buffer.from(file.output.wrapped, 'hex'))
    if (file.output.kind === 'plain') return done(new Vault(wrapped, 'plain'))
    try {
      if (keys.kind !== 'keyring') throw new Error('no keyring')
      return done(new Vault(await keys.unwrap(wrapped), 'keyring'))
    } catch {
      return refuse(
        'KEYS_LOCKED',
        "This folder's keys are in the system's keyring, which cannot be opened from here. Open Guildbook's window" +
          ' first: commands then talk to it.'
      )
    }
  }

  /** null if there is no such file. Throws if it was changed by anyone without the key: that is not expected. */
  async read(path: string): Promise<unknown> {
    const sealed = await readIfThere(path)
    if (!sealed) return null
    const nonce = sealed.subarray(0, sodium.crypto_secretbox_NONCEBYTES)
    const cipher = sealed.subarray(sodium.crypto_secretbox_NONCEBYTES)
    if (cipher.length < sodium.crypto_secretbox_MACBYTES) throw new Error(`${path} is damaged`)
    const plain = Buffer.alloc(cipher.length - sodium.crypto_secretbox_MACBYTES)
    if (!sodium.crypto_secretbox_open_easy(plain, cipher, nonce, this.key))
      throw new Error(`${path} is damaged`)
    return parseJson(plain)
  }

  /** Resolves when it would survive a power cut. */
  async write(path: string, value: unknown): Promise<void> {
    const plain = Buffer.from(JSON.stringify(value))
    const nonce = randomBytes(sodium.crypto_secretbox_NONCEBYTES)
    const cipher = Buffer.alloc(plain.length + sodium.crypto_secretbox_MACBYTES)
    sodium.crypto_secretbox_easy(cipher, plain, nonce, this.key)
    await writeWhole(path, Buffer.concat([nonce, cipher]))
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return null
  }
}
