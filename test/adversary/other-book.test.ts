/** A member of two books carries what is signed in one into the other. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { AccountId, BookId, LogId } from '../../core/contract/index.js'
import { decodeEntry } from '../../core/ops/codec.js'
import { letIn, converged, World, type Device } from '../helpers/engines.js'
import { goesOn, onlySenderIsHurt, reported, sceneOf, type Scene } from '../helpers/attack.js'
import { Rogue } from '../helpers/rogue.js'

let scene: Scene
/** The same people's other book, as Mallory has it. */
let other: Rogue
let otherBook: BookId

beforeAll(async () => {
  const world = await World.open()
  const [ada, ben, third] = [
    await world.device('Ada'),
    await world.device('Ben'),
    await world.device('Mallory')
  ]
  const books: BookId[] = []
  for (const name of ['This one', 'The other']) {
    const book = await ada.createBook(name)
    for (const device of [ben, third]) await letIn(ada, book, device, 'contributor')
    books.push(book)
  }
  const [book, second] = books as [BookId, BookId]
  otherBook = second
  await ada.post(second, 'Of the other book')
  await converged(second, ada, ben, third)
  scene = await sceneOf({ world, book, ada, ben, third })
  other = await Rogue.takeOver(third, world, second)
})
afterAll(async () => {
  await other.end()
  await scene.end()
})

/** A log of the other book that a device wrote. */
async function logOf(device: Device): Promise<LogId> {
  const { vector, members } = await device.status(otherBook)
  const me = members.find(({ isMe }) => isMe === 'me')?.member
  return (Object.keys(vector) as LogId[]).find((log) => other.authorOf(log)?.member === me) as LogId
}

it('a log of the other book, as it is, is refused', async () => {
  const { mallory, ada, book } = scene
  const log = await logOf(ada)
  await mallory.copyLog(log, other)
  // Its blocks are encrypted with the other book's secret: here they are noise, of whatever version.
  const noise: readonly string[] = ['HEADER_MALFORMED', 'NEEDS_NEWER_VERSION']
  for (const device of [ada, scene.ben]) {
    await device.until('syncStatus', { book }, ({ problems }) =>
      problems.some((problem) => problem.log === log && noise.includes(problem.code))
    )
  }
  await goesOn(scene)
  expect(await ada.payees(book)).not.toContain('Of the other book')
})

it('a log of its own that names the other book is refused', async () => {
  const { mallory, post } = scene
  const log = await mallory.bareLog()
  await log.append(other.header(log.log))
  await log.write([post('Of the other book')])
  await onlySenderIsHurt(scene, log.log, 'HEADER_FORGED')
})

it('an operation of Ada’s there is Mallory’s here, if it is anything', async () => {
  const { mallory, ada, ben, book } = scene
  const from = await logOf(ada)
  const log = await mallory.newLog()
  const { length } = await other.parts.store.open(from)
  const copied = []
  for (let index = 1; index < length; index++) {
    const entry = decodeEntry(await other.blockOf(from, index), from)
    if (entry.ok) copied.push(...entry.value.ops)
  }
  const before = await ada.status(book)
  const index = await log.write(copied)
  for (const device of [ada, ben]) {
    // Founding, inviting and admitting are not for a contributor, and the accounts are not known here.
    await reported(device, book, log.log, 'NOT_ALLOWED', index)
    await reported(device, book, log.log, 'ACCOUNT_UNKNOWN', index)
  }
  await goesOn(scene)
  const after = await ada.status(book)
  expect(after.name).toBe(before.name)
  expect(after.members.map(({ member, role }) => [member, role])).toEqual(
    before.members.map(({ member, role }) => [member, role])
  )
  expect(await ada.payees(book)).not.toContain('Of the other book')
})

it('a posting to the accounts of the other book does not count', async () => {
  const { mallory, post, ada, ben, book } = scene
  const [theirs] = await ada.ask('accounts', { book: otherBook })
  const operation = post('Across')
  const postings = operation.postings.map((posting) => ({ ...posting, account: theirs?.account as AccountId }))
  const log = await mallory.newLog()
  const index = await log.write([{ ...operation, postings }])
  for (const device of [ada, ben]) await reported(device, book, log.log, 'ACCOUNT_UNKNOWN', index)
  await goesOn(scene)
})
