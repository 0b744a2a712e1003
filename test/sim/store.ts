/** What the log's code asks of `LogStore` and of Hypercore, over a simulated disk. */
import { EventEmitter } from 'node:events'
import type { LogId, MemberId } from '../../core/contract/index.js'
import { logOfWriter } from '../../core/identity/log-tree.js'
import type { Epoch, EpochSecret, LogSecrets } from '../../core/log/secrets.js'
import type { FolderOrigin, LogStore } from '../../core/log/store.js'
import { isSame, type Disk } from './disk.js'
import type { Io } from './io.js'

const OPEN_MS = 3
const READ_MS = 2
const APPEND_MS = 5
const SYNC_MS = 40

/** What each log of the world was made with: the writer's key, which Hypercore keeps beside it, and the book's secret. */
export class Writers {
  readonly #keys = new Map<LogId, { readonly publicKey: Uint8Array; readonly secret: Uint8Array }>()

  /** The log that a writer's key makes. */
  add(publicKey: Uint8Array, secret: Uint8Array): LogId {
    const log = logOfWriter(publicKey)
    this.#keys.set(log, { publicKey, secret })
    return log
  }

  key(log: LogId): Uint8Array | undefined {
    return this.#keys.get(log)?.publicKey
  }

  /** Whether a log is encrypted with a key of this secret. */
  opens(log: LogId, secret: Uint8Array): boolean {
    const known = this.#keys.get(log)
    return known !== undefined && isSame(known.secret, secret)
  }
}

export interface StoreOptions {
  readonly disk: Disk
  readonly io: Io
  readonly writers: Writers
  readonly secrets: LogSecrets
  /** How the folder was found when the app started. */
  readonly origin: FolderOrigin
  /** A block as this device's version of the app writes it. */
  readonly asWritten: (block: Uint8Array, index: number) => Uint8Array
  /** A block as this device's version of the app reads it. */
  readonly asRead: (block: Uint8Array) => Uint8Array
  /** Blocks that Hypercore does not count as here at once, though they are. */
  readonly uncounted: () => number
  /** The block is in the log, and peers can have it: before it is synced, as with Hypercore. */
  readonly appended: (log: LogId, index: number) => void
  /** A log is replicated with every connection from now on. */
  readonly opened: (log: LogId) => void
}

export class SimStore {
  readonly origin: FolderOrigin
  readonly durability = { synced: () => this.o.io.write(SYNC_MS, () => this.o.disk.sync()) }
  readonly #cores = new Map<LogId, SimCore>()
  /** What each log is written with, where that is known. */
  readonly #written = new Map<LogId, EpochSecret>()

  constructor(private readonly o: StoreOptions) {
    this.origin = o.origin
  }

  /** A writer, an intake and a learner use no more of a store than this has; the rest of one is Hypercore's. */
  asLogStore(): LogStore {
    return this as unknown as LogStore
  }

  stored(): Promise<LogId[]> {
    return this.o.io.read(OPEN_MS, () => this.o.disk.logs().sort())
  }

