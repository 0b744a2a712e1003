/** A removed member, or a revoked device, writes on with what it knew; and two owners who remove it disagree on where it ended. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LogId } from '../../core/contract/index.js'
import { goesOn, sceneOf, type Scene } from '../helpers/attack.js'
import { converged, letIn, World, type Device } from '../helpers/engines.js'

let scene: Scene
beforeEach(async () => {
  const world = await World.open()
  const [ada, ben, third] = [
    await world.device('Ada'),
    await world.device('Ben'),
    await world.device('Mallory')
  ]
  const book = await ada.createBook()
  await letIn(ada, book, ben, 'owner')
  await letIn(ada, book, third, 'contributor')
  scene = await sceneOf({ world, book, ada, ben, third })
})
afterEach(() => scene.end())

/** A log of Mallory's with these entries, which both of the others have. */
async function logOf(...payees: string[]): Promise<LogId> {
  const { mallory, ada, ben, book, post } = scene
  const log = await mallory.newLog()
  for (const payee of payees) await log.write([post(payee)])
  for (const device of [ada, ben])
    await device.until('syncStatus', { book }, ({ vector }) => vector[log.log] === payees.length + 1)
  return log.log
}

/** What of Mallory's does not count, by payee, on both devices alike. */
async function notCounted(): Promise<string[]> {
  const { ada, ben, book } = scene
  await converged(book, ada, ben)
  const listed = async (device: Device): Promise<string[]> =>
    (await device.ask('notCounted', { book })).map(({ content, code }) => `${content?.payee} ${code}`).sort()
  expect(await listed(ben)).toEqual(await listed(ada))
  return listed(ada)
}

it(
  'of two owners’ cuts the lower one holds, and what is beyond it is listed',
  { timeout: 90_000 },
  async () => {
    const { mallory, ada, ben, book } = scene
    const { member } = mallory
    const log = await logOf('One', 'Two', 'Three')
    await ben.stop()
    await ada.ask('removeMember', { book, member, kept: { [log]: 2 } })
    await ada.stop()
    await ben.start()
    await ben.ask('removeMember', { book, member, kept: { [log]: 3 } })
    await ada.start()
    expect(await notCounted()).toEqual(['Three MEMBER_REMOVED', 'Two MEMBER_REMOVED'])
    for (const device of [ada, ben]) {
      expect(await device.payees(book)).toEqual(['One'])
      expect(
        (await device.ask('trialBalance', { book })).sums.every(({ amountMinor }) => amountMinor === 0n)
      ).toBe(true)
    }
    await goesOn(scene)
  }
)

it(
  'a cut that is beyond what there is lets nothing count that was written after',
  { timeout: 90_000 },
  async () => {
    const { mallory, ada, ben, book } = scene
    const log = await logOf('One')
    await mallory.goOffline()
    await ada.ask('removeMember', { book, member: mallory.member, kept: { [log]: 2 } })
    await converged(book, ada, ben)
    // Mallory did not hear of it, and writes as if nothing had happened.
    const more = await mallory.newLog()
    await more.write([scene.post('Unheard')])
    mallory.goOnline()
    for (const device of [ada, ben]) await device.until('notCounted', { book }, (rows) => rows.length > 0)
    expect(await notCounted()).toEqual(['Unheard MEMBER_REMOVED'])
    for (const device of [ada, ben]) expect(await device.payees(book)).toEqual(['One'])
    await goesOn(scene)
  }
)

it(
  'a revoked device that writes on with old knowledge is listed, and its person stays',
  { timeout: 90_000 },
  async () => {
    const { mallory, ada, ben, book } = scene
    await logOf('One')
    await mallory.goOffline()
    await ada.ask('revokeDevice', { book, device: mallory.device })
    await converged(book, ada, ben)
    const more = await mallory.newLog()
    await more.write([scene.post('By whoever has the laptop')])
    mallory.goOnline()
    for (const device of [ada, ben]) await device.until('notCounted', { book }, (rows) => rows.length > 0)
    expect(await notCounted()).toEqual(['By whoever has the laptop DEVICE_REVOKED'])
    const { members } = await ada.status(book)
    expect(members.find((row) => row.member === mallory.member)).toMatchObject({ standing: 'present' })
    await goesOn(scene)
  }
)
