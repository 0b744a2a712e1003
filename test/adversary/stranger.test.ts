/**
 * Someone who found the topic of a book, as any node of the hash table can, and does not know its secret: speaks out of
 * turn, guesses, repeats what it hears, passes on what others say, or says nothing on as many connections as it can.
 */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookId } from '../../core/contract/index.js'
import { openVault } from '../../core/engine/keyring.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'
import { BookFile, readSealed } from '../../core/engine/sealed-files.js'
import { certifyDevice } from '../../core/identity/certificates.js'
import { keyPairOf, type KeyPair } from '../../core/identity/keys.js'
import { fromHex, MOST_MESSAGE_BYTES, toHex } from '../../core/sync/messages.js'
import { valueOf } from '../helpers/book-world.js'
import { converged, letIn, World, type Device } from '../helpers/engines.js'
import { BOOK_TALK, bookChannel, bookTopic, introduction, Talker, type Talk } from '../helpers/talker.js'

let world: World
let ada: Device
let ben: Device
let book: BookId
let topic: Uint8Array
let channel: Uint8Array

beforeAll(async () => {
  world = await World.open()
  ;[ada, ben] = [await world.device('Ada'), await world.device('Ben')]
  book = await ada.createBook()
  await letIn(ada, book, ben, 'contributor')
  await converged(book, ada, ben)
  const vault = valueOf(await openVault(ada.folder, PLAIN_KEYS))
  const file = await readSealed(vault, path.join(ada.folder, 'books', book, 'book.sealed'), BookFile)
  const secret = fromHex((file as BookFile).secret)
  topic = bookTopic(secret)
  channel = bookChannel(secret)
})
afterAll(() => world.end())

let posted = 0

/** Both post and get what the other posted, and know of nobody else. */
async function goesOn(): Promise<void> {
  for (const [from, to] of [
    [ada, ben],
    [ben, ada]
  ] as const) {
    const payee = `Goes on, ${++posted}.`
    await from.post(book, payee)
    await to.until('journal', { book, limit: 1, filter: { search: payee } }, ({ total }) => total === 1)
  }
  const { members, problems } = await converged(book, ada, ben)
  expect(members.map(({ name }) => name).sort()).toEqual(['Ada', 'Ben'])
  expect(problems).toEqual([])
}

const newKeys = (): KeyPair => keyPairOf(new Uint8Array(randomBytes(32)))

/** All that a member's device would have, made up. */
function madeUp() {
  const [member, device] = [newKeys(), newKeys()]
  const names = { publicKey: device.publicKey, name: 'Laptop', platform: 'linux' }
  return { secret: new Uint8Array(randomBytes(32)), certificate: certifyDevice(member, names, 0), device }
}

const HAVE = { lengths: {}, digest: '00'.repeat(32) }

describe('is hung up on, and hears nothing but proofs that are good nowhere else:', () => {
  it.each<[string, (talk: Talk) => void]>([
    ['a proof by another secret', (talk) => talk.send('proof', introduction(talk, madeUp()).proof)],
    ['no proof at all', (talk) => talk.send('proof', { proofs: [] })],
    [
      'as many guesses as one message takes',
      (talk) => talk.send('proof', { proofs: Array.from({ length: 1024 }, () => toHex(randomBytes(32))) })
    ],
    [
      'more guesses than that',
      (talk) => talk.send('proof', { proofs: Array.from({ length: 1025 }, () => toHex(randomBytes(32))) })
    ],
    ['noise', (talk) => talk.send('proof', randomBytes(5_000))],
    ['nothing', (talk) => talk.send('proof', Buffer.alloc(0))],
    ['more than fits into a message', (talk) => talk.send('proof', Buffer.alloc(MOST_MESSAGE_BYTES + 1, 32))],
    ['a hello before a proof', (talk) => talk.send('hello', introduction(talk, madeUp()).hello)],
    [
      'to be let in without more ado, and to tell what it has',
      (talk) => {
        talk.send('accept', {})
        talk.send('have', HAVE)
      }
    ],
    ['farewell', (talk) => talk.send('farewell', { code: 'MEMBER_REMOVED', byName: 'Ada' })]
  ])('%s', async (_what, say) => {
    const talker = await Talker.meet(world, topic, (talk) => say(talk.open(BOOK_TALK, channel)))
    const talks = await talker.met(2)
    await Promise.all(talks.map((talk) => talk.closed))
    await talker.end()
    for (const { heard } of talks) for (const { name } of heard) expect(name).toBe('proof')
    await goesOn()
    for (const device of [ada, ben]) expect((await device.ask('books', {}))[0]?.farewell).toBe(null)
  })

  it('what it was told itself', async () => {
    const talker = await Talker.meet(world, topic, (talk) => {
      talk.open(BOOK_TALK, channel)
      void talk.hears('proof').then((proof) => talk.send('proof', proof))
    })
    const talks = await talker.met(2)
    await Promise.all(talks.map((talk) => talk.closed))
    await talker.end()
    for (const { heard } of talks) expect(heard.map(({ name }) => name)).toEqual(['proof'])
    await goesOn()
  })

  it('what Ada says to Ben, passed on as it comes, and the other way round', async () => {
    const talker = await Talker.meet(world, topic, (talk) => void talk.open(BOOK_TALK, channel))
    const talks = await talker.met(2)
    const [one, other] = talks as [Talk, Talk]
    const [fromOne, fromOther] = [await one.hears('proof'), await other.hears('proof')]
    one.send('proof', fromOther)
    other.send('proof', fromOne)
    await Promise.all(talks.map((talk) => talk.closed))
    await talker.end()
    for (const { heard } of talks) expect(heard.map(({ name }) => name)).toEqual(['proof'])
    await goesOn()
  })
})

describe('keeps nobody from the others', () => {
  it('by asking for logs outside of the book’s channel', async () => {
    const talker = await Talker.meet(world, topic, (talk) => {
      const key = randomBytes(32)
      talk.open({ protocol: 'hypercore/alpha', messages: ['sync'] }, key)
      talk.send('sync', Buffer.from([0]))
    })
    const talks = await talker.met(2)
    await goesOn()
    for (const { heard } of talks) expect(heard).toEqual([])
    await talker.end()
  })

  it.each(['client', 'server'] as const)(
    'by holding more connections than a device makes, silently, as %s',
    { timeout: 120_000 },
    async (role) => {
      const talkers: Talker[] = []
      for (let n = 0; n < 80; n++) talkers.push(await Talker.meet(world, topic, () => {}, role))
      const held = () => talkers.reduce((sum, talker) => sum + talker.open.length, 0)
      // Both come back to a network that is full of strangers.
      await ada.restart()
      await ben.stop()
      while (held() < 10) await new Promise((resolve) => setTimeout(resolve, 20))
      await ben.start()
      await goesOn()
      // Each of the two has the other, and lets no more than a few strangers stay.
      expect(held()).toBeLessThan(64)
      await Promise.all(talkers.map((talker) => talker.end()))
    }
  )
})
