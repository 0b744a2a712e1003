/**
 * The folder's key, as it is kept in `keyring.json`: wrapped by whatever the system has (its keyring, where there is
 * one), and inside of that, where a passphrase is set, sealed with a key that Argon2id makes of it. So a passphrase comes
 * on top of the keyring: it takes both.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { SAFEKEEPING_LIMITS, done, refuse, type Outcome } from '../contract/index.js'
import { Attempts } from './attempts.js'
import type { KeyProtector } from './engine.js'
import { readIfThere, writeWhole } from './files.js'
import { decodeKeyring, encodeKeyring, type KeptKey } from './keyring-file.js'
import {
  newStretching,
  stretch,
  STRENGTH,
  type PassphraseKeys,
  type Strength,
  type Stretcher,
  type Stretching
} from './passphrase.js'
import { seal, unseal } from './secret-box.js'
import { Vault } from './vault.js'

/** What an unlocked folder has in memory. */
interface Unlocked {
  readonly vault: Vault
  readonly key: Uint8Array
  /** The keys of its passphrase, if it has one. */
  readonly passphrase: PassphraseKeys | null
}

/** Who stretches passphrases; and what tests set: how hard new ones are stretched, and a clock for wrong ones. */
export interface KeyringParts {
  readonly stretcher?: Stretcher | undefined
  readonly strength?: Strength
  readonly now?: () => number
}

export class Keyring {
  readonly #attempts: Attempts
  readonly #strength: Strength
  readonly #stretcher: Stretcher | undefined
  #unlocked: Unlocked | null = null

  private constructor(
    private readonly path: string,
    private readonly keys: KeyProtector,
    private kept: KeptKey,
    { now, strength = STRENGTH, stretcher }: KeyringParts
  ) {
    this.#attempts = new Attempts(now)
    this.#strength = strength
    this.#stretcher = stretcher
  }

  /** Reads what is kept in the folder, or makes a key for a new one. Refuses with STORAGE_FAILED if it is damaged. */
  static async open(folder: string, keys: KeyProtector, parts: KeyringParts = {}): Promise<Outcome<Keyring>> {
    const path = join(folder, 'keyring.json')
    const bytes = await readIfThere(path)
    if (!bytes) {
      const key = randomBytes(32)
      const kept: KeptKey = { kind: keys.kind, wrapped: await keys.wrap(key), passphrase: null }
      await save(path, kept)
      return done(new Keyring(path, keys, kept, parts))
    }
    const kept = decodeKeyring(bytes)
    if (!kept) return refuse('STORAGE_FAILED', `${path} is damaged, or of a newer version of Guildbook.`)
    return done(new Keyring(path, keys, kept, parts))
  }

  get protection(): KeyProtector['kind'] {
    return this.kept.kind
  }

  get passphrase(): 'set' | 'none' {
    return this.kept.passphrase ? 'set' : 'none'
  }

  /** How long until a passphrase is looked at again. */
  get waitMs(): number {
    return this.#attempts.waitMs
  }

  /** How backups are sealed so that the passphrase opens them; null without one. Throws while locked. */
  get backupKey(): Pick<PassphraseKeys, 'stretching' | 'backup'> | null {
    return this.#now().passphrase
  }

