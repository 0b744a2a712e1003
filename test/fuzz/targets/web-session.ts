/**
 * What a page that was let in says to `guildbook serve`: its session is good, and so are Host and Origin. What it asks, and
 * the frames that carry it, are anything. Its own window beside that works on.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { stringify } from 'devalue'
import type { RawData, WebSocket } from 'ws'
import { openWebHost } from '../../../core/cli/web-host.js'
import { done } from '../../../core/contract/index.js'
import {
  decodeClientFrame,
  decodeEngineFrame,
  type AnswerFrame,
  type EngineSource
} from '../../../core/engine/channel.js'
import { Visitor } from '../../helpers/web-visitor.js'
import { again, Broken, same, textOf, utf8, words, type Target, type Verdict } from '../target.js'

/**
 * The first byte of what goes over a connection of its own, as it is. All else is the text of one message; JSON of a name and
 * a body is put into a message first, so that mutations of these reach the other end.
 */
const RAW = 0
const OPCODES = { more: 0, text: 1, binary: 2, close: 8, ping: 9 } as const

const request = (id: string, name: string, body: unknown): string =>
  stringify({ t: 'q', i: id, m: 'request', a: [name, body] })

const JOURNAL = request('1', 'journal', {
  book: 'y'.repeat(52),
  limit: 20,
  filter: { search: 'x', from: undefined }
})
const SETTINGS = request('2', 'changeSettings', { autoLockMs: null, network: { bootstrap: ['a:1'] }, big: 9n })

function messageOf(text: string): string {
  try {
    const [name, body, more] = JSON.parse(text) as unknown[]
    return typeof name === 'string' && more === undefined ? request('1', name, body) : text
  } catch {
    return text
  }
}

/** A frame of a client, masked with nothing, so that what is in it stays what it is. */
function frame(opcode: number, payload: string): Uint8Array {
  const body = Buffer.from(payload)
  const head = body.length < 126 ? [0x80 | body.length] : [0x80 | 126, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.from([0x80 | opcode, ...head, 0, 0, 0, 0]), body])
}

const raw = (...frames: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat([Buffer.from([RAW]), ...frames]))

/** The page's end: one socket, opened again whenever the host has hung up on it. */
class Page {
  #socket: WebSocket | null = null
  #asked = 0

  constructor(
    private readonly visitor: Visitor,
    private readonly cookie: string
  ) {}

  /** Says this, and asks something that is as it should be; resolves to what was answered up to that. */
  async say(text: string | null): Promise<readonly AnswerFrame[] | 'hung-up'> {
    const socket = (this.#socket ??= await this.visitor.socket(this.cookie))
    const last = `after-${++this.#asked}`
    const answered: AnswerFrame[] = []
    const outcome = await new Promise<'answered' | 'hung-up'>((resolve, reject) => {
      socket.removeAllListeners('message').removeAllListeners('close')
      socket.on('close', () => resolve('hung-up'))
      socket.on('message', (data: RawData) => {
        const read = decodeEngineFrame('text', (data as Buffer).toString('utf8'))
        if (!read) return reject(new Broken('the page is sent what is no frame'))
        if (!('i' in read)) return
        if (read.i === last) resolve('answered')
        else answered.push(read)
      })
      if (text !== null) socket.send(text)
      socket.send(request(last, 'books', {}))
    })
    if (outcome === 'answered') return answered
    this.#socket = null
    return outcome
  }
}

/** A good frame is answered, once; a bad one ends its own connection; and the page's own works on. */
export async function webSession(): Promise<Target> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gb-fuzz-session-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await writeFile(path.join(folder, 'index.html'), '<title>Guildbook</title>')
  // Gives back what it was asked, as far as the wire took it.
  const engine: EngineSource = {
    request: (name, body) => Promise.resolve(done({ name, body })),
    subscribe: () => () => {}
  }
  const host = again('a web host', await openWebHost({ engine, page: folder, port: 0 }))
  const visitor = new Visitor(host)
  const cookie = await visitor.session()
  const [talked, own] = [new Page(visitor, cookie), new Page(visitor, cookie)]
  const upgrade = utf8(
    [
      'GET /engine HTTP/1.1',
      `Host: 127.0.0.1:${host.port}`,
      `Origin: ${visitor.origin}`,
      `Cookie: ${cookie}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '',
      ''
    ].join('\r\n')
  )
  return {
    name: 'web-session',
    seeds: [
      utf8(JOURNAL),
      utf8(SETTINGS),
      utf8(
        JSON.stringify([
          'post',
          { book: 'y', transaction: { payee: 'x', tags: ['a'], postings: [{ amountMinor: 1 }] } }
        ])
      ),
      utf8(JSON.stringify(['journal', { book: 'y', limit: 20, filter: { search: 'x' } }])),
      raw(frame(OPCODES.text, JOURNAL), frame(OPCODES.ping, 'x'), frame(OPCODES.text, SETTINGS)),
      raw(frame(OPCODES.binary, JOURNAL), frame(OPCODES.more, 'x'), frame(OPCODES.close, '\u0003\u00e8'))
    ],
    words: words(
      '"__proto__"',
      '"constructor"',
      '-1',
      '-3',
      '["Map",1,2]',
      '["BigInt","1"]',
      '[[0]]',
      '"request"',
      '"q"'
    ),
    mostBytes: 64 * 1024,
    async check(input): Promise<Verdict> {
      const verdict =
        input[0] === RAW ? await sendRaw(input.subarray(1)) : await sendText(messageOf(textOf(input)))
      if (Object.keys(Object.prototype).length > 0) throw new Broken('it changed what all objects have')
      if ((await own.say(null)) === 'hung-up') throw new Broken('another window of the page is hung up on')
      return verdict
    }
  }

  async function sendText(text: string): Promise<Verdict> {
    const asked = decodeClientFrame('text', text)
    const answered = await talked.say(text)
    if (!asked) {
      if (answered !== 'hung-up') throw new Broken('what is no request is not hung up on')
      return 'refused'
    }
    if (answered === 'hung-up') throw new Broken('a request is hung up on')
    if (answered.length !== 1 || answered[0]?.i !== asked.i)
      throw new Broken(`a request is answered ${answered.length} times`)
    const [name, body] = asked.a
    same('what reached the engine', answered[0].r, done({ name, body }))
    return 'taken'
  }

  async function sendRaw(bytes: Uint8Array): Promise<Verdict> {
    const reply = await new Promise<string>((resolve) => {
      let heard = ''
      const socket = net.connect(host.port, '127.0.0.1', () => socket.end(Buffer.concat([upgrade, bytes])))
      socket.setEncoding('latin1')
      socket.on('data', (text: string) => (heard += text))
      socket.on('error', () => {})
      socket.on('close', () => resolve(heard))
    })
    return reply.includes('"journal"') ? 'taken' : 'refused'
  }
}
