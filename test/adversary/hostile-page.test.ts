/**
 * A web page, or a program of another user of this machine, against `guildbook serve`: by a wrong name, from a wrong
 * origin, without a ticket or with an old one, with too much, with what is no HTTP. The page that was let in works on.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { stringify } from 'devalue'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWebHost, type WebHost } from '../../core/cli/web-host.js'
import type { BookId } from '../../core/contract/index.js'
import { CLIENT_FRAME_BYTES } from '../../core/engine/channel.js'
import type { ChannelClient } from '../../core/engine/channel-client.js'
import { valueOf } from '../helpers/book-world.js'
import { converged, letIn, World, type Device } from '../helpers/engines.js'
import { Visitor } from '../helpers/web-visitor.js'

let world: World
let ada: Device
let ben: Device
let book: BookId
let folder: string
let host: WebHost
let visitor: Visitor
let cookie: string
/** Ada's own browser. */
let page: ChannelClient

beforeAll(async () => {
  world = await World.open()
  ;[ada, ben] = [await world.device('Ada'), await world.device('Ben')]
  book = await ada.createBook()
  await letIn(ada, book, ben)
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-hostile-'))
  await mkdir(path.join(folder, 'page/assets'), { recursive: true })
  await writeFile(path.join(folder, 'page/index.html'), '<!doctype html><title>Guildbook</title>')
  await writeFile(path.join(folder, 'page/assets/index-1.js'), 'export {}')
  await writeFile(path.join(folder, 'secret.json'), 'SECRET')
  host = valueOf(await openWebHost({ engine: ada.engine, page: path.join(folder, 'page'), port: 0 }))
  visitor = new Visitor(host)
  cookie = await visitor.session()
  page = await visitor.page(cookie)
})

afterAll(async () => {
  await host.close()
  await rm(folder, { recursive: true, force: true })
  await world.end()
})

let posted = 0

/** Ada's page posts, Ben gets it, and both have one book: which has nothing in it that the page did not post. */
async function goesOn(): Promise<void> {
  const payee = `From the page, ${++posted}`
  const transaction = await ada.draft(book, payee)
  expect(await page.request('post', { book, transaction })).toMatchObject({ ok: true })
  await ben.until('journal', { book, limit: 1, filter: { search: payee } }, ({ total }) => total === 1)
  await converged(book, ada, ben)
  expect(await ben.payees(book)).toHaveLength(posted)
}

/** A request that would change the book. */
const forgery = async (): Promise<string> => {
  const transaction = await ada.draft(book, 'Forged')
  return stringify({ t: 'q', i: '1', m: 'request', a: ['post', { book, transaction }] })
}

const EVIL = 'http://evil.example'

describe('a page of another origin', () => {
  it('gets no answer, also by a name that it made point here', async () => {
    const names = ['evil.example', `evil.example:${host.port}`, `127.0.0.1.evil.example:${host.port}`]
    for (const name of [...names, '127.0.0.1', 'localhost', `[::1]:${host.port}`, `0.0.0.0:${host.port}`]) {
      const reply = await visitor.ask('/', { cookie, host: name })
      expect([name, [400, 421].includes(reply.status)]).toEqual([name, true])
      expect(reply.body).not.toContain('<title>')
    }
    for (const origin of [EVIL, 'null', '', `${visitor.origin}.evil.example`, `${visitor.origin}/`])
      expect([origin, (await visitor.ask('/', { cookie, origin })).status]).toEqual([origin, 421])
    await goesOn()
  })

  it('cannot read, frame or embed what it is sent', async () => {
    const { headers } = await visitor.ask('/', { cookie })
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect(headers['cross-origin-resource-policy']).toBe('same-origin')
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect((await visitor.ask('/', { cookie, origin: EVIL }, 'OPTIONS')).headers).not.toHaveProperty(
      'access-control-allow-methods'
    )
  })

  it('does not open the engine’s socket, with whatever it has of cookie, origin and host', async () => {
    const { origin, ticketPath } = { origin: visitor.origin, ticketPath: visitor.ticketPath() }
    const port = host.port
    for (const headers of [
      { origin },
      { cookie },
      { cookie, origin: EVIL },
      { cookie, origin: 'null' },
      { cookie, origin: `http://localhost:${port}` },
      { cookie, origin: `http://127.0.0.1:${port + 1}` },
      { cookie, origin: EVIL, host: 'evil.example' },
      { cookie, origin: `http://evil.example:${port}`, host: `evil.example:${port}` },
      { cookie: `guildbook-${port}=`, origin },
      { cookie: cookie.slice(0, -1), origin },
      { cookie: `${cookie}x`, origin },
      { cookie: cookie.replace(`${port}`, `${port + 1}`), origin }
    ])
      expect([headers, await visitor.connect(headers)]).toEqual([headers, 403])
    for (const target of ['/', '/engine/', '/engine?x', '//engine', '/%65ngine', ticketPath])
      expect([target, await visitor.connect({ cookie, origin }, target)]).toEqual([target, 403])
    await goesOn()
  })

  it('changes nothing by a form or a request that it sends blindly', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT-ISH', 'OPTIONS'])
      for (const target of ['/', '/engine', '/engine?request=post'])
        expect([400, 405, 421]).toContain((await visitor.ask(target, { cookie, origin: EVIL }, method)).status)
    await goesOn()
  })

  it('cannot shut Ada out by a cookie that it sets for the same host', async () => {
    const tossed = `guildbook-${host.port}=forged; ${cookie}`
    expect((await visitor.ask('/', { cookie: tossed })).status).toBe(200)
  })
})

