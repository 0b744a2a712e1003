/**
 * Someone who knows a member's public key waits where that member's books are asked for, and answers with lies: nothing
 * of it is taken, and the real books are found all the same.
 */
import { randomBytes } from 'node:crypto'
import type HyperDHT from 'hyperdht'
import Hyperswarm, { type NoiseStream } from 'hyperswarm'
import Protomux from 'protomux'
import { raw } from 'compact-encoding'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MemberId } from '../../core/contract/index.js'
import { toZ32 } from '../../core/identity/bytes.js'
import { certifyDevice, found, keyOf } from '../../core/identity/certificates.js'
import { keyPairOf, type KeyPair } from '../../core/identity/keys.js'
import { readPhrase } from '../../core/identity/phrase.js'
import { toHex } from '../../core/sync/messages.js'
import { startNetwork } from '../../core/sync/network.js'
import { certificateToMessage, foundingToMessage, signPresence, type Side } from '../../core/sync/proofs.js'
import { RecoverySeeker } from '../../core/sync/recovery-seeker.js'
import { RECOVERY_PROTOCOL, recoveryTopic, type OfferMessage } from '../../core/sync/recovery-wire.js'
import { valueOf } from '../helpers/book-world.js'
import { converged, letIn, World } from '../helpers/engines.js'

const MINUTES = 60_000
let world: World
beforeEach(async () => void (world = await World.open()), MINUTES)
afterEach(() => world.end(), MINUTES)

const newKeys = (): KeyPair => keyPairOf(new Uint8Array(randomBytes(32)))

/** An offer of a book of one's own making: good in every part. */
function goodOffer(stream: NoiseStream): OfferMessage {
  const [member, device] = [newKeys(), newKeys()]
  const certificate = certifyDevice(member, { publicKey: device.publicKey, name: 'X', platform: 'linux' }, 0)
  const side: Side = stream.isInitiator ? 'initiator' : 'responder'
  return {
    certificate: certificateToMessage(certificate),
    presence: signPresence(device, stream.handshakeHash, side),
    memberName: 'Eve',
    bookName: 'Club',
    founding: foundingToMessage(found(member, new Uint8Array(randomBytes(32)), 0)),
    secrets: [{ epoch: 'founding', secret: toHex(randomBytes(32)) }],
    vector: {}
  }
}

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

const LIES: Readonly<Record<string, (stream: NoiseStream) => Uint8Array>> = {
  'bytes that are no JSON': () => randomBytes(500),
  'an offer of nothing': () => json({}),
  'an offer with more in it': (stream) => json({ ...goodOffer(stream), more: 1 }),
  'a device that is somewhere else': (stream) =>
    json({
      ...goodOffer(stream),
      presence: goodOffer({ ...stream, handshakeHash: randomBytes(64) } as never).presence
    }),
  'a device that no member certified': (stream) => {
    const offer = goodOffer(stream)
    return json({ ...offer, certificate: { ...offer.certificate, member: toHex(newKeys().publicKey) } })
  },
  'a book that nobody founded': (stream) => {
    const offer = goodOffer(stream)
    return json({ ...offer, founding: { ...offer.founding, founder: toHex(newKeys().publicKey) } })
  },
  'a book without its first secret': (stream) =>
    json({ ...goodOffer(stream), secrets: [{ epoch: 'later', secret: toHex(randomBytes(32)) }] }),
  'more logs than any book has': (stream) => {
    const log = (number: number) => toZ32(new Uint8Array(Buffer.alloc(32).fill(`${number}.`)))
    const vector = Object.fromEntries(Array.from({ length: 20_001 }, (_, number) => [log(number), 1]))
    return json({ ...goodOffer(stream), vector })
  },
  'a length that is no number': (stream) => json({ ...goodOffer(stream), vector: { ['y'.repeat(52)]: -1 } }),
  'more than fits into a message': () => Buffer.alloc(5 * 1024 * 1024, 32)
}

interface Liar {
  readonly told: number
  readonly cutOff: number
  end(): Promise<void>
}

/** Waits under the member's topic, and tells whoever asks the same lie. */
async function liar(dht: HyperDHT, member: MemberId, lie: (stream: NoiseStream) => Uint8Array): Promise<Liar> {
  const swarm = new Hyperswarm({ dht })
  const topic = recoveryTopic(keyOf(member))
  const seen = { told: 0, cutOff: 0, end: () => swarm.destroy() }
  swarm.on('connection', (stream: NoiseStream) => {
    stream.on('error', () => {})
    stream.once('close', () => seen.cutOff++)
    Protomux.from(stream).pair({ protocol: RECOVERY_PROTOCOL, id: topic }, () => {
      const channel = Protomux.from(stream).createChannel({ protocol: RECOVERY_PROTOCOL, id: topic })
      if (!channel) return
      channel.addMessage({
        encoding: raw,
        onmessage: () => {
          offer.send(lie(stream))
          seen.told++
        }
      })
      const offer = channel.addMessage({ encoding: raw })
      channel.open()
    })
  })
  await swarm.join(topic, { server: true, client: false }).flushed()
  return seen
}

const newNode = (): HyperDHT =>
  valueOf(startNetwork({ mode: 'on', port: 0, bootstrap: [], host: '', ...world.network }))

