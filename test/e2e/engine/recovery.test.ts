/** Back in all one's books on a new machine, with nothing but the phrase and one other member. */
import Hyperswarm, { type NoiseStream } from 'hyperswarm'
import Protomux from 'protomux'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MemberId } from '../../../core/contract/index.js'
import { certifyDevice, keyOf } from '../../../core/identity/certificates.js'
import { readPhrase } from '../../../core/identity/phrase.js'
import { keyPairOf } from '../../../core/identity/keys.js'
import { addMessage } from '../../../core/sync/messages.js'
import { startNetwork } from '../../../core/sync/network.js'
import { certificateToMessage, type Side } from '../../../core/sync/proofs.js'
import {
  AskMessage,
  OfferMessage,
  RECOVERY_PROTOCOL,
  recoveryTopic,
  signAsk
} from '../../../core/sync/recovery-wire.js'
import { valueOf } from '../../helpers/book-world.js'
import { converged, letIn, World, type Device } from '../../helpers/engines.js'

const MINUTES = 60_000
let world: World
beforeEach(async () => void (world = await World.open()), MINUTES)
afterEach(() => world.end(), MINUTES)

const phraseOf = async (device: Device): Promise<string> =>
  (await device.ask('showPhrase', { language: 'en', sure: 'yes' })).words.join(' ')

const recovered = (device: Device, books: number) =>
  device.until('recoveries', {}, ({ rows }) => rows.filter(({ step }) => step === 'recovered').length === books)