describe('whoever has no session', () => {
  it('is told nothing, by no ticket, a guessed one, or one that was used', async () => {
    const ticket = visitor.ticketPath()
    const long = 'A'.repeat(8_000)
    for (const target of ['/', '/index.html', '/assets/index-1.js', '/?token=', '/?token=x', `/?token=${long}`])
      expect([target, (await visitor.ask(target)).status]).toEqual([target, 403])
    // Of a ticket that stands twice the first counts, once.
    expect((await visitor.ask(`/?token=x&${ticket.slice(2)}`)).status).toBe(403)
    const [one, other] = await Promise.all([visitor.ask(ticket), visitor.ask(ticket)])
    expect([one.status, other.status].sort()).toEqual([303, 403])
    expect((await visitor.ask(ticket)).headers['set-cookie']).toBeUndefined()
    await goesOn()
  })

  it('does not use up the ticket that waits for Ada, by guesses or from elsewhere', async () => {
    const ticket = visitor.ticketPath()
    for (let n = 0; n < 200; n++) await visitor.ask(`/?token=${n}`)
    expect((await visitor.ask(ticket, { origin: EVIL })).status).toBe(421)
    expect((await visitor.ask(ticket, { host: 'evil.example' })).status).toBe(421)
    expect((await visitor.ask(ticket)).status).toBe(303)
  })
})

describe('a path', () => {
  it.each([
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/assets/..\\..\\secret.json',
    '/assets/../../secret.json',
    '/./../secret.json',
    '//../secret.json',
    '/index.html%00.js',
    '/__proto__',
    '/constructor',
    'http://127.0.0.1/../secret.json'
  ])('%s leads to no file outside of the page', async (target) => {
    const reply = await visitor.ask(target, { cookie })
    expect([400, 404]).toContain(reply.status)
    expect(reply.body).not.toContain('SECRET')
  })
})

describe('what is no HTTP, or too much of it', () => {
  const host127 = () => `Host: 127.0.0.1:${host.port}`

  it.each<[string, () => string | Uint8Array]>([
    ['noise', () => Buffer.from(Array.from({ length: 4_000 }, (_, n) => (n * 7919) % 256))],
    ['another protocol', () => 'SSH-2.0-x\r\n\r\n'],
    ['a header without end', () => `GET / HTTP/1.1\r\n${host127()}\r\nX: ${'x'.repeat(64 * 1024)}`],
    ['ten thousand headers', () => `GET / HTTP/1.1\r\n${host127()}\r\n${'a: b\r\n'.repeat(10_000)}\r\n`],
    ['two hosts', () => `GET / HTTP/1.1\r\n${host127()}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`],
    ['no host', () => 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    [
      'two requests in one',
      () =>
        `POST / HTTP/1.1\r\n${host127()}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n${host127()}\r\nConnection: close\r\n\r\n`
    ]
  ])('%s is hung up on', async (_what, bytes) => {
    const answer = await visitor.raw(bytes())
    expect(answer).not.toContain(' 200 ')
    expect(answer).not.toContain('<title>')
    await goesOn()
  })

  it('does not keep Ada out: three hundred connections that say nothing', async () => {
    const end = await visitor.idle(300)
    expect((await visitor.ask('/', { cookie })).status).toBe(200)
    await goesOn()
    end()
  })
})

describe('a socket with a session that sends what no page sends', () => {
  it.each<[string, () => Promise<readonly (string | Buffer)[]>]>([
    ['more than fits', () => Promise.resolve(['x'.repeat(CLIENT_FRAME_BYTES + 1)])],
    ['bytes', async () => [Buffer.from(await forgery())]],
    ['no frame', () => Promise.resolve(['[]'])],
    ['what unfolds without end', () => Promise.resolve(['[[1,1,1,1,1,1,1,1],[2,2,2,2],[3,3,3],[1,1]]'])],
    ['another method', async () => [(await forgery()).replace('"request"', '"constructor"')]]
  ])('%s is hung up on, and nothing is done', async (_what, messages) => {
    const socket = await visitor.socket(cookie)
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    for (const message of await messages()) socket.send(message)
    await closed
    await goesOn()
  })

  it('a flood of requests keeps no other page from being answered', async () => {
    const socket = await visitor.socket(cookie)
    const ask = (i: number) => socket.send(stringify({ t: 'q', i: `${i}`, m: 'request', a: ['settings', {}] }))
    let asked = 0
    // Each answer asks for the next: the flood goes on for as long as it takes Ada.
    socket.on('message', () => ask(asked++))
    while (asked < 1_000) ask(asked++)
    await goesOn()
    expect(asked).toBeGreaterThan(1_000)
    socket.terminate()
    await goesOn()
  })

  it('more sockets than a browser has are refused, and end with their pages', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 100 }, () => visitor.connect({ cookie, origin: visitor.origin }))
    )
    expect(sockets.filter((socket) => socket === 503).length).toBeGreaterThan(30)
    await goesOn()
    for (const socket of sockets) if (typeof socket !== 'number') socket.terminate()
    let again = await visitor.connect({ cookie, origin: visitor.origin })
    while (again === 503) again = await visitor.connect({ cookie, origin: visitor.origin })
    expect(again).not.toBe(403)
    if (typeof again !== 'number') again.close()
    await goesOn()
  })
})
