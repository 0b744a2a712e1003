import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { parse, stringify } from 'devalue'
import { WebSocket } from 'ws'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PAGE_POLICY } from '../../../core/contract/index.js'
import { openWebHost } from '../../../core/cli/web-host.js'
import type { WebHost } from '../../../core/cli/web-host.js'
import { CLIENT_FRAME_BYTES } from '../../../core/engine/channel.js'
import { fakeEngine } from '../../helpers/fake-engine.js'
import type { FakeEngine } from '../../helpers/fake-engine.js'

let folder: string
let host: WebHost
let engine: FakeEngine

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-web-'))
  await mkdir(path.join(folder, 'page/assets'), { recursive: true })
  await writeFile(path.join(folder, 'page/index.html'), '<!doctype html><title>Guildbook</title>')
  await writeFile(path.join(folder, 'page/assets/index-1.js'), 'export {}')
  await writeFile(path.join(folder, 'secret.json'), '{"secret":1}')
  engine = fakeEngine()
  const opened = await openWebHost({ engine, page: path.join(folder, 'page'), port: 0 })
  if (!opened.ok) throw new Error(opened.error.message)
  host = opened.value
})

afterEach(async () => {
  await host.close()
  await rm(folder, { recursive: true, force: true })
})

interface Reply {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** Plain http, so that the path and every header go out exactly as written. */
function ask(target: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port: host.port, path: target, method, headers },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (text: string) => (body += text))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
      }
    )
    request.on('error', reject)
    request.end()
  })
}

const ticketPath = (): string => {
  const url = new URL(host.address())
  return url.pathname + url.search
}

async function cookie(): Promise<string> {
  const reply = await ask(ticketPath())
  return (reply.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? ''
}

const origin = (): string => `http://127.0.0.1:${host.port}`

/** Resolves with the HTTP status of a refusal, or with the open socket. */
function connect(headers: Record<string, string>, target = '/engine'): Promise<WebSocket | number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.port}${target}`, { headers })
    socket.on('open', () => resolve(socket))
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => {})
  })
}

describe('the ticket', () => {
  it('buys a session cookie once, out of reach of scripts and other sites', async () => {
    const target = ticketPath()
    const first = await ask(target)
    expect(first.status).toBe(303)
    expect(first.headers.location).toBe('/')
    const set = first.headers['set-cookie']?.[0] ?? ''
    expect(set).toMatch(new RegExp(`^guildbook-${host.port}=`))
    expect(set).toContain('HttpOnly')
    expect(set).toContain('SameSite=Strict')
    const page = await ask('/', { cookie: set.split(';')[0] ?? '' })
    expect(page.body).toContain('<title>Guildbook</title>')

    const again = await ask(target)
    expect(again.status).toBe(403)
    expect(again.headers['set-cookie']).toBeUndefined()
    expect(again.body).toContain('guildbook serve')
  })

  it('has 128 bits or more, and an old one is worth nothing', async () => {
    const old = ticketPath()
    const token = new URLSearchParams(old.slice(2)).get('token') ?? ''
    expect(Buffer.from(token, 'base64url').length).toBeGreaterThanOrEqual(16)
    host.address()
    expect((await ask(old)).status).toBe(403)
  })

  it('is not guessed', async () => {
    host.address()
    for (const guess of ['', 'x', 'A'.repeat(43), '%00', 'undefined', 'null']) {
      expect((await ask(`/?token=${guess}`)).status).toBe(403)
    }
  })
})

describe('a session', () => {
  it('ends with its host: the next one at the same port knows nothing of it, and says so', async () => {
    const old = { cookie: await cookie(), origin: origin() }
    const { port } = host
    expect((await ask('/', { cookie: old.cookie }, 'HEAD')).status).toBe(200)
    await host.close()
    const again = await openWebHost({ engine, page: path.join(folder, 'page'), port })
    if (!again.ok) throw new Error(again.error.message)
    host = again.value
    expect(await connect(old)).toBe(403)
    expect((await ask('/', { cookie: old.cookie }, 'HEAD')).status).toBe(403)
    expect((await ask('/', { cookie: await cookie() }, 'HEAD')).status).toBe(200)
  })
})

describe('requests', () => {
  it('come with the page policy and the headers that keep the page apart', async () => {
    for (const headers of [{}, { cookie: await cookie() }]) {
      const reply = await ask('/', headers)
      expect(reply.headers['content-security-policy']).toBe(PAGE_POLICY)
      expect(reply.headers['content-security-policy']).toContain("default-src 'none'")
      expect(reply.headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe/)
      expect(reply.headers['x-content-type-options']).toBe('nosniff')
      expect(reply.headers['referrer-policy']).toBe('no-referrer')
      expect(reply.headers['cross-origin-opener-policy']).toBe('same-origin')
      expect(reply.headers['cross-origin-resource-policy']).toBe('same-origin')
      expect(reply.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('need the cookie', async () => {
    host.address()
    expect((await ask('/')).status).toBe(403)
    expect((await ask('/assets/index-1.js')).status).toBe(403)
    expect((await ask('/', { cookie: `guildbook-${host.port}=x` })).status).toBe(403)
  })

  it('are refused by any other name of this machine (DNS rebinding)', async () => {
    const headers = { cookie: await cookie() }
    for (const name of [
      'evil.example',
      `evil.example:${host.port}`,
      '127.0.0.1',
      `127.0.0.1.evil:${host.port}`,
      'localhost'
    ]) {
      expect((await ask('/', { ...headers, host: name })).status).not.toBe(200)
    }
    expect((await ask('/', { ...headers, host: `localhost:${host.port}` })).status).toBe(200)
  })

  it('are refused from a page of another origin, and a ticket stays good', async () => {
    const target = ticketPath()
    for (const from of ['http://evil.example', 'null', `http://127.0.0.1:${host.port + 1}`]) {
      expect((await ask(target, { origin: from })).status).toBe(421)
    }
    expect((await ask(target)).status).toBe(303)
  })

  it('only read', async () => {
    const headers = { cookie: await cookie() }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      expect((await ask('/', headers, method)).status).toBe(405)
    }
    expect(await ask('/', headers, 'HEAD')).toMatchObject({ status: 200, body: '' })
  })

  it('never leave the folder of the page', async () => {
    const headers = { cookie: await cookie() }
    const targets = [
      '/../secret.json',
      '/%2e%2e/secret.json',
      '/..%2fsecret.json',
      '/assets/../../secret.json',
      '/assets/..\\..\\secret.json',
      '//secret.json',
      '/./index.html/../../secret.json',
      `${path.join(folder, 'secret.json')}`,
      '/index.html%00.js',
      '/__proto__'
    ]
    for (const target of targets) expect((await ask(target, headers)).status).toBe(404)
    expect((await ask('/assets/index-1.js', headers)).headers['content-type']).toMatch(/javascript/)
  })
})

