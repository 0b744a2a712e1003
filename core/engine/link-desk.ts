/** Codes that link further devices of this person: made, listed, withdrawn and confirmed on a device with the member's key. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import {
  done,
  refuse,
  type DeviceId,
  type DeviceLinkId,
  type DeviceLinkRow,
  type Outcome,
  type WaitingDevice
} from '../contract/index.js'
import { certifyDevice, found } from '../identity/certificates.js'
import { deviceLinkCode, deviceLinkIdOf, deviceLinkUrl, INVITE_SECRET_BYTES } from '../identity/invite-code.js'
import type { KeyPair } from '../identity/keys.js'
import { LinkHolder, wordsOfArrival, type Arrival, type DeviceLinkRecord } from '../sync/linking-holder.js'
import {
  MOST_BOOKS,
  MOST_FOUNDINGS,
  type LinkedBookMessage,
  type NotLinkedMessage
} from '../sync/linking-wire.js'
import { fromHex, toHex } from '../sync/messages.js'
import { certificateToMessage, foundingToMessage } from '../sync/proofs.js'
import { elsewhere, type Identity } from './identity-file.js'
import type { Library } from './library.js'
import { handedOver, introduce } from './linked-books.js'
import { readDeviceLinks } from './sealed-files.js'
import type { SettingsFile } from './settings-file.js'
import { Turns } from './turns.js'
import type { Vault } from './vault.js'

/** An hour: both devices are at hand, most often. */
const DEFAULT_EXPIRY_MS = 60 * 60 * 1000
/** A code that ended is answered for this long still, so that a device that comes late is told why. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000
/** The longest that a timer can be set to. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface LinkDeskOptions {
  readonly folder: string
  readonly vault: Vault
  readonly identity: Identity
  readonly settings: SettingsFile
  readonly library: Library
  readonly changed: () => void
}

export class LinkDesk {
  readonly #records = new Map<DeviceLinkId, DeviceLinkRecord>()
  readonly #holders = new Map<DeviceLinkId, LinkHolder>()
  readonly #turns = new Turns()
  #swarm: Hyperswarm | null = null
  #saving: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null

  private constructor(private readonly o: LinkDeskOptions) {}

  static async open(options: LinkDeskOptions): Promise<LinkDesk> {
    const desk = new LinkDesk(options)
    for (const record of await readDeviceLinks(options.vault, desk.#path))
      if (record.expiresMs + KEPT_MS > Date.now()) desk.#records.set(record.id, record)
    desk.#awaitExpiry()
    options.library.on('changed', (_book, topics) => {
      if (topics.includes('sync')) desk.#noteArrived().catch((error: unknown) => console.error(error))
    })
    return desk
  }

  async create(expiresInMs: number = DEFAULT_EXPIRY_MS): Promise<Outcome<DeviceLinkRow>> {
    if (!this.o.identity.member) return elsewhere('Link further devices from a device that does.')
    const secret = randomBytes(INVITE_SECRET_BYTES)
    const id = deviceLinkIdOf(secret)
    const createdMs = Date.now()
    const expiresMs = createdMs + expiresInMs
    const record = { id, secret: toHex(secret), createdMs, expiresMs, state: 'open', arrivals: [] } as const
    await this.#save(record)
    this.#start(id)
    this.#awaitExpiry()
    this.o.changed()
    return done(this.#row(record))
  }

  /** Newest first. */
  rows(): DeviceLinkRow[] {
    const records = [...this.#records.values()].sort((a, b) => b.createdMs - a.createdMs)
    return records.map((record) => this.#row(record))
  }

  async withdraw(id: DeviceLinkId): Promise<Outcome<null>> {
    const record = this.#records.get(id)
    if (!record) return unknown
    if (chosenOf(record)) return refuse('LINK_USED', 'A device was linked with this code. Revoke that device.')
    await this.#change(id, (now) => ({ ...now, state: 'withdrawn' }))
    return done(null)
  }

  /** The person has compared the words. One code links one device; repeating it for that one is harmless. */
  confirm(id: DeviceLinkId, device: DeviceId): Promise<Outcome<null>> {
    return this.#turns.take(async () => {
      const { member } = this.o.identity
      if (!member) return elsewhere('Link further devices from a device that does.')
      const record = this.#records.get(id)
      const arrival = record?.arrivals.find((each) => each.device === device)
      if (!record || !arrival || arrival.theirNonce === null) return notWaiting
      if (arrival.verdict === 'confirmed' || arrival.verdict === 'linked') return done(null)
      if (arrival.verdict === 'refused')
        return refuse('LINK_REFUSED', 'This device was turned away. Make a new code.')
      const ended = endOf(record)
      if (ended) return refuse(ended, 'This code links no device any more. Make a new one.')
      const certificate = certificateFor(member, arrival)
      await this.#decide(id, device, (each) => ({ ...each, verdict: 'confirmed', certificate }))
      return done(null)
    })
  }

  async refuse(id: DeviceLinkId, device: DeviceId): Promise<Outcome<null>> {
    const arrival = this.#records.get(id)?.arrivals.find((each) => each.device === device)
    if (arrival?.verdict !== 'waiting') return notWaiting
    await this.#decide(id, device, (each) => ({ ...each, verdict: 'refused' }))
    return done(null)
  }

  goOnline(swarm: Hyperswarm): void {
    this.#swarm = swarm
    for (const id of this.#records.keys()) this.#start(id)
    this.#awaitExpiry()
  }

  attend(stream: NoiseStream): void {
    for (const holder of this.#holders.values()) holder.attend(stream)
  }

  async goOffline(): Promise<void> {
    this.#swarm = null
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    const holders = [...this.#holders.values()]
    this.#holders.clear()
    await Promise.all(holders.map((holder) => holder.end()))
    await this.#saving
  }

  /** Waits at a code: one that has ended still says so. */
  #start(id: DeviceLinkId): void {
    const record = this.#records.get(id)
    if (!record || !this.#swarm || this.#holders.has(id)) return
    const { identity, settings } = this.o
    const holder = new LinkHolder({
      swarm: this.#swarm,
      record,
      save: (changed) => this.#save(changed),
      ended: endOf,
      about: async () => ({
        member: toHex(identity.memberKey),
        memberName: settings.current.memberName || (await this.#nameInBooks()),
        deviceName: settings.current.deviceName
      }),
      handover: (arrival) => this.#handover(arrival),
      randomBytes
    })
    holder.on('changed', this.o.changed)
    this.#holders.set(id, holder)
    for (const stream of this.#swarm.connections) holder.attend(stream)
  }

  async #nameInBooks(): Promise<string> {
    const [session] = await this.o.library.sessions()
    return session?.roster.memberName(this.o.identity.memberId) ?? ''
  }

  /**
   * All books that this person is present in. Each is told of the new device before that can read it, so that whoever
   * changes the secret from then on does it for that one too.
   */
  async #handover(arrival: Arrival) {
    const { member, memberId } = this.o.identity
    const sessions = handedOver(await this.o.library.sessions())
    if (!member || sessions.some(({ roster }) => roster.isRevoked(arrival.device, memberId))) return null
    const books: LinkedBookMessage[] = []
    for (const session of sessions.slice(0, MOST_BOOKS)) {
      const book = await introduce(session, arrival.device, arrival.deviceName)
      if (!book) throw new Error('a book could not be told of its device')
      books.push(book)
    }
    const foundings = Array.from({ length: MOST_FOUNDINGS }, () =>
      foundingToMessage(found(member, randomBytes(32), Date.now()))
    )
    return { books, foundings }
  }

  /** Its thanks may be lost: a device that was met in a book has it all. */
  async #noteArrived(): Promise<void> {
    const open = [...this.#records.values()].flatMap((record) => {
      const chosen = chosenOf(record)
      return chosen?.verdict === 'confirmed' ? [{ id: record.id, device: chosen.device }] : []
    })
    if (open.length === 0) return
    const sessions = await this.o.library.sessions()
    for (const { id, device } of open) {
      const isMet = sessions.some(({ sightings }) => (sightings.one(device)?.seenMs ?? null) !== null)
      if (isMet) await this.#decide(id, device, (each) => ({ ...each, verdict: 'linked' }))
    }
  }

  #decide(id: DeviceLinkId, device: DeviceId, change: (arrival: Arrival) => Arrival): Promise<void> {
    return this.#change(id, (record) => ({
      ...record,
      arrivals: record.arrivals.map((each) => (each.device === device ? change(each) : each))
    }))
  }

  async #change(id: DeviceLinkId, change: (record: DeviceLinkRecord) => DeviceLinkRecord): Promise<void> {
    const holder = this.#holders.get(id)
    if (holder) await holder.change(change)
    else await this.#save(change(this.#records.get(id) as DeviceLinkRecord))
    this.o.changed()
  }

  #row(record: DeviceLinkRecord): DeviceLinkRow {
    const { id, createdMs, expiresMs } = record
    const secret = endOf(record) ? null : fromHex(record.secret)
    const chosen = chosenOf(record)
    const waiting = endOf(record) ? [] : this.#waiting(record)
    return {
      id,
      code: secret && deviceLinkCode(secret),
      link: secret && deviceLinkUrl(secret),
      createdMs,
      expiresMs,
      state: stateOf(record, waiting),
      waiting,
      device: chosen?.device ?? null,
      deviceName: chosen?.deviceName ?? null
    }
  }

  #waiting(record: DeviceLinkRecord): WaitingDevice[] {
    const holder = this.#holders.get(record.id)
    return record.arrivals.flatMap((arrival) => {
      const words = wordsOfArrival(record, arrival, this.o.identity.memberKey)
      if (arrival.verdict !== 'waiting' || !words) return []
      const { device, deviceName, platform } = arrival
      const connection = holder?.isConnected(device) ? 'connected' : 'away'
      return [{ device, deviceName, platform, words, connection }]
    })
  }

  /** Looks again when the next code expires. */
  #awaitExpiry(): void {
    if (this.#timer) clearTimeout(this.#timer)
    const now = Date.now()
    const next = Math.min(...[...this.#records.values()].map((r) => r.expiresMs).filter((ms) => ms >= now))
    if (next === Infinity) return
    this.#timer = setTimeout(() => this.#expired(), Math.min(next + 1 - now, LONGEST_TIMER_MS))
    this.#timer.unref()
  }

  #expired(): void {
    for (const holder of this.#holders.values()) holder.review()
    this.o.changed()
    this.#awaitExpiry()
  }

  #save(record: DeviceLinkRecord): Promise<void> {
    this.#records.set(record.id, record)
    const { vault } = this.o
    const saving = this.#saving.then(() => vault.write(this.#path, [...this.#records.values()]))
    this.#saving = saving.catch(() => {})
    return saving
  }

  get #path(): string {
    return join(this.o.folder, 'links.sealed')
  }
}

