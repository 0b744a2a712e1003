/**
 * Composition root: holds a data folder, opens it while it is unlocked, and answers the contract. What swaps all that is
 * behind the folder (locking, unlocking) happens here, one at a time, with other requests waiting outside.
 */
import {
  done,
  LIMITS,
  refuse,
  type Changed,
  type LockState,
  type Outcome,
  type RecoveryStatus,
  type RequestName,
  type RequestOf,
  type Restored
} from '../contract/index.js'
import { checkName } from '../domain/text.js'
import { readPhrase } from '../identity/phrase.js'
import { ChangeFeed } from './change-feed.js'
import type { Engine, EngineOptions } from './engine.js'
import { lockFolder, type FolderLock } from './folder-lock.js'
import { IdleClock } from './idle-clock.js'
import { Keyring } from './keyring.js'
import { completeIdentity } from './identity-file.js'
import { becomeMember } from './new-identity.js'
import { OpenedFolder } from './opened-folder.js'
import { PersonGuard } from './person-guard.js'
import { isOfFolder, type Handler, type Handlers, type HolderRequest } from './requests/handlers.js'
import { SCHEMAS } from './requests/schemas.js'
import { checkShape } from './requests/shape.js'
import { ALL_TOPICS, READING } from './requests/traits.js'
import { commitRestore, dropStaged } from './restore.js'
import { SettingsFile } from './settings-file.js'
import { Turns } from './turns.js'
import type { Vault } from './vault.js'

/**
 * Refuses with FOLDER_IN_USE while another process has the folder, KEYS_LOCKED when `keys` cannot open it. A folder with
 * a passphrase opens locked.
 */
export async function openEngine(options: EngineOptions): Promise<Outcome<Engine>> {
  const lock = await lockFolder(options.folder)
  if (!lock.ok) return lock
  const begun = await FolderHolder.begin(options, lock.value).catch(async (error: unknown) => {
    await lock.value.release()
    throw error
  })
  if (!begun.ok) await lock.value.release()
  return begun
}

class FolderHolder implements Engine {
  readonly #feed = new ChangeFeed((event) => this.#opened?.announce(event))
  readonly #busy = new Set<Promise<unknown>>()
  readonly #turns = new Turns()
  readonly #idle: IdleClock
  readonly #handlers: Handlers<HolderRequest>
  readonly #guard: PersonGuard
  /** null while locked. */
  #opened: OpenedFolder | null = null
  /** Resolves when what is behind the folder is no longer being swapped. */
  #gate: Promise<void> | null = null
  #state: 'open' | 'closing' = 'open'

  private constructor(
    private readonly options: EngineOptions,
    private readonly lock: FolderLock,
    private readonly keyring: Keyring,
    private readonly settings: SettingsFile
  ) {
    this.#guard = new PersonGuard(keyring, options.keys)
    this.#handlers = this.#ownHandlers()
    this.#idle = new IdleClock(
      () => (options.autoLock === 'off' || !this.#opened ? null : settings.current.autoLockMs),
      () => void this.#lock()
    )
  }

  static async begin(options: EngineOptions, lock: FolderLock): Promise<Outcome<Engine>> {
    const keyring = await Keyring.open(options.folder, options.keys, { stretcher: options.stretcher })
    if (!keyring.ok) return keyring
    const settings = await SettingsFile.open(options.folder)
    const holder = new FolderHolder(options, lock, keyring.value, settings)
    if (keyring.value.passphrase === 'none') {
      const vault = await keyring.value.unlock(null)
      if (!vault.ok) return vault
      await holder.#open(vault.value)
    }
    return done(holder)
  }