  /**
   * Opens the folder's key. Refuses with KEYS_LOCKED if the system's keyring cannot be opened from here or a passphrase
   * is needed and none is given, PASSPHRASE_WRONG, PASSPHRASE_WAIT.
   */
  async unlock(passphrase: string | null): Promise<Outcome<Vault>> {
    if (this.#unlocked) return done(this.#unlocked.vault)
    const unlocked = await this.#open(passphrase)
    if (!unlocked.ok) return unlocked
    this.#unlocked = unlocked.value
    return done(unlocked.value.vault)
  }

  /** Whether this is the passphrase; slowed down like `unlock`. PASSPHRASE_NONE where none is set. */
  async check(passphrase: string): Promise<Outcome<null>> {
    if (!this.kept.passphrase) return noPassphrase()
    const opened = await this.#open(passphrase)
    if (!opened.ok) return opened
    wipe(opened.value)
    return done(null)
  }

  /** Sets or changes the passphrase. The folder's key stays what it is. */
  async setPassphrase(passphrase: string, current: string | undefined): Promise<Outcome<null>> {
    const { key, vault } = this.#now()
    const allowed = await this.#agreed(current)
    if (!allowed.ok) return allowed
    const least = SAFEKEEPING_LIMITS.passphraseLeast
    if ([...passphrase].length < least) {
      return refuse('PASSPHRASE_TOO_SHORT', `A passphrase has at least ${least} characters.`, { least })
    }
    const keys = await stretch(passphrase, newStretching(this.#strength), this.#stretcher)
    await this.#keep(seal(key, keys.folder), keys.stretching)
    this.#unlocked = { key, vault, passphrase: keys }
    return done(null)
  }

  async removePassphrase(current: string): Promise<Outcome<null>> {
    const { key, vault } = this.#now()
    if (!this.kept.passphrase) return noPassphrase()
    const allowed = await this.#agreed(current)
    if (!allowed.ok) return allowed
    await this.#keep(key, null)
    this.#unlocked = { key, vault, passphrase: null }
    return done(null)
  }

  /** Wipes all keys from memory. */
  forget(): void {
    if (this.#unlocked) wipe(this.#unlocked)
    this.#unlocked = null
  }

  #now(): Unlocked {
    if (!this.#unlocked) throw new Error('the folder is locked')
    return this.#unlocked
  }

  async #agreed(current: string | undefined): Promise<Outcome<null>> {
    if (!this.kept.passphrase) return done(null)
    if (current === undefined)
      return refuse('PASSPHRASE_NEEDED', 'This folder has a passphrase: give it to change it.')
    return this.check(current)
  }

  async #open(passphrase: string | null): Promise<Outcome<Unlocked>> {
    const { passphrase: stretching } = this.kept
    if (!stretching) {
      const key = await this.#unwrapped()
      return key.ok ? done({ key: key.value, vault: new Vault(key.value), passphrase: null }) : key
    }
    if (passphrase === null) return refuse('KEYS_LOCKED', 'This folder is locked: it takes its passphrase.')
    return this.#attempts.try(async () => {
      const sealed = await this.#unwrapped()
      if (!sealed.ok) return sealed
      const keys = await stretch(passphrase, stretching, this.#stretcher)
      const key = unseal(sealed.value, keys.folder)
      if (!key) return refuse('PASSPHRASE_WRONG', 'That is not the passphrase of this folder.')
      return done({ key, vault: new Vault(key), passphrase: keys })
    })
  }

  async #unwrapped(): Promise<Outcome<Uint8Array>> {
    const { kind, wrapped } = this.kept
    // A copy: what is forgotten later is wiped, and this must not be.
    if (kind === 'plain') return done(new Uint8Array(wrapped))
    try {
      if (this.keys.kind !== 'keyring') throw new Error('no keyring')
      return done(await this.keys.unwrap(wrapped))
    } catch {
      return refuse(
        'KEYS_LOCKED',
        "This folder's keys are in the system's keyring, which cannot be opened from here. Open Guildbook's window" +
          ' first: commands then talk to it.'
      )
    }
  }

  async #keep(secret: Uint8Array, passphrase: Stretching | null): Promise<void> {
    const { kind } = this.kept
    const wrapped = kind === 'plain' ? new Uint8Array(secret) : await this.keys.wrap(secret)
    const kept = { kind, wrapped, passphrase }
    await save(this.path, kept)
    this.kept = kept
  }
}

function wipe({ vault, passphrase }: Unlocked): void {
  vault.forget()
  passphrase?.folder.fill(0)
  passphrase?.backup.fill(0)
}

/** Opens the vault of a folder without a passphrase. Refuses with KEYS_LOCKED if its key cannot be had. */
export async function openVault(folder: string, keys: KeyProtector): Promise<Outcome<Vault>> {
  const keyring = await Keyring.open(folder, keys)
  return keyring.ok ? keyring.value.unlock(null) : keyring
}

const save = (path: string, kept: KeptKey): Promise<void> => writeWhole(path, encodeKeyring(kept))

const noPassphrase = (): Outcome<never> => refuse('PASSPHRASE_NONE', 'This folder has no passphrase.')
