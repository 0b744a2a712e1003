/** Either device closes at any step of linking, or a person changes their mind: it goes on where it was, or is refused. */
import { randomBytes } from 'node:crypto'
import type { NoiseStream } from 'hyperswarm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookId, Settings } from '../../../core/contract/index.js'
import { deviceLinkIdOf, parseCode } from '../../../core/identity/invite-code.js'
import { keyPairOf } from '../../../core/identity/keys.js'
import { LinkHolder, wordsOfArrival, type DeviceLinkRecord } from '../../../core/sync/linking-holder.js'
import { toHex } from '../../../core/sync/messages.js'
import { endSwarm, startNetwork, startSwarm } from '../../../core/sync/network.js'
import { valueOf } from '../../helpers/book-world.js'
import { converged, World, type Device } from '../../helpers/engines.js'
import { arrived, enter, link, match, newLink, refusalOf } from '../../helpers/linking.js'

let world: World
let ana: Device
let book: BookId

beforeAll(async () => {
  world = await World.open()
  ana = await world.device('Ana')
  book = await ana.createBook()
})

afterAll(() => world.end())

const atStep = (device: Device, step: string) => device.until('joins', {}, (rows) => rows[0]?.step === step)

const allAway = () =>
  ana.until('deviceLinks', {}, (rows) =>
    rows.every(({ waiting }) => waiting.every(({ connection }) => connection === 'away'))
  )

describe('a new device that closes', () => {
  it('while nobody answers yet, finds the other one later', async () => {
    const phone = await world.device('Phone 1')
    const code = await newLink(ana)
    await ana.stop()
    expect(await enter(phone, code)).toMatchObject({ kind: 'device-link', step: 'searching', words: [] })
    await phone.restart()
    await ana.start()
    await ana.ask('confirmDevice', await match(ana, phone))
    await arrived(phone)
    await converged(book, ana, phone)
  })

  it('while it waits, has words that match again, and is linked though away at that moment', async () => {
    const phone = await world.device('Phone 2')
    await enter(phone, await newLink(ana))
    await match(ana, phone)
    await phone.restart()
    const waits = await match(ana, phone)
    await phone.stop()
    await allAway()
    await ana.ask('confirmDevice', waits)
    expect((await ana.ask('deviceLinks', {}))[0]).toMatchObject({ state: 'confirmed', code: null })
    await phone.start()
    await arrived(phone)
    await ana.until('deviceLinks', {}, ([row]) => row?.state === 'linked')
    await converged(book, ana, phone)
    // What has ended is shown once more, and forgotten at the start after that.
    await phone.restart()
    expect(await phone.ask('joins', {})).toEqual([])
  })

  it('as soon as it was linked, is linked, and gets the rest after a restart', async () => {
    const phone = await world.device('Phone 3')
    await enter(phone, await newLink(ana))
    await ana.ask('confirmDevice', await match(ana, phone))
    await ana.until('deviceLinks', {}, ([row]) => row?.state === 'linked')
    await phone.restart()
    await phone.until('books', {}, ([row]) => row?.me.role === 'owner')
    await converged(book, ana, phone)
  })
})

describe('the device that links', () => {
  it('closes with one waiting, and has it waiting still, with words that match', async () => {
    const phone = await world.device('Phone 4')
    await enter(phone, await newLink(ana))
    await match(ana, phone)
    await ana.restart()
    const waits = await match(ana, phone)
    await Promise.all([ana.ask('confirmDevice', waits), ana.ask('confirmDevice', waits)])
    await arrived(phone)
    // Twice is once: the device was named in the book by one entry.
    const { rows } = await ana.ask('activity', { book, kinds: ['nameDevice'], limit: 50 })
    expect(rows.filter(({ text }) => text === 'Phone 4')).toHaveLength(1)
  })

  it('confirms while the network is off, and has linked it', async () => {
    const phone = await world.device('Phone 5')
    await enter(phone, await newLink(ana))
    const waits = await match(ana, phone)
    await phone.stop()
    await allAway()
    await ana.restart()
    await ana.ask('confirmDevice', waits)
    await ana.restart()
    await phone.start()
    await arrived(phone)
    await converged(book, ana, phone)
  })
})

describe('a person who', () => {
  it('sees other words turns the device away, and it is told', async () => {
    const phone = await world.device('Phone 6')
    await enter(phone, await newLink(ana))
    const waits = await match(ana, phone)
    await ana.ask('refuseDevice', waits)
    expect(await refusalOf(phone)).toBe('LINK_REFUSED')
    expect(await ana.refusal('confirmDevice', waits)).toBe('LINK_REFUSED')
    expect(await phone.ask('books', {})).toEqual([])
  })

  it('sees other words on the new device leaves, and enters a code again with new ones', async () => {
    const phone = await world.device('Phone 7')
    const code = await newLink(ana)
    const first = await enter(phone, code)
    const { device } = await match(ana, phone)
    await phone.ask('cancelJoin', { invite: first.invite })
    expect(await phone.ask('joins', {})).toEqual([])
    await allAway()
    await enter(phone, code)
    const again = await match(ana, phone)
    expect(again.device).not.toBe(device)
    await ana.ask('confirmDevice', again)
    await arrived(phone)
  })

  it('has a book here by the time it is linked keeps that, and the device is not linked', async () => {
    const phone = await world.device('Phone 8')
    await enter(phone, await newLink(ana))
    const waits = await match(ana, phone)
    const own = await phone.createBook('My own')
    await ana.ask('confirmDevice', waits)
    expect(await refusalOf(phone)).toBe('FOLDER_NOT_EMPTY')
    expect((await phone.ask('books', {})).map((row) => row.book)).toEqual([own])
    const code = (await newLink(ana)).code ?? ''
    expect(await phone.refusal('join', { code, deviceName: 'Phone 8' })).toBe('FOLDER_NOT_EMPTY')
  })
})