  async request(name: string, body: unknown): Promise<Outcome<unknown>> {
    if (this.#state === 'closing') return closing()
    if (!Object.hasOwn(SCHEMAS, name)) return refuse('BAD_REQUEST', `There is no request "${name}".`)
    const known = name as RequestName
    const answer = this.#checked(known, body)
    this.#busy.add(answer)
    try {
      return await answer
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      console.error(error)
      return refuse('INTERNAL', `Guildbook made a mistake, and did nothing: ${message}`)
    } finally {
      this.#busy.delete(answer)
    }
  }

  subscribe(listener: (event: Changed) => void): () => void {
    return this.#feed.subscribe(listener)
  }

  async close(): Promise<void> {
    if (this.#state === 'closing') return
    this.#state = 'closing'
    this.#idle.stop()
    // What may take minutes is not waited for.
    this.#opened?.cancelBackup()
    await Promise.allSettled(this.#busy)
    await this.#turns.take(async () => {
      if (this.#opened) await this.#close(this.#opened)
    })
    this.#feed.close()
    await this.lock.release()
  }

  async #checked(name: RequestName, body: unknown): Promise<Outcome<unknown>> {
    const request = await checkShape(name, body)
    if (!request.ok) return request
    if (!READING.has(name)) this.#idle.touch()
    return this.#answer(name, request.value)
  }

  async #answer(name: RequestName, request: unknown): Promise<Outcome<unknown>> {
    if (!isOfFolder(name)) return (this.#handlers[name] as Handler<never>)(request as never)
    while (this.#gate) await this.#gate
    return this.#opened?.request(name, request) ?? locked()
  }

  #ownHandlers(): Handlers<HolderRequest> {
    const { folder, appVersion } = this.options
    return {
      appInfo: () =>
        done({
          version: appVersion,
          folder,
          platform: process.platform,
          keyProtection: this.keyring.protection
        }),
      lockState: () => done(this.#lockState()),
      lock: () => this.#lock(),
      unlock: ({ passphrase }) => this.#unlock(passphrase),
      stayUnlocked: () => {
        this.#idle.touch()
        return done(null)
      },
      setPassphrase: ({ passphrase, current }) =>
        this.#changeKeyring(() => this.keyring.setPassphrase(passphrase, current)),
      removePassphrase: ({ current }) => this.#changeKeyring(() => this.keyring.removePassphrase(current)),
      restore: (request) => this.#restore(request),
      recover: (request) => this.#recover(request)
    }
  }

  #lockState(): LockState {
    const { language, theme, density } = this.settings.current
    return {
      state: this.#opened ? 'unlocked' : 'locked',
      passphrase: this.keyring.passphrase,
      waitMs: this.keyring.waitMs,
      appearance: { language, theme, density }
    }
  }

  #lock(): Promise<Outcome<LockState>> {
    return this.#turns.take(async () => {
      if (this.keyring.passphrase === 'none') {
        return refuse('PASSPHRASE_NONE', 'This folder has no passphrase to lock it with. Set one first.')
      }
      const opened = this.#opened
      if (opened) await this.#swap(() => this.#close(opened))
      return done(this.#lockState())
    })
  }

  #unlock(passphrase: string): Promise<Outcome<LockState>> {
    return this.#turns.take(async () => {
      if (this.#opened) return done(this.#lockState())
      const vault = await this.keyring.unlock(passphrase)
      if (!vault.ok) {
        this.#feed.note(null, ['lock'])
        return vault
      }
      await this.#swap(() => this.#open(vault.value))
      return done(this.#lockState())
    })
  }

  #changeKeyring(change: () => Promise<Outcome<null>>): Promise<Outcome<LockState>> {
    return this.#turns.take(async () => {
      if (!this.#opened) return locked()
      const changed = await change()
      if (!changed.ok) return changed
      this.#feed.note(null, ['lock', 'phrase', 'backups'])
      return done(this.#lockState())
    })
  }

  /** Reads and checks the backup beside what goes on; only then is everything swapped. */
  async #restore(request: RequestOf<'restore'>): Promise<Outcome<Restored>> {
    const opened = this.#opened
    if (!opened) return locked()
    const free = await opened.isFree()
    if (!free.ok) return free
    const staged = await opened.stageRestore(request)
    if (!staged.ok) return staged
    return this.#turns.take(async () => {
      const swapped = await this.#swapFree(opened, (folder) => commitRestore(folder, this.settings))
      if (!swapped.ok) {
        await dropStaged(this.options.folder)
        return swapped
      }
      const books = (await this.#answer('books', {})) as Outcome<Restored['books']>
      return books.ok ? done({ madeMs: staged.value.madeMs, books: books.value }) : books
    })
  }

  async #recover({ phrase, memberName }: RequestOf<'recover'>): Promise<Outcome<RecoveryStatus>> {
    const read = readPhrase(phrase)
    if (!read.ok) return read
    if (memberName !== undefined) {
      const named = checkName(memberName, 'your name', LIMITS.nameLength)
      if (!named.ok) return named
    }
    const { seed } = read.value
    return this.#turns.take(async () => {
      const opened = this.#opened
      if (!opened) return locked()
      if (!opened.isOf(seed)) {
        const swapped = await this.#swapFree(opened, (folder, vault) => becomeMember(folder, vault, seed))
        if (!swapped.ok) return swapped
      } else if (opened.isLinked) {
        await this.#swap(() => this.#reopen(opened, (folder, vault) => completeIdentity(vault, folder, seed)))
      }
      return done(await (this.#opened as OpenedFolder).beginRecovery(memberName))
    })
  }

  /** Becomes someone's linked device, by what was handed over and is kept; opening the folder puts it into place. */
  #arrived(opened: OpenedFolder): void {
    if (this.#state === 'closing') return
    const became = this.#turns.take(async () => {
      if (this.#state === 'closing' || this.#opened !== opened) return
      await this.#swap(() => this.#reopen(opened, async () => {}))
    })
    became.catch((error: unknown) => console.error(error))
  }

  /** Changes the folder of someone who has no books in it, with nothing of it open, and opens it again. */
  async #swapFree(
    opened: OpenedFolder,
    change: (folder: string, vault: Vault) => Promise<void>
  ): Promise<Outcome<null>> {
    if (this.#opened !== opened) return locked()
    return this.#swap(async () => {
      await opened.settle()
      const free = await opened.isFree()
      if (!free.ok) return free
      await this.#reopen(opened, change)
      return done(null)
    })
  }

  /** Changes the folder with nothing of it open, and opens it again. */
  async #reopen(opened: OpenedFolder, change: (folder: string, vault: Vault) => Promise<void>): Promise<void> {
    const vault = await opened.close()
    this.#opened = null
    try {
      await change(this.options.folder, vault)
    } finally {
      await this.#open(vault)
    }
  }

  /** Changes what is behind the folder, while requests that concern it wait. Every answer may be another afterwards. */
  async #swap<T>(change: () => Promise<T>): Promise<T> {
    let open: () => void = () => {}
    this.#gate = new Promise((resolve) => (open = resolve))
    try {
      return await change()
    } finally {
      this.#gate = null
      open()
      this.#feed.note(null, ALL_TOPICS)
    }
  }

  async #close(opened: OpenedFolder): Promise<void> {
    await opened.close()
    this.#opened = null
    this.keyring.forget()
  }

  async #open(vault: Vault): Promise<void> {
    const { folder, network, stretcher } = this.options
    const { settings } = this
    const parts = { folder, vault, keyring: this.keyring, settings, guard: this.#guard, feed: this.#feed }
    const opened: OpenedFolder = await OpenedFolder.open({
      ...parts,
      ...(network ? { network } : {}),
      ...(stretcher ? { stretcher } : {}),
      arrived: () => this.#arrived(opened)
    })
    this.#opened = opened
    this.#idle.touch()
  }
}

const closing = (): Outcome<never> => refuse('ENGINE_STOPPED', 'Guildbook is closing.', { executed: 'no' })

const locked = (): Outcome<never> =>
  refuse('KEYS_LOCKED', 'Guildbook is locked. Unlock it with its passphrase first.')
