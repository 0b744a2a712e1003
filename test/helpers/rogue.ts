/**
 * A member's device with valid keys that follows no rule: it appends any block, any header, any dependencies, and
 * replicates them to whoever lets it in. It reads the honest logs as an honest device does, so as to lie well.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import HyperDHT from 'hyperdht'
import type Corestore from 'corestore'
import type Hypercore from 'hypercore'
import type { HypercoreKeyPair } from 'hypercore'
import type { BookId, DeviceId, LogId, MemberId } from '../../core/contract/index.js'
import { openIdentity, type Identity } from '../../core/engine/identity-file.js'
import { openVault } from '../../core/engine/keyring.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'
import { BookFile, readSealed } from '../../core/engine/sealed-files.js'

import {
  bookIdOf,
  logIdOf,
  type DeviceCertificate,
  type FoundingCertificate
} from '../../core/identity/certificates.js'
import { Delivery, type Author } from '../../core/log/delivery.js'
import { makeHeader, type NewHeader } from '../../core/log/header.js'
import { Intake } from '../../core/log/intake.js'
import { LogStore } from '../../core/log/store.js'
import { encodeEntry } from '../../core/ops/codec.js'
import type { Dependency, Entry, Operation } from '../../core/ops/operations.js'
import { fromHex } from '../../core/sync/messages.js'
import { parseAddress } from '../../core/sync/network.js'
import { foundingFromMessage } from '../../core/sync/proofs.js'
import { BookSwarm } from '../../core/sync/swarm.js'
import { valueOf } from './book-world.js'
import type { Device, World } from './engines.js'

type Manifest = NonNullable<Parameters<Corestore['get']>[0]['manifest']>

export interface RogueParts {
  /** The data folder. */
  readonly folder: string
  readonly identity: Identity
  readonly certificate: DeviceCertificate
  readonly founding: FoundingCertificate
  readonly book: BookId
  readonly secret: Uint8Array
  readonly store: LogStore
  readonly intake: Intake
  readonly delivery: Delivery
}

export class Rogue {
  readonly member: MemberId
  readonly device: DeviceId
  /** What it claims to have, beside the truth about its own logs. */
  readonly claims: Record<LogId, number> = {}
  readonly #logs: RogueLog[] = []
  #swarm: BookSwarm | null = null
  #dht: HyperDHT | null = null

  private constructor(
    readonly parts: RogueParts,
    private readonly world: World
  ) {
    this.member = parts.identity.memberId
    this.device = parts.identity.deviceId
  }

  /** Stops a member's device and goes on with all that its folder has: its keys and its copy of the logs. */
  static async takeOver(device: Pick<Device, 'name' | 'folder' | 'stop'>, world: World): Promise<Rogue> {
    await device.stop()
    const vault = valueOf(await openVault(device.folder, PLAIN_KEYS))
    const identity = await openIdentity(vault, device.folder)
    const [name = ''] = await readdir(path.join(device.folder, 'books'))
    const folder = path.join(device.folder, 'books', name)
    const file = (await readSealed(vault, path.join(folder, 'book.sealed'), BookFile)) as BookFile
    const founding = foundingFromMessage(file.founding)
    const book = bookIdOf(founding)
    const secret = fromHex(file.secret)
    const store = valueOf(await LogStore.open({ folder: path.join(folder, 'store'), secret }))
    const delivery = new Delivery(() => {})
    const intake = new Intake(store, delivery, book)
    for (const log of await store.stored()) await intake.add(log)
    await intake.settled()
    const certificate = identity.certificate(device.name)
    const parts = {
      folder: device.folder,
      identity,
      certificate,
      founding,
      book,
      secret,
      store,
      intake,
      delivery
    }
    return new Rogue(parts, world)
  }