describe('a code', () => {
  it('links one device: another that waits, or comes later, is told that it was used', async () => {
    const [first, second] = [await world.device('Phone 9'), await world.device('Phone 10')]
    const code = await newLink(ana)
    await enter(first, code)
    await enter(second, code)
    const waits = await match(ana, first)
    await match(ana, second)
    await ana.ask('confirmDevice', waits)
    await arrived(first)
    expect(await refusalOf(second)).toBe('LINK_USED')
    const third = await world.device('Phone 11')
    await enter(third, code)
    expect(await refusalOf(third)).toBe('LINK_USED')
    expect(await ana.refusal('withdrawDeviceLink', { id: code.id })).toBe('LINK_USED')
  })

  it('that was withdrawn, or has expired, links none, also one that waits already', async () => {
    const phone = await world.device('Phone 12')
    const code = await newLink(ana)
    await enter(phone, code)
    const waits = await match(ana, phone)
    await ana.ask('withdrawDeviceLink', { id: code.id })
    expect(await refusalOf(phone)).toBe('LINK_WITHDRAWN')
    expect(await ana.refusal('confirmDevice', waits)).toBe('LINK_WITHDRAWN')
    expect((await ana.ask('deviceLinks', {}))[0]).toMatchObject({ state: 'withdrawn', code: null, link: null })
    const brief = await ana.ask('linkDevice', { expiresInMs: 1_000 })
    await ana.until('deviceLinks', {}, ([row]) => row?.state === 'expired')
    await enter(phone, brief)
    expect(await refusalOf(phone)).toBe('LINK_EXPIRED')
  })

  it('that is none is refused at once', async () => {
    const phone = await world.device('Phone 13')
    expect(await phone.refusal('join', { code: 'ybnd-rfg8-ejkm-cpqx-ot1u' })).toBe('INVITE_MALFORMED')
    expect(await phone.refusal('readCode', { code: 'nonsense' })).toBe('INVITE_MALFORMED')
    expect(await phone.ask('readCode', { code: (await newLink(ana)).code ?? '' })).toEqual({
      kind: 'device-link'
    })
    expect(await phone.ask('readCode', { code: (await ana.invite(book)).code })).toEqual({ kind: 'invite' })
    expect(await ana.refusal('withdrawDeviceLink', { id: deviceLinkIdOf(randomBytes(12)) })).toBe(
      'LINK_UNKNOWN'
    )
  })
})

it('someone with the code who stands in between shows other words than the person’s own device', async () => {
  const [phone, own] = [await world.device('Phone 14'), await world.device('Ana again')]
  await own.createBook('Anything')
  const code = await newLink(own)
  await own.stop()
  const { secret } = valueOf(parseCode(code.code ?? ''))
  const swarm = startSwarm(
    valueOf(startNetwork({ mode: 'on', port: 0, ...world.network } as Settings['network']))
  )
  const key = keyPairOf(randomBytes(32))
  let kept: DeviceLinkRecord = {
    ...{ id: code.id, secret: toHex(secret), createdMs: 0, expiresMs: Date.now() + 600_000 },
    ...{ state: 'open', arrivals: [] }
  }
  const impostor = new LinkHolder({
    swarm,
    record: kept,
    save: async (record) => void (kept = record),
    ended: () => null,
    about: async () => ({ member: toHex(key.publicKey), memberName: 'Ana', deviceName: 'Ana again' }),
    handover: async () => null,
    randomBytes
  })
  swarm.on('connection', (stream: NoiseStream) => {
    stream.on('error', () => {})
    impostor.attend(stream)
  })
  await enter(phone, code)
  const [row] = await atStep(phone, 'waiting-for-admission')
  const shown = await phone.until('joins', {}, (rows) => rows[0]?.words.length === 4)
  expect(row?.inviterName).toBe('Ana')
  const words = () => kept.arrivals[0] && wordsOfArrival(kept, kept.arrivals[0], key.publicKey)
  await expect.poll(words, { timeout: 20_000 }).toEqual(shown[0]?.words)
  // Ana's own screen can show these only by chance: it takes her key and another nonce.
  const [arrival] = kept.arrivals
  expect(arrival && wordsOfArrival(kept, arrival, keyPairOf(randomBytes(32)).publicKey)).not.toEqual(words())
  await impostor.end()
  await endSwarm(swarm)
  await swarm.dht.destroy({ force: true })
  await own.start()
  await own.ask('confirmDevice', await match(own, phone))
  await arrived(phone)
  expect(await phone.ask('joins', {})).not.toMatchObject([{ words: shown[0]?.words }])
  await link(own, await world.device('Phone 15'))
})
