/**
 * What goes between devices of which one does not belong to the book any more, as one of them sees it: what the removed
 * member had written still comes to those who stay, and nothing goes to the removed one. Real engines, a real network.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookId, MemberId, NotCountedRow } from '../../../core/contract/index.js'
import { converged, letIn, World, type Device } from '../../helpers/engines.js'

let world: World
beforeAll(async () => void (world = await World.open()))
afterAll(() => world.end())

async function memberOf(device: Device, book: BookId, name: string): Promise<MemberId> {
  const { members } = await device.status(book)
  return members.find((row) => row.name === name)?.member as MemberId
}

async function remove(by: Device, book: BookId, name: string): Promise<void> {
  await by.ask('removeMember', { book, member: await memberOf(by, book, name) })
}

/** Who is present, as one device sees it: `Ana owner`. */
async function present(device: Device, book: BookId): Promise<string[]> {
  const { members } = await device.status(book)
  return members.filter(({ standing }) => standing === 'present').map(({ name, role }) => `${name} ${role}`)
}

/** Three devices of one book, with nobody online. The first is its founder's. */
async function apart(...roles: readonly ('owner' | 'contributor')[]): Promise<[BookId, Device, Device[]]> {
  const ana = await world.device('Ana')
  const book = await ana.createBook()
  const others: Device[] = []
  for (const [i, role] of roles.entries()) {
    const device = await world.device(['Ben', 'Cid'][i] as string)
    await letIn(ana, book, device, role)
    others.push(device)
  }
  const all = [ana, ...others]
  await converged(book, ...all)
  for (const device of all) await device.stop()
  return [book, ana, others]
}

describe('what a removed member wrote before they knew of it', () => {
  it('comes to those who stay, who list it and can adopt it, and nothing goes the other way', async () => {
    const [book, ana, [ben]] = (await apart('contributor')) as [BookId, Device, [Device]]
    await ben.start()
    await ben.post(book, 'Train', 4200)
    await ben.stop()
    await ana.start()
    await remove(ana, book, 'Ben')
    await ana.post(book, 'Private')
    await ben.start()
    await ben.until('books', {}, (rows) => rows[0]?.farewell?.code === 'MEMBER_REMOVED')
    const [lost] = await ana.until('notCounted', { book }, (rows) => rows.length > 0)
    expect(lost).toMatchObject({ code: 'MEMBER_REMOVED', authorName: 'Ben', content: { payee: 'Train' } })
    await ana.ask('adopt', { book, place: lost!.place })
    expect(await ana.payees(book)).toEqual(['Private', 'Train'])
    expect(await ben.payees(book)).toEqual(['Train'])
    const { vector } = await ben.status(book)
    const atAna = (await ana.status(book)).vector
    // The removed one knows of no log that was begun since, and of no entry of the old ones beyond those of before.
    expect(Object.keys(vector).length).toBeLessThan(Object.keys(atAna).length)
  })

  it('comes with what it builds on, by someone whom only they had let in', async () => {
    const [book, ana, [ben]] = (await apart('owner')) as [BookId, Device, [Device]]
    await ben.start()
    const dan = await world.device('Dan')
    await letIn(ben, book, dan, 'contributor')
    await dan.post(book, 'Dan’s')
    await converged(book, ben, dan)
    await dan.stop()
    await ben.post(book, 'Ben’s')
    await ben.stop()
    await ana.start()
    await remove(ana, book, 'Ben')
    await ben.start()
    const lost = await ana.until('notCounted', { book }, (rows) =>
      rows.some(({ content }) => content?.payee === 'Ben’s')
    )
    const why = lost.flatMap(({ authorName, code, content }) =>
      content ? [`${content.payee} ${code} ${authorName}`] : []
    )
    expect(why.map((each) => each.replace(/[0-9a-z]{8}$/, '?')).sort()).toEqual([
      'Ben’s MEMBER_REMOVED Ben',
      'Dan’s NOT_A_MEMBER ?'
    ])
    expect(await ana.payees(book)).toEqual([])
    expect((await ana.status(book)).pendingEntries).toBe(0)
  })

  it('is nothing that counts, also of a device that was revoked', async () => {
    const [book, ana, [ben]] = (await apart('contributor')) as [BookId, Device, [Device]]
    await ben.start()
    await ben.post(book, 'Lost laptop')
    await ben.stop()
    await ana.start()
    const device = (await ana.status(book)).members.find(({ name }) => name === 'Ben')?.devices[0]?.device
    await ana.ask('revokeDevice', { book, device: device! })
    await ben.start()
    await ben.until('books', {}, (rows) => rows[0]?.farewell?.code === 'DEVICE_REVOKED')
    const [lost] = await ana.until('notCounted', { book }, (rows) => rows.length > 0)
    expect(lost).toMatchObject({ code: 'DEVICE_REVOKED', content: { payee: 'Lost laptop' } })
    expect(await ana.payees(book)).toEqual([])
  })
})

