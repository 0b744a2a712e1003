/** Where channels to the engine come from: a port that the desktop app hands over, or a WebSocket in a browser. */
import { parse, stringify } from 'devalue'
import { ENGINE_PORT_MESSAGE, type DesktopBridge } from '../../core/contract/index.js'
import type { Channel, Transport } from './connection.js'

declare global {
  interface Window {
    readonly guildbook?: DesktopBridge
  }
}

const FIRST_RETRY_MS = 250
const LONGEST_RETRY_MS = 5000

function portChannel(port: MessagePort): Channel {
  return {
    send: (frame) => port.postMessage(frame),
    receive: (listener) => {
      port.onmessage = (event: MessageEvent<unknown>) => listener(event.data)
    },
    // Structured clone carries bigint and the rest; runes' proxies never get here, rows are raw.
    encode: (message) => message,
    decode: (frame) => frame,
    close: () => {
      port.onmessage = null
      port.close()
    }
  }
}

/** In the desktop app: each port that the preload script posts to this very window replaces the one before. */
export function desktopTransport(page: Window, onEngineLost: (lost: () => void) => void): Transport {
  return {
    start({ opened, lost }) {
      page.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (event.source !== page || event.origin !== page.location.origin) return
        const data = event.data as { kind?: unknown } | null
        const port = event.ports[0]
        if (data?.kind === ENGINE_PORT_MESSAGE && port) opened(portChannel(port))
      })
      onEngineLost(lost)
    }
  }
}

function socketChannel(socket: WebSocket): Channel {
  return {
    send: (frame) => socket.send(frame as string),
    receive: (listener) => {
      socket.onmessage = (event: MessageEvent<unknown>) => listener(event.data)
    },
    encode: (message) => stringify(message),
    decode: (frame) => parse(frame as string) as unknown,
    close: () => {
      socket.onmessage = null
      socket.close()
    }
  }
}

/** In a browser: a WebSocket back to where the page came from, opened again with back-off whenever it closes. */
export function socketTransport(page: Window): Transport {
  const url = new URL('/engine', page.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return {
    start({ opened, lost, turnedAway }) {
      let retryMs = FIRST_RETRY_MS
      const open = (): void => {
        const socket = new WebSocket(url)
        let was: 'opened' | 'refused' = 'refused'
        socket.onopen = () => {
          was = 'opened'
          retryMs = FIRST_RETRY_MS
          opened(socketChannel(socket))
        }
        socket.onclose = () => {
          lost()
          if (was === 'refused') void isKnown(page).then((known) => known === 'no' && turnedAway())
          page.setTimeout(open, retryMs)
          retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
        }
      }
      open()
    }
  }
}

/** A WebSocket does not say why it was refused: whoever does not answer has gone, and whoever refuses is new. */
async function isKnown(page: Window): Promise<'yes' | 'no' | 'nobody-there'> {
  try {
    const answer = await page.fetch('/', { method: 'HEAD', cache: 'no-store' })
    return answer.status === 403 ? 'no' : 'yes'
  } catch {
    return 'nobody-there'
  }
}
