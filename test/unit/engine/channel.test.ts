import net from 'node:net'
import { MessageChannel } from 'node:worker_threads'
import { stringify } from 'devalue'
import { afterEach, describe, expect, it } from 'vitest'
import { done } from '../../../core/contract/index.js'
import type { Changed } from '../../../core/contract/index.js'
import {
  CLIENT_FRAME_BYTES,
  decodeClientFrame,
  PENDING_REQUESTS,
  UNSENT_BYTES
} from '../../../core/engine/channel.js'
import type { Channel } from '../../../core/engine/channel.js'
import { connectChannel } from '../../../core/engine/channel-client.js'
import { serveChannel } from '../../../core/engine/channel-server.js'
import { nodePortChannel, socketChannel } from '../../../core/engine/channel-transports.js'
import { plainBytes } from '../../../core/engine/plain.js'
import { fakeEngine } from '../../helpers/fake-engine.js'

const endings: (() => void)[] = []
afterEach(() => {
  for (const end of endings.splice(0)) end()
})

async function socketPair(): Promise<[net.Socket, net.Socket]> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const accepted = new Promise<net.Socket>((resolve) => server.once('connection', resolve))
  const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
  const served = await accepted
  endings.push(() => {
    client.destroy()
    served.destroy()
    server.close()
  })
  return [served, client]
}

const PAIRS: Record<string, () => Promise<[Channel, Channel]>> = {
  'message port': async () => {
    const { port1, port2 } = new MessageChannel()
    endings.push(() => port1.close())
    return [nodePortChannel(port1), nodePortChannel(port2)]
  },
  socket: async () => {
    const [served, client] = await socketPair()
    return [socketChannel(served, CLIENT_FRAME_BYTES), socketChannel(client, 64 * 1024 * 1024)]
  }
}

