/** A member claims a logical time that its entry cannot have, to win every tie or to be first in history. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { onlySenderIsHurt, openScene, type Scene } from '../helpers/attack.js'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.end())

it.each([
  ['far ahead', () => 1_000_000_000],
  ['the largest that there is', () => Number.MAX_SAFE_INTEGER],
  ['one too many', (lamport: number) => lamport + 2],
  ['one too few', (lamport: number) => lamport],
  ['zero', () => 0]
])('a time that is %s stops the log there', async (_what, time) => {
  const { mallory, post, ada, book } = scene
  const log = await mallory.newLog()
  const payee = `Before ${log.log}`
  await log.write([post(payee)])
  const index = await log.write([post('Forged')], { lamport: time(log.lamport) })
  await onlySenderIsHurt(scene, log.log, 'LAMPORT_WRONG', index)
  const payees = await ada.payees(book)
  expect(payees).toContain(payee)
  expect(payees).not.toContain('Forged')
})
