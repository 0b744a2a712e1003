/** What a browser, or whatever says that it is one, hands over: links to the app, and requests to the web host. */
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { openWebHost } from '../../../core/cli/web-host.js'
import { parseCode } from '../../../core/identity/invite-code.js'
import { asJoinLink, joinLinkIn } from '../../../electron/join-links.js'
import { fakeEngine } from '../../helpers/fake-engine.js'
import { again, Broken, same, textOf, utf8, verdictOf, words, type Target, type Verdict } from '../target.js'

const LINK = 'guildbook://join/ybnd-rfg8-ejkm-cpqx-ot1u'
/** Of a link that is looked at. */
const MOST_LINK = 2_048

/** Only a link to join is one, it stays what it is, and whatever is in it is read as a code or refused. */
export const joinLink: Target = {
  name: 'join-link',
  seeds: [LINK, `${LINK}/?x=1#y`, 'guildbook://join', 'https://join/x'].map(utf8),
  words: words('guildbook:', '//join', '/', '@', ':80', '?', '#', '%00', '\u0130', '\\', '\t', '..'),
  mostBytes: 4_096,
  check(input): Verdict {
    const text = textOf(input)
    const link = asJoinLink(text)
    const found = joinLinkIn(['guildbook', '--flag', text])
    if (text.startsWith('guildbook:')) same('the link of a start', found, link)
    else if (found !== null) throw new Broken('an argument that is no link is taken for one')
    if (link === null) return 'refused'
    if (!/^guildbook:\/\/[^/]*join/.test(link))
      throw new Broken(`a link to somewhere else: ${link.slice(0, 80)}`)
    // In its final form it may be longer than what is looked at: each character three times, and more.
    if (link.length <= MOST_LINK) same('a link', asJoinLink(link), link)
    verdictOf(parseCode(link), () => {})
    return 'taken'
  }
}

const get = (target: string, ...headers: string[]): Uint8Array =>
  utf8([`GET ${target} HTTP/1.1`, ...headers, '', ''].join('\r\n'))

/** What a stranger is told; all else would be more than that. */
const STATUSES = new Set([100, 400, 403, 404, 405, 408, 413, 417, 421, 431, 501, 505])
const UNDERSTOOD = /^HTTP\/1\.1 (?:403|404|405|421) /

/** Without the ticket and the cookie nobody gets anything of the web host, however they ask, and it goes on answering. */
export async function webRequest(): Promise<Target> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gb-fuzz-page-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  await writeFile(path.join(folder, 'index.html'), '<title>Guildbook</title>')
  const engine = fakeEngine()
  const { port } = again('a web host', await openWebHost({ engine, page: folder, port: 0 }))
  // Its port is another one each time: the inputs must not be.
  const addressed = (input: Uint8Array): Buffer =>
    Buffer.from(Buffer.from(input).toString('latin1').replaceAll('PORT', String(port)), 'latin1')
  const host = 'Host: 127.0.0.1:PORT'
  return {
    name: 'web-request',
    seeds: [
      get('/', host),
      get('/?token=AAAA', host, 'Cookie: guildbook-PORT=AAAA; a=b'),
      get('/index.html', host, 'Origin: http://127.0.0.1:PORT'),
      get(
        '/engine',
        host,
        'Origin: http://127.0.0.1:PORT',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
        'Cookie: guildbook-PORT='
      ),
      utf8(`POST / HTTP/1.1\r\n${host}\r\nContent-Length: 3\r\n\r\nabc`),
      utf8(`PUT / HTTP/1.1\r\n${host}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`)
    ],
    words: words(
      'PORT',
      '\r\n',
      'HTTP/1.1',
      '?token=',
      'Cookie: ',
      'Host: localhost:PORT',
      'guildbook-PORT=',
      '../',
      '%2e'
    ),
    mostBytes: 20_000,
    async check(input): Promise<Verdict> {
      const reply = await replyTo(port, addressed(input))
      for (const [, status] of reply.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
        if (!STATUSES.has(Number(status))) throw new Broken(`a stranger is answered with ${status}`)
      }
      if (reply.includes('<title>') || /set-cookie/i.test(reply))
        throw new Broken('a stranger is given the page')
      if (engine.asked.length > 0) throw new Broken('a stranger reached the engine')
      return UNDERSTOOD.test(reply) ? 'taken' : 'refused'
    }
  }
}

/** All that comes back until the connection ends. */
const replyTo = (port: number, bytes: Uint8Array): Promise<string> =>
  new Promise((resolve) => {
    let reply = ''
    const socket = net.connect(port, '127.0.0.1', () => socket.end(bytes))
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => (reply += text))
    socket.on('error', () => {})
    socket.on('close', () => resolve(reply))
  })
