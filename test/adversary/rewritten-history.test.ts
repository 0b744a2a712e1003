/**
 * A member cuts a log of its own back and writes it anew. Hypercore has a name for this, a fork number, and by default
 * every peer follows: what was there would be gone from their disks, while their books still counted it.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { goesOn, openScene, type Scene } from '../helpers/attack.js'
import { converged, letIn } from '../helpers/engines.js'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.end())

it('a log that is cut back and written anew stays as it was, for newcomers too', async () => {
  const { mallory, post, ada, ben, book, world } = scene
  const log = await mallory.newLog()
  await log.write([post('Kept 1')])
  await log.write([post('Kept 2')])
  for (const device of [ada, ben]) {
    await device.until('syncStatus', { book }, ({ vector }) => vector[log.log] === 3)
  }

  await log.core.truncate(1, { keyPair: log.keyPair })
  for (const payee of ['Anew 1', 'Anew 2', 'Anew 3']) await log.write([post(payee)])
  await goesOn(scene)

  const cleo = await world.device('Cleo')
  await letIn(ada, book, cleo, 'contributor')
  await converged(book, ada, ben, cleo)
  for (const device of [ada, ben, cleo]) {
    const payees = await device.payees(book)
    expect(payees).toEqual(expect.arrayContaining(['Kept 1', 'Kept 2']))
    expect(payees.filter((payee) => payee.startsWith('Anew'))).toEqual([])
  }

  // Not even after a restart, when all is read from the disk again.
  await ben.restart()
  await ben.post(book, 'After the restart')
  const { vector } = await converged(book, ada, ben, cleo)
  expect(vector[log.log]).toBe(3)
  expect(await ben.payees(book)).toEqual(await ada.payees(book))
})
