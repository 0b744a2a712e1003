/** Two people change the same transaction while apart. What each knows of the other is right all along. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BookId, TransactionId } from '../../../core/contract/index.js'
import { converged, letIn, openHere, World, type Device } from '../../helpers/engines.js'

let world: World
let ana: Device
let ben: Device
let book: BookId

beforeAll(async () => {
  world = await World.open()
  ana = await world.device('Ana')
  ben = await world.device('Ben')
  book = await ana.createBook()
  await letIn(ana, book, ben)
})

afterAll(() => world.end())

const alone = (folder: string) => openHere(folder, { mode: 'off' })

/** What a device's status says of itself and of the other device. */
async function seenBy(device: Device) {
  const { heldBy, pendingEntries, conflicts, members, network } = await device.status(book)
  const other = members.flatMap(({ devices }) => devices).find(({ isThis }) => isThis === 'other')
  return {
    ...{ heldBy: `${heldBy.devices} of ${heldBy.of}`, pending: pendingEntries, conflicts, network },
    ...{
      other: other?.connection,
      lacks: other?.lacksEntries,
      ahead: other?.aheadEntries,
      digest: other?.digest
    }
  }
}

const amend = async (device: Device, id: TransactionId, payee: string) =>
  device.ask('amend', { book, id, transaction: await device.draft(book, payee) })

/** Resolves when both say of the other that it has the same. */
async function inTouch(): Promise<void> {
  await converged(book, ana, ben)
  for (const device of [ana, ben]) {
    await device.until('syncStatus', { book }, ({ members }) =>
      members.every(({ devices }) => devices.every(({ digest }) => digest === 'equal'))
    )
  }
}

const TOGETHER = {
  ...{ heldBy: '2 of 2', pending: 0, conflicts: 0, network: 'online' },
  ...{ other: 'connected', lacks: 0, ahead: 0, digest: 'equal' }
}

it('and merge, list the conflict on both sides, and settle it on one', async () => {
  const { id } = await ana.post(book, 'Bakery')
  await inTouch()
  for (const device of [ana, ben]) expect(await seenBy(device)).toEqual(TOGETHER)
  expect((await ana.ask('transaction', { book, id })).heldBy).toEqual({ devices: 2, of: 2 })

  // What Ben has when he leaves is what Ana last hears of him.
  await ana.post(book, 'The last before Ben leaves')
  await ben.until('syncStatus', { book }, ({ transactions }) => transactions === 2)
  await ben.stop()
  await ana.until('syncStatus', { book }, ({ members }) =>
    members.some(({ devices }) => devices.some(({ connection }) => connection === 'away'))
  )
  const left = { ...TOGETHER, other: 'away', digest: 'unknown' }
  expect(await seenBy(ana)).toEqual(left)

  await amend(ana, id, 'Bakery, by Ana')
  await ana.post(book, 'Apart')
  expect(await seenBy(ana)).toEqual({ ...left, heldBy: '1 of 2', lacks: 2 })
  await ana.restart(alone)
  expect(await seenBy(ana)).toEqual({ ...left, heldBy: '1 of 2', lacks: 2, network: 'off' })

  await ben.start(alone)
  expect(await seenBy(ben)).toMatchObject({ other: 'away', lacks: 0, ahead: 0, network: 'off' })
  await amend(ben, id, 'Bakery, by Ben')
  expect(await seenBy(ben)).toMatchObject({ heldBy: '1 of 2', lacks: 1, conflicts: 0 })

  await Promise.all([ana.restart(openHere), ben.restart(openHere)])
  await inTouch()
  for (const device of [ana, ben]) expect(await seenBy(device)).toEqual({ ...TOGETHER, conflicts: 1 })
  const conflict = await ana.ask('conflicts', { book })
  expect(await ben.ask('conflicts', { book })).toEqual(conflict)
  expect(conflict.map((row) => [row.id, row.heads.length])).toEqual([[id, 2]])

  const bens = conflict[0]?.heads.find((head) => head.payee === 'Bakery, by Ben')
  await ben.ask('resolve', { book, id, keep: { version: bens?.version as never } })
  expect(await ben.ask('conflicts', { book })).toEqual([])
  await ana.until('conflicts', { book }, ({ length }) => length === 0)
  await inTouch()
  for (const device of [ana, ben]) {
    expect(await seenBy(device)).toEqual(TOGETHER)
    const { transaction, history } = await device.ask('transaction', { book, id })
    expect([transaction.payee, transaction.conflict, history.length]).toEqual(['Bakery, by Ben', 'none', 4])
  }
})
