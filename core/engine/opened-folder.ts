/** What is behind an unlocked data folder: its books, its desks, and the network. Locking closes it; unlocking makes another. */
import { setTimeout as sleep } from 'node:timers/promises'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream, PeerInfo } from 'hyperswarm'
import {
  done,
  refuse,
  type BookId,
  type Changed,
  type Outcome,
  type RecoveryStatus,
  type RequestOf,
  type Settings,
  type Topic
} from '../contract/index.js'
import { BackupDesk } from './backup-desk.js'
import { ArrivalDesk } from './arrival-desk.js'
import type { BookSession } from './book-session.js'
import type { ChangeFeed } from './change-feed.js'
import type { EngineOptions } from './engine.js'
import { equalSecrets } from '../identity/bytes.js'
import { keyPairOf } from '../identity/keys.js'
import { openIdentity, type Identity } from './identity-file.js'
import { InviteDesk } from './invite-desk.js'
import { JoinDesk } from './join-desk.js'
import { KinDesk } from './kin-desk.js'
import type { Keyring } from './keyring.js'
import { Library } from './library.js'
import { LinkDesk } from './link-desk.js'
import { finishLink } from './linked-folder.js'
import { loadNetwork } from './network-loading.js'
import type { EngineParts } from './parts.js'
import type { PersonGuard } from './person-guard.js'
import { PhraseDesk } from './phrase-desk.js'
import { RecoveryAnswers } from './recovery-answers.js'
import { RecoveryDesk } from './recovery-desk.js'
import { finishRestore, type Staged } from './restore.js'
import { handlersOf, type FolderRequest, type Handler } from './requests/handlers.js'
import { Crowd } from '../sync/crowd.js'
import { Turns } from './turns.js'
import type { SettingsFile } from './settings-file.js'
import type { Vault } from './vault.js'

/** Evidence of several forks comes together. */
const GATHER_MS = 50
/** What was asked of a book has so long before it is opened again. */
const PATIENCE_MS = 2_000

export interface OpenedFolderOptions extends Pick<EngineOptions, 'folder' | 'network' | 'stretcher'> {
  readonly vault: Vault
  readonly settings: SettingsFile
  readonly keyring: Keyring
  readonly guard: PersonGuard
  readonly feed: ChangeFeed
  /** A code made this folder someone's linked device: it is to be opened anew as that. */
  readonly arrived: () => void
}

export class OpenedFolder {
  readonly #desks = new Map<BookSession, Promise<InviteDesk>>()
  /** Those of them that are ready: a connection must be attended to at once. */
  readonly #readyDesks = new Set<InviteDesk>()
  readonly #busy = new Set<Promise<unknown>>()
  #parts!: EngineParts
  #handlers!: ReturnType<typeof handlersOf>
  #answers!: RecoveryAnswers
  #kin!: KinDesk
  #identity!: Identity
  #network: { readonly pairing: Hyperswarm; end(): Promise<void> } | null = null
  #goingOnline: Promise<void> = Promise.resolve()
  #state: 'open' | 'closing' = 'open'
  readonly #closing = new AbortController()
  /** When books were last opened again, and how long that took. */
  readonly #reopened = new Map<BookId, { readonly atMs: number; readonly tookMs: number }>()
  #reopening: Promise<void> = Promise.resolve()

  private constructor(private readonly o: OpenedFolderOptions) {}

  static async open(options: OpenedFolderOptions): Promise<OpenedFolder> {
    const opened = new OpenedFolder(options)
    await opened.#open()
    return opened
  }

  /** Answers a request that was checked. */
  async request(name: FolderRequest, request: unknown): Promise<Outcome<unknown>> {
    const handler = this.#handlers[name] as Handler<never>
    const answer = Promise.resolve().then(() => handler(request as never))
    this.#busy.add(answer)
    try {
      return await answer
    } finally {
      this.#busy.delete(answer)
    }
  }

  /** After a change: peers are told. */
  announce({ book }: Changed): void {
    if (!book || this.#state === 'closing') return
    void this.#parts.library.opened(book).then((session) => {
      if (session && this.#state === 'open') void session.presence.tell()
    })
  }

  /** Resolves when all that was asked is answered. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#busy)
  }

  /** Whether the member's key is elsewhere, and this device only certified by it. */
  get isLinked(): boolean {
    return this.#identity.member === null
  }

