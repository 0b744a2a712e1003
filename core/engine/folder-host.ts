/**
 * One process per data folder. Whoever has it open (the *host*) listens on a socket that belongs to the folder;
 * everyone else (a *guest*) connects and talks to that engine. When a host goes, one of its guests takes over.
 *
 * The engine's own lock on its store decides who the host is; the socket only says where to find it. So a socket file
 * that a crash left behind is harmless: nobody answers there, the folder can be opened, and its new host replaces it.
 */
import { chmod, rm } from 'node:fs/promises'
import net from 'node:net'
import { isMainThread } from 'node:worker_threads'
import { clientOver, done, refuse } from '../contract/index.js'
import type { Changed, EngineApi, Outcome } from '../contract/index.js'
import { CLIENT_FRAME_BYTES, ENGINE_FRAME_BYTES } from './channel.js'
import type { EngineSource } from './channel.js'
import { connectChannel } from './channel-client.js'
import type { ChannelClient } from './channel-client.js'
import { serveChannel } from './channel-server.js'
import type { ServedChannel } from './channel-server.js'
import { socketChannel } from './channel-transports.js'
import { folderAddress } from './folder-address.js'
import type { Engine, EngineOptions } from './engine.js'
import { ALL_TOPICS, READING } from './requests/traits.js'

/** How long to wait for a folder that is neither free nor answering: its host is starting or stopping. */
const ATTACH_PATIENCE_MS = 10_000
const RETRY_MS = 25
/** A host welcomes a guest at once, unless it is stopping or has come to a stand. */
const WELCOME_MS = 3_000
/** How long a stopping host waits for its guests to go. */
const GRACE_MS = 5_000
const GUESTS = 256

/** A hold on a data folder, through this process or another. It stays good when the host changes. */
export interface Attachment extends EngineSource {
  readonly api: EngineApi
  /** Whether this process has the folder open now. */
  readonly role: 'host' | 'guest'
  /** As host: answers what is under way, then lets go of the folder. As guest: disconnects. */
  close(): Promise<void>
}

export interface AttachParts {
  /** Opens the folder; the engine's own opener unless a test brings another. */
  readonly open?: (options: EngineOptions) => Promise<Outcome<Engine>>
  readonly patienceMs?: number
}

/**
 * Opens a data folder, or connects to the process that has it open.
 *
 * @returns FOLDER_IN_USE after about 10 s of neither; whatever else `openEngine` refuses with.
 */
export async function attach(options: EngineOptions, parts: AttachParts = {}): Promise<Outcome<Attachment>> {
  const open = parts.open ?? openLazily
  const patienceMs = parts.patienceMs ?? ATTACH_PATIENCE_MS
  const first = await reach(options, open, patienceMs)
  if (!first.ok) return first
  return done(new FolderAttachment(first.value, () => reach(options, open, patienceMs)))
}

/** A guest needs none of the engine, and starts faster without loading it. */
async function openLazily(options: EngineOptions): Promise<Outcome<Engine>> {
  const { openEngine } = await import('./open.js')
  return openEngine(options)
}

/** One way to the engine, for as long as it lasts. */
interface Link extends EngineSource {
  readonly role: 'host' | 'guest'
  readonly ended: Promise<void>
  close(): Promise<void>
}

