/** Books that come after a device was linked: the person's devices tell each other of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookId, MemberId } from '../../../core/contract/index.js'
import { converged, letIn, World, type Device } from '../../helpers/engines.js'
import { link } from '../../helpers/linking.js'

const MINUTES = 60_000
let world: World

beforeAll(async () => void (world = await World.open()))
afterAll(() => world.end())

const names = async (device: Device): Promise<string[]> =>
  (await device.ask('books', {})).map(({ name }) => name).sort()

const has = (device: Device, book: BookId) =>
  device.until('books', {}, (rows) => rows.some((row) => row.book === book && row.name !== ''))

describe('a book that comes later', { timeout: 3 * MINUTES }, () => {
  it('is on all devices of the person, whichever began or joined it, and they follow it', async () => {
    const [ana, ben] = [await world.device('Ana'), await world.device('Ben')]
    await ana.createBook('Club')
    const phone = await world.device('Phone')
    await link(ana, phone)

    const garden = await ana.createBook('Garden')
    await has(phone, garden)
    const house = await phone.createBook('House')
    await has(ana, house)
    const bens = await ben.createBook('Choir')
    const { code } = await ben.invite(bens, 'owner')
    await ana.join(code)
    await ben.admit(bens, 'Ana')
    await phone.until('books', {}, (rows) => rows.some((row) => row.book === bens && row.me.role !== null))
    await phone.post(bens, 'Notes')
    await converged(bens, ana, ben, phone)
    expect(await names(ana)).toEqual(['Choir', 'Club', 'Garden', 'House'])
    expect(await names(phone)).toEqual(await names(ana))
    expect(await names(ben)).toEqual(['Choir'])

    // It was named there too: it is told when the secret changes.
    await letIn(ana, garden, ben, 'viewer')
    await converged(garden, ana, ben, phone)
    await phone.stop()
    const member = (await ben.ask('books', {})).find(({ book }) => book === garden)?.me.member as MemberId
    await ana.ask('removeMember', { book: garden, member })
    await ana.post(garden, 'Seeds')
    await phone.start()
    await converged(garden, ana, phone)
    expect(await phone.payees(garden)).toEqual(['Seeds'])
  })

  it('stays away from a device that it was removed from, and from one that was revoked', async () => {
    const ana = await world.device('Ana')
    const club = await ana.createBook('Club')
    const [phone, tablet] = [await world.device('Phone'), await world.device('Tablet')]
    await link(ana, phone)
    const lost = await link(ana, tablet)
    const house = await ana.createBook('House')
    await has(phone, house)
    await has(tablet, house)
    await phone.ask('forgetBook', { book: house, confirmName: 'House' })
    await phone.restart()
    await ana.ask('revokeDevice', { book: club, device: lost })
    await tablet.until('books', {}, (rows) => rows.every(({ farewell }) => farewell !== null))

    const garden = await ana.createBook('Garden')
    await has(phone, garden)
    await tablet.restart()
    await ana.post(club, 'After all that')
    await converged(club, ana, phone)
    expect(await names(phone)).toEqual(['Club', 'Garden'])
    expect(await names(tablet)).toEqual(['Club', 'House'])
  })
})
