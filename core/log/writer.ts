/**
 * Appends this device's entries. Starts a new segment when the last one was not closed properly: after an unclean
 * shutdown or a copied folder the disk may be behind what others have seen, and a second, different entry at an index
 * that was signed before would freeze the log for every peer, for ever.
 */
import sodium from 'sodium-universal'
import type Hypercore from 'hypercore'
import type { HypercoreKeyPair } from 'hypercore'
import { done, LIMITS, refuse, type LogId, type Outcome } from '../contract/index.js'
import {
  deviceIdOf,
  keyOf,
  memberIdOf,
  type DeviceCertificate,
  type FoundingCertificate
} from '../identity/certificates.js'
import type { KeyPair } from '../identity/keys.js'
import { asRead, encodeEntry } from '../ops/codec.js'
import { leastVersion, type Entry, type Operation } from '../ops/operations.js'
import { catchUp } from './catch-up.js'
import type { Delivery } from './delivery.js'
import { makeHeader } from './header.js'
import type { Intake } from './intake.js'
import type { Epoch } from './secrets.js'
import type { LogStore } from './store.js'

/** What has to outlive the process, in a file of its own that is synced on every change. */
export interface WriterState {
  readonly segment: number
  readonly log: LogId
  /** Secret seed of the segment's key pair, 32 bytes. */
  readonly seed: Uint8Array
  /** `closed`: ended properly at `length`; the segment may be continued. `open`: it was being written. */
  readonly mark: 'open' | 'closed'
  readonly length: number
  /** The book's secret that it is encrypted with. */
  readonly epoch: Epoch
}

export interface WriterStateFile {
  load(): Promise<WriterState | null>
  /** Resolves when it would survive a power cut. */
  save(state: WriterState): Promise<void>
}

/**
 * Sees to it that the last segment is not continued, in this run or a later one: the folder was copied or restored, and
 * more of the segment may be elsewhere.
 */
export async function retireSegment(file: WriterStateFile): Promise<void> {
  const last = await file.load()
  if (last?.mark === 'closed') await file.save({ ...last, mark: 'open' })
}

export interface WriterOptions {
  readonly store: LogStore
  readonly intake: Intake
  readonly delivery: Delivery
  readonly state: WriterStateFile
  readonly founding: FoundingCertificate
  readonly certificate: DeviceCertificate
  readonly device: KeyPair
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly randomBytes: (count: number) => Uint8Array
  /** How long a segment gets; LIMITS.blocksPerLog unless a test wants it shorter. */
  readonly blocksPerLog?: number
}

interface Segment {
  readonly state: WriterState
  readonly core: Hypercore
  readonly keyPair: HypercoreKeyPair
}