  isOf(memberSeed: Uint8Array): boolean {
    return equalSecrets(keyPairOf(memberSeed).publicKey, this.#identity.memberKey)
  }

  /** Searches for the books of this folder's member, who has just given the phrase. */
  async beginRecovery(memberName: string | undefined): Promise<RecoveryStatus> {
    await this.#identity.confirmPhrase()
    this.o.feed.note(null, ['phrase'])
    if (memberName) await this.#changeSettings({ memberName })
    return this.#parts.recovery.begin()
  }

  cancelBackup(): void {
    this.#parts.backups.cancel()
  }

  stageRestore(request: RequestOf<'restore'>): Promise<Outcome<Staged>> {
    return this.#parts.backups.stage(request)
  }

  /** FOLDER_NOT_EMPTY if there is anything that becoming another device, or another person, would take away. */
  async isFree(): Promise<Outcome<null>> {
    const { library, joins } = this.#parts
    const ids = await library.ids()
    const samples = (await library.sessions()).filter(({ kind }) => kind === 'sample')
    const isJoining = (await joins.rows()).some(({ step }) => step !== 'refused')
    if (ids.length === samples.length && !isJoining) return done(null)
    return refuse(
      'FOLDER_NOT_EMPTY',
      'There are books in this folder already. Do this in a new folder, or on a new machine.'
    )
  }

  /** Answers what is under way, and makes everything durable. */
  async close(): Promise<Vault> {
    this.#state = 'closing'
    this.#closing.abort()
    this.#kin.close()
    await this.#reopening
    await this.#parts.backups.close()
    await this.settle()
    await this.#goOffline()
    await this.#parts.library.close()
    return this.o.vault
  }

  async #open(): Promise<void> {
    const { folder, vault, keyring, settings, feed, guard, stretcher } = this.o
    await finishRestore(folder, settings)
    const linked = await finishLink(folder, vault, settings)
    const identity = await openIdentity(vault, folder)
    this.#identity = identity
    this.#answers = new RecoveryAnswers({ identity, settings })
    const library = new Library(folder, vault, identity, settings)
    library.on('changed', (book, topics) => feed.note(book, topics))
    library.on('opened', (session) => void this.#opened(session))
    const changed = () => feed.note(null, ['joins', 'books'])
    const joins = await JoinDesk.open({ folder, vault, identity, settings, library, changed })
    const arrivals = await ArrivalDesk.open(
      {
        ...{ folder, vault, library, changed },
        isFree: () => this.isFree(),
        arrived: () => this.o.arrived()
      },
      linked
    )
    const links = await LinkDesk.open({
      ...{ folder, vault, identity, settings, library },
      changed: () => feed.note(null, ['device-links'])
    })
    this.#kin = await KinDesk.open({ folder, vault, identity, library, turns: new Turns() })
    const phrases = new PhraseDesk({ identity, guard, changed: () => feed.note(null, ['phrase']) })
    const backups = await BackupDesk.open({
      ...{ folder, vault, keyring, stretcher, identity, settings, library },
      changed: () => feed.note(null, ['backups'])
    })
    const recovery = await RecoveryDesk.open({
      ...{ folder, vault, identity, settings, library },
      forget: (book) => this.#forget(book),
      changed: () => feed.note(null, ['recoveries', 'books'])
    })
    this.#parts = {
      library,
      settings,
      joins,
      arrivals,
      links,
      phrases,
      backups,
      recovery,
      effectiveNetwork: () => ({ ...settings.current.network, ...this.o.network }),
      changeSettings: (change) => this.#changeSettings(change),
      invites: (session) => this.#desk(session),
      forget: async (book) => {
        await this.#kin.forgot(book)
        await this.#forget(book)
      }
    }
    this.#handlers = handlersOf(this.#parts)
    // What cannot be reached now is tried again by Hyperswarm; what is misconfigured shows in the settings.
    void this.#goOnline()
  }

  async #changeSettings(change: Partial<Settings>): Promise<Outcome<Settings>> {
    const before = JSON.stringify(this.#parts.effectiveNetwork())
    const settings = await this.#parts.settings.change(change)
    if (change.deviceName) await this.#renameInBooks(change.deviceName)
    this.o.feed.note(null, ['settings'])
    if (JSON.stringify(this.#parts.effectiveNetwork()) !== before) {
      await this.#goOffline()
      await this.#goOnline()
    }
    return done(settings)
  }

  /** A name that this device was given in a book goes before that in its certificate: it is given the new one there. */
  async #renameInBooks(name: string): Promise<void> {
    const { deviceId, memberId } = this.#identity
    for (const session of await this.#parts.library.sessions()) {
      const given = session.roster.deviceName(deviceId, memberId)
      if (given === null || given === name || !session.allows('nameDevice', 'own').ok) continue
      await session.write(() => done([{ kind: 'nameDevice', device: deviceId, name }]))
    }
  }

  #desk(session: BookSession): Promise<InviteDesk> {
    let desk = this.#desks.get(session)
    if (!desk) {
      const topics: readonly Topic[] = ['people', 'sync']
      desk = InviteDesk.open(session, () => this.o.feed.note(session.id, topics))
      this.#desks.set(session, desk)
      void desk.then((ready) => this.#readyDesks.add(ready))
    }
    return desk
  }

