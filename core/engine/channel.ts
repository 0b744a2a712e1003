/**
 * The wire between an engine and its clients: what a frame looks like, in both forms, and how one is judged.
 *
 * The frames are those of birpc 4:
 *
 * | frame | from | meaning |
 * |---|---|---|
 * | `{ t: 'q', i, m: 'request', a: [name, body] }` | client | one request; `i` is any string of 1 to 64 characters |
 * | `{ t: 's', i, r: Outcome }` | engine | its answer; always an outcome, never an `e` |
 * | `{ t: 'q', m: 'changed', a: [Changed] }` | engine | which answers may have changed; wants no reply |
 * | `{ t: 'q', m: 'welcome', a: [] }` | engine | the first frame where processes share a folder: requests will be answered |
 * | `{ t: 'q', m: 'stopping', a: [] }` | engine | send nothing more here and close once all is answered |
 *
 * A channel carries them *structured* (as values, over a message port) or as *text*: `devalue.stringify`, so that
 * bigint and undefined survive. A WebSocket message is one text; on a byte stream each text goes behind its length in
 * UTF-8 bytes as four bytes, big-endian.
 *
 * A client's frame that is malformed or above `CLIENT_FRAME_BYTES` closes that channel, and hurts nothing else. When a
 * channel closes, what was not answered ends as `ENGINE_STOPPED`, with `details.executed` `no` (surely not done) or
 * `unknown`.
 */
import { parse, stringify } from 'devalue'
import { refuse } from '../contract/index.js'
import type { Changed, EngineWire } from '../contract/index.js'
import { plainBytes } from './plain.js'

/** Largest frame a client may send. An import sends its rows in portions. */
export const CLIENT_FRAME_BYTES = 4 * 1024 * 1024
/** Largest frame an engine may send: an export of a very large book is one answer. */
export const ENGINE_FRAME_BYTES = 480 * 1024 * 1024
/** Requests of one channel that may be under way at once. */
export const PENDING_REQUESTS = 1024
/** A client that leaves this much unread when more is to be sent has gone away or means harm. */
export const UNSENT_BYTES = 64 * 1024 * 1024

/** Whatever carries frames whole and in order. `channel-transports.ts` makes them from ports and sockets. */
export interface Channel {
  readonly form: 'structured' | 'text'
  send(frame: unknown): void
  /** Called once. Nothing is lost that came before. */
  start(onFrame: (frame: unknown) => void, onClose: () => void): void
  /** Bytes that were given to `send` and have not left yet. */
  unsentBytes(): number
  /** Lets what was sent go out first. May be called more than once. */
  close(): void
  /** At once, and for good: what was sent and has not left is lost. For an other end that may never read it. */
  drop(): void
}

/** What a served engine has to offer: the contract's wire and its changes. */
export interface EngineSource extends EngineWire {
  subscribe(listener: (event: Changed) => void): () => void
}

export interface RequestFrame {
  readonly t: 'q'
  readonly i: string
  readonly m: 'request'
  readonly a: readonly [name: string, body: unknown]
}

const NOTICES = ['welcome', 'changed', 'stopping'] as const

export interface NoticeFrame {
  readonly t: 'q'
  readonly m: (typeof NOTICES)[number]
  readonly a: readonly unknown[]
}

export interface AnswerFrame {
  readonly t: 's'
  readonly i: string
  readonly r: unknown
}

/** Writes a frame for a channel of this form. What cannot be written becomes an answer that says so. */
export function encodeFrame(form: Channel['form'], frame: unknown): unknown {
  if (form === 'structured') return frame
  try {
    return stringify(frame)
  } catch {
    const id = isRecord(frame) && frame.t === 's' ? frame.i : undefined
    return stringify({ t: 's', i: id, r: refuse('INTERNAL', 'The answer could not be written down.') })
  }
}

/** Reads a client's frame, or null if it is not one. Never throws. */
export function decodeClientFrame(form: Channel['form'], received: unknown): RequestFrame | null {
  const frame = decode(form, received, CLIENT_FRAME_BYTES)
  if (!isRecord(frame) || frame.t !== 'q' || frame.m !== 'request' || !isFrameId(frame.i)) return null
  if (!Array.isArray(frame.a) || frame.a.length !== 2 || typeof frame.a[0] !== 'string') return null
  if (plainBytes(frame.a, CLIENT_FRAME_BYTES) === null) return null
  return { t: 'q', i: frame.i, m: 'request', a: [frame.a[0], frame.a[1]] }
}

/** Reads an engine's frame, or null if it is not one. Never throws. */
export function decodeEngineFrame(form: Channel['form'], received: unknown): AnswerFrame | NoticeFrame | null {
  const frame = decode(form, received, ENGINE_FRAME_BYTES)
  if (!isRecord(frame)) return null
  if (frame.t === 's' && isFrameId(frame.i) && isOutcome(frame.r)) return { t: 's', i: frame.i, r: frame.r }
  const notice = NOTICES.find((name) => name === frame.m)
  if (frame.t !== 'q' || notice === undefined || !Array.isArray(frame.a)) return null
  return { t: 'q', m: notice, a: frame.a }
}

function decode(form: Channel['form'], received: unknown, limitBytes: number): unknown {
  if (form === 'structured') return received
  if (typeof received !== 'string' || received.length > limitBytes) return null
  try {
    return parse(received)
  } catch {
    return null
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isFrameId = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 1 && value.length <= 64

const isOutcome = (value: unknown): boolean => isRecord(value) && typeof value.ok === 'boolean'
