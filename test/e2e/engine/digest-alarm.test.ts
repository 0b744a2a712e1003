/** Two devices that have the same entries and make another book of them say so, on both sides. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { DeviceRow, SyncStatus } from '../../../core/contract/index.js'
import { Book } from '../../../core/book/book.js'
import { converged, letIn, World } from '../../helpers/engines.js'

let world: World
beforeAll(async () => {
  world = await World.open()
})
afterAll(() => world.end())

/** Books that read a payee wrongly, as a broken disk or a changed program might. */
const wrong = new WeakSet<Book>()
let opened: 'right' | 'wrong' = 'right'
const known = new WeakSet<Book>()

const apply = Object.getOwnPropertyDescriptor(Book.prototype, 'apply')?.value as Book['apply']
vi.spyOn(Book.prototype, 'apply').mockImplementation(function (this: Book, entry, judge) {
  if (!known.has(this) && opened === 'wrong') wrong.add(this)
  known.add(this)
  const ops = entry.ops.map((op) =>
    op.kind === 'post' && op.payee === 'Bakery' ? { ...op, payee: 'Bank' } : op
  )
  return apply.call(this, wrong.has(this) ? { ...entry, ops } : entry, judge)
})

const others = ({ members }: SyncStatus): DeviceRow[] =>
  members.flatMap(({ devices }) => devices).filter(({ isThis }) => isThis === 'other')

const shows = (digest: DeviceRow['digest']) => (status: SyncStatus) =>
  others(status).every((device) => device.digest === digest)

it('and say that they agree when they do', async () => {
  const [ana, ben] = [await world.device('Ana'), await world.device('Ben')]
  const book = await ana.createBook()
  await letIn(ana, book, ben)
  await ana.post(book, 'Bakery')
  await converged(book, ana, ben)
  for (const device of [ana, ben]) {
    expect((await device.until('syncStatus', { book }, shows('equal'))).problems).toEqual([])
  }

  opened = 'wrong'
  await ben.restart()
  for (const [device, other] of [
    [ana, 'Ben'],
    [ben, 'Ana']
  ] as const) {
    const { problems } = await device.until('syncStatus', { book }, shows('different'))
    expect(problems).toMatchObject([{ kind: 'digest-differs', memberName: other }])
  }
  const [one, two] = [await ana.status(book), await ben.status(book)]
  expect(two.vector).toEqual(one.vector)
  expect(two.digest).not.toBe(one.digest)

  // While one has more than the other, their digests say nothing.
  await ana.post(book, 'Train')
  await ben.until('syncStatus', { book }, ({ transactions }) => transactions === 2)
  await ana.until('syncStatus', { book }, shows('different'))

  opened = 'right'
  await ben.restart()
  for (const device of [ana, ben]) {
    expect((await device.until('syncStatus', { book }, shows('equal'))).problems).toEqual([])
  }
})