async function reach(
  options: EngineOptions,
  open: NonNullable<AttachParts['open']>,
  patienceMs: number
): Promise<Outcome<Link>> {
  const address = await folderAddress(options.folder)
  if (!address.ok) return address
  const deadlineMs = Date.now() + patienceMs
  for (;;) {
    const guest = await connect(address.value)
    if (guest) return done(guestLink(guest))
    const engine = await open(options)
    if (engine.ok) return host(engine.value, address.value)
    if (engine.error.code !== 'FOLDER_IN_USE' || Date.now() >= deadlineMs) return engine
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

/** Connects to the host, or null if none welcomes us: a socket that accepts may be one that is just being closed. */
async function connect(address: string): Promise<ChannelClient | null> {
  const socket = net.connect(address)
  const connected = await new Promise<boolean>((resolve) => {
    socket.once('error', () => resolve(false))
    socket.once('connect', () => resolve(true))
  })
  if (!connected) return null
  const client = connectChannel(socketChannel(socket, ENGINE_FRAME_BYTES))
  const timer = setTimeout(() => client.close(), WELCOME_MS)
  const answer = await Promise.race([client.welcomed.then(() => 'welcomed'), client.ended.then(() => 'ended')])
  clearTimeout(timer)
  return answer === 'welcomed' ? client : null
}

const guestLink = (client: ChannelClient): Link => ({
  role: 'guest',
  ended: client.ended,
  request: (name, body) => client.request(name, body),
  subscribe: (listener) => client.subscribe(listener),
  async close() {
    client.close()
  }
})

/** Listens for guests. Only called while this process holds the store, so whatever is at the address is left over. */
async function host(engine: Engine, address: string): Promise<Outcome<Link>> {
  const guests = new Set<ServedChannel>()
  const server = net.createServer((socket) => {
    if (guests.size >= GUESTS) return void socket.destroy()
    const guest = serveChannel(engine, socketChannel(socket, CLIENT_FRAME_BYTES))
    guests.add(guest)
    guest.welcome()
    void guest.closed.then(() => guests.delete(guest))
  })
  try {
    await listen(server, address)
  } catch (error) {
    await engine.close()
    const reason = error instanceof Error ? error.message : String(error)
    return refuse('STORAGE_FAILED', `Cannot listen at ${address}: ${reason}`, { address })
  }
  let markEnded: () => void = () => {}
  const ended = new Promise<void>((resolve) => (markEnded = resolve))
  return done({
    role: 'host',
    ended,
    request: (name, body) => engine.request(name, body),
    subscribe: (listener) => engine.subscribe(listener),
    async close() {
      // The socket's file goes with this, and before the store is free: the next host's file is never removed here.
      server.close()
      await Promise.all([...guests].map((guest) => guest.stop(GRACE_MS)))
      await engine.close()
      markEnded()
    }
  })
}

async function listen(server: net.Server, address: string): Promise<void> {
  const isFile = process.platform !== 'win32'
  if (isFile) await rm(address, { force: true })
  // The socket must never be there for others, not even until `chmod`. Workers share a mask that they may not change.
  const maskBefore = isFile && isMainThread ? process.umask(0o177) : null
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(address, resolve)
      if (maskBefore !== null) process.umask(maskBefore)
    })
  } finally {
    if (maskBefore !== null) process.umask(maskBefore)
  }
  server.removeAllListeners('error')
  if (isFile) await chmod(address, 0o600)
}

class FolderAttachment implements Attachment {
  readonly api: EngineApi = clientOver(this)
  #link: Link
  #reaching: Promise<Outcome<Link>> | null = null
  /** Whether the link has ended and no other was found yet. */
  #adrift: 'no' | 'yes' = 'no'
  #state: 'open' | 'closed' = 'open'
  readonly #reach: () => Promise<Outcome<Link>>
  readonly #listeners = new Set<(event: Changed) => void>()

  constructor(link: Link, reachAgain: () => Promise<Outcome<Link>>) {
    this.#link = link
    this.#reach = reachAgain
    this.#watch(link)
  }

  get role(): 'host' | 'guest' {
    return this.#link.role
  }

  async request(name: string, body: unknown): Promise<Outcome<unknown>> {
    for (;;) {
      if (this.#state === 'closed') return stopped()
      const reached = await (this.#adrift === 'yes' ? this.#replace() : this.#reaching)
      if (reached && !reached.ok) return reached
      const outcome = await this.#link.request(name, body)
      if (outcome.ok || outcome.error.code !== 'ENGINE_STOPPED' || this.#link.role === 'host') return outcome
      if (outcome.error.details?.executed !== 'no' && !READING.has(name)) return outcome
      // The link ends by itself a moment after it refused; asking again before would only be refused again.
      await this.#link.ended
    }
  }

  subscribe(listener: (event: Changed) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    const late = await this.#reaching
    if (late?.ok && late.value !== this.#link) await late.value.close()
    await this.#link.close()
  }

  #watch(link: Link): void {
    link.subscribe((event) => this.#emit(event))
    void link.ended.then(() => {
      this.#adrift = 'yes'
      if (this.#state === 'open') void this.#replace()
    })
  }

  /** The host has gone: find the next one, or become it. What was shown may be old by now. */
  #replace(): Promise<Outcome<Link>> {
    this.#reaching ??= this.#reach().then((reached) => {
      this.#reaching = null
      if (this.#state === 'open' && reached.ok) {
        this.#link = reached.value
        this.#adrift = 'no'
        this.#watch(reached.value)
        this.#emit({ book: null, topics: ALL_TOPICS })
      }
      return reached
    })
    return this.#reaching
  }

  #emit(event: Changed): void {
    for (const listener of [...this.#listeners]) listener(event)
  }
}

const stopped = (): Outcome<never> =>
  refuse('ENGINE_STOPPED', 'This program is closing; this was not done.', { executed: 'no' })
