/**
 * A code that links a device, in the wrong hands: used twice, ended, guessed, passed on, kept by a device that was revoked.
 * And someone at the code's topic in the place of the person's own device, with the code and without.
 */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookId, DeviceId, DeviceLinkRow, ErrorCode } from '../../core/contract/index.js'
import { certifyDevice, deviceIdOf, found } from '../../core/identity/certificates.js'
import { deviceLinkKey, deviceLinkTopic, parseCode } from '../../core/identity/invite-code.js'
import { keyPairOf, type KeyPair } from '../../core/identity/keys.js'
import { signArrival } from '../../core/sync/linking-wire.js'
import { fromHex, toHex } from '../../core/sync/messages.js'
import { certificateToMessage, commitmentTo, foundingToMessage, proofOf } from '../../core/sync/proofs.js'
import { valueOf } from '../helpers/book-world.js'
import { converged, letIn, World, type Device } from '../helpers/engines.js'
import { madeUpBook } from '../helpers/kinsman.js'
import { arrived, enter, link, match, newLink } from '../helpers/linking.js'
import { Talker, type Protocol, type Talk } from '../helpers/talker.js'

const MINUTES = 60_000
const LINKING_TALK: Protocol = {
  protocol: 'guildbook/linking/1',
  messages: ['arrive', 'receive', 'reveal', 'book', 'linked', 'refused', 'thanks']
}

let world: World
let ana: Device
let ben: Device
let club: BookId
let posted = 0

beforeAll(async () => {
  world = await World.open()
  ;[ana, ben] = [await world.device('Ana'), await world.device('Ben')]
  club = await ana.createBook('Club')
  await letIn(ana, club, ben, 'contributor')
})
afterAll(() => world.end())

/** Ana and Ben post and sync; of Ana's devices there are these, beside the one that she has. */
async function goesOn(...names: readonly string[]): Promise<void> {
  for (const device of [ana, ben]) await device.post(club, `Goes on, ${++posted}.`)
  const { members, problems } = await converged(club, ana, ben)
  const present = (members.find(({ name }) => name === 'Ana')?.devices ?? []).filter(
    (row) => row.isThis === 'other' && row.standing === 'present'
  )
  expect([present.map(({ name }) => name), problems]).toEqual([names, []])
}

const newKeys = (): KeyPair => keyPairOf(new Uint8Array(randomBytes(32)))

interface Secrets {
  readonly topic: Uint8Array
  readonly key: Uint8Array
}

function secretsOf({ code }: Pick<DeviceLinkRow, 'code'>): Secrets {
  const { secret } = valueOf(parseCode(code ?? ''))
  return { topic: deviceLinkTopic(secret), key: deviceLinkKey(secret) }
}

/** What a new device says first. */
const arrival = ({ stream, side }: Talk, key: Uint8Array, device: KeyPair, nonce: Uint8Array) => ({
  proof: toHex(proofOf(key, 'link-arrival', stream.handshakeHash, side)),
  commitment: toHex(commitmentTo(nonce)),
  device: toHex(device.publicKey),
  signature: signArrival(device, stream.handshakeHash, side),
  deviceName: 'Mallory’s',
  platform: 'linux'
})

/** Comes to a code as a new device, and speaks by hand. */
async function come({ topic }: Secrets, say: (talk: Talk) => void): Promise<{ talk: Talk; talker: Talker }> {
  const talker = await Talker.meet(world, topic, (talk) => say(talk.open(LINKING_TALK, topic)))
  const [talk] = (await talker.met(1)) as [Talk]
  return { talk, talker }
}

/** Arrives by a code as a new device does, and opens its nonce; what it was told, as far as that goes at once. */
async function arrive(secrets: Secrets, device = newKeys()) {
  const nonce = new Uint8Array(randomBytes(32))
  const { talk, talker } = await come(secrets, (talk) =>
    talk.send('arrive', arrival(talk, secrets.key, device, nonce))
  )
  const first = await talk.hears('receive', 'refused')
  if ('nonce' in first) talk.send('reveal', { nonce: toHex(nonce) })
  return {
    talk,
    talker,
    code: (first.code as ErrorCode | undefined) ?? null,
    device: deviceIdOf(device.publicKey)
  }
}

