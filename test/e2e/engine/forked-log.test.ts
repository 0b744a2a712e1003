/** A log with two signed histories: everyone who sees both reports it, keeps what they had, and goes on; also after a restart. */
import { cp } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { goesOn, openScene, reported, type Scene } from '../../helpers/attack.js'
import { Rogue } from '../../helpers/rogue.js'

let scene: Scene
let twin: Rogue

beforeAll(async () => {
  scene = await openScene()
  // Mallory's other self, with the same keys and another history.
  const folder = `${scene.mallory.parts.folder}-twin`
  await cp(scene.mallory.parts.folder, folder, { recursive: true })
  twin = await Rogue.takeOver({ name: 'Mallory', folder, stop: async () => {} }, scene.world, scene.book)
})

afterAll(async () => {
  await twin.end()
  await scene.end()
})

it('is reported by all who saw both, and again after a restart, with what each had of it', async () => {
  const { mallory, post, ada, ben, book } = scene
  const log = await mallory.newLog()
  await log.write([post('One')])
  for (const device of [ada, ben]) {
    await device.until('syncStatus', { book }, ({ vector }) => vector[log.log] === 2)
  }
  await mallory.goOffline()

  twin.goOnline()
  const other = await twin.bareLog({ keyPair: log.keyPair })
  await other.append(twin.header(other.log))
  expect(other.log).toBe(log.log)
  for (const payee of ['Other', 'And more']) await other.write([post(payee)])
  for (const device of [ada, ben]) await reported(device, book, log.log, 'LOG_FORKED')
  await goesOn(scene)
  await twin.goOffline()

  for (const device of [ada, ben]) await device.restart()
  for (const device of [ada, ben]) {
    const problem = await reported(device, book, log.log, 'LOG_FORKED')
    expect(problem).toMatchObject({ kind: 'forked', memberName: 'Mallory' })
    const payees = await device.payees(book)
    expect(payees).toContain('One')
    expect(payees).not.toContain('Other')
  }
  await goesOn(scene)
})
