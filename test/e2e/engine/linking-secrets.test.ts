/** A linked device does not have its person's key, and follows all the same when a book's secret changes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookId, MemberId } from '../../../core/contract/index.js'
import { converged, letIn, World, type Device } from '../../helpers/engines.js'
import { link } from '../../helpers/linking.js'

const MINUTES = 60_000
let world: World

beforeAll(async () => void (world = await World.open()))
afterAll(() => world.end())

const memberOf = async (device: Device): Promise<MemberId> => {
  const [row] = await device.ask('books', {})
  if (!row) throw new Error('no book')
  return row.me.member
}

const remove = async (by: Device, book: BookId, who: Device): Promise<null> =>
  by.ask('removeMember', { book, member: await memberOf(who) })

describe('a linked device', { timeout: 3 * MINUTES }, () => {
  it('reads on when someone is removed, whether it was there then or away', async () => {
    const [ana, ben, cid] = [await world.device('Ana'), await world.device('Ben'), await world.device('Cid')]
    const book = await ana.createBook()
    await letIn(ana, book, ben, 'contributor')
    await letIn(ana, book, cid, 'contributor')
    const phone = await world.device('Phone')
    await link(ana, phone)
    await converged(book, ana, ben, cid, phone)
    await remove(ana, book, ben)
    await ana.post(book, 'After Ben')
    await converged(book, ana, cid, phone)
    await phone.stop()
    await remove(ana, book, cid)
    await ana.post(book, 'After Cid')
    await phone.start()
    await phone.post(book, 'On the phone')
    await converged(book, ana, phone)
    expect(await ana.payees(book)).toEqual(['After Ben', 'After Cid', 'On the phone'])
    expect((await phone.status(book)).problems).toEqual([])
  })

  it('that was linked while someone else changed the secret is told it when it meets someone who knows it', async () => {
    const [ana, cara, ben] = [await world.device('Ana'), await world.device('Cara'), await world.device('Ben')]
    const book = await ana.createBook()
    await letIn(ana, book, cara)
    await letIn(ana, book, ben, 'viewer')
    await converged(book, ana, cara, ben)
    await ana.stop()
    await remove(cara, book, ben)
    await cara.post(book, 'Under the new secret')
    await cara.stop()
    await ana.start()
    const phone = await world.device('Phone')
    await link(ana, phone)
    await ana.stop()
    await cara.start()
    await phone.stop()
    await ana.start()
    await converged(book, ana, cara)
    await phone.start()
    await phone.until('journal', { book, limit: 10 }, ({ rows }) => rows.length === 1)
    await cara.post(book, 'And after')
    await converged(book, ana, cara, phone)
    expect(await phone.payees(book)).toEqual(['And after', 'Under the new secret'])
  })

  it('of an owner removes people, lets people in while the laptop is off, and creates books', async () => {
    const [ana, ben, dora] = [await world.device('Ana'), await world.device('Ben'), await world.device('Dora')]
    const book = await ana.createBook()
    await letIn(ana, book, ben, 'contributor')
    const phone = await world.device('Phone')
    await link(ana, phone)
    await converged(book, ana, ben, phone)
    const { code } = await ana.invite(book, 'contributor')
    await phone.until('invites', { book }, (rows) => rows.some((row) => row.code === code))
    await ana.stop()
    await remove(phone, book, ben)
    await dora.join(code)
    await phone.admit(book, 'Dora')
    await dora.joined(book)
    await phone.post(book, 'For Dora')
    await converged(book, phone, dora)
    await ana.start()
    await converged(book, ana, phone, dora)
    expect(await ana.payees(book)).toEqual(['For Dora'])

    const garden = await phone.createBook('Garden')
    await letIn(phone, garden, dora, 'contributor')
    await phone.post(garden, 'Seeds')
    await converged(garden, phone, dora)
    expect((await dora.status(garden)).members[0]).toMatchObject({ name: 'Phone', role: 'owner' })
    expect((await phone.status(garden)).members[0]?.member).toBe(await memberOf(ana))
  })

  it('of a contributor is revoked by them; an owner’s device then changes the secret, and it is out', async () => {
    const [ana, ben] = [await world.device('Ana'), await world.device('Ben')]
    const book = await ana.createBook()
    await letIn(ana, book, ben, 'contributor')
    const phone = await world.device('Phone')
    const device = await link(ben, phone)
    await phone.post(book, 'On the phone')
    await converged(book, ana, ben, phone)
    await ben.ask('revokeDevice', { book, device })
    await phone.until('books', {}, ([row]) => row?.farewell?.code === 'DEVICE_REVOKED')
    await ana.until('activity', { book, kinds: ['rotate'], limit: 10 }, ({ rows }) => rows.length > 0)
    await ben.post(book, 'After the theft')
    await converged(book, ana, ben)
    expect(await phone.payees(book)).toEqual(['On the phone'])
  })

  it('of someone who was removed and let in again names itself, and is told the secrets that come', async () => {
    const [ana, ben, cid] = [await world.device('Ana'), await world.device('Ben'), await world.device('Cid')]
    const book = await ana.createBook()
    for (const each of [ben, cid]) await letIn(ana, book, each, 'contributor')
    const phone = await world.device('Phone')
    const device = await link(ben, phone)
    await converged(book, ana, ben, cid, phone)
    const member = await memberOf(ben)
    // Nothing of what they wrote is kept: not the name of their phone either.
    await ana.ask('removeMember', { book, member, kept: {} })
    for (const each of [ben, phone]) await each.until('books', {}, ([row]) => Boolean(row?.farewell))
    const { code } = await ana.invite(book, 'contributor')
    await ben.join(code)
    await ana.admit(book, 'Ben')
    await ben.joined(book)
    await converged(book, ana, ben, cid, phone)
    await ana.until('activity', { book, kinds: ['nameDevice'], limit: 10 }, ({ rows }) => rows.length > 1)
    await phone.stop()
    await remove(ana, book, cid)
    await ana.post(book, 'After Cid')
    await ana.stop()
    await converged(book, ben)
    await ben.stop()
    await phone.start()
    await ana.start()
    await phone.until('journal', { book, limit: 10 }, ({ rows }) => rows.length === 1)
    await phone.post(book, 'On the phone')
    await converged(book, ana, phone)
    const { members } = await ana.status(book)
    expect(members.find((each) => each.member === member)?.devices.map((each) => each.device)).toContain(device)
  })

  it('becomes like any other when the phrase is typed in there, and keeps what it is', async () => {
    const ana = await world.device('Ana')
    const book = await ana.createBook()
    const phone = await world.device('Phone')
    await link(ana, phone)
    await phone.post(book, 'Linked')
    expect(await phone.ask('phraseState', {})).toEqual({ state: 'elsewhere', needs: 'nothing' })
    const { words } = await ana.ask('showPhrase', { language: 'en', sure: 'yes' })
    const before = (await phone.status(book)).members[0]?.devices.find(({ isThis }) => isThis === 'this')
    await phone.ask('recover', { phrase: words.join(' ') })
    await phone.ask('stopRecovery', {})
    expect(await phone.ask('phraseState', {})).toMatchObject({ state: 'confirmed' })
    const after = (await phone.status(book)).members[0]?.devices.find(({ isThis }) => isThis === 'this')
    expect(after?.device).toBe(before?.device)
    await phone.post(book, 'With the phrase')
    await converged(book, ana, phone)
    expect(await ana.payees(book)).toEqual(['Linked', 'With the phrase'])
    const tablet = await world.device('Tablet')
    await link(phone, tablet)
    await converged(book, ana, phone, tablet)
  })
})