interface Append {
  readonly block: Uint8Array
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class LogWriter {
  readonly #o: WriterOptions
  #segment: Segment | null = null
  #starting: Promise<Outcome<Segment>> | null = null
  #queue: Append[] = []
  #running: Promise<void> | null = null
  #failure: unknown = null
  /** Blocks of the segment that this device put there, the header included. */
  #written = 0
  /** Entries that are in the book here and not yet in the log. */
  #unstored = 0

  constructor(options: WriterOptions) {
    this.#o = options
  }

  /** The segment that is being written; null before the first entry of this run. */
  get log(): LogId | null {
    return this.#segment?.state.log ?? null
  }

  /**
   * Makes operations one entry: `make` is told its place, and sees the book as the entry will. It is part of the book
   * here when `placed` is called, and on this disk for good when the promise resolves. Refuses what does not fit one
   * block.
   */
  async append(
    make: (log: LogId, index: number) => Outcome<readonly Operation[]>,
    placed: (log: LogId, index: number) => void
  ): Promise<Outcome<null>> {
    if (this.#failure) return this.#failed()
    let segment = await this.#current()
    // Others that waited here may have filled it.
    while (segment.ok && this.#isFull(segment.value.state.log)) segment = await this.#current()
    if (!segment.ok) return segment
    if (this.#failure) return this.#failed()
    // From here to the queue nothing waits: what `make` saw of the book is what the entry depends on.
    const { log } = segment.value.state
    this.#catchUp(log)
    const index = this.#o.delivery.causality.length(log)
    const ops = make(log, index)
    if (!ops.ok) return ops
    const entry = this.#entry(log, ops.value.map(asRead))
    const block = encodeEntry(entry, log)
    if (block.length > LIMITS.blockBytes) {
      return refuse('BLOCK_TOO_LARGE', 'That is too much for one entry.', { bytes: block.length })
    }
    this.#o.delivery.write(log, entry)
    placed(log, index)
    try {
      await this.#enqueue(block)
      return done(null)
    } catch (error) {
      this.#failure = error
      return this.#failed()
    }
  }

  /** Ends the segment properly, so that the next run can continue it. */
  async close(): Promise<void> {
    while (this.#running) await this.#running
    const segment = this.#segment
    if (!segment || this.#failure || !this.#isOurs(segment)) return
    await this.#o.store.durability.synced()
    await this.#o.state.save({ ...segment.state, mark: 'closed', length: segment.core.length })
    this.#segment = null
  }

  /** The segment to write to; a new one if the present one is full, or someone else has more of it than was written here. */
  async #current(): Promise<Outcome<Segment>> {
    const current = this.#segment
    if (current && (!this.#isOurs(current) || this.#isFull(current.state.log))) {
      while (this.#running) await this.#running
      // Of several appends that waited here, the first one lets go of the segment.
      if (this.#segment === current) {
        this.#segment = null
        this.#starting = null
      }
    }
    const segment = await (this.#starting ??= this.#start())
    if (!segment.ok) this.#starting = null
    return segment
  }

  /**
   * Whether the segment is written with the secret that is current, and what is stored of it is just what was written
   * here. It is not when this disk went back in time unnoticed (a restored snapshot) and a peer has since brought what
   * was written after it, or another history of it, upon which Hypercore closes it.
   */
  #isOurs({ state, core }: Segment): boolean {
    if (core.closed) return false
    const ours = this.#written + this.#unstored
    if (state.epoch !== this.#o.store.epoch) return false
    return this.#o.delivery.causality.length(state.log) === ours && core.length <= ours
  }

  #isFull(log: LogId): boolean {
    return this.#o.delivery.causality.length(log) >= (this.#o.blocksPerLog ?? LIMITS.blocksPerLog)
  }

  /** Covers what is more than one entry can. */
  #catchUp(log: LogId): void {
    const { delivery, now } = this.#o
    const most = LIMITS.dependenciesPerEntry
    for (let deps = catchUp(delivery, log, most); deps; deps = catchUp(delivery, log, most)) {
      const lamport = delivery.causality.lamportOn(log, deps)
      const entry: Entry = { version: leastVersion([]), lamport, wallMs: now(), deps, ops: [] }
      delivery.write(log, entry)
      // It fails with the entry that follows.
      this.#enqueue(encodeEntry(entry, log)).catch(() => {})
    }
  }

  #entry(log: LogId, ops: readonly Operation[]): Entry {
    const { deps, lamport } = this.#o.delivery.causality.next(log)
    return { version: leastVersion(ops), lamport, wallMs: this.#o.now(), deps, ops }
  }

  #failed(): Outcome<never> {
    const why = this.#failure instanceof Error ? this.#failure.message : String(this.#failure)
    return refuse('STORAGE_FAILED', `It could not be written to this disk, and was not saved: ${why}`)
  }

  #enqueue(block: Uint8Array): Promise<void> {
    this.#unstored++
    return new Promise((resolve, reject) => {
      this.#queue.push({ block, resolve, reject })
      this.#drain()
    })
  }

  #drain(): void {
    if (this.#running || this.#queue.length === 0) return
    this.#running = this.#appendQueued().finally(() => {
      this.#running = null
      this.#drain()
    })
  }

  /** Appends all that is queued in one go; the sync that makes it durable runs beside the next append. */
  async #appendQueued(): Promise<void> {
    const batch = this.#queue
    this.#queue = []
    const [stored, failed] = settle(batch)
    try {
      if (this.#failure) throw this.#failure
      const { core, keyPair } = this.#segment as Segment
      const blocks = batch.map((append) => append.block)
      if (core.length !== this.#written) throw new Error('the log has grown without this device')
      await core.append(blocks, { keyPair })
      this.#written += batch.length
      this.#unstored -= batch.length
      this.#o.store.durability.synced().then(stored, failed)
    } catch (error) {
      failed(error)
    }
  }

  async #start(): Promise<Outcome<Segment>> {
    try {
      const last = await this.#o.state.load()
      this.#segment = (last && (await this.#continue(last))) ?? (await this.#begin(last))
      return done(this.#segment)
    } catch (error) {
      return refuse('STORAGE_FAILED', `A log could not be started: ${(error as Error).message}`)
    }
  }

  /** Goes on with the last segment if it ended properly and is here as it ended. */
  async #continue(last: WriterState): Promise<Segment | null> {
    const { store, delivery, state } = this.#o
    if (last.mark !== 'closed' || store.origin !== 'same' || last.epoch !== store.epoch) return null
    if (store.forks.get(last.log)) return null
    const core = await store.open(last.log)
    if (core.length !== last.length || delivery.causality.length(last.log) !== last.length) return null
    if (this.#isFull(last.log)) return null
    const open: WriterState = { ...last, mark: 'open' }
    await state.save(open)
    this.#written = last.length
    return { state: open, core, keyPair: writerKeyPair(last.seed) }
  }

  async #begin(last: WriterState | null): Promise<Segment> {
    const { store, delivery, intake, founding, certificate, device } = this.#o
    const seed = this.#o.randomBytes(32)
    const keyPair = writerKeyPair(seed)
    const { log, core } = await store.create(keyPair.publicKey)
    const segment = last ? last.segment + 1 : 0
    const previous = last && { log: keyOf(last.log), length: delivery.causality.length(last.log) }
    const state: WriterState = { segment, log, seed, mark: 'open', length: 0, epoch: store.epoch }
    await this.#o.state.save(state)
    await core.append(makeHeader({ founding, certificate, device, log, segment, previous }), { keyPair })
    this.#written = 1
    intake.adopt(log, core, {
      member: memberIdOf(certificate.member),
      device: deviceIdOf(certificate.device),
      deviceName: certificate.deviceName,
      platform: certificate.platform,
      segment,
      certificate
    })
    return { state, core, keyPair }
  }
}

const settle = (batch: readonly Append[]): [() => void, (error: unknown) => void] => [
  () => {
    for (const append of batch) append.resolve()
  },
  (error) => {
    for (const append of batch) append.reject(error)
  }
]

/** The Hypercore key pair of a seed: a writer's key is random and used for one segment only. */
function writerKeyPair(seed: Uint8Array): HypercoreKeyPair {
  const publicKey = Buffer.alloc(32)
  const secretKey = Buffer.alloc(64)
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed)
  return { publicKey, secretKey }
}
