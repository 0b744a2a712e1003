/**
 * A disk that went back to before others were let in: its person is the only one who could let them in, does not know them
 * any more, and gets back from them all the same what was written since. Real engines, a real network.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BookId, Role } from '../../../core/contract/index.js'
import { converged, letIn, World, type Device } from '../../helpers/engines.js'

let world: World
let kept: string
beforeAll(async () => {
  world = await World.open()
  kept = await mkdtemp(path.join(os.tmpdir(), 'gb-kept-'))
})
afterAll(async () => {
  await world.end()
  await rm(kept, { recursive: true, force: true })
})

async function remove(by: Device, book: BookId, name: string): Promise<void> {
  const { members } = await by.status(book)
  await by.ask('removeMember', { book, member: members.find((row) => row.name === name)!.member })
}

/** Who is present, as one device sees it: `Ana owner`. */
async function present(device: Device, book: BookId): Promise<string[]> {
  const { members } = await device.status(book)
  return members.filter(({ standing }) => standing === 'present').map(({ name, role }) => `${name} ${role}`)
}

/** Both have the same book, with all of this in it, and go on with it. */
async function areWhole(book: BookId, ana: Device, ben: Device, role: Role, payees: readonly string[]) {
  await converged(book, ana, ben)
  await ana.post(book, 'Ana goes on')
  await ben.post(book, 'Ben goes on')
  const { problems, pendingEntries } = await converged(book, ana, ben)
  expect([problems, pendingEntries]).toEqual([[], 0])
  for (const device of [ana, ben]) {
    expect(await present(device, book)).toEqual(['Ana owner', `Ben ${role}`])
    expect(await device.payees(book)).toEqual([...payees, 'Ana goes on', 'Ben goes on'].sort())
    expect((await device.ask('books', {}))[0]?.farewell).toBe(null)
  }
}

it('gets back what the only owner and those wrote whom they had let in since, by a backup from before', async () => {
  const ana = await world.device('Ana')
  const book = await ana.createBook()
  const { words } = await ana.ask('showPhrase', { language: 'en', sure: 'yes' })
  const file = path.join(kept, 'ana.guildbook-backup')
  await ana.ask('backup', { path: file })
  const [ben, eve] = [await world.device('Ben'), await world.device('Eve')]
  await letIn(ana, book, eve, 'contributor')
  await letIn(ana, book, ben, 'contributor')
  await ana.post(book, 'With the first secret')
  await eve.post(book, 'By Eve')
  await converged(book, ana, ben, eve)
  await eve.stop()
  await remove(ana, book, 'Eve')
  await ana.post(book, 'With the second secret')
  await ben.post(book, 'By Ben')
  await converged(book, ana, ben)
  await ana.stop()

  const back = await world.device('Ana')
  await back.ask('restore', { path: file, by: { phrase: words.join(' ') } })
  await back.post(book, 'Before anyone was met')
  const all = ['By Ben', 'By Eve', 'Before anyone was met', 'With the first secret', 'With the second secret']
  await areWhole(book, back, ben, 'contributor', all)
})

it('gets it back from one who was let in again, and who knows better than the farewell that they are told', async () => {
  const [ana, ben] = [await world.device('Ana'), await world.device('Ben')]
  const book = await ana.createBook()
  await letIn(ana, book, ben, 'contributor')
  await ben.post(book, 'By Ben, at first')
  await converged(book, ana, ben)
  await remove(ana, book, 'Ben')
  await ben.until('books', {}, (rows) => rows[0]?.farewell)
  await ana.stop()
  const copy = path.join(kept, 'ana')
  await cp(ana.folder, copy, { recursive: true })
  await ana.start()
  await letIn(ana, book, ben, 'viewer')
  await ana.ask('setRole', {
    book,
    member: (await ana.status(book)).members.find(({ name }) => name === 'Ben')!.member,
    role: 'bookkeeper'
  })
  await ana.post(book, 'By Ana')
  await ben.until('journal', { book, limit: 9 }, ({ total }) => total === 2)
  await ben.post(book, 'By Ben, let in again')
  await converged(book, ana, ben)
  await ana.stop()
  await rm(ana.folder, { recursive: true })
  await cp(copy, ana.folder, { recursive: true })
  await ana.start()
  await areWhole(book, ana, ben, 'bookkeeper', ['By Ana', 'By Ben, at first', 'By Ben, let in again'])
})
