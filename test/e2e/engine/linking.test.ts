/** A second device of the same person, linked by a code: it is theirs in all their books, and can be cut off for good. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { knockWith } from '../../helpers/knock.js'
import { link } from '../../helpers/linking.js'
import { converged, letIn, World, type Device } from '../../helpers/engines.js'

const MINUTES = 60_000
let world: World

beforeAll(async () => void (world = await World.open()))
afterAll(() => world.end())

const memberOf = async (device: Device) => (await device.ask('books', {}))[0]?.me.member

describe('a linked device', { timeout: 3 * MINUTES }, () => {
  it('has all books of its person, writes in logs of its own, and both converge after being apart', async () => {
    const [ana, ben] = [await world.device('Ana'), await world.device('Ben')]
    const [club, house] = [await ana.createBook('Club'), await ana.createBook('House')]
    await letIn(ana, club, ben)
    await ana.post(club, 'Bakery')
    const phone = await world.device('Phone')
    await phone.ask('createSampleBook', { language: 'en' })
    await link(ana, phone)

    const books = await phone.ask('books', {})
    expect(books.map(({ name, me }) => [name, me.name, me.role]).sort()).toEqual([
      ['Club', 'Ana', 'owner'],
      ['House', 'Ana', 'owner']
    ])
    expect(await memberOf(phone)).toBe(await memberOf(ana))
    expect(await phone.ask('settings', {})).toMatchObject({ memberName: 'Ana', deviceName: 'Phone' })

    await phone.ask('changeSettings', { deviceName: 'My phone' })
    await phone.stop()
    await ana.post(club, 'On the laptop')
    await ana.stop()
    await phone.start()
    await phone.post(club, 'On the phone')
    await phone.post(house, 'Rent')
    await ana.start()
    await converged(club, ana, phone, ben)
    await converged(house, ana, phone)
    expect(await ben.payees(club)).toEqual(['Bakery', 'On the laptop', 'On the phone'])
    const { members, problems } = await ben.status(club)
    expect(problems).toEqual([])
    const names = members.find(({ name }) => name === 'Ana')?.devices.map(({ name }) => name)
    expect(names?.length).toBe(2)
    expect(names).toContain('My phone')
  })
})

describe('a linked device that is lost', { timeout: 3 * MINUTES }, () => {
  it('is revoked, told so, gets nothing new, and cannot certify itself anew or come back by an invite', async () => {
    const [ana, ben] = [await world.device('Ana'), await world.device('Ben')]
    const [book, house] = [await ana.createBook('Club'), await ana.createBook('House')]
    await letIn(ana, book, ben)
    const phone = await world.device('Phone')
    const device = await link(ana, phone)
    await phone.post(book, 'On the phone')
    await converged(book, ana, ben, phone)
    // An owner's device knows the code of every open invite.
    const { code } = await ana.invite(book, 'viewer')
    await phone.until('invites', { book }, (rows) => rows.some((row) => row.code === code))

    await ana.ask('revokeDevice', { book, device })
    await phone.until('books', {}, (rows) => rows.every(({ farewell }) => farewell?.code === 'DEVICE_REVOKED'))
    await ana.post(house, 'Not for the thief')
    await ana.post(book, 'After the theft')
    await converged(book, ana, ben)
    expect(await phone.refusal('post', { book, transaction: await phone.draft(book, 'By the thief') })).toBe(
      'DEVICE_REVOKED'
    )
    expect(await phone.payees(book)).toEqual(['On the phone'])
    expect(await phone.payees(house)).toEqual([])
    expect(await phone.refusal('showPhrase', { language: 'en', sure: 'yes' })).toBe('PHRASE_ELSEWHERE')
    expect(await phone.refusal('linkDevice', {})).toBe('PHRASE_ELSEWHERE')

    // It knocks as one more device of Ana's, and she lets it in by mistake: it is given nothing.
    const answer = knockWith(world, phone, code)
    const [row] = await ana.until('admissions', { book }, ({ length }) => length > 0)
    if (!row) throw new Error('nobody knocked')
    await ana.ask('admit', { book, invite: row.invite, member: row.member })
    await ana.ask('revokeInvite', { book, invite: row.invite })
    expect(await answer).toEqual({ welcome: null, refused: 'INVITE_REVOKED' })
    expect(await ben.payees(book)).toEqual(['After the theft', 'On the phone'])
  })
})