describe('a farewell by one who is no owner', () => {
  it('is believed for the act that an owner signed, and names the owner', async () => {
    const [book, ana, [ben, cid]] = (await apart('contributor', 'contributor')) as [
      BookId,
      Device,
      [Device, Device]
    ]
    await ana.start()
    await ana.post(book, 'Ben never saw this')
    await remove(ana, book, 'Ben')
    await cid.start()
    await converged(book, ana, cid)
    await ana.stop()
    await ben.start()
    const [row] = await ben.until('books', {}, (rows) => rows[0]?.farewell !== null)
    expect(row?.farewell).toMatchObject({ code: 'MEMBER_REMOVED', byName: 'Ana' })
    expect(await ben.payees(book)).toEqual([])
  })

  it('is believed of a revoked device too', async () => {
    const [book, ana, [ben, cid]] = (await apart('contributor', 'contributor')) as [
      BookId,
      Device,
      [Device, Device]
    ]
    await ana.start()
    const device = (await ana.status(book)).members.find(({ name }) => name === 'Ben')?.devices[0]?.device
    await ana.ask('revokeDevice', { book, device: device! })
    await cid.start()
    await converged(book, ana, cid)
    await ana.stop()
    await ben.start()
    const [row] = await ben.until('books', {}, (rows) => rows[0]?.farewell !== null)
    expect(row?.farewell).toMatchObject({ code: 'DEVICE_REVOKED', byName: 'Ana' })
  })
})

describe('two owners who remove each other while they are apart', () => {
  it('come to one outcome when they meet, with nobody else there: the senior one stays', async () => {
    const [book, ana, [ben]] = (await apart('owner')) as [BookId, Device, [Device]]
    await ana.start()
    await remove(ana, book, 'Ben')
    await ana.stop()
    await ben.start()
    await remove(ben, book, 'Ana')
    await ben.post(book, 'Mine now')
    await ana.start()
    await ben.until('books', {}, (rows) => rows[0]?.farewell?.code === 'MEMBER_REMOVED')
    await ben.until('syncStatus', { book }, ({ members }) =>
      members.every(({ name, standing }) => (name === 'Ben' ? standing === 'removed' : standing === 'present'))
    )
    expect(await present(ana, book)).toEqual(['Ana owner'])
    expect(await ana.payees(book)).toEqual([])
    // Ben wrote it with a secret that he had kept from Ana.
    const isThere = ({ content }: NotCountedRow): boolean => content?.payee === 'Mine now'
    await ana.until('notCounted', { book }, (rows) => rows.some(isThere))
    await ana.post(book, 'Goes on')
    expect(await ben.payees(book)).not.toContain('Goes on')
  })

  it('come to the same where a third heard of the junior’s removal first', async () => {
    const [book, ana, [ben, cid]] = (await apart('owner', 'contributor')) as [BookId, Device, [Device, Device]]
    await ana.start()
    await remove(ana, book, 'Ben')
    await ana.stop()
    await ben.start()
    await remove(ben, book, 'Ana')
    await cid.start()
    await converged(book, ben, cid)
    expect(await present(cid, book)).toEqual(['Ben owner', 'Cid contributor'])
    await ben.stop()
    // Cid takes Ana for removed, and hears from her why she is not.
    await ana.start()
    await cid.until('syncStatus', { book }, ({ members }) =>
      members.some(({ name, standing }) => name === 'Ana' && standing === 'present')
    )
    expect(await present(cid, book)).toEqual(['Ana owner', 'Cid contributor'])
    await ana.until('books', {}, (rows) => rows[0]?.farewell === null)
    await ana.post(book, 'Goes on')
    await cid.until('journal', { book, limit: 9 }, ({ rows }) => rows.some(({ payee }) => payee === 'Goes on'))
    await converged(book, ana, cid)
    await ben.start()
    await ben.until('books', {}, (rows) => rows[0]?.farewell)
    expect(await ben.payees(book)).toEqual([])
  })

  it('can both be read by whoever stays, whatever secret they changed to meanwhile', async () => {
    const [book, ana, [ben, cid]] = (await apart('owner', 'contributor')) as [BookId, Device, [Device, Device]]
    await ana.start()
    await remove(ana, book, 'Ben')
    await ana.stop()
    await ben.start()
    await remove(ben, book, 'Ana')
    await ben.post(book, 'Not for Ana')
    await cid.start()
    await converged(book, ben, cid)
    // It builds on Ben's, in a log that Ana was not told the secret of.
    await cid.post(book, 'Tea')
    await ben.stop()
    await ana.start()
    await converged(book, ana, cid)
    expect(await ana.payees(book)).toEqual(['Tea'])
    const lost = await ana.ask('notCounted', { book })
    expect(lost.flatMap(({ content }) => content?.payee ?? [])).toEqual(['Not for Ana'])
    await ana.restart()
    expect(await ana.payees(book)).toEqual(['Tea'])
    await ana.post(book, 'Goes on')
    await converged(book, ana, cid)
  })
})