/** The first real offer that a member's own device gets. */
async function overheard(memberId: MemberId, seed: Uint8Array): Promise<OfferMessage> {
  const member = keyPairOf(seed)
  const device = { publicKey: newKeys().publicKey, name: 'X', platform: 'linux' }
  const certificate = certifyDevice(member, device, 0)
  const dht = newNode()
  const swarm = new Hyperswarm({ dht })
  const offers: OfferMessage[] = []
  const seeker = new RecoverySeeker({
    swarm,
    member,
    certificate,
    found: (offer) => Promise.resolve(void offers.push(offer))
  })
  swarm.on('connection', (stream: NoiseStream) => {
    stream.on('error', () => {})
    seeker.attend(stream)
  })
  await until(`an offer for ${memberId}`, () => offers.length > 0)
  await seeker.end()
  await swarm.destroy()
  await dht.destroy()
  return offers[0] as OfferMessage
}

const until = async (what: string, isSo: () => boolean): Promise<void> => {
  const deadlineMs = Date.now() + MINUTES
  while (!isSo()) {
    if (Date.now() > deadlineMs) throw new Error(`It never came about: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('lies at a recovery', { timeout: 5 * MINUTES }, () => {
  it('cost only their teller: nothing is adopted, and the real book is found', async () => {
    const ana = await world.device('Ana')
    const ben = await world.device('Ben')
    const book = await ana.createBook('Club')
    await letIn(ana, book, ben)
    const [summary] = await ana.ask('books', {})
    if (!summary) throw new Error('no book')
    const phrase = (await ana.ask('showPhrase', { language: 'en', sure: 'yes' })).words.join(' ')
    await ana.stop()

    const dht = newNode()
    const liars = await Promise.all(Object.values(LIES).map((lie) => liar(dht, summary.me.member, lie)))
    const fresh = await world.device('Ana again')
    await fresh.ask('recover', { phrase })
    await until('all lies are told, and each teller cut off', () =>
      liars.every(({ told, cutOff }) => told > 0 && cutOff > 0)
    )
    const { rows } = await fresh.until('recoveries', {}, ({ rows: all }) =>
      all.some(({ step }) => step === 'recovered')
    )
    expect(rows).toMatchObject([{ book, from: { name: 'Ben' } }])
    expect((await fresh.ask('books', {})).map(({ book: id }) => id)).toEqual([book])
    await Promise.all(liars.map((one) => one.end()))
    await dht.destroy()
  })

  it('a real book with secrets that open nothing is set right by whoever has the real ones', async () => {
    const [ana, ben, eve] = [await world.device('Ana'), await world.device('Ben'), await world.device('Eve')]
    const book = await ana.createBook('Club')
    await letIn(ana, book, ben)
    await letIn(ana, book, eve)
    await converged(book, ana, ben, eve)
    const members = (await ana.status(book)).members
    const idOf = (name: string) => members.find((row) => row.name === name)?.member as MemberId
    await ana.ask('removeMember', { book, member: idOf('Eve') })
    await ana.post(book, 'After Eve')
    await converged(book, ana, ben)
    const phrase = (await ana.ask('showPhrase', { language: 'en', sure: 'yes' })).words.join(' ')
    // What Eve has kept: the book's founding. What it takes the place of: a real offer, overheard by nobody else.
    const real = await overheard(idOf('Ana'), valueOf(readPhrase(phrase)).seed)
    for (const device of [ana, ben, eve]) await device.stop()

    const bad = toHex(randomBytes(32))
    for (const secrets of [
      real.secrets.map(({ epoch }) => ({ epoch, secret: bad })),
      real.secrets.map((known) => (known.epoch === 'founding' ? known : { ...known, secret: bad }))
    ]) {
      const dht = newNode()
      const fresh = await world.device('Ana again')
      const lying = await liar(dht, idOf('Ana'), (stream) => {
        const { certificate, presence } = goodOffer(stream)
        return json({ ...real, certificate, presence, memberName: 'Eve', secrets })
      })
      await fresh.ask('recover', { phrase })
      await fresh.until('recoveries', {}, ({ rows }) => rows.some(({ from }) => from.name === 'Eve'))
      await ben.start()
      await fresh.until('recoveries', {}, ({ rows }) => rows.some(({ step }) => step === 'recovered'))
      await fresh.post(book, 'By Ana again')
      await converged(book, fresh, ben)
      // Read by Ben, and so written with the secret that Ben has.
      expect(await ben.payees(book)).toContain('By Ana again')
      await lying.end()
      await dht.destroy()
      await fresh.stop()
      await ben.stop()
    }
  })

  it('a made-up book is seen for what it is: from whom, and never become part of', async () => {
    const ana = await world.device('Ana')
    const [phrase, fresh] = [
      (await ana.ask('showPhrase', { language: 'en' })).words.join(' '),
      await world.device('Ana again')
    ] as const
    await ana.createBook('Club')
    const [summary] = await ana.ask('books', {})
    if (!summary) throw new Error('no book')
    await ana.stop()
    const dht = newNode()
    const eve = await liar(dht, summary.me.member, (stream) =>
      json({ ...goodOffer(stream), vector: { ['y'.repeat(52)]: 5 } })
    )
    await fresh.ask('recover', { phrase })
    const { rows } = await fresh.until('recoveries', {}, (status) => status.rows.length > 0)
    expect(rows).toMatchObject([{ bookName: 'Club', from: { name: 'Eve' }, step: 'receiving' }])
    expect([eve.told, eve.cutOff]).toEqual([1, 0])
    const [shown] = await fresh.ask('books', {})
    expect(shown?.me.role).toBe(null)
    // It can be forgotten, and is then no longer listed.
    const made = rows[0]?.book
    if (!made) throw new Error('no row')
    await fresh.ask('forgetBook', { book: made, confirmName: shown?.name ?? '' })
    expect((await fresh.ask('recoveries', {})).rows).toEqual([])
    await eve.end()
    await dht.destroy()
  })
})
