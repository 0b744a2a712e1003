/**
 * A member's device with valid keys that follows no rule: it appends any block, any header, any dependencies, and
 * replicates them to whoever lets it in. It reads the honest logs as an honest device does, so as to lie well.
 */
import { randomBytes } from 'node:crypto'
import { once, type EventEmitter } from 'node:events'
import path from 'node:path'
import HyperDHT from 'hyperdht'
import type Corestore from 'corestore'
import type { InnerCore } from 'corestore'
import Hypercore from 'hypercore'
import type { HypercoreKeyPair } from 'hypercore'
import { done, type BookId, type DeviceId, type LogId, type MemberId } from '../../core/contract/index.js'
import { openIdentity, type Identity } from '../../core/engine/identity-file.js'
import { openVault } from '../../core/engine/keyring.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'
import { BookFile, readSealed } from '../../core/engine/sealed-files.js'

import { logIdOf, type DeviceCertificate, type FoundingCertificate } from '../../core/identity/certificates.js'
import { keyOf } from '../../core/identity/certificates.js'
import { sign, type KeyPair } from '../../core/identity/keys.js'
import { leafOf, nodeNumber, parentOf, signedHead, type TreeNode } from '../../core/identity/log-tree.js'
import { Delivery, type Author } from '../../core/log/delivery.js'
import { makeHeader, type NewHeader } from '../../core/log/header.js'
import { Intake } from '../../core/log/intake.js'
import { LogStore } from '../../core/log/store.js'
import { encodeEntry } from '../../core/ops/codec.js'
import { leastVersion, type Dependency, type Entry, type Operation } from '../../core/ops/operations.js'
import { fromHex } from '../../core/sync/messages.js'
import { parseAddress } from '../../core/sync/network.js'
import { foundingFromMessage } from '../../core/sync/proofs.js'
import { BookSwarm } from '../../core/sync/swarm.js'
import { valueOf } from './book-world.js'
import type { Device, World } from './engines.js'

/** A peer as Hypercore has it: a message that it may send by each name. */
export type Wire = { readonly stream: EventEmitter } & Readonly<Record<string, { send(value: unknown): void }>>

type Manifest = NonNullable<Parameters<Corestore['get']>[0]['manifest']>

