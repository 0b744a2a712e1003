/** Channels over message ports, byte streams and WebSockets. */
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Channel } from './channel.js'

/** What Node's and Electron's message ports have in common. */
export interface PortLike {
  postMessage(message: unknown): void
  on(event: string, listener: (...received: unknown[]) => void): unknown
  start?(): void
  close(): void
}

/** Over a port of `node:worker_threads`, whose listener gets the message itself. */
export const nodePortChannel = (port: PortLike): Channel => portChannel(port, (received) => received)

/** Over an Electron `MessagePortMain`, whose listener gets `{ data }`. */
export const electronPortChannel = (port: PortLike): Channel =>
  portChannel(port, (received) =>
    typeof received === 'object' && received !== null && 'data' in received ? received.data : undefined
  )

function portChannel(port: PortLike, messageOf: (received: unknown) => unknown): Channel {
  return {
    form: 'structured',
    send: (frame) => port.postMessage(frame),
    start(onFrame, onClose) {
      port.on('message', (received) => onFrame(messageOf(received)))
      port.on('close', () => onClose())
      port.start?.()
    },
    unsentBytes: () => 0,
    close: () => port.close(),
    drop: () => port.close()
  }
}

const HEADER_BYTES = 4

/** Over a byte stream: each text behind its length. A longer frame than `maxFrameBytes` closes it. */
export function socketChannel(socket: Socket, maxFrameBytes: number): Channel {
  return {
    form: 'text',
    send(frame) {
      if (typeof frame !== 'string' || socket.destroyed || socket.writableEnded) return
      const body = Buffer.from(frame)
      const header = Buffer.allocUnsafe(HEADER_BYTES)
      header.writeUInt32BE(body.length)
      socket.cork()
      socket.write(header)
      socket.write(body)
      socket.uncork()
    },
    start(onFrame, onClose) {
      const read = frameReader(maxFrameBytes, onFrame)
      socket.on('data', (chunk: Buffer) => {
        if (read(chunk) === 'too-large') socket.destroy()
      })
      // 'close' always follows an error, and there is nothing else to do about one.
      socket.on('error', () => {})
      socket.on('end', () => socket.end())
      socket.on('close', () => onClose())
    },
    unsentBytes: () => socket.writableLength,
    close: () => void (socket.writableEnded || socket.end(() => socket.destroySoon())),
    drop: () => void socket.destroy()
  }
}

/** Cuts a byte stream into frames. Holds at most one frame's bytes and the chunk that came. */
function frameReader(maxFrameBytes: number, onFrame: (text: string) => void) {
  let chunks: Buffer[] = []
  let heldBytes = 0

  return (chunk: Buffer): 'ok' | 'too-large' => {
    chunks.push(chunk)
    heldBytes += chunk.length
    while (heldBytes >= HEADER_BYTES) {
      if ((chunks[0]?.length ?? 0) < HEADER_BYTES) chunks = [Buffer.concat(chunks)]
      const frameBytes = chunks[0]?.readUInt32BE(0) ?? 0
      if (frameBytes > maxFrameBytes) return 'too-large'
      if (heldBytes < HEADER_BYTES + frameBytes) break
      const all = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
      const rest = all.subarray(HEADER_BYTES + frameBytes)
      chunks = rest.length > 0 ? [rest] : []
      heldBytes = rest.length
      onFrame(all.toString('utf8', HEADER_BYTES, HEADER_BYTES + frameBytes))
    }
    return 'ok'
  }
}

/** Over a WebSocket of the `ws` package, which bounds frames by its own `maxPayload`. Binary messages are malformed. */
export function webSocketChannel(socket: WebSocket): Channel {
  return {
    form: 'text',
    send(frame) {
      if (typeof frame === 'string' && socket.readyState === socket.OPEN) socket.send(frame)
    },
    start(onFrame, onClose) {
      socket.on('message', (data, isBinary) => onFrame(isBinary ? undefined : data.toString()))
      socket.on('error', () => {})
      socket.on('close', () => onClose())
    },
    unsentBytes: () => socket.bufferedAmount,
    close: () => socket.close(),
    drop: () => socket.terminate()
  }
}
