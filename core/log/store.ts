/** The logs of one book on this disk: a Corestore, one Hypercore per segment, encrypted with the book's secret. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import Corestore from 'corestore'
import Hypercore from 'hypercore'
import type { NoiseStream } from 'hyperswarm'
import { done, refuse, type LogId, type MemberId, type Outcome } from '../contract/index.js'
import { keyOf, logIdOf } from '../identity/certificates.js'
import { Durability } from './durability.js'
import { Forks, type KnownFork } from './forks.js'
import { gatherReads } from './gathered-reads.js'
import { guardStore } from './guard.js'
import { onlyTake } from './muffle.js'
import { blockKeyOf, fillShared, openShared } from './shared-log.js'
import { LogSecrets, type Epoch, type EpochSecret } from './secrets.js'

/**
 * Requests under way to one peer, at a round trip of up to 50 ms and of 100 ms or more. Hypercore's default of 16 to begin
 * with leaves a fast link idle; what is under way can come in one turn, and 256 kept everyone waiting for up to 80 ms.
 */
const INFLIGHT_BLOCKS: [number, number] = [64, 128]

export interface LogStoreOptions {
  readonly folder: string
  /** The book's founding secret, 32 bytes. */
  readonly secret: Uint8Array
  /**
   * A copied or restored folder is about to be taken up as this device's own, after which it looks like any other: what
   * must not be forgotten of that is to be kept now.
   */
  readonly moved?: () => Promise<void>
  /** Those that came in its place since, oldest first. */
  readonly later?: readonly EpochSecret[]
}

/** How the folder was found: a copied or restored one may be older than what others have seen of our logs. */
export type FolderOrigin = 'same' | 'moved'

/** What is kept with a log that was shown to have two histories: the evidence. */
const FORK = 'guildbook/fork'

export class LogStore {
  readonly durability: Durability
  readonly forks = new Forks()
  readonly #cores = new Map<LogId, Hypercore>()
  readonly #secrets: LogSecrets
  /** What each log is written with, where that is known. */
  readonly #written = new Map<LogId, EpochSecret>()
  /** Cores that are not a log as it was written, but what two histories of it share. */
  readonly #parts = new WeakMap<Hypercore, LogId>()
  /** Such cores that are being opened. */
  readonly #opening = new Map<LogId, Promise<Hypercore>>()

  private constructor(
    readonly corestore: Corestore,
    readonly origin: FolderOrigin,
    { secret, later = [], folder }: LogStoreOptions
  ) {
    this.durability = new Durability(corestore, folder)
    this.#secrets = new LogSecrets(secret, later)
  }

  get secrets(): readonly EpochSecret[] {
    return this.#secrets.all
  }

  get epoch(): Epoch {
    return this.#secrets.current.epoch
  }

  /**
   * Takes in a secret that was not known; says whether it was news. Of one epoch there can be several, where someone who
   * handed them over lied: all are tried when a log is read.
   */
  learn(secret: EpochSecret): 'new' | 'known' {
    return this.#secrets.learn(secret)
  }

  /** As `learn`, of one that is known to be right: it is written with, whatever others there are. */
  learnProved(secret: EpochSecret): 'new' | 'known' {
    return this.#secrets.learnProved(secret)
  }

  /** As `learn`, of one that a member's device offered: it is tried, and kept once it has opened a log of the book. */
  offer(secret: EpochSecret, from: MemberId): 'new' | 'known' {
    return this.#secrets.offer(secret, from)
  }

  /** The header that was read of this log is good: so is the secret that it was read with. */
  opened(log: LogId): void {
    const secret = this.#written.get(log)
    if (secret) this.#secrets.opened(secret)
  }

  /** From now on new logs are written with this secret, if it is known. */
  writeWith(epoch: Epoch): void {
    this.#secrets.writeWith(epoch)
  }

  /** Refuses with FOLDER_IN_USE while another process has it open. */
  static async open(options: LogStoreOptions): Promise<Outcome<LogStore>> {
    try {
      const corestore = await openCorestore(options.folder)
      return done(await LogStore.#opened(corestore, 'same', options))
    } catch (error) {
      if (isMoved(error)) return LogStore.#openMoved(options)
      return refuseOpening(error)
    }
  }

  static async #opened(corestore: Corestore, origin: FolderOrigin, o: LogStoreOptions): Promise<LogStore> {
    const store = new LogStore(corestore, origin, o)
    await store.#loadForks()
    return store
  }

  /** Hypercore-storage pins a store to its inode. A store that was copied is taken up as a new one. */
  static async #openMoved(options: LogStoreOptions): Promise<Outcome<LogStore>> {
    try {
      await options.moved?.()
      await rm(join(options.folder, 'CORESTORE'), { force: true })
      const corestore = await openCorestore(options.folder)
      return done(await LogStore.#opened(corestore, 'moved', options))
    } catch (error) {
      return refuseOpening(error)
    }
  }

  /** Ids of all logs that are stored here, whether or not anything of them has come. */
  async stored(): Promise<LogId[]> {
    const auths: ReturnType<Corestore['getAuth']>[] = []
    for await (const discoveryKey of this.corestore.list()) auths.push(this.corestore.getAuth(discoveryKey))
    const logs = (await Promise.all(auths)).flatMap((auth) => (auth ? [logIdOf(auth.key)] : []))
    return logs.filter((log) => !this.forks.isSharedPart(log)).sort()
  }

  /** A log by its id; opened once, replicated with every connection from then on. Of a forked one: what is shared. */
  async open(log: LogId): Promise<Hypercore> {
    const core = this.#cores.get(log)
    if (core) {
      await core.ready()
      return core
    }
    const fork = this.forks.get(log)
    if (!fork) return this.openAsWritten(log)
    let opening = this.#opening.get(log)
    if (!opening) {
      opening = this.#openShared(fork).finally(() => this.#opening.delete(log))
      this.#opening.set(log, opening)
    }
    return opening
  }

