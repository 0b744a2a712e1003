/** Composition root: opens a data folder and answers the contract. */
import * as v from 'valibot'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import type HyperDHT from 'hyperdht'
import {
  done,
  refuse,
  type BookId,
  type Changed,
  type Outcome,
  type RequestName,
  type Settings,
  type Topic
} from '../contract/index.js'
import type { BookSession } from './book-session.js'
import { ChangeFeed } from './change-feed.js'
import type { Engine, EngineOptions } from './engine.js'
import { lockFolder, type FolderLock } from './folder-lock.js'
import { openIdentity } from './identity-file.js'
import { InviteDesk } from './invite-desk.js'
import { JoinDesk } from './join-desk.js'
import { Library } from './library.js'
import type { EngineParts } from './parts.js'
import { handlersOf, type Handler } from './requests/handlers.js'
import { SCHEMAS } from './requests/schemas.js'
import { SettingsFile } from './settings-file.js'
import { Vault } from './vault.js'

/** Refuses with FOLDER_IN_USE while another process has the folder, KEYS_LOCKED when `keys` cannot open it. */
export async function openEngine(options: EngineOptions): Promise<Outcome<Engine>> {
  const lock = await lockFolder(options.folder)
  if (!lock.ok) return lock
  const vault = await Vault.open(options.folder, options.keys)
  if (!vault.ok) {
    await lock.value.release()
    return vault
  }
  const engine = new FolderEngine(options, lock.value, vault.value)
  await engine.open()
  return done(engine)
}

class FolderEngine implements Engine {
  readonly #feed = new ChangeFeed((event) => this.#announce(event))
  readonly #desks = new Map<BookId, Promise<InviteDesk>>()
  /** Those of them that are ready: a connection must be attended to at once. */
  readonly #readyDesks = new Set<InviteDesk>()
  readonly #busy = new Set<Promise<unknown>>()
  #parts!: EngineParts
  #handlers!: ReturnType<typeof handlersOf>
  #network: { readonly dht: HyperDHT; readonly pairing: Hyperswarm } | null = null
  #state: 'open' | 'closing' = 'open'

  constructor(
    private readonly options: EngineOptions,
    private readonly lock: FolderLock,
    private readonly vault: Vault
  ) {}

  async open(): Promise<void> {
    const { folder, appVersion } = this.options
    const identity = await openIdentity(this.vault, folder)
    const settings = await SettingsFile.open(folder)
    const library = new Library(folder, this.vault, identity, settings)
    library.on('changed', (book, topics) => this.#feed.note(book, topics))
    library.on('opened', (session) => void this.#opened(session))
    const changed = () => this.#feed.note(null, ['joins', 'books'])
    const joins = await JoinDesk.open({ folder, vault: this.vault, identity, settings, library, changed })
    this.#parts = {
      info: { version: appVersion, folder, platform: process.platform, keyProtection: this.vault.protection },
      library,
      settings,
      joins,
      effectiveNetwork: () => ({ ...settings.current.network, ...this.options.network }),
      changeSettings: (change) => this.#changeSettings(change),
      invites: (session) => this.#desk(session),
      forget: (book) => this.#forget(book)
    }
    this.#handlers = handlersOf(this.#parts)
    // What cannot be reached now is tried again by Hyperswarm; what is misconfigured shows in the settings.
    void this.#goOnline()
  }

  async request(name: string, body: unknown): Promise<Outcome<unknown>> {
    if (this.#state === 'closing') return refuse('ENGINE_STOPPED', 'Guildbook is closing.', { executed: 'no' })
    if (!Object.hasOwn(SCHEMAS, name)) return refuse('BAD_REQUEST', `There is no request "${name}".`)
    const request = v.safeParse(SCHEMAS[name as RequestName] as v.GenericSchema, body)
    if (!request.success) return refuse('BAD_REQUEST', explain(request.issues), { request: name })
    const handler = this.#handlers[name as RequestName] as Handler<never>
    const answer = Promise.resolve().then(() => handler(request.output as never))
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
    await Promise.allSettled(this.#busy)
    await this.#goOffline()
    await this.#parts.library.close()
    this.#feed.close()
    await this.lock.release()
  }

  async #changeSettings(change: Partial<Settings>): Promise<Outcome<Settings>> {
    const before = JSON.stringify(this.#parts.effectiveNetwork())
    const settings = await this.#parts.settings.change(change)
    this.#feed.note(null, ['settings'])
    if (JSON.stringify(this.#parts.effectiveNetwork()) !== before) {
      await this.#goOffline()
      await this.#goOnline()
    }
    return done(settings)
  }

  #desk(session: BookSession): Promise<InviteDesk> {
    let desk = this.#desks.get(session.id)
    if (!desk) {
      const topics: readonly Topic[] = ['people', 'sync']
      desk = InviteDesk.open(session, () => this.#feed.note(session.id, topics))
      this.#desks.set(session.id, desk)
      void desk.then((ready) => this.#readyDesks.add(ready))
    }
    return desk
  }

  /** An opened book's open invites are answered from here while this device is online. */
  async #opened(session: BookSession): Promise<void> {
    const desk = await this.#desk(session)
    if (this.#network) desk.goOnline(this.#network.pairing)
  }

  async #forget(book: BookId): Promise<void> {
    const desk = await this.#desks.get(book)
    this.#desks.delete(book)
    if (desk) {
      this.#readyDesks.delete(desk)
      await desk.goOffline()
    }
    await this.#parts.library.forget(book)
  }

  async #goOnline(): Promise<void> {
    const settings = this.#parts.effectiveNetwork()
    if (settings.mode === 'off' || this.#state === 'closing') return
    // A command that reads needs none of this, and starts faster without loading it.
    const { startNetwork, startSwarm } = await import('../sync/network.js')
    if (this.#state !== 'open' || this.#network) return
    const started = startNetwork(settings)
    if (!started.ok) return
    const dht = started.value
    const pairing = startSwarm(dht)
    this.#network = { dht, pairing }
    pairing.on('connection', (stream: NoiseStream) => this.#onPairing(stream))
    this.#parts.joins.goOnline(pairing)
    await this.#parts.library.goOnline(dht)
    for (const desk of await Promise.all(this.#desks.values())) {
      if (this.#network?.pairing === pairing) desk.goOnline(pairing)
    }
  }

  #onPairing(stream: NoiseStream): void {
    stream.on('error', () => {})
    for (const desk of this.#readyDesks) desk.attend(stream)
    this.#parts.joins.attend(stream)
  }

  async #goOffline(): Promise<void> {
    const network = this.#network
    this.#network = null
    if (!network) return
    await this.#parts.joins.goOffline()
    for (const desk of await Promise.all(this.#desks.values())) await desk.goOffline()
    await this.#parts.library.goOffline()
    await network.pairing.destroy()
    await network.dht.destroy()
  }

  /** After a change: what clients see is new, and peers are told. */
  #announce(event: Changed): void {
    if (!event.book || this.#state === 'closing') return
    void this.#parts.library.session(event.book).then((session) => {
      if (session.ok && this.#state === 'open') void session.value.presence.tell()
    })
  }
}

/** The first thing that is wrong with a request, and where. */
function explain(issues: readonly v.BaseIssue<unknown>[]): string {
  const [issue] = issues
  if (!issue) return 'The request is malformed.'
  const path = v.getDotPath(issue)
  return path ? `${path}: ${issue.message}` : issue.message
}
