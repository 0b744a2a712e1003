/**
 * The channel over which a person's devices tell each other of their books, spoken on by someone else: a member who says
 * that they are that person, a linked device in other hands, and one that was revoked.
 */
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { BookId, DeviceId } from '../../core/contract/index.js'
import { toZ32 } from '../../core/identity/bytes.js'
import { MOST_MESSAGE_BYTES } from '../../core/sync/messages.js'
import { converged, letIn, World, type Device } from '../helpers/engines.js'
import { Kinsman, madeUpBook } from '../helpers/kinsman.js'
import { link } from '../helpers/linking.js'
import type { Talk } from '../helpers/talker.js'

const MINUTES = 60_000

let world: World
/** Ana's, with the phrase, and linked to it. */
let ana: Device
let tablet: Device
let ben: Device
let club: BookId
let laptop: DeviceId
let posted = 0

beforeAll(async () => {
  world = await World.open()
  ;[ana, tablet, ben] = await Promise.all([world.device('Ana'), world.device('Tablet'), world.device('Ben')])
  club = await ana.createBook('Club')
  await letIn(ana, club, ben)
  await link(ana, tablet)
  laptop = await deviceOf(ana)
}, MINUTES)
afterAll(() => world.end())

const attackers: Kinsman[] = []
afterEach(async () => {
  for (const attacker of attackers.splice(0)) await attacker.end()
})

async function takenOver(device: Device, ...more: [Kinsman['certificate']?]): Promise<Kinsman> {
  const attacker = await Kinsman.takeOver(device, world, ...more)
  attackers.push(attacker)
  return attacker
}

const deviceOf = async (device: Device): Promise<DeviceId> =>
  (await device.status(club)).members.flatMap(({ devices }) => devices).find(({ isThis }) => isThis === 'this')
    ?.device as DeviceId

const booksOf = async (device: Device): Promise<BookId[]> =>
  (await device.ask('books', {})).map(({ book }) => book)

const has = (device: Device, book: BookId) =>
  device.until('books', {}, (rows) => rows.some((row) => row.book === book && row.name !== ''))

/** All three post and sync, and a book that Ana begins comes to her tablet. */
async function goesOn(): Promise<void> {
  for (const device of [ana, ben, tablet]) await device.post(club, `Goes on, ${++posted}.`)
  const { problems } = await converged(club, ana, ben, tablet)
  expect(problems).toEqual([])
  await has(tablet, await ana.createBook(`Begun ${posted}`))
}

describe('who is not of the person', { timeout: 3 * MINUTES }, () => {
  it('hears of no book, whatever they open, and is not listened to', async () => {
    const carl = await world.device('Carl')
    await letIn(ana, club, carl, 'contributor')
    await converged(club, ana, ben, carl)
    const attacker = await takenOver(carl)
    const { book, message } = madeUpBook()
    const say = (kin: Talk) => kin.send('book', message)
    const { talk, kin } = await attacker.meet(laptop, club, say, 'unasked')
    await goesOn()
    expect([talk.state, kin.heard]).toEqual(['open', []])
    expect(await booksOf(ana)).not.toContain(book)
  })

  it('and says that they are, by a word that Ana’s key did not give, is hung up on', async () => {
    const dan = await world.device('Dan')
    await letIn(ana, club, dan, 'contributor')
    await converged(club, ana, ben, dan)
    const attacker = await takenOver(dan)
    const phone = await world.device('Phone of Ana’s')
    await link(ana, phone)
    const { identity, certificate } = await takenOver(phone)
    const said = { ...attacker.certificate, member: identity.memberKey }
    for (const word of [said, certificate]) {
      const liar = await takenOver(dan, word)
      const { talker, kin } = await liar.go(club)
      // Whoever is there does so: Ana’s two devices and Ben’s.
      const talks = await talker.met(3)
      await Promise.all(talks.map(({ closed }) => closed))
      for (const { heard } of kin.values()) expect(heard).toEqual([])
      await talker.end()
    }
    await goesOn()
  })
})

