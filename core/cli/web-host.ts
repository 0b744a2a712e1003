/**
 * The web host: the built page and the engine behind it, on loopback, for one browser.
 *
 * What keeps others out, on a machine that they can use too:
 * - It listens on 127.0.0.1 only, and answers only to the names of that address (against DNS rebinding).
 * - A ticket, printed once and good once, buys a session cookie that scripts and other sites cannot use.
 * - The engine's WebSocket wants the cookie *and* this very origin: a page from elsewhere has at most the one.
 * - The page's policy allows nothing but its own files and this connection.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { PAGE_HEADERS, done, refuse } from '../contract/index.js'
import type { Outcome } from '../contract/index.js'
import { CLIENT_FRAME_BYTES } from '../engine/channel.js'
import type { EngineSource } from '../engine/channel.js'
import { serveChannel } from '../engine/channel-server.js'
import type { ServedChannel } from '../engine/channel-server.js'
import { webSocketChannel } from '../engine/channel-transports.js'
import { readWebFiles } from './web-files.js'
import type { WebFile } from './web-files.js'
import { WebTickets } from './web-tickets.js'

const LOOPBACK = '127.0.0.1'
const ENGINE_PATH = '/engine'
/** Windows and reloads of one browser. */
const MAX_SOCKETS = 64
const CLOSE_MS = 2_000

export interface WebHost {
  readonly port: number
  /** An address with a fresh ticket. Addresses from before stop working. */
  address(): string
  close(): Promise<void>
}

export interface WebHostOptions {
  readonly engine: EngineSource
  /** The folder of the built page. */
  readonly page: string
  /** 0 for any. */
  readonly port: number
}

/** Starts the web host. Refuses with STORAGE_FAILED if there is no page or the port cannot be had. */
export async function openWebHost(options: WebHostOptions): Promise<Outcome<WebHost>> {
  const files = await readWebFiles(options.page)
  if (!files.ok) return files
  const server = createServer({ maxHeaderSize: 16 * 1024 })
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(options.port, LOOPBACK, resolve)
    })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return refuse('STORAGE_FAILED', `Cannot listen on ${LOOPBACK}:${options.port}: ${reason}`, {
      port: options.port
    })
  }
  return done(new RunningWebHost(server, files.value, options.engine))
}

class RunningWebHost implements WebHost {
  readonly port: number
  readonly #server: Server
  readonly #files: ReadonlyMap<string, WebFile>
  readonly #engine: EngineSource
  readonly #tickets: WebTickets
  readonly #names: readonly string[]
  readonly #clients = new Set<ServedChannel>()
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: CLIENT_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: false
  })

  constructor(server: Server, files: ReadonlyMap<string, WebFile>, engine: EngineSource) {
    this.#server = server
    this.#files = files
    this.#engine = engine
    this.port = (server.address() as AddressInfo).port
    this.#tickets = new WebTickets(this.port)
    this.#names = [`${LOOPBACK}:${this.port}`, `localhost:${this.port}`]
    server.on('request', (request: IncomingMessage, response: ServerResponse) =>
      this.#answer(request, response)
    )
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head)
    )
  }

  address(): string {
    return `http://${LOOPBACK}:${this.port}/?token=${this.#tickets.issue()}`
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    await Promise.all([...this.#clients].map((client) => client.stop(CLOSE_MS)))
    this.#server.closeAllConnections()
    await closed
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value)
    response.setHeader('Cache-Control', 'no-store')
    if (!this.#isForUs(request)) return plain(response, 421, 'This address is not served here.')
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      return plain(response, 405, 'Pages can only be read.')
    }
    const [pathname = '/', query] = (request.url ?? '/').split('?', 2)
    const ticket = new URLSearchParams(query).get('token')
    if (pathname === '/' && ticket !== null) return this.#redeem(ticket, response)
    if (!this.#tickets.admits(request.headers.cookie)) return plain(response, 403, NO_TICKET)
    const file = this.#files.get(pathname)
    if (!file) return plain(response, 404, 'There is no such page.')
    response.setHeader('Content-Type', file.type)
    response.setHeader('Content-Length', file.body.length)
    response.setHeader('Cache-Control', file.caching)
    response.end(request.method === 'HEAD' ? undefined : file.body)
  }

  #redeem(ticket: string, response: ServerResponse): void {
    const cookie = this.#tickets.redeem(ticket)
    if (cookie === null) return plain(response, 403, USED_TICKET)
    response.setHeader('Set-Cookie', cookie)
    response.setHeader('Location', '/')
    plain(response, 303, 'Guildbook is at /.')
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {})
    const allowed =
      request.url === ENGINE_PATH &&
      this.#isForUs(request) &&
      request.headers.origin === `http://${request.headers.host}` &&
      this.#tickets.admits(request.headers.cookie)
    if (!allowed) return refuseUpgrade(socket, '403 Forbidden')
    if (this.#clients.size >= MAX_SOCKETS) return refuseUpgrade(socket, '503 Service Unavailable')
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const client = serveChannel(this.#engine, webSocketChannel(webSocket))
      this.#clients.add(client)
      void client.closed.then(() => this.#clients.delete(client))
    })
  }

  /** Asked for by a name of ours, and from a page of ours if from a page at all. */
  #isForUs(request: IncomingMessage): boolean {
    const { host, origin } = request.headers
    if (host === undefined || !this.#names.includes(host)) return false
    return origin === undefined || origin === `http://${host}`
  }
}

const NO_TICKET = `Guildbook does not know this browser.
Open the address that "guildbook serve" printed, or stop it and run it again for a new one.`

const USED_TICKET = `This address has been used, or is an old one: each works once.
Press Enter where "guildbook serve" runs for a new one, or stop it and run it again.`

function plain(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status
  response.setHeader('Content-Type', 'text/plain; charset=utf-8')
  response.end(`${text}\n`)
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