export interface RogueParts {
  /** The data folder. */
  readonly folder: string
  readonly identity: Identity & { readonly member: KeyPair }
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
  /** How often it was let in. */
  welcomes = 0
  /** How often it was told farewell. */
  farewells = 0
  /** What it shows to who told it farewell; logs of its own unless said otherwise. */
  showing: () => Record<LogId, number> = () =>
    Object.fromEntries(this.#logs.map(({ log, core }) => [log, core.length]))
  /** What it offers to who recalls, beside what it has. */
  offering: () => readonly { readonly log: LogId; readonly header: Uint8Array }[] = () => []
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
  static async takeOver(
    device: Pick<Device, 'name' | 'folder' | 'stop'>,
    world: World,
    book: BookId
  ): Promise<Rogue> {
    await device.stop()
    const vault = valueOf(await openVault(device.folder, PLAIN_KEYS))
    const identity = (await openIdentity(vault, device.folder)) as RogueParts['identity']
    const folder = path.join(device.folder, 'books', book)
    const file = (await readSealed(vault, path.join(folder, 'book.sealed'), BookFile)) as BookFile
    const founding = foundingFromMessage(file.founding)
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

  /** `as`: someone else, by whom nobody knows that they are the same. */
  goOnline(as?: { readonly certificate: DeviceCertificate; readonly device: KeyPair }): void {
    const { identity, book, secret, store, intake } = this.parts
    const { certificate, device } = as ?? { certificate: this.parts.certificate, device: identity.device }
    const bootstrap = (this.world.network.bootstrap ?? []).flatMap((address) => parseAddress(address) ?? [])
    this.#dht = new HyperDHT({ host: '127.0.0.1', bootstrap, firewalled: false })
    this.#swarm = new BookSwarm({
      dht: this.#dht,
      book,
      secrets: () => [secret],
      certificate,
      device,
      store,
      side: {
        vector: () => this.#vector(),
        digest: () => '00'.repeat(32),
        standingOf: () => 'present',
        farewell: () => void this.farewells++,
        welcome: () => void this.welcomes++,
        met: () => {},
        learn: async (logs) => void (await Promise.all([...logs].map((log) => intake.add(log)))),
        toHandOver: () => [],
        offered: () => {},
        forks: { has: () => true, unproved: () => [], take: () => Promise.resolve(done(null)) },
        recall: {
          offered: () => 'newer',
          judge: () => () => 'not now',
          isGenuine: () => false,
          follow: () => Promise.resolve(),
          read: () => 0,
          headers: async (logs) => [
            ...(await Promise.all(logs.map(async (log) => ({ log, header: await this.blockOf(log, 0) })))),
            ...this.offering()
          ]
        },
        parting: {
          written: () => [],
          isOfOthers: () => false,
          lacking: () => ({}),
          shown: () => this.showing()
        }
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

  /** A log of its own with an entry, which is closed again: it is opened when a peer asks for it. Nobody is told yet. */
  async tinyLog(ops: readonly Operation[]): Promise<LogId> {
    const keyPair = HyperDHT.keyPair(randomBytes(32))
    const manifest = { version: 1, signers: [{ publicKey: keyPair.publicKey }] }
    const { store, secret } = this.parts
    const core = store.corestore.get({ manifest, encryption: { key: secret } })
    await core.ready()
    const log = logIdOf(core.key)
    const { deps, lamport } = this.next()
    const entry = encodeEntry({ version: leastVersion(ops), lamport, wallMs: 0, ops, deps }, log)
    await core.append([this.header(log), entry], { keyPair })
    this.claims[log] = core.length
    await core.close()
    return log
  }

  /** Takes a log of another book over, byte for byte. */
  async copyLog(log: LogId, from: Rogue): Promise<void> {
    await from.parts.store.open(log)
    await this.parts.store.open(log)
    this.claims[log] = (await from.parts.store.open(log)).length
    const [there, here] = [
      from.parts.store.corestore.replicate(true),
      this.parts.store.corestore.replicate(false)
    ]
    there.on('error', () => {})
    here.on('error', () => {})
    there.pipe(here).pipe(there)
    await this.parts.intake.add(log)
    await (await this.parts.store.open(log)).download({ start: 0, end: this.claims[log] ?? 0 }).done()
    there.destroy()
    here.destroy()
    this.tell()
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

  /** Logs of someone else, as far as it has them. */
  logsOf(member: MemberId): LogId[] {
    return this.parts.intake.logsBy(member)
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
  /** Blocks that were sent to anyone. */
  uploads = 0

  constructor(
    readonly rogue: Rogue,
    readonly log: LogId,
    readonly core: Hypercore,
    readonly keyPair: HypercoreKeyPair
  ) {
    core.on('upload', () => this.uploads++)
  }

  /** Appends blocks as they are, and tells of them. */
  async append(...blocks: Uint8Array[]): Promise<void> {
    await this.core.append(blocks, { keyPair: this.keyPair })
    this.rogue.tell()
  }

  /** Appends a block as it goes over the wire, which is not encrypted. */
  async appendPlain(block: Uint8Array): Promise<void> {
    const plain = this.rogue.parts.store.corestore.get({ key: this.core.key })
    await plain.ready()
    await plain.append(block, { keyPair: this.keyPair })
    await plain.close()
    this.rogue.tell()
  }

  /**
   * Signs a length of 2^depth for a log without a block, with a header as its first block and nothing behind it: the
   * rest of the tree is made up.
   */
  async signLength(depth: number, header: Uint8Array): Promise<void> {
    const { log, keyPair, rogue } = this
    const length = 2 ** depth
    const block = encryptBlock(this.core.key, rogue.parts.secret, header)
    const made: TreeNode[] = Array.from({ length: depth }, () => ({ sizeBytes: 0, hash: randomBytes(32) }))
    const root = made.reduce((node, sibling) => parentOf(node, sibling), leafOf(block))
    const signature = sign(signedHead(keyOf(log), length, [root]), {
      publicKey: keyPair.publicKey,
      seed: keyPair.secretKey.subarray(0, 32)
    })
    const nodes = made.map((node, level) => ({
      index: nodeNumber({ start: 2 ** level, depth: level }),
      size: node.sizeBytes,
      hash: Buffer.from(node.hash)
    }))
    // This device's own guard would not have it.
    delete (this.core as unknown as { core: Partial<InnerCore> }).core._verifyBatchUpgrade
    await this.core.applyProof({
      fork: 0,
      block: { index: 0, value: block, nodes },
      hash: null,
      seek: null,
      upgrade: {
        start: 0,
        length,
        nodes: [],
        additionalNodes: [],
        signature: Buffer.concat([Buffer.from([1, 0]), signature, Buffer.from([0, 0])])
      },
      manifest: null
    })
  }

  /** Resolves when so many peers have its blocks from here. */
  async toldBy(peers: number): Promise<void> {
    while (this.#wires().length < peers) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  /** Sends a message of Hypercore's own to all peers; resolves to how many of them hung up. */
  async say(message: string, value: unknown): Promise<number> {
    const closings = this.#wires().map(
      (wire) => new Promise<void>((resolve) => wire.stream.once('close', () => resolve()))
    )
    for (const wire of this.#wires()) wire[message]?.send(value)
    await Promise.all(closings)
    return closings.length
  }

  #wires(): readonly Wire[] {
    return wiresOf(this.core)
  }

  /** Has written what another self of its device has, so far. */
  goOnAs(other: RogueLog): void {
    this.lamport = other.lamport
    for (const [log, length] of other.#named) this.#named.set(log, length)
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
    return encodeEntry({ version: leastVersion(ops), lamport, wallMs: 0, ops, ...more, deps }, this.log)
  }
}

/** Those that a core is exchanged with. */
export const wiresOf = (core: Hypercore): readonly Wire[] =>
  (core as unknown as { core: { replicator: { peers: Wire[] } } }).core.replicator.peers

/** A block as Hypercore encrypts it: behind eight bytes that are its fork, blinded. */
function encryptBlock(key: Uint8Array, secret: Uint8Array, plain: Uint8Array): Buffer {
  const block = Buffer.concat([Buffer.alloc(8), plain])
  new Hypercore.DefaultEncryption(secret, key).encrypt(0, block, 0, { key, compat: false })
  return block
}