describe('a linked device in other hands', { timeout: 3 * MINUTES }, () => {
  let phone: Kinsman
  beforeAll(async () => {
    const stolen = await world.device('Phone')
    await link(ana, stolen)
    phone = await Kinsman.takeOver(stolen, world)
  }, MINUTES)
  afterEach(() => phone.end())

  const good = madeUpBook().message
  const wrong: readonly (readonly [string, unknown])[] = [
    ['noise', randomBytes(3_000)],
    ['nothing', new Uint8Array()],
    ['more than a message may be', Buffer.alloc(MOST_MESSAGE_BYTES + 1, 32)],
    ['half a book', { ...good, vector: undefined }],
    ['more than is asked for', { ...good, more: 1 }],
    ['a founding that its founder did not sign', { ...good, founding: { ...good.founding, createdMs: 1 } }],
    [
      'a book without the secret that it was founded with',
      { ...good, secrets: [{ ...good.secrets[0], epoch: 'x' }] }
    ],
    ['more secrets than there are', { ...good, secrets: Array.from({ length: 4_097 }, () => good.secrets[0]) }],
    ['logs that have no such name', { ...good, vector: { ['y'.repeat(51)]: 1 } }],
    ['a length that is none', { ...good, vector: { [toZ32(randomBytes(32))]: -1 } }]
  ]

  it('that says what is no book is hung up on, and nothing is taken', async () => {
    const before = await booksOf(ana)
    for (const [what, said] of wrong) {
      const { talk } = await phone.meet(laptop, club, (kin) => kin.send('book', said))
      await talk.closed
      expect([what, await booksOf(ana)]).toEqual([what, before])
      await phone.end()
    }
    await goesOn()
  })

  it('that tells of a book of as many logs as there can be keeps nobody waiting, now and after a restart', async () => {
    const { book, message } = madeUpBook(Array.from({ length: 20_000 }, () => toZ32(randomBytes(32))))
    await phone.meet(laptop, club, (kin) => kin.send('book', message))
    await ana.until('books', {}, (rows) => rows.some((row) => row.book === book))
    await goesOn()
    await ana.restart()
    await goesOn()
    await ana.ask('forgetBook', { book, confirmName: '' })
  })

  it('that tells of books without end is hung up on, and few of them are taken up until they prove to be any', async () => {
    const before = await booksOf(ana)
    const { talk } = await phone.meet(laptop, club, (kin) => {
      for (let n = 0; n < 300; n++) kin.send('book', madeUpBook().message)
    })
    await talk.closed
    await goesOn()
    const taken = (await booksOf(ana)).filter((book) => !before.includes(book))
    expect(taken.length).toBeLessThanOrEqual(1 + 8)
    // Those that nobody has would keep the phone's others waiting.
    for (const { book, name } of await ana.ask('books', {}))
      if (name === '' && taken.includes(book)) await ana.ask('forgetBook', { book, confirmName: '' })
  })
})

describe('a linked device that was revoked', { timeout: 3 * MINUTES }, () => {
  it('is told farewell in each book when it asks again, hears of none, and is not listened to', async () => {
    const phone = await world.device('Lost')
    const device = await link(ana, phone)
    const garden = await ana.createBook('Garden')
    await has(phone, garden)
    const attacker = await takenOver(phone)
    await ana.ask('revokeDevice', { book: club, device })
    const { book, message } = madeUpBook()
    for (const each of [club, garden]) {
      const say = (kin: Talk) => kin.send('book', message)
      const { talk, kin } = await attacker.meet(laptop, each, say, 'unasked')
      expect(await talk.hears('farewell')).toMatchObject({ code: 'DEVICE_REVOKED' })
      expect([talk.heard.map(({ name }) => name).includes('accept'), kin.heard]).toEqual([false, []])
    }
    await goesOn()
    expect(await booksOf(ana)).not.toContain(book)
  })

  it('is revoked in a book that it began behind the back of the device that did so', async () => {
    const phone = await world.device('Lost')
    const device = await link(ana, phone)
    await ana.stop()
    const hideout = await phone.createBook('Hideout')
    await has(tablet, hideout)
    await tablet.stop()
    const attacker = await takenOver(phone)
    await ana.start()
    await ana.ask('revokeDevice', { book: club, device })
    await tablet.start()
    for (const owner of [ana, tablet]) {
      await has(owner, hideout)
      await owner.until('syncStatus', { book: hideout }, ({ members }) =>
        members[0]?.devices.some((row) => row.device === device && row.standing === 'revoked')
      )
    }
    const { talk, kin } = await attacker.meet(laptop, hideout)
    expect(await talk.hears('farewell')).toMatchObject({ code: 'DEVICE_REVOKED' })
    expect(kin.heard).toEqual([])
    await goesOn()
  })

  it('in one book by an owner of that, hears of the others, as its own person has not revoked it', async () => {
    const phone = await world.device('Phone that Ben sends away')
    const device = await link(ana, phone)
    const garden = await ana.createBook('Orchard')
    await has(phone, garden)
    await converged(club, ana, ben, phone)
    await ben.ask('revokeDevice', { book: club, device })
    await phone.until('books', {}, (rows) => rows.some((row) => row.book === club && row.farewell))
    await goesOn()
    await has(phone, await ana.createBook('After Ben did that'))
    await phone.stop()
  })
})