describe.each(Object.keys(PAIRS))('a channel over a %s', (kind) => {
  const pair = () => PAIRS[kind]!()

  it('answers requests in whatever order they end, bigint and undefined included', async () => {
    const [a, b] = await pair()
    const engine = fakeEngine(async (name, body) => {
      await new Promise((resolve) => setTimeout(resolve, name === 'slow' ? 30 : 0))
      return done({ body, total: 12345678901234567890n, none: undefined })
    })
    serveChannel(engine, a)
    const client = connectChannel(b)
    const slow = client.request('slow', { n: 1 })
    const fast = await client.request('fast', { n: 2 })
    expect(fast).toEqual(done({ body: { n: 2 }, total: 12345678901234567890n, none: undefined }))
    expect(await slow).toMatchObject({ ok: true, value: { body: { n: 1 } } })
  })

  it('passes changes on until unsubscribed', async () => {
    const [a, b] = await pair()
    const engine = fakeEngine()
    serveChannel(engine, a)
    const client = connectChannel(b)
    const seen: Changed[] = []
    const stop = client.subscribe((event) => seen.push(event))
    await client.request('books', {})
    engine.emit({ book: null, topics: ['books'] })
    await client.request('books', {})
    stop()
    engine.emit({ book: null, topics: ['accounts'] })
    await client.request('books', {})
    expect(seen).toEqual([{ book: null, topics: ['books'] }])
  })

  it('turns an engine that throws into an outcome', async () => {
    const [a, b] = await pair()
    serveChannel(
      fakeEngine(() => Promise.reject(new Error('a bug'))),
      a
    )
    expect(await connectChannel(b).request('books', {})).toMatchObject({
      ok: false,
      error: { code: 'INTERNAL' }
    })
  })

  it('ends what was not answered as ENGINE_STOPPED when the channel closes', async () => {
    const [a, b] = await pair()
    const engine = fakeEngine(() => new Promise(() => {}))
    const served = serveChannel(engine, a)
    const client = connectChannel(b)
    const pending = client.request('post', {})
    while (engine.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    served.close()
    expect(await pending).toMatchObject({
      ok: false,
      error: { code: 'ENGINE_STOPPED', details: { executed: 'unknown' } }
    })
    await client.ended
    expect(await client.request('post', {})).toMatchObject({
      ok: false,
      error: { code: 'ENGINE_STOPPED', details: { executed: 'no' } }
    })
  })

  it('stops in good order: what is under way is answered, what comes later surely is not done', async () => {
    const [a, b] = await pair()
    let finish: () => void = () => {}
    const engine = fakeEngine(async (name) => {
      if (name === 'slow') await new Promise<void>((resolve) => (finish = resolve))
      return done(name)
    })
    const served = serveChannel(engine, a)
    const client = connectChannel(b)
    const slow = client.request('slow', {})
    while (engine.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const stopped = served.stop(5_000)
    const late = await client.request('post', {})
    expect(late).toMatchObject({ ok: false, error: { code: 'ENGINE_STOPPED', details: { executed: 'no' } } })
    finish()
    expect(await slow).toEqual(done('slow'))
    await stopped
    expect(engine.asked.map(({ name }) => name)).toEqual(['slow'])
  })
})

describe('a hostile client', () => {
  async function attacked(...answer: Parameters<typeof fakeEngine>) {
    const [served, raw] = await socketPair()
    const engine = fakeEngine(...answer)
    const channel = serveChannel(engine, socketChannel(served, CLIENT_FRAME_BYTES))
    const frame = (text: string): Buffer => {
      const body = Buffer.from(text)
      const header = Buffer.alloc(4)
      header.writeUInt32BE(body.length)
      return Buffer.concat([header, body])
    }
    return { engine, channel, raw, frame }
  }

  it.each([
    ['text that is no devalue', 'hello'],
    ['null', stringify(null)],
    ['another method', stringify({ t: 'q', i: '1', m: 'constructor', a: ['x', {}] })],
    ['no id', stringify({ t: 'q', m: 'request', a: ['books', {}] })],
    ['an answer to nothing', stringify({ t: 's', i: '1', r: { ok: true } })],
    ['arguments that are no list', stringify({ t: 'q', i: '1', m: 'request', a: 'books' })],
    ['a date', stringify({ t: 'q', i: '1', m: 'request', a: ['books', new Date(0)] })],
    ['a huge sparse list', '[{"t":1,"i":2,"m":3,"a":4},"q","1","request",[5,6],"books",[-7,4294967295]]']
  ])('closes its own channel with %s', async (_what, text) => {
    const { engine, channel, raw, frame } = await attacked()
    raw.write(frame(text))
    await channel.closed
    expect(engine.asked).toEqual([])
  })

  it('closes its own channel with a frame above the limit, before it is there', async () => {
    const { engine, channel, raw } = await attacked()
    const header = Buffer.alloc(4)
    header.writeUInt32BE(CLIENT_FRAME_BYTES + 1)
    raw.write(header)
    await channel.closed
    expect(engine.asked).toEqual([])
  })

  const asking = (id: number): string => stringify({ t: 'q', i: String(id), m: 'request', a: ['books', {}] })

  it('has so many requests under way at once, and with one more is closed', async () => {
    const { engine, channel, raw, frame } = await attacked(() => new Promise(() => {}))
    for (let id = 0; id < PENDING_REQUESTS; id++) raw.write(frame(asking(id)))
    while (engine.asked.length < PENDING_REQUESTS) await new Promise((resolve) => setImmediate(resolve))
    let state = 'open'
    void channel.closed.then(() => (state = 'closed'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(state).toBe('open')
    raw.write(frame(asking(PENDING_REQUESTS)))
    await channel.closed
    expect(engine.asked).toHaveLength(PENDING_REQUESTS)
  })

  it.each<[string, number]>([
    ['asks for more', 1_000],
    ['says what is no request', 4]
  ])('that does not read what it is sent, and %s, is cut off', async (what, most) => {
    const mib = 1024 * 1024
    const answer = done('x'.repeat(mib))
    const { engine, channel, raw, frame } = await attacked(async () => answer)
    raw.pause()
    let state = 'open'
    void channel.closed.then(() => (state = 'closed'))
    for (let id = 0; id < most && state === 'open'; id++) {
      raw.write(frame(asking(id)))
      while (engine.asked.length <= id && state === 'open')
        await new Promise((resolve) => setImmediate(resolve))
    }
    if (what !== 'asks for more') raw.write(frame('nonsense'))
    await channel.closed
    // What the system itself takes in for a socket is beside that.
    expect(engine.asked.length * mib).toBeLessThan(UNSENT_BYTES + 32 * mib)
  })

  it('may cut its frames anywhere', async () => {
    const { engine, raw, frame } = await attacked()
    const bytes = frame(stringify({ t: 'q', i: '1', m: 'request', a: ['books', { text: '帐本' }] }))
    for (const byte of bytes) {
      raw.write(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    const deadlineMs = Date.now() + 2_000
    while (engine.asked.length === 0 && Date.now() < deadlineMs) await new Promise((r) => setTimeout(r, 5))
    expect(engine.asked).toEqual([{ name: 'books', body: { text: '帐本' } }])
  })

  it('cannot unfold a small text into something endless', () => {
    // Forty lists, each holding the next one twice.
    const levels = Array.from({ length: 40 }, (_, level) => `[${level + 7},${level + 7}]`).join(',')
    const text = `[{"t":1,"i":2,"m":3,"a":4},"q","1","request",[5,6],"books",${levels},1]`
    expect(decodeClientFrame('text', text)).toBeNull()
  })
})

describe('plainBytes', () => {
  it('measures plain data', () => {
    expect(plainBytes({ a: 'xyz', b: [1, null, undefined, 2n, true] }, 1000)).toBeGreaterThan(3)
  })

  it('refuses what is not plain, too deep, too large or goes in a circle', () => {
    const circle: unknown[] = []
    circle.push(circle)
    let deep: unknown = 1
    for (let level = 0; level < 100; level++) deep = [deep]
    for (const value of [new Map(), /x/, () => 1, Symbol('x'), new Uint8Array(2), [, 1], circle, deep]) {
      expect(plainBytes(value, 10_000)).toBeNull()
    }
    expect(plainBytes('x'.repeat(2000), 1000)).toBeNull()
  })
})