  /** An opened book's open invites, and members who lost everything, are answered from here while this device is online. */
  async #opened(session: BookSession): Promise<void> {
    session.once('forked', () => {
      this.#reopening = this.#reopening.then(() => this.#reopen(session))
    })
    this.#answers.add(session)
    session.on('kin', (stream, device) => this.#kin.meet(session, stream, device))
    const desk = await this.#desk(session)
    if (this.#network) desk.goOnline(this.#network.pairing)
  }

  async #forget(book: BookId): Promise<void> {
    // It may be copying just this one.
    await this.#parts.backups.settle()
    const session = await this.#parts.library.session(book)
    if (session.ok) await this.#leave(session.value)
    await this.#parts.library.forget(book)
  }

  /** Ends what is done for a session beside itself. */
  async #leave(session: BookSession): Promise<void> {
    this.#answers.remove(session)
    const desk = await this.#desks.get(session)
    this.#desks.delete(session)
    if (!desk) return
    this.#readyDesks.delete(desk)
    await desk.goOffline()
  }

  /**
   * Opens a book again: what is known now of a log with two histories changes what was built on it. Somebody could show
   * one fork after the other; the book is open nine tenths of the time all the same.
   */
  async #reopen(session: BookSession): Promise<void> {
    const sinceMs = performance.now() - (this.#reopened.get(session.id)?.atMs ?? -Infinity)
    const waitMs = 9 * (this.#reopened.get(session.id)?.tookMs ?? 0) - sinceMs
    await sleep(Math.max(GATHER_MS, waitMs), undefined, { signal: this.#closing.signal }).catch(ignore)
    await this.#parts.backups.settle()
    if (this.#state === 'closing' || (await this.#parts.library.opened(session.id)) !== session) return
    const beganMs = performance.now()
    // What was asked is answered by the book as it was; what is asked from now on waits.
    const asked = Promise.race([Promise.allSettled(this.#busy), sleep(PATIENCE_MS)])
    const reopened = this.#parts.library.reopen(session.id, asked)
    await this.#leave(session)
    await reopened
    this.#reopened.set(session.id, { atMs: performance.now(), tookMs: performance.now() - beganMs })
  }

  #goOnline(): Promise<void> {
    this.#goingOnline = this.#goingOnline.then(() => this.#connect())
    return this.#goingOnline
  }

  async #connect(): Promise<void> {
    const settings = this.#parts.effectiveNetwork()
    if (settings.mode === 'off' || this.#state === 'closing') return
    const { endSwarm, startNetwork, startSwarm } = await loadNetwork()
    if (this.#state !== 'open' || this.#network) return
    const started = startNetwork(settings)
    if (!started.ok) return
    const dht = started.value
    const pairing = startSwarm(dht)
    const crowd = new Crowd(pairing)
    const end = async () => {
      await endSwarm(pairing)
      // What still waits for an answer is broken off.
      await dht.destroy({ force: true })
    }
    this.#network = { pairing, end }
    pairing.on('connection', (stream: NoiseStream, peer: PeerInfo) => {
      this.#onPairing(stream)
      crowd.come(stream, peer)
    })
    this.#parts.joins.goOnline(pairing)
    this.#parts.arrivals.goOnline(pairing)
    this.#parts.links.goOnline(pairing)
    this.#parts.recovery.goOnline(pairing)
    this.#answers.goOnline(pairing)
    await this.#parts.library.goOnline(dht)
    for (const desk of await Promise.all(this.#desks.values())) {
      if (this.#network?.pairing === pairing) desk.goOnline(pairing)
    }
  }

  #onPairing(stream: NoiseStream): void {
    stream.on('error', () => {})
    for (const desk of this.#readyDesks) desk.attend(stream)
    this.#parts.joins.attend(stream)
    this.#parts.arrivals.attend(stream)
    this.#parts.links.attend(stream)
    this.#answers.attend(stream)
    this.#parts.recovery.attend(stream)
  }

  async #goOffline(): Promise<void> {
    // Halfway online, books would still be opening, and would go online after this.
    await this.#goingOnline
    const network = this.#network
    this.#network = null
    if (!network) return
    const desks = await Promise.all(this.#desks.values())
    await Promise.all([
      this.#parts.joins.goOffline(),
      this.#parts.arrivals.goOffline(),
      this.#parts.links.goOffline(),
      this.#parts.recovery.goOffline(),
      this.#answers.goOffline(),
      ...desks.map((desk) => desk.goOffline()),
      this.#parts.library.goOffline()
    ])
    await network.end()
  }
}

const ignore = (): void => {}