const waits = (id: DeviceLinkRow['id'], device: DeviceId) =>
  ana.until('deviceLinks', {}, (rows) =>
    rows.find((row) => row.id === id)?.waiting.some((each) => each.device === device)
  )

describe('a code', { timeout: 2 * MINUTES }, () => {
  it('that was used links nobody else, also after a restart, and not that device once more', async () => {
    const code = await newLink(ana)
    const secrets = secretsOf(code)
    const keys = newKeys()
    const first = await arrive(secrets, keys)
    await waits(code.id, first.device)
    await ana.ask('confirmDevice', { id: code.id, device: first.device })
    expect(await first.talk.hears('linked')).toMatchObject({ books: 1 })
    await first.talker.end()
    // It did not say that it has it all: it is given the same again. Nobody else is.
    const other = await arrive(secrets)
    expect(other.code).toBe('LINK_USED')
    const again = await arrive(secrets, keys)
    await again.talk.hears('linked')
    again.talk.send('thanks', {})
    await ana.until('deviceLinks', {}, ([row]) => row?.state === 'linked')
    await ana.restart()
    const late = [await arrive(secrets), await arrive(secrets, keys)]
    expect(late.map((each) => each.code)).toEqual(['LINK_USED', 'LINK_USED'])
    await Promise.all([...late, other, again].map(({ talker }) => talker.end()))
    await goesOn('Mallory’s')
    await ana.ask('revokeDevice', { book: club, device: first.device })
  })

  it('gives a device that was revoked before it said that it has it all nothing again', async () => {
    const code = await newLink(ana)
    const keys = newKeys()
    const first = await arrive(secretsOf(code), keys)
    await waits(code.id, first.device)
    await ana.ask('confirmDevice', { id: code.id, device: first.device })
    await first.talk.hears('linked')
    await ana.ask('revokeDevice', { book: club, device: first.device })
    await first.talker.end()
    const again = await arrive(secretsOf(code), keys)
    expect(await again.talk.hears('refused', 'linked', 'book')).toMatchObject({ code: 'LINK_REFUSED' })
    await again.talker.end()
    await goesOn()
  })

  it.each<[string, ErrorCode]>([
    ['has expired', 'LINK_EXPIRED'],
    ['was withdrawn', 'LINK_WITHDRAWN']
  ])('that %s links none, and says only that', async (_what, wanted) => {
    const code = await ana.ask('linkDevice', wanted === 'LINK_EXPIRED' ? { expiresInMs: 1_000 } : {})
    if (wanted === 'LINK_WITHDRAWN') await ana.ask('withdrawDeviceLink', { id: code.id })
    await ana.until('deviceLinks', {}, ([row]) => row?.code === null)
    const { talk, talker } = await arrive(secretsOf(code))
    expect(talk.heard.map(({ name }) => name)).toEqual(['refused'])
    expect(await talk.hears('refused')).toMatchObject({ code: wanted })
    await talker.end()
    await goesOn()
  })

  it('that many have lets few wait, and none in before Ana says so', async () => {
    const code = await newLink(ana)
    const all: Awaited<ReturnType<typeof arrive>>[] = []
    for (let n = 0; n < 12; n++) all.push(await arrive(secretsOf(code)))
    expect(all.filter((each) => each.code === 'LINK_USED')).toHaveLength(4)
    await ana.until('deviceLinks', {}, ([row]) => row?.waiting.length === 8)
    await ana.ask('withdrawDeviceLink', { id: code.id })
    for (const { talk } of all) {
      await talk.hears('refused')
      expect(talk.heard.map(({ name }) => name)).not.toContain('book')
    }
    await Promise.all(all.map(({ talker }) => talker.end()))
    await goesOn()
  })
})

