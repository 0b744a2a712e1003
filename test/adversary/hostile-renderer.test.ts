/**
 * A page that was taken over speaks to the engine over its own port: what is no request, what there is no request for, what
 * would change what all objects have, too much. Its port closes, or it is refused; another window works on.
 */
import { randomBytes } from 'node:crypto'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookId } from '../../core/contract/index.js'
import { toZ32 } from '../../core/identity/bytes.js'
import { CLIENT_FRAME_BYTES } from '../../core/engine/channel.js'
import { connectChannel, type ChannelClient } from '../../core/engine/channel-client.js'
import { serveChannel } from '../../core/engine/channel-server.js'
import { nodePortChannel } from '../../core/engine/channel-transports.js'
import { converged, letIn, World, type Device } from '../helpers/engines.js'

let world: World
let ada: Device
let ben: Device
let book: BookId
/** Another window of Ada's. */
let page: ChannelClient

beforeAll(async () => {
  world = await World.open()
  ;[ada, ben] = [await world.device('Ada'), await world.device('Ben')]
  book = await ada.createBook()
  await letIn(ada, book, ben)
  page = connectChannel(nodePortChannel(port()))
})
afterAll(async () => {
  page.close()
  await world.end()
})

/** A port to Ada's engine, as a window is given one. It is read: behind what nobody reads, Node tells of no end. */
function port(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  serveChannel(ada.engine, nodePortChannel(port1))
  port2.on('message', () => {})
  return port2
}

let posted = 0

async function goesOn(): Promise<void> {
  const payee = `From a window, ${++posted}`
  expect(await page.request('post', { book, transaction: await ada.draft(book, payee) })).toMatchObject({
    ok: true
  })
  await ben.until('journal', { book, limit: 1, filter: { search: payee } }, ({ total }) => total === 1)
  await converged(book, ada, ben)
  expect(await ben.payees(book)).toHaveLength(posted)
  expect(Object.keys(Object.prototype)).toEqual([])
}

const request = (name: unknown, body: unknown): unknown => ({ t: 'q', i: '1', m: 'request', a: [name, body] })
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])

describe('what is no request closes the port that it came by, and no other', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'post'],
    ['a list', [1, 2]],
    ['a request without a name', request(undefined, {})],
    ['one with a name that is no text', request({ toString: 1 }, {})],
    ['one of another method', { t: 'q', i: '1', m: 'constructor', a: ['books', {}] }],
    ['one with a number too long', { t: 'q', i: 'x'.repeat(65), m: 'request', a: ['books', {}] }],
    ['an answer', { t: 's', i: '1', r: { ok: true, value: 1 } }],
    ['a body with a class', request('books', new Map([['book', 1]]))],
    ['a body of bytes', request('books', new Uint8Array(100))],
    ['a date in it', request('books', { book: new Date(0) })],
    ['too much', request('books', { name: 'x'.repeat(CLIENT_FRAME_BYTES) })],
    ['a list of a hundred million nothings', request('books', new Array(100_000_000))],
    ['a thousand lists in each other', request('books', nested(1_000))]
  ])('%s', async (_what, frame) => {
    const bad = port()
    const closed = new Promise<void>((resolve) => bad.once('close', () => resolve()))
    bad.postMessage(frame)
    await closed
    await goesOn()
  })
})

describe('what the engine does not do is refused', () => {
  const own = (key: string, value: unknown): object =>
    Object.defineProperty({}, key, { value, enumerable: true })

  it.each<[string, string, unknown]>([
    ['a request that there is not', 'eraseEverything', {}],
    ['one that every object has', 'constructor', {}],
    ['one that every object has, by its other name', '__proto__', {}],
    ['a body that is a list', 'books', []],
    ['a body that is none', 'books', null],
    ['more than is asked for', 'books', { more: 1 }],
    ['a prototype of its own', 'books', own('__proto__', { polluted: 1 })],
    ['settings that are none', 'changeSettings', { network: own('__proto__', { mode: 'off' }) }],
    ['an amount that is no number', 'journal', { book: 'x', limit: Number.NaN }],
    ['a page without end', 'journal', { book: 'x', limit: 1e9 }],
    [
      'what is kept of a log that cannot be',
      'removeMember',
      { book: 'x', member: 'x', kept: { ['b'.repeat(52)]: 1 } }
    ],
    [
      'what is kept of more logs than one entry can name',
      'revokeDevice',
      {
        book: 'x',
        device: 'x',
        kept: Object.fromEntries(Array.from({ length: 4_097 }, () => [toZ32(randomBytes(32)), 1]))
      }
    ],
    [
      'the same kind of news, over and over',
      'activity',
      { book: 'x', limit: 1, kinds: Array(1_000).fill('post') }
    ]
  ])('%s', async (_what, name, body) => {
    const bad = connectChannel(nodePortChannel(port()))
    expect(await bad.request(name, body)).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST' } })
    bad.close()
    await goesOn()
  })
})