  /** A log as its device wrote it, whether or not it has another history. */
  async openAsWritten(log: LogId): Promise<Hypercore> {
    let core = this.forks.get(log) ? undefined : this.#cores.get(log)
    if (!core) {
      core = this.corestore.get({ key: keyOf(log), ...this.#options() })
      if (!this.forks.get(log)) this.#keep(log, core)
    }
    await core.ready()
    return core
  }

  async #openShared({ log, evidence }: KnownFork): Promise<Hypercore> {
    const key = blockKeyOf(log, this.#secrets.current.secret)
    const core = await openShared(this.corestore, evidence, {
      encryption: { key, block: true },
      inflightRange: INFLIGHT_BLOCKS
    })
    if (core.contiguousLength < evidence.shared) {
      const written = await this.openAsWritten(log)
      await fillShared(core, written, evidence.shared)
      await written.close()
    }
    this.#parts.set(core, log)
    this.#keep(log, core)
    return core
  }

  /** Whether a core is not a log as it was written, but what two histories of it share. */
  isPart(core: Hypercore): boolean {
    return this.#parts.has(core)
  }

  /** Takes in evidence that a log has two histories; logs that are open stay as they are until the store is opened again. */
  async keepFork(log: LogId, bytes: Uint8Array): Promise<Outcome<'new' | 'known'>> {
    const checked = this.forks.check(log, bytes)
    if (!checked.ok) return checked
    if (checked.value === 'known') return done('known')
    const core = await this.openAsWritten(log)
    this.forks.add(checked.value)
    await core.setUserData(FORK, Buffer.from(bytes))
    await this.durability.synced()
    return done('new')
  }

  /**
   * Reads which logs are known to have two histories: before anything is made of any log. All are opened at once, as one
   * by one the disk would be waited for some thousand times where a member has started as many.
   */
  async #loadForks(): Promise<void> {
    const logs = await this.stored()
    const all = await Promise.all(
      logs.map(async (log) => {
        const core = await this.openAsWritten(log)
        return { log, core, bytes: await core.getUserData(FORK) }
      })
    )
    for (const { log, core, bytes } of all) {
      const fork = bytes && this.forks.check(log, bytes)
      if (!fork?.ok || fork.value === 'known') continue
      await core.close()
      this.forks.add(fork.value)
    }
    for (const [log, core] of this.#cores) if (this.forks.isSharedPart(log)) await core.close()
  }

  /** A new log for a writer's public key. The secret key never goes to this store: appends bring it. */
  async create(publicKey: Uint8Array): Promise<{ readonly log: LogId; readonly core: Hypercore }> {
    const manifest = { version: 1, signers: [{ publicKey }] }
    const core = this.corestore.get({ manifest, ...this.#options() })
    await core.ready()
    const log = logIdOf(core.key)
    this.#keep(log, core)
    this.#written.set(log, this.#secrets.current)
    return { log, core }
  }

  #options() {
    return { encryption: { key: this.#secrets.current.secret }, inflightRange: INFLIGHT_BLOCKS }
  }

  #keep(log: LogId, core: Hypercore): void {
    this.#cores.set(log, core)
    // Hypercore closes a log with two histories; what is here of it can be read once it is opened again.
    core.once('close', () => this.#cores.get(log) === core && this.#cores.delete(log))
  }

  /**
   * Reads the first block of a log with each of the secrets, the newest first, until one gives what it should be; the
   * log is read with that secret from then on. null: not here yet, or with none.
   */
  async firstBlock(core: Hypercore, isIt: (block: Uint8Array) => boolean): Promise<Uint8Array | null> {
    const part = this.#parts.get(core)
    for (const each of this.#secrets.toTry) {
      if (part) await core.setEncryptionKey(blockKeyOf(part, each.secret), { block: true })
      else await core.setEncryptionKey(each.secret)
      const block = await core.get(0, { wait: false })
      if (!block) return block
      if (!isIt(block)) continue
      this.#written.set(part ?? logIdOf(core.key), each)
      return block
    }
    return null
  }

  /** The secret that a log is written with; null for one that was not read yet. */
  secretOf(log: LogId): Uint8Array | null {
    return this.#written.get(log)?.secret ?? null
  }

  /** Exchanges one log over a connection, and no other. */
  async exchange(log: LogId, stream: NoiseStream): Promise<void> {
    const core = await this.open(log)
    if (!stream.destroyed && !core.closed) core.replicate(stream)
  }

  /** As `exchange`, for one who may have nothing that is here: what the other side has of the log comes, and nothing goes. */
  async take(log: LogId, stream: NoiseStream): Promise<void> {
    const core = await this.open(log)
    if (stream.destroyed || core.closed) return
    onlyTake(core.core, stream)
    core.replicate(stream)
  }

  async close(): Promise<void> {
    await this.durability.close()
    await this.corestore.close()
  }
}

async function openCorestore(folder: string): Promise<Corestore> {
  const corestore = new Corestore(folder)
  gatherReads(corestore.storage.db)
  guardStore(corestore)
  await corestore.ready()
  return corestore
}

const isMoved = (error: unknown): boolean => (error as { code?: string }).code === 'DEVICE_FILE'

function refuseOpening(error: unknown): Outcome<never> {
  const message = error instanceof Error ? error.message : String(error)
  if (/lock/i.test(message)) {
    return refuse('FOLDER_IN_USE', 'Another Guildbook has this folder open. Close it and try again.')
  }
  return refuse('STORAGE_FAILED', `The book's store could not be opened: ${message}`)
}