  goOnline(): void {
    const { identity, certificate, book, secret, store, intake } = this.parts
    const bootstrap = (this.world.network.bootstrap ?? []).flatMap((address) => parseAddress(address) ?? [])
    this.#dht = new HyperDHT({ host: '127.0.0.1', bootstrap, firewalled: false })
    this.#swarm = new BookSwarm({
      dht: this.#dht,
      book,
      secrets: () => [secret],
      certificate,
      device: identity.device,
      store,
      side: {
        vector: () => this.#vector(),
        digest: () => '00'.repeat(32),
        standingOf: () => 'present',
        farewell: () => {},
        welcome: () => {},
        learn: (logs) => void Promise.all([...logs].map((log) => intake.add(log)))
      }
    })
  }

  /** Tells everyone what it has, or claims to. */
  tell(): void {
    this.#swarm?.tell()
  }

  async goOffline(): Promise<void> {
    const [swarm, dht] = [this.#swarm, this.#dht]
    this.#swarm = this.#dht = null
    await swarm?.close()
    await dht?.destroy()
  }

  async end(): Promise<void> {
    await this.goOffline()
    await this.parts.intake.close()
    await this.parts.store.close()
  }

  /** A log of its own with a header, a good one unless some of it is said to be otherwise. */
  async newLog(header: Partial<NewHeader> = {}): Promise<RogueLog> {
    const log = await this.bareLog()
    await log.append(this.header(log.log, header))
    return log
  }

  header(log: LogId, more: Partial<NewHeader> = {}): Uint8Array {
    const { founding, certificate, identity } = this.parts
    const segment = 1000 + this.#logs.length
    return makeHeader({ founding, certificate, device: identity.device, log, segment, previous: null, ...more })
  }

  /** A log of its own without a block, of whatever kind. */
  async bareLog(
    kind: { readonly keyPair?: HypercoreKeyPair; readonly manifest?: Manifest } = {}
  ): Promise<RogueLog> {
    const keyPair = kind.keyPair ?? HyperDHT.keyPair(randomBytes(32))
    const manifest = kind.manifest ?? { version: 1, signers: [{ publicKey: keyPair.publicKey }] }
    const { store, secret } = this.parts
    const core = store.corestore.get({ manifest, encryption: { key: secret } })
    await core.ready()
    const rogue = new RogueLog(this, logIdOf(core.key), core, keyPair)
    this.#logs.push(rogue)
    // What the others build on it has to be understood here too.
    await this.parts.intake.add(rogue.log)
    return rogue
  }

  /** What an honest device would depend on now: all logs as far as they are here. */
  next(): { readonly deps: readonly Dependency[]; readonly lamport: number } {
    return this.parts.delivery.causality.next('' as LogId)
  }

  /** Resolves when what it has of the others' logs is as wanted. */
  async until(isSo: (has: Readonly<Record<LogId, number>>) => boolean): Promise<void> {
    const { intake, delivery } = this.parts
    for (;;) {
      const changed = once(intake, 'delivered')
      if (isSo(delivery.causality.vector())) return
      await changed
    }
  }

  /** Resolves when it has all that a device has now. */
  async hasAllOf(device: Device, book: BookId): Promise<void> {
    const { vector } = await device.status(book)
    const all = Object.entries(vector) as [LogId, number][]
    await this.until((has) => all.every(([log, length]) => (has[log] ?? 0) >= length))
  }

  authorOf(log: LogId): Author | undefined {
    return this.parts.delivery.author(log)
  }

  /** A block of anyone's log, as it was appended. */
  async blockOf(log: LogId, index: number): Promise<Uint8Array> {
    const block = await (await this.parts.store.open(log)).get(index)
    if (!block) throw new Error(`no block ${index}`)
    return block
  }

  /** How much of another log the first `length` entries of a log have seen. */
  covers(log: LogId, length: number, other: LogId): number {
    return this.parts.delivery.causality.covered(log, length - 1, other)
  }

  #vector(): Record<LogId, number> {
    const own = this.#logs.map((each) => [each.log, each.core.length] as const)
    return { ...this.parts.delivery.causality.vector(), ...Object.fromEntries(own), ...this.claims }
  }
}

/** One of its logs. */
export class RogueLog {
  readonly #named = new Map<LogId, number>()
  /** Logical time of its last entry. */
  lamport = 0

  constructor(
    readonly rogue: Rogue,
    readonly log: LogId,
    readonly core: Hypercore,
    readonly keyPair: HypercoreKeyPair
  ) {}

  /** Appends blocks as they are, and tells of them. */
  async append(...blocks: Uint8Array[]): Promise<void> {
    await this.core.append(blocks, { keyPair: this.keyPair })
    this.rogue.tell()
  }

  /** Appends an entry that is as an honest device would make it, but for what is said; gives its index. */
  async write(ops: readonly Operation[], more: Partial<Entry> = {}): Promise<number> {
    const index = this.core.length
    await this.append(this.block(ops, more))
    return index
  }

  /** The block of such an entry. */
  block(ops: readonly Operation[], more: Partial<Entry> = {}): Uint8Array {
    const next = this.rogue.next()
    const isNew = ({ log, length }: Dependency): boolean =>
      log !== this.log && length > (this.#named.get(log) ?? 0)
    const deps = more.deps ?? next.deps.filter(isNew)
    const lamport = more.lamport ?? Math.max(this.lamport + 1, deps.length > 0 ? next.lamport : 0)
    for (const dep of deps) this.#named.set(dep.log, dep.length)
    this.lamport = lamport
    return encodeEntry({ version: 1, lamport, wallMs: 0, ops, ...more, deps }, this.log)
  }
}