describe('hung up on, and the code stays good, is who', { timeout: 2 * MINUTES }, () => {
  const nonce = new Uint8Array(32)
  const withCode = (talk: Talk, key: Uint8Array) => arrival(talk, key, newKeys(), nonce)
  const guessed = () => new Uint8Array(randomBytes(32))

  it.each<[string, (talk: Talk, key: Uint8Array) => Promise<unknown> | void]>([
    ['guesses', (talk) => talk.send('arrive', withCode(talk, guessed()))],
    ['sends noise', (talk) => talk.send('arrive', randomBytes(1_000))],
    ['sends 5 MiB', (talk) => talk.send('arrive', Buffer.alloc(5 * 1024 * 1024, 32))],
    ['says what only Ana’s device says', (talk, key) => talk.send('receive', withCode(talk, key))],
    ['opens a nonce before anything', (talk) => talk.send('reveal', { nonce: toHex(nonce) })],
    [
      'arrives as a device whose key they do not have',
      (talk, key) => talk.send('arrive', { ...withCode(talk, key), device: toHex(newKeys().publicKey) })
    ],
    [
      'arrives twice',
      async (talk, key) => {
        talk.send('arrive', withCode(talk, key))
        await talk.hears('receive')
        talk.send('arrive', withCode(talk, key))
      }
    ],
    [
      'opens a nonce that was not committed to',
      async (talk, key) => {
        talk.send('arrive', withCode(talk, key))
        await talk.hears('receive')
        talk.send('reveal', { nonce: '01'.repeat(32) })
      }
    ]
  ])('%s', async (_what, say) => {
    const code = await newLink(ana)
    const { topic, key } = secretsOf(code)
    const { talk, talker } = await come(
      { topic, key },
      (talk) => void Promise.resolve(say(talk, key)).catch(() => {})
    )
    await talk.closed
    expect(talk.heard.map(({ name }) => name)).not.toContain('book')
    await talker.end()
    expect((await ana.ask('deviceLinks', {}))[0]).toMatchObject({ code: code.code, waiting: [] })
    await ana.ask('withdrawDeviceLink', { id: code.id })
  })

  it('passes on what a new device says, as their own', async () => {
    const code = await newLink(ana)
    const { topic, key } = secretsOf(code)
    await ana.stop()
    const phone = await world.device('Phone')
    const middle = await Talker.meet(world, topic, (talk) => talk.open(LINKING_TALK, topic), 'server')
    await enter(phone, code)
    const said = await ((await middle.met(1))[0] as Talk).hears('arrive')
    await middle.end()
    await ana.start()
    const { talk, talker } = await come({ topic, key }, (talk) => talk.send('arrive', said))
    await talk.closed
    await talker.end()
    const waiting = await match(ana, phone)
    await ana.ask('confirmDevice', waiting)
    await arrived(phone)
    await goesOn('Phone')
    await phone.stop()
    await ana.ask('revokeDevice', { book: club, device: waiting.device })
  })
})