describe('the engine’s WebSocket', () => {
  it('serves the engine to the page', async () => {
    const socket = await connect({ cookie: await cookie(), origin: origin() })
    if (typeof socket === 'number') throw new Error(`${socket}`)
    const reply = new Promise<string>((resolve) => socket.on('message', (data) => resolve(data.toString())))
    socket.send(stringify({ t: 'q', i: '1', m: 'request', a: ['books', { big: 2n }] }))
    expect(parse(await reply)).toEqual({
      t: 's',
      i: '1',
      r: { ok: true, value: { name: 'books', body: { big: 2n } } }
    })
    socket.close()
  })

  it('wants cookie, origin, host and path, all of them', async () => {
    const good = { cookie: await cookie(), origin: origin() }
    expect(await connect({ origin: good.origin })).toBe(403)
    expect(await connect({ cookie: good.cookie })).toBe(403)
    expect(await connect({ ...good, cookie: 'guildbook=1' })).toBe(403)
    expect(await connect({ ...good, origin: 'http://evil.example' })).toBe(403)
    expect(await connect({ ...good, origin: `http://localhost:${host.port}` })).toBe(403)
    expect(await connect({ ...good, origin: 'null' })).toBe(403)
    expect(await connect({ ...good, host: 'evil.example', origin: 'http://evil.example' })).toBe(403)
    expect(await connect(good, '/other')).toBe(403)
    expect(engine.asked).toEqual([])
  })

  it.each([
    ['an oversized message', 'x'.repeat(CLIENT_FRAME_BYTES + 1)],
    ['a malformed message', 'hello'],
    ['a binary message', Buffer.from([1, 2, 3])]
  ])('closes on %s, and only for who sent it', async (_what, message) => {
    const headers = { cookie: await cookie(), origin: origin() }
    const [bad, good] = [await connect(headers), await connect(headers)]
    if (typeof bad === 'number' || typeof good === 'number') throw new Error('refused')
    const closed = new Promise<void>((resolve) => bad.on('close', () => resolve()))
    bad.send(message)
    await closed
    const reply = new Promise<string>((resolve) => good.on('message', (data) => resolve(data.toString())))
    good.send(stringify({ t: 'q', i: '1', m: 'request', a: ['books', {}] }))
    expect(parse(await reply)).toMatchObject({ i: '1', r: { ok: true } })
    expect(engine.asked).toHaveLength(1)
  })
})

it('says where the page is missing', async () => {
  const opened = await openWebHost({ engine, page: path.join(folder, 'nothing'), port: 0 })
  expect(opened).toMatchObject({ ok: false, error: { code: 'STORAGE_FAILED' } })
})