  open(log: LogId): Promise<SimCore> {
    return this.o.io.read(OPEN_MS, () => this.#core(log))
  }

  create(publicKey: Uint8Array): Promise<{ readonly log: LogId; readonly core: SimCore }> {
    const { io, writers, secrets } = this.o
    return io.write(OPEN_MS, () => {
      const log = writers.add(publicKey, secrets.current.secret)
      this.#written.set(log, secrets.current)
      return { log, core: this.#core(log) }
    })
  }

  /** Of a forked log a simulated device never hears. */
  readonly forks = { get: () => null }
  isPart = (): boolean => false

  get secrets(): readonly EpochSecret[] {
    return this.o.secrets.all
  }

  get epoch(): Epoch {
    return this.o.secrets.current.epoch
  }

  learn(secret: EpochSecret): 'new' | 'known' {
    return this.o.secrets.learn(secret)
  }

  learnProved(secret: EpochSecret): 'new' | 'known' {
    return this.o.secrets.learnProved(secret)
  }

  writeWith(epoch: Epoch): void {
    this.o.secrets.writeWith(epoch)
  }

  /** As `LogStore.firstBlock`. */
  async firstBlock(core: SimCore, isIt: (block: Uint8Array) => boolean): Promise<Uint8Array | null> {
    for (const each of this.o.secrets.toTry) {
      await core.setEncryptionKey(each.secret)
      const block = await core.get(0)
      if (!block) return null
      if (!isIt(block)) continue
      this.#written.set(core.log, each)
      return block
    }
    return null
  }

  /** As `LogStore.secretOf`. */
  secretOf(log: LogId): Uint8Array | null {
    return this.#written.get(log)?.secret ?? null
  }

  /** As `LogStore.opened`. */
  opened(log: LogId): void {
    const secret = this.#written.get(log)
    if (secret) this.o.secrets.opened(secret)
  }

  offer(secret: EpochSecret, from: MemberId): 'new' | 'known' {
    return this.o.secrets.offer(secret, from)
  }

  isOpen(log: LogId): boolean {
    return this.#cores.has(log)
  }

  /** A block of an open log came from a peer. */
  receive(log: LogId, index: number, block: Uint8Array): void {
    const core = this.#cores.get(log)
    const length = core?.length ?? 0
    this.o.disk.write(log, index, block)
    if (index >= length) core?.emit('append')
    core?.emit('download', index, block.length)
  }

  #core(log: LogId): SimCore {
    let core = this.#cores.get(log)
    if (core) return core
    this.#cores.set(log, (core = new SimCore(log, this.o)))
    this.o.opened(log)
    return core
  }
}

/** As much of a Hypercore as the log's code uses. */
class SimCore extends EventEmitter<{ append: []; download: [number, number]; conflict: [] }> {
  readonly #uncounted: number
  #secret: Uint8Array

  constructor(
    readonly log: LogId,
    private readonly o: StoreOptions
  ) {
    super()
    this.#uncounted = o.uncounted()
    this.#secret = o.secrets.current.secret
  }

  setEncryptionKey(secret: Uint8Array): Promise<void> {
    this.#secret = secret
    return Promise.resolve()
  }

  get length(): number {
    return this.o.disk.length(this.log)
  }

  /** It comes with the first block. */
  get manifest(): { readonly signers: readonly { readonly publicKey: Uint8Array }[] } | null {
    const publicKey = this.length > 0 && this.o.writers.key(this.log)
    return publicKey ? { signers: [{ publicKey }] } : null
  }

  get byteLength(): number {
    let bytes = 0
    for (const block of this.o.disk.blocks(this.log).values()) bytes += block.length
    return bytes
  }

  get contiguousLength(): number {
    return Math.max(0, this.o.disk.contiguousLength(this.log) - this.#uncounted)
  }

  /** Marks are for forks and for members with thousands of logs: there are none here. */
  getUserData(): Promise<null> {
    return Promise.resolve(null)
  }

  /** All of an open log is downloaded, by the network. */
  download(): { destroy(): void } {
    return { destroy: () => {} }
  }

  setAlwaysLatestBlock(): Promise<void> {
    return Promise.resolve()
  }

  get(index: number): Promise<Uint8Array | null> {
    const { io, disk, writers, asRead } = this.o
    return io.read(READ_MS, () => {
      const block = disk.block(this.log, index)
      if (!block) return null
      return writers.opens(this.log, this.#secret) ? asRead(block) : scrambled(block)
    })
  }

  append(blocks: Uint8Array | readonly Uint8Array[]): Promise<void> {
    const { disk, io, asWritten, appended } = this.o
    const batch = blocks instanceof Uint8Array ? [blocks] : blocks
    return io.write(APPEND_MS, () => {
      const start = this.length
      batch.forEach((block, i) => disk.write(this.log, start + i, asWritten(block, start + i)))
      this.emit('append')
      batch.forEach((_, i) => appended(this.log, start + i))
    })
  }
}

/** What a block reads as with a key that is not its own. */
const scrambled = (block: Uint8Array): Uint8Array => block.map((byte, at) => byte ^ (0xa5 + at))
