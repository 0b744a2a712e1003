/** What comes to the web host's port: any bytes of HTTP, a browser with a session, or a page with less than that. */
import http from 'node:http'
import net from 'node:net'
import { WebSocket } from 'ws'
import type { WebHost } from '../../core/cli/web-host.js'
import { connectChannel, type ChannelClient } from '../../core/engine/channel-client.js'
import { webSocketChannel } from '../../core/engine/channel-transports.js'

type Headers = Readonly<Record<string, string>>

export interface Reply {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

export class Visitor {
  constructor(readonly host: WebHost) {}

  get origin(): string {
    return `http://127.0.0.1:${this.host.port}`
  }

  /** The path that a fresh ticket is in. */
  ticketPath(): string {
    const { pathname, search } = new URL(this.host.address())
    return pathname + search
  }

  /** Plain HTTP, so that the path and every header go out as written. */
  ask(target: string, headers: Headers = {}, method = 'GET'): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        { host: '127.0.0.1', port: this.host.port, path: target, method, headers, agent: false },
        (response) => {
          let body = ''
          response.setEncoding('utf8')
          response.on('data', (text: string) => (body += text))
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
          )
        }
      )
      request.on('error', reject)
      request.end()
    })
  }

  /** Sends these bytes on a connection of its own; resolves to all that came back when the other end hung up. */
  raw(bytes: string | Uint8Array): Promise<string> {
    return new Promise((resolve) => {
      const socket = net.connect(this.host.port, '127.0.0.1')
      let text = ''
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
      socket.on('error', () => {})
      socket.on('close', () => resolve(text))
      socket.write(bytes)
    })
  }

  /** Connections that say nothing. */
  async idle(count: number): Promise<() => void> {
    const sockets = Array.from({ length: count }, () => net.connect(this.host.port, '127.0.0.1'))
    for (const socket of sockets) socket.on('error', () => {})
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
    return () => sockets.forEach((socket) => socket.destroy())
  }

  /** The session's cookie, for a fresh ticket. */
  async session(): Promise<string> {
    const { headers } = await this.ask(this.ticketPath())
    return (headers['set-cookie']?.[0] ?? '').split(';')[0] ?? ''
  }

  /** The open socket, or the HTTP status that refuses it. */
  connect(headers: Headers, target = '/engine'): Promise<WebSocket | number> {
    return new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${this.host.port}${target}`, { headers })
      socket.on('open', () => resolve(socket))
      socket.on('unexpected-response', (_request, response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      socket.on('error', () => {})
    })
  }

  /** A socket as the page itself opens it. */
  async socket(cookie: string): Promise<WebSocket> {
    const socket = await this.connect({ cookie, origin: this.origin })
    if (typeof socket === 'number') throw new Error(`refused: ${socket}`)
    return socket
  }

  /** The page itself: asks the engine over its socket. */
  async page(cookie: string): Promise<ChannelClient> {
    return connectChannel(webSocketChannel(await this.socket(cookie)))
  }
}