describe('whoever has only the phrase', { timeout: 5 * MINUTES }, () => {
  it('is back in all books that someone else keeps, and writes on as a new device', async () => {
    const ana = await world.device('Ana')
    const ben = await world.device('Ben')
    const eve = await world.device('Eve')
    const [club, house] = [await ana.createBook('Club'), await ana.createBook('House')]
    const alone = await ana.createBook('Nobody else has it')
    await letIn(ana, club, ben)
    await letIn(ana, house, eve, 'contributor')
    await ana.post(club, 'Bakery')
    await ana.post(house, 'Rent')
    await converged(club, ana, ben)
    await converged(house, ana, eve)
    const phrase = await phraseOf(ana)
    // The laptop is gone for good.
    await ana.stop()
    await eve.stop()

    const fresh = await world.device('Ana again')
    const begun = await fresh.ask('recover', { phrase, memberName: 'Ana' })
    expect(begun).toEqual({ search: 'searching', rows: [] })
    expect(await fresh.ask('phraseState', {})).toMatchObject({ state: 'confirmed' })
    const { rows } = await recovered(fresh, 1)
    expect(rows).toMatchObject([{ book: club, bookName: 'Club', from: { name: 'Ben' }, step: 'recovered' }])

    // The search goes on by itself, also after a restart, until the others come.
    await fresh.restart()
    expect((await fresh.ask('recoveries', {})).search).toBe('searching')
    await eve.start()
    await recovered(fresh, 2)
    await fresh.ask('stopRecovery', {})

    await converged(club, fresh, ben)
    await converged(house, fresh, eve)
    expect(await fresh.payees(house)).toEqual(['Rent'])
    const books = await fresh.ask('books', {})
    expect(books.map(({ name, me }) => [name, me.name, me.role]).sort()).toEqual([
      ['Club', 'Ana', 'owner'],
      ['House', 'Ana', 'owner']
    ])
    expect(books.map(({ book }) => book)).not.toContain(alone)

    await fresh.post(club, 'Printer')
    await converged(club, fresh, ben)
    expect(await ben.payees(club)).toEqual(['Bakery', 'Printer'])
    const { members, problems } = await ben.status(club)
    expect(problems).toEqual([])
    expect(members.find(({ name }) => name === 'Ana')?.devices).toHaveLength(2)

    // Found again, or the other way round, the old laptop is one more device, and nothing has forked.
    await ana.start()
    await ana.post(club, 'From the old laptop')
    await converged(club, ana, fresh, ben)
    expect((await fresh.ask('recoveries', {})).search).toBe('stopped')
  })

  it('is answered by a device of their own, and takes up a stopped search with the same phrase', async () => {
    const ana = await world.device('Ana')
    const book = await ana.createBook('Club')
    const phrase = await phraseOf(ana)
    const fresh = await world.device('Ana again')
    await fresh.ask('recover', { phrase })
    await recovered(fresh, 1)
    await fresh.ask('stopRecovery', {})
    const later = await ana.createBook('Later')
    expect(await fresh.ask('recover', { phrase })).toMatchObject({ search: 'searching' })
    await fresh.restart()
    await fresh.until('recoveries', {}, ({ rows }) => rows.length === 2)
    await converged(book, ana, fresh)
    await converged(later, ana, fresh)
  })

  it('is back also where secrets were changed since, before they came or after; who was removed is not', async () => {
    const [ana, ben] = [await world.device('Ana'), await world.device('Ben')]
    const [eve, cara] = [await world.device('Eve'), await world.device('Cara')]
    const book = await ana.createBook('Club')
    await letIn(ana, book, ben)
    await letIn(ana, book, eve)
    await converged(book, ana, ben, eve)
    const member = async (device: Device) => (await device.ask('books', {}))[0]?.me.member as MemberId
    await ana.ask('removeMember', { book, member: await member(eve) })
    await ana.post(book, 'After Eve')
    await letIn(ana, book, cara)
    await cara.post(book, 'By Cara')
    await converged(book, ana, ben, cara)
    const phrases = { ana: await phraseOf(ana), cara: await phraseOf(cara), eve: await phraseOf(eve) }
    for (const device of [ana, cara, eve]) await device.stop()

    // Ana was there when the secret changed; Cara came later, and was given it.
    for (const [name, phrase] of [
      ['Ana again', phrases.ana],
      ['Cara again', phrases.cara]
    ] as const) {
      const fresh = await world.device(name)
      await fresh.ask('recover', { phrase })
      await recovered(fresh, 1)
      await converged(book, fresh, ben)
      expect(await fresh.payees(book)).toEqual(expect.arrayContaining(['After Eve', 'By Cara']))
      await fresh.post(book, `By ${name}`)
      await converged(book, fresh, ben)
      expect((await ben.status(book)).problems).toEqual([])
    }
    expect(await ben.payees(book)).toEqual(['After Eve', 'By Ana again', 'By Cara', 'By Cara again'])

    const gone = await world.device('Eve again')
    await gone.ask('recover', { phrase: phrases.eve })
    // Ben still finds Ana's old laptop: he is there, and has nothing for Eve.
    await ana.start()
    await converged(book, ana, ben)
    expect(await gone.ask('recoveries', {})).toEqual({ search: 'searching', rows: [] })
    expect(await gone.ask('books', {})).toEqual([])
  })

  it('is told of a slip, and keeps what is in the folder', async () => {
    const ana = await world.device('Ana')
    const ben = await world.device('Ben')
    await ana.createBook('Club')
    const phrase = await phraseOf(ben)
    expect(await ben.refusal('recover', { phrase: phrase.replace(/ \S+$/, '') })).toBe('PHRASE_MALFORMED')
    expect(await ana.refusal('recover', { phrase })).toBe('FOLDER_NOT_EMPTY')
    expect((await ana.ask('books', {})).map(({ name }) => name)).toEqual(['Club'])
    expect(await ana.ask('recoveries', {})).toEqual({ search: 'none', rows: [] })
    // A sample keeps nobody from it.
    await ben.ask('createSampleBook', { language: 'en' })
    await ben.ask('recover', { phrase: await phraseOf(ana) })
    await recovered(ben, 1)
    expect((await ben.ask('books', {})).map(({ name, kind }) => [name, kind])).toEqual([['Club', 'shared']])
  })
})

