/** Roles, removal, leaving and devices, on real engines that meet over a real network. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookId, MemberId } from '../../../core/contract/index.js'
import { converged, letIn, World, type Device } from '../../helpers/engines.js'

let world: World
beforeAll(async () => void (world = await World.open()))
afterAll(() => world.end())

async function memberOf(device: Device, book: BookId, name: string): Promise<MemberId> {
  const { members } = await device.status(book)
  return members.find((row) => row.name === name)?.member as MemberId
}

describe('someone who is removed', () => {
  let ana: Device, ben: Device, cid: Device
  let book: BookId

  it('is told so and gets nothing new, and those who stay go on with a new secret', async () => {
    ;[ana, ben, cid] = [await world.device('Ana'), await world.device('Ben'), await world.device('Cid')]
    book = await ana.createBook()
    await letIn(ana, book, ben, 'bookkeeper')
    await letIn(ana, book, cid, 'contributor')
    await cid.post(book, 'Before')
    await converged(book, ana, ben, cid)

    const before = Object.keys((await ana.status(book)).vector).length
    await ana.ask('removeMember', { book, member: await memberOf(ana, book, 'Cid'), reason: 'moved away' })
    const [told] = await cid.until('books', {}, (rows) => rows[0]?.farewell)
    expect(told?.farewell).toMatchObject({ code: 'MEMBER_REMOVED', byName: 'Ana' })
    expect(await cid.refusal('post', { book, transaction: await cid.draft(book, 'After') })).toBe(
      'MEMBER_REMOVED'
    )

    await ana.post(book, 'Secret one')
    await ben.until('journal', { book, limit: 9 }, ({ rows }) => rows.some((row) => row.payee === 'Secret one'))
    await ben.post(book, 'Secret two')
    const { vector, members } = await converged(book, ana, ben)
    // Each of the two that stay has begun a log that the removed one cannot read.
    expect(Object.keys(vector).length).toBe(before + 2)
    expect(members.find(({ name }) => name === 'Cid')).toMatchObject({
      standing: 'removed',
      ended: { byName: 'Ana', reason: 'moved away' }
    })
    expect(await cid.payees(book)).toEqual(['Before'])
    expect(await ben.payees(book)).toEqual(['Before', 'Secret one', 'Secret two'])
  })

  it('is not brought back by a role that was given at the same time, nor are there two removals', async () => {
    const other = await ana.createBook('Club')
    await letIn(ana, other, ben, 'bookkeeper')
    const member = await memberOf(ana, other, 'Ben')
    const told = await Promise.all([
      ana.refusal('removeMember', { book: other, member }),
      ana.refusal('setRole', { book: other, member, role: 'owner' }),
      ana.refusal('removeMember', { book: other, member })
    ])
    expect(told).toEqual(['done', 'MEMBER_REMOVED', 'MEMBER_REMOVED'])
    expect((await ana.status(other)).members).toContainEqual(
      expect.objectContaining({ member, standing: 'removed' })
    )
  })

  it('is still out after restarts, and those who stay read everything', async () => {
    for (const device of [ana, ben, cid]) await device.restart()
    await ana.post(book, 'Secret three')
    await converged(book, ana, ben)
    expect(await cid.payees(book)).toEqual(['Before'])
    expect((await cid.ask('books', {}))[0]?.farewell?.code).toBe('MEMBER_REMOVED')
  })

  it('can be invited again, and then has it all', async () => {
    const { code } = await ana.invite(book, 'viewer')
    await cid.join(code)
    await ana.admit(book, 'Cid')
    await cid.until('books', {}, (rows) => rows[0]?.farewell === null && rows[0].me.role === 'viewer')
    await converged(book, ana, ben, cid)
    expect(await cid.payees(book)).toEqual(['Before', 'Secret one', 'Secret three', 'Secret two'])
    expect(await cid.refusal('post', { book, transaction: await cid.draft(book, 'No') })).toBe('NOT_ALLOWED')
    const [row] = (await cid.ask('journal', { book, limit: 1 })).rows
    expect(await cid.refusal('comment', { book, id: row!.id, text: 'I see.' })).toBe('done')
    await converged(book, ana, ben, cid)
    const detail = await ana.ask('transaction', { book, id: row!.id })
    expect(detail.comments).toMatchObject([{ text: 'I see.', authorName: 'Cid' }])
  })
})

describe('what was written apart', () => {
  it('beyond a removal is listed, and counts once it is adopted, with its author', async () => {
    const [ana, ben, cid] = [await world.device('Ana'), await world.device('Ben'), await world.device('Cid')]
    const book = await ana.createBook()
    await letIn(ana, book, ben, 'owner')
    await letIn(ana, book, cid, 'contributor')
    await converged(book, ana, ben, cid)
    // Ana is away. Cid posts and Ben gets it; then Ana, who has not seen it, removes Cid.
    await ana.stop()
    await cid.post(book, 'Late taxi', 4200)
    await converged(book, ben, cid)
    await cid.stop()
    await ben.stop()
    await ana.start()
    await ana.ask('removeMember', { book, member: await memberOf(ana, book, 'Cid') })
    await ben.start()
    await converged(book, ana, ben)
    expect(await ben.payees(book)).toEqual([])
    const [lost] = await ben.ask('notCounted', { book })
    expect(lost).toMatchObject({
      code: 'MEMBER_REMOVED',
      kind: 'post',
      authorName: 'Cid',
      content: { payee: 'Late taxi' },
      adoptable: 'yes'
    })
    await ben.ask('adopt', { book, place: lost!.place })
    await converged(book, ana, ben)
    expect(await ana.payees(book)).toEqual(['Late taxi'])
    expect(await ana.ask('notCounted', { book })).toEqual([])
    const [row] = (await ana.ask('journal', { book, limit: 1 })).rows
    const { history } = await ana.ask('transaction', { book, id: row!.id })
    expect(history).toMatchObject([{ authorName: 'Cid', adoptedBy: { name: 'Ben' } }])
    expect((await ana.ask('trialBalance', { book })).sums).toEqual([{ currency: 'EUR', amountMinor: 0n }])
    const { rows } = await ana.ask('activity', { book, limit: 50 })
    expect(rows.map(({ kind, memberName }) => `${memberName} ${kind}`)).toEqual(
      expect.arrayContaining(['Ben adopt', 'Ana remove', 'Cid post', 'Ana admit', 'Ana invite'])
    )
    expect(rows.find(({ kind }) => kind === 'adopt')).toMatchObject({
      payee: 'Late taxi',
      transaction: row!.id
    })
  })
})

describe('a member', () => {
  it('gets another role, and what it does not allow is refused', async () => {
    const [ana, ben] = [await world.device('Ana'), await world.device('Ben')]
    const book = await ana.createBook()
    await letIn(ana, book, ben, 'contributor')
    const member = await memberOf(ana, book, 'Ben')
    expect(await ben.refusal('setRole', { book, member, role: 'owner' })).toBe('NOT_ALLOWED')
    await ana.ask('setRole', { book, member, role: 'viewer' })
    await ben.until('books', {}, (rows) => rows[0]?.me.role === 'viewer')
    expect(await ben.refusal('post', { book, transaction: await ben.draft(book, 'No') })).toBe('NOT_ALLOWED')
    await ana.ask('setRole', { book, member, role: 'owner' })
    await ben.until('books', {}, (rows) => rows[0]?.me.role === 'owner')
    expect(await ana.refusal('leaveBook', { book })).toBe('done')
    await ben.until('syncStatus', { book }, ({ members }) =>
      members.some(({ standing }) => standing === 'left')
    )
    expect(await ben.refusal('leaveBook', { book })).toBe('LAST_OWNER')
    const own = await memberOf(ben, book, 'Ben')
    expect(await ben.refusal('setRole', { book, member: own, role: 'viewer' })).toBe('LAST_OWNER')
  })

  it('is let in without asking by an invite that says so, as many as it says', async () => {
    const ana = await world.device('Ana')
    const book = await ana.createBook()
    const terms = { book, role: 'contributor', uses: 2, approval: 'pre-approved' } as const
    const { code } = await ana.ask('createInvite', terms)
    const [ben, cid, dan] = [await world.device('Ben'), await world.device('Cid'), await world.device('Dan')]
    for (const each of [ben, cid]) {
      await each.join(code)
      await each.joined(book)
    }
    expect(await ana.ask('invites', { book })).toMatchObject([{ uses: 2, used: 2, state: 'used', code: null }])
    await dan.join(code)
    await dan.until('joins', {}, (rows) => rows[0]?.reason === 'INVITE_USED')
    await converged(book, ana, ben, cid)
  })

  it('is let in by another owner while who made the invite is away', async () => {
    const [ana, ben, cid] = [await world.device('Ana'), await world.device('Ben'), await world.device('Cid')]
    const book = await ana.createBook()
    await letIn(ana, book, ben, 'owner')
    const { code } = await ana.invite(book, 'viewer')
    await converged(book, ana, ben)
    await ana.stop()
    await cid.join(code)
    await ben.admit(book, 'Cid')
    await cid.joined(book)
    await converged(book, ben, cid)
  })
})
