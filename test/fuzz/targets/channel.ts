/** What the window, a browser, or another process of the machine says to the engine, and the engine to them. */
import { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import * as v from 'valibot'
import { stringify } from 'devalue'
import { REQUEST_NAMES } from '../../../core/contract/index.js'
import {
  CLIENT_FRAME_BYTES,
  decodeClientFrame,
  decodeEngineFrame,
  encodeFrame
} from '../../../core/engine/channel.js'
import { socketChannel } from '../../../core/engine/channel-transports.js'
import { SCHEMAS } from '../../../core/engine/requests/schemas.js'
import { Broken, same, textOf, utf8, words, type Target, type Verdict } from '../target.js'

const KIB = 1024
const BOOK = 'y'.repeat(52)

const request = (name: string, body: unknown): unknown => ({ t: 'q', i: 'a1', m: 'request', a: [name, body] })
const posting = (amountMinor: number) => ({ account: `${BOOK}-1-1`, amountMinor, currency: 'EUR' })
const draft = { date: '2026-01-31', payee: 'Bakery', tags: ['x'], postings: [posting(420), posting(-420)] }

const REQUESTS: readonly unknown[] = [
  request('books', {}),
  request('post', { book: BOOK, transaction: draft }),
  request('postMany', { book: BOOK, transactions: [draft, draft] }),
  request('journal', {
    book: BOOK,
    limit: 20,
    offset: 0,
    filter: { search: 'x', from: undefined, state: 'any' }
  }),
  request('removeMember', { book: BOOK, member: BOOK, reason: '', kept: { [BOOK]: 7 } }),
  request('changeSettings', {
    network: { mode: 'on', host: '', port: 0, bootstrap: ['a:1'] },
    autoLockMs: null
  }),
  request('resolve', { book: BOOK, id: 'x', keep: { merged: draft } }),
  request('restore', { path: '/x', by: { phrase: 'abandon' } })
]

const ANSWERS: readonly unknown[] = [
  { t: 's', i: '1', r: { ok: true, value: { total: 12345678901234567890n, none: undefined, rows: [1, [2]] } } },
  { t: 's', i: '2', r: { ok: false, error: { code: 'BAD_REQUEST', message: 'x', details: { a: 1 } } } },
  { t: 'q', m: 'changed', a: [{ book: null, topics: ['books'] }] },
  { t: 'q', m: 'stopping', a: [] }
]

const WORDS = words(
  '[',
  ']',
  '{',
  '}',
  '"__proto__":1',
  '"constructor":1',
  '["Date","x"]',
  '["Map",1,2]',
  '["Set",1]',
  '["BigInt","1"]',
  '["Uint8Array","AAAA"]',
  '["null","a",1]',
  '["RegExp","(a+)+$",""]',
  '["Object",1]',
  '-1',
  '-2',
  '-3',
  '-4',
  '-5',
  '-6',
  '-7',
  '0',
  '1',
  '[[0]]',
  '"q"',
  '"request"',
  ...REQUEST_NAMES.slice(0, 12).map((name) => `"${name}"`),
  '1e999',
  '["ArrayBuffer",1]',
  '["URL","x:"]',
  '[-7,1000000000]'
)

/** A frame that is taken is a request; and what is in it, refused or of the shape that the request has. */
export const clientFrame: Target = {
  name: 'client-frame',
  seeds: REQUESTS.map((frame) => utf8(stringify(frame))),
  words: WORDS,
  mostBytes: 64 * KIB,
  check(input) {
    const frame = decodeClientFrame('text', textOf(input))
    if (Object.keys(Object.prototype).length > 0) throw new Broken('it changed what all objects have')
    if (!frame) return 'refused'
    same('a frame', decodeClientFrame('text', encodeFrame('text', frame)), frame)
    const [name, body] = frame.a
    if (!Object.hasOwn(SCHEMAS, name)) return 'taken'
    const schema = SCHEMAS[name as keyof typeof SCHEMAS] as v.GenericSchema
    const checked = v.safeParse(schema, body)
    if (!checked.success) return 'taken'
    const once = v.safeParse(schema, checked.output)
    if (!once.success) throw new Broken('a request is not taken again')
    same('a request', once.output, checked.output)
    return 'taken'
  }
}

export const engineFrame: Target = {
  name: 'engine-frame',
  seeds: ANSWERS.map((frame) => utf8(stringify(frame))),
  words: WORDS,
  mostBytes: 64 * KIB,
  check(input) {
    return decodeEngineFrame('text', textOf(input)) ? 'taken' : 'refused'
  }
}

/** A stream that gives these bytes in pieces, as a socket would. */
class Bytes extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    done()
  }
}

const framed = (text: string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(text))
  return Buffer.concat([length, Buffer.from(text)])
}

/** Frames on a byte stream: the same ones come out however the bytes are cut, and no more is held than one frame. */
export const socketFrames: Target = {
  name: 'socket-frames',
  seeds: [
    new Uint8Array(Buffer.concat(REQUESTS.slice(0, 3).map((frame) => framed(stringify(frame))))),
    new Uint8Array(framed('')),
    new Uint8Array(Buffer.concat([framed('x'), framed('yy'), framed('ü'.repeat(300))]))
  ],
  words: [
    Uint8Array.from([0, 0, 0, 0]),
    Uint8Array.from([0, 0x40, 0, 1]),
    Uint8Array.from([0xff, 0xff, 0xff, 0xff])
  ],
  mostBytes: 8 * KIB,
  check(input): Verdict {
    const whole = framesOf([input])
    const cut = [...input.keys()].filter((at) => at % 7 === 0).map((at) => input.subarray(at, at + 7))
    same('frames that came in pieces', framesOf(cut), whole)
    return whole.length > 0 ? 'taken' : 'refused'
  }
}

function framesOf(chunks: readonly Uint8Array[]): string[] {
  const stream = new Bytes()
  const frames: string[] = []
  socketChannel(stream as unknown as Socket, CLIENT_FRAME_BYTES).start(
    (frame) => frames.push(frame as string),
    () => {}
  )
  for (const chunk of chunks) {
    if (stream.destroyed) break
    stream.emit('data', Buffer.from(chunk))
  }
  stream.removeAllListeners()
  stream.destroy()
  return frames
}