/** Knocks at a member's topic as a stranger who knows their public key; gives the first offer, if any comes before it is cut off. */
async function knockAs(
  member: MemberId,
  ask: (stream: NoiseStream, side: Side) => Promise<AskMessage> | AskMessage
): Promise<OfferMessage[]> {
  const dht = valueOf(startNetwork({ mode: 'on', port: 0, bootstrap: [], host: '', ...world.network }))
  const swarm = new Hyperswarm({ dht })
  const topic = recoveryTopic(keyOf(member))
  const offers: OfferMessage[] = []
  try {
    const cutOff = new Promise<void>((resolve) => {
      swarm.once('connection', (stream: NoiseStream) => {
        stream.on('error', () => {})
        stream.once('close', resolve)
        const side: Side = stream.isInitiator ? 'initiator' : 'responder'
        const channel = Protomux.from(stream).createChannel({
          protocol: RECOVERY_PROTOCOL,
          id: topic,
          onopen: () => void Promise.resolve(ask(stream, side)).then(send)
        })
        if (!channel) throw new Error('no channel')
        const send = addMessage(
          channel,
          AskMessage,
          () => {},
          () => resolve()
        )
        addMessage(
          channel,
          OfferMessage,
          (offer) => {
            offers.push(offer)
            resolve()
          },
          () => resolve()
        )
        channel.open()
      })
    })
    const discovery = swarm.join(topic, { client: true, server: false })
    const looking = setInterval(() => void discovery.refresh().catch(() => {}), 500)
    await cutOff
    clearInterval(looking)
    return offers
  } finally {
    await swarm.destroy()
    await dht.destroy()
  }
}

describe('a stranger who knows a member’s public key', { timeout: 5 * MINUTES }, () => {
  it('gets nothing: not with a key of their own, not with someone else’s signature of another connection', async () => {
    const ana = await world.device('Ana')
    await ana.createBook('Club')
    const [summary] = await ana.ask('books', {})
    if (!summary) throw new Error('no book')
    const { me } = summary
    const stranger = keyPairOf(new Uint8Array(Buffer.alloc(32, 5)))
    const device = {
      publicKey: keyPairOf(new Uint8Array(Buffer.alloc(32, 6))).publicKey,
      name: 'X',
      platform: 'linux'
    }
    const theirs = certifyDevice(stranger, device, 0)
    const posing = { ...theirs, member: keyOf(me.member) }

    const asThemselves = await knockAs(me.member, ({ handshakeHash }, side) => ({
      certificate: certificateToMessage(theirs),
      signature: signAsk(stranger, theirs, handshakeHash, side)
    }))
    expect(asThemselves).toEqual([])

    const asAna = await knockAs(me.member, ({ handshakeHash }, side) => ({
      certificate: certificateToMessage(posing),
      signature: signAsk(stranger, posing, handshakeHash, side)
    }))
    expect(asAna).toEqual([])

    // Ana herself signed this, for a connection to the stranger.
    const { words } = await ana.ask('showPhrase', { language: 'en', sure: 'yes' })
    const member = keyPairOf(valueOf(readPhrase(words.join(' '))).seed)
    const hers = certifyDevice(member, device, 0)
    const elsewhere = Buffer.alloc(64, 1)
    const replayed = await knockAs(me.member, (_stream, side) => ({
      certificate: certificateToMessage(hers),
      signature: signAsk(member, hers, elsewhere, side)
    }))
    expect(replayed).toEqual([])

    // Signed for this very connection, it is heard: what was refused above was refused for its proof.
    const heard = await knockAs(me.member, ({ handshakeHash }, side) => ({
      certificate: certificateToMessage(hers),
      signature: signAsk(member, hers, handshakeHash, side)
    }))
    expect(heard).toMatchObject([{ bookName: 'Club', memberName: 'Ana' }])
    expect((await ana.ask('books', {})).length).toBe(1)
  })
})