const unknown = refuse('LINK_UNKNOWN', 'There is no such code.')
const notWaiting = refuse('ADMISSION_UNKNOWN', 'No such device is waiting at this code.')

/** The one device that the code was for. */
const chosenOf = ({ arrivals }: DeviceLinkRecord): Arrival | undefined =>
  arrivals.find(({ verdict }) => verdict === 'confirmed' || verdict === 'linked')

/** Why a code links no further device; null while it does. */
function endOf(record: DeviceLinkRecord): NotLinkedMessage['code'] | null {
  if (chosenOf(record)) return 'LINK_USED'
  if (record.state === 'withdrawn') return 'LINK_WITHDRAWN'
  return record.expiresMs < Date.now() ? 'LINK_EXPIRED' : null
}

function stateOf(record: DeviceLinkRecord, waiting: readonly WaitingDevice[]): DeviceLinkRow['state'] {
  const chosen = chosenOf(record)
  if (chosen) return chosen.verdict === 'linked' ? 'linked' : 'confirmed'
  if (record.state === 'withdrawn') return 'withdrawn'
  if (record.expiresMs < Date.now()) return 'expired'
  return waiting.length > 0 ? 'waiting' : 'open'
}

const certificateFor = (member: KeyPair, { deviceKey, deviceName, platform }: Arrival) =>
  certificateToMessage(
    certifyDevice(member, { publicKey: fromHex(deviceKey), name: deviceName, platform }, Date.now())
  )
