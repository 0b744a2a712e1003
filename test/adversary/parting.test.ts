/**
 * A removed member whose device goes on asking: it claims that the others' logs are its own, to be sent what came to
 * them since. It gets a farewell, and what it wrote itself is listed and does not count.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LogId } from '../../core/contract/index.js'
import { goesOn, openScene, type Scene } from '../helpers/attack.js'
import { converged } from '../helpers/engines.js'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.end())

it('gets nothing of the logs of others, whatever it calls its own', async () => {
  const { mallory, ada, ben, book, post } = scene
  await goesOn(scene)
  await mallory.hasAllOf(ben, book)
  const own = await mallory.newLog()
  await own.write([post('While a member')])
  await ada.until('syncStatus', { book }, ({ vector }) => vector[own.log] === 2)
  await mallory.goOffline()

  // Ben writes on with the old secret, which Mallory knows, and only then hears that Mallory was removed.
  await ada.stop()
  await ben.post(book, 'Not for Mallory')
  const old = Object.entries((await ben.status(book)).vector) as [LogId, number][]
  await ben.stop()
  await ada.start()
  await ada.ask('removeMember', { book, member: mallory.member })
  await ben.start()
  await converged(book, ada, ben)

  const before = mallory.parts.delivery.causality.vector()
  const isBehind = old.some(([log, length]) => (before[log] ?? 0) < length)
  expect(isBehind).toBe(true)

  await own.write([post('After the removal')])
  const others = Object.fromEntries(old.filter(([log]) => log !== own.log))
  mallory.showing = () => ({ ...others, [own.log]: own.core.length })
  mallory.goOnline()
  // Each of these is a connection that was ended for what it told.
  const ended = async (): Promise<void> => {
    const after = mallory.farewells + 4
    while (mallory.farewells < after) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await ended()

  // Something of Mallory's that waits for more of the others' logs: they are not asked of Mallory for that.
  const greedy = await mallory.newLog()
  const deps = old.map(([log, length]) => ({ log, length: length + 1 }))
  await greedy.write([post('Waits')], { deps: deps.filter(({ log }) => log !== own.log) })
  const hers = { [own.log]: own.core.length, [greedy.log]: greedy.core.length }
  mallory.showing = () => hers
  for (const device of [ada, ben])
    await device.until('syncStatus', { book }, ({ pendingEntries }) => pendingEntries === 1)
  await mallory.goOffline()
  mallory.showing = () => ({ ...others, ...hers })
  mallory.goOnline()
  await ended()

  mallory.showing = () => ({ [own.log]: own.core.length })
  for (const device of [ada, ben]) {
    const [lost] = await device.until('notCounted', { book }, (rows) => rows.length > 0)
    expect(lost).toMatchObject({ code: 'MEMBER_REMOVED', content: { payee: 'After the removal' } })
    expect(await device.payees(book)).toContain('While a member')
  }
  await goesOn(scene)
  const after = mallory.parts.delivery.causality.vector()
  for (const [log] of old) if (log !== own.log) expect(after[log]).toBe(before[log])
})