describe('in the place of the person’s own device', { timeout: 2 * MINUTES }, () => {
  const liar = newKeys()
  const greeting = ({ stream, side }: Talk, key: Uint8Array) => ({
    proof: toHex(proofOf(key, 'link-holder', stream.handshakeHash, side)),
    nonce: '00'.repeat(32),
    member: toHex(liar.publicKey),
    memberName: 'Ana',
    deviceName: 'Ana'
  })
  const linked = (device: string, member = liar, books = 0) => ({
    certificate: certificateToMessage(
      certifyDevice(member, { publicKey: fromHex(device), name: 'Phone', platform: 'linux' }, 0)
    ),
    foundings: [],
    books
  })
  type Lie = (talk: Talk, key: Uint8Array, device: string) => void
  const greets = (talk: Talk, key: Uint8Array) => talk.send('receive', greeting(talk, key))

  /** Waits at a code's topic as the person's device does, and answers whoever arrives. */
  const inPlace = ({ topic, key }: Secrets, lie: Lie) => {
    const begin = (talk: Talk) =>
      void talk
        .open(LINKING_TALK, topic)
        .hears('arrive')
        .then(({ device }) => lie(talk, key, device as string))
        .catch(() => {})
    return Talker.meet(world, topic, begin, 'server')
  }

  const lies: readonly (readonly [string, Lie])[] = [
    ['greets without the code', (talk) => greets(talk, new Uint8Array(32))],
    [
      'turns away without the code',
      (talk) => talk.send('refused', { code: 'LINK_USED', proof: '00'.repeat(32) })
    ],
    ['sends noise', (talk) => talk.send('receive', randomBytes(2_000))],
    ['hands over before it greets', (talk, _key, device) => talk.send('linked', linked(device))],
    [
      'greets twice',
      (talk, key) => {
        greets(talk, key)
        greets(talk, key)
      }
    ],
    [
      'hands over the word for another device',
      (talk, key) => {
        greets(talk, key)
        talk.send('linked', linked(toHex(newKeys().publicKey)))
      }
    ],
    [
      'hands over the word of another person',
      (talk, key, device) => {
        greets(talk, key)
        talk.send('linked', linked(device, newKeys()))
      }
    ],
    [
      'hands over fewer books than it says',
      (talk, key, device) => {
        greets(talk, key)
        talk.send('linked', linked(device, liar, 1))
      }
    ],
    [
      'hands over books of another founder to begin with',
      (talk, key, device) => {
        greets(talk, key)
        const founding = foundingToMessage(found(newKeys(), randomBytes(32), 0))
        talk.send('linked', { ...linked(device), foundings: [founding] })
      }
    ],
    [
      'hands over books without end',
      (talk, key) => {
        greets(talk, key)
        for (let n = 0; n < 257; n++) talk.send('book', madeUpBook().message)
      }
    ]
  ]

  it('who lies is hung up on, with the code and without, and the device becomes Ana’s', async () => {
    const code = await newLink(ana)
    const { topic, key } = secretsOf(code)
    await ana.stop()
    const phone = await world.device('Phone')
    const liars = await Promise.all(lies.map(([, lie]) => inPlace({ topic, key }, lie)))
    await enter(phone, code)
    for (const talker of liars) await ((await talker.met(1))[0] as Talk).closed
    await Promise.all(liars.map((talker) => talker.end()))
    await ana.start()
    const waiting = await match(ana, phone)
    await ana.ask('confirmDevice', waiting)
    await arrived(phone)
    expect((await phone.ask('books', {})).map(({ name, me }) => [name, me.name])).toEqual([['Club', 'Ana']])
    await phone.stop()
    await ana.ask('revokeDevice', { book: club, device: waiting.device })
    await goesOn()
  })

  it('someone with the code shows the new device other words, and hears nothing of what it is given', async () => {
    const code = await newLink(ana)
    const { topic, key } = secretsOf(code)
    const talker = await inPlace({ topic, key }, greets)
    const phone = await world.device('Phone')
    await enter(phone, code)
    const [row] = await phone.until('joins', {}, ([join]) => join?.answers.length === 2)
    const [waiting] =
      (await ana.until('deviceLinks', {}, ([link]) => link?.waiting.length === 1))[0]?.waiting ?? []
    const shown = row?.answers.map(({ words }) => words.join(' ')) ?? []
    expect(new Set(shown).size).toBe(2)
    expect(shown).toContain(waiting?.words.join(' '))
    await ana.ask('confirmDevice', { id: code.id, device: waiting?.device as DeviceId })
    await arrived(phone)
    const [talk] = (await talker.met(1)) as [Talk]
    expect(talk.heard.map(({ name }) => name)).toEqual(['arrive', 'reveal'])
    await talker.end()
    await goesOn('Phone')
    await link(ana, await world.device('Tablet'))
  })
})
