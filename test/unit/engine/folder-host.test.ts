import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { done, refuse } from '../../../core/contract/index.js'
import type { Changed, Outcome } from '../../../core/contract/index.js'
import type { Engine, EngineOptions } from '../../../core/engine/engine.js'
import { folderAddress } from '../../../core/engine/folder-address.js'
import { attach } from '../../../core/engine/folder-host.js'
import type { Attachment } from '../../../core/engine/folder-host.js'
import { fakeEngine } from '../../helpers/fake-engine.js'
import type { FakeEngine } from '../../helpers/fake-engine.js'

let folder: string
let holder: FakeEngine | null
let opened: FakeEngine[]
let answerWith: (name: string) => Promise<Outcome<unknown>>
const attachments: Attachment[] = []

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-host-'))
  holder = null
  opened = []
  answerWith = (name) => Promise.resolve(done(name))
})

afterEach(async () => {
  for (const attachment of attachments.splice(0)) await attachment.close()
  await rm(folder, { recursive: true, force: true })
})

/** Stands for the engine and its lock: one holder at a time, however many try. */
async function open(_options: EngineOptions): Promise<Outcome<Engine>> {
  if (holder) return refuse('FOLDER_IN_USE', 'In use.')
  const engine = fakeEngine((name) => answerWith(name))
  holder = engine
  opened.push(engine)
  // Opening takes a while; a second one must not get in meanwhile.
  await sleep(20)
  return done({
    request: (name, body) => engine.request(name, body),
    subscribe: (listener) => engine.subscribe(listener),
    async close() {
      await sleep(20)
      await engine.close()
      holder = null
    }
  })
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function attached(patienceMs = 10_000): Promise<Attachment> {
  const options = {
    folder,
    appVersion: '0',
    keys: {
      kind: 'plain' as const,
      wrap: (s: Uint8Array) => Promise.resolve(s),
      unwrap: (s: Uint8Array) => Promise.resolve(s)
    }
  }
  const outcome = await attach(options, { open, patienceMs })
  if (!outcome.ok) throw new Error(outcome.error.code)
  attachments.push(outcome.value)
  return outcome.value
}

describe('one process per data folder', () => {
  it('makes the first the host and the others guests of the same engine', async () => {
    const first = await attached()
    const second = await attached()
    expect([first.role, second.role]).toEqual(['host', 'guest'])
    expect(await second.request('books', {})).toEqual(done('books'))
    const seen: Changed[] = []
    second.subscribe((event) => seen.push(event))
    opened[0]!.emit({ book: null, topics: ['books'] })
    await second.request('books', {})
    expect(seen).toEqual([{ book: null, topics: ['books'] }])
    expect(opened).toHaveLength(1)
  })

  it('has one host when many start at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => attached()))
    expect(all.filter((one) => one.role === 'host')).toHaveLength(1)
    expect(await Promise.all(all.map((one) => one.request('books', {})))).toEqual(all.map(() => done('books')))
    expect(opened).toHaveLength(1)
  })

  it('lets nobody but the owner at the socket', async () => {
    await attached()
    const address = await folderAddress(folder)
    expect(address.ok && (await stat(address.value)).mode & 0o777).toBe(0o600)
  })

  it('takes over a socket file that a crash left behind', async () => {
    const address = await folderAddress(folder)
    if (!address.ok) throw new Error(address.error.message)
    await writeFile(address.value, '')
    expect((await attached()).role).toBe('host')
    expect((await attached()).role).toBe('guest')
  })

  it('leaves no socket file', async () => {
    await (await attached()).close()
    expect(await readdir(folder)).toEqual([])
  })

  it('listens in a private directory where the folder has a long path', async () => {
    folder = path.join(folder, 'x'.repeat(120))
    const host = await attached()
    expect((await attached()).role).toBe('guest')
    const address = await folderAddress(folder)
    if (!address.ok) throw new Error(address.error.message)
    expect(address.value.startsWith(folder)).toBe(false)
    expect((await stat(path.dirname(address.value))).mode & 0o777).toBe(0o700)
    await host.close()
    folder = path.dirname(folder)
  })

  it('gives up after a bounded wait when the holder neither answers nor goes', async () => {
    holder = fakeEngine()
    const outcome = await attach(
      {
        folder,
        appVersion: '0',
        keys: { kind: 'plain', wrap: (s) => Promise.resolve(s), unwrap: (s) => Promise.resolve(s) }
      },
      { open, patienceMs: 100 }
    )
    expect(outcome).toMatchObject({ ok: false, error: { code: 'FOLDER_IN_USE' } })
  })

  it('does not take a listener that never welcomes it for the host', async () => {
    const address = await folderAddress(folder)
    if (!address.ok) throw new Error(address.error.message)
    const sockets: net.Socket[] = []
    const silent = net.createServer((socket) => {
      sockets.push(socket)
      setTimeout(() => socket.destroy(), 50)
    })
    await new Promise<void>((resolve) => silent.listen(address.value, resolve))
    holder = fakeEngine()
    setTimeout(() => {
      silent.close()
      holder = null
    }, 200)
    expect((await attached()).role).toBe('host')
  })
})

describe('when the host goes', () => {
  it('answers what is under way first, and a guest takes over', async () => {
    let finish: () => void = () => {}
    answerWith = async (name) => {
      if (name === 'post') await new Promise<void>((resolve) => (finish = resolve))
      return done(name)
    }
    const host = await attached()
    const guest = await attached()
    const pending = guest.request('post', {})
    while (opened[0]!.asked.length === 0) await sleep(5)
    const closing = host.close()
    await sleep(20)
    expect(opened[0]!.state).toBe('open')
    finish()
    expect(await pending).toEqual(done('post'))
    await closing
    expect(await guest.request('books', {})).toEqual(done('books'))
    expect(guest.role).toBe('host')
    expect(opened).toHaveLength(2)
  })

  it('sends on what surely was not done, even a change, and only once', async () => {
    const host = await attached()
    const guests = await Promise.all([attached(), attached(), attached()])
    const closing = host.close()
    const answers = await Promise.all(guests.map((guest, index) => guest.request('post', { index })))
    await closing
    expect(answers).toEqual(guests.map(() => done('post')))
    const posts = opened.flatMap((engine) => engine.asked).filter((asked) => asked.name === 'post')
    expect(posts).toHaveLength(3)
  })

  it('tells the guests that answers may have changed', async () => {
    const host = await attached()
    const guest = await attached()
    const changed = new Promise<Changed>((resolve) => guest.subscribe(resolve))
    await host.close()
    expect((await changed).topics).toContain('transactions')
  })

  it('keeps every acknowledged request when hosts come and go', async () => {
    const posts = 60
    const one = async (index: number): Promise<void> => {
      const mine = await attached()
      expect(await mine.request('post', { index })).toEqual(done('post'))
      await mine.close()
    }
    await Promise.all(Array.from({ length: posts }, (_, index) => sleep(index * 7).then(() => one(index))))
    const bodies = opened
      .flatMap((engine) => engine.asked)
      .map((asked) => (asked.body as { index: number }).index)
    expect(bodies.sort((a, b) => a - b)).toEqual(Array.from({ length: posts }, (_, index) => index))
    expect(opened.length).toBeGreaterThan(1)
  }, 20_000)
})
