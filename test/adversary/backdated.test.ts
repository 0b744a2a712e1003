/** A member leaves out what it has seen, so as to have written before it: where the rules, or the others, said otherwise. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { MemberId, TransactionId, VersionId } from '../../core/contract/index.js'
import { placeOf } from '../../core/ops/place.js'
import { goesOn, onlySenderIsHurt, openScene, reported, type Scene } from '../helpers/attack.js'
import { converged } from '../helpers/engines.js'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.end())

it('a log that hides a part of what it builds on is stopped', async () => {
  const { mallory, post, ada, book } = scene
  await goesOn(scene)
  await mallory.hasAllOf(ada, book)
  const log = await mallory.newLog()
  // Ben's last entry has seen Ada's: whoever has seen his has seen hers.
  const { deps } = mallory.next()
  for (const hidden of deps) {
    const other = await mallory.newLog()
    const rest = deps.filter((dep) => dep !== hidden)
    const index = await other.write([post('Hidden')], { deps: rest, lamport: mallory.next().lamport })
    const seenByNobody = rest.every(({ log: each, length }) => mallory.covers(each, length, hidden.log) === 0)
    if (!seenByNobody) await onlySenderIsHurt(scene, other.log, 'DEPENDENCY_NOT_CLOSED', index)
  }
  expect(deps.length).toBeGreaterThan(1)
  await log.write([post('Honest')])
})

it('a log that takes back what it had seen is stopped', async () => {
  const { mallory, post, ada, book } = scene
  await mallory.hasAllOf(ada, book)
  const log = await mallory.newLog()
  const { deps } = mallory.next()
  await log.write([post('Seen')])
  const [dep] = deps.filter(({ length }) => length > 1)
  const back = { log: dep!.log, length: dep!.length - 1 }
  const index = await log.write([post('Unseen')], { deps: [back], lamport: log.lamport + 1 })
  await onlySenderIsHurt(scene, log.log, 'DEPENDENCY_INVALID', index)
})

it('an entry from before its author was let in is listed and does not count', async () => {
  const { mallory, post, ada, ben, book } = scene
  const log = await mallory.newLog()
  const index = await log.write([post('Too early')], { deps: [], lamport: 1 })
  for (const device of [ada, ben]) await reported(device, book, log.log, 'NOT_A_MEMBER', index)
  await goesOn(scene)
  expect(await ada.payees(book)).not.toContain('Too early')
})

it('a change from before the others’ is in conflict with theirs, which is shown', async () => {
  const { mallory, post, ada, ben, book } = scene
  await mallory.hasAllOf(ada, book)
  const log = await mallory.newLog()
  const index = await log.write([post('Mallory')])
  const id = placeOf<TransactionId>(log.log, index, 0)
  await ada.until('journal', { book, limit: 2000 }, ({ rows }) => rows.some((row) => row.id === id))
  await ada.post(book, 'Later')
  await ada.ask('amend', { book, id, transaction: await ada.draft(book, 'Ada') })
  await mallory.hasAllOf(ada, book)

  // Mallory has Ada's change, and writes as if it had not.
  await log.write(
    [{ ...post('Backdated'), kind: 'amend', replaces: [placeOf<VersionId>(log.log, index, 0)] }],
    {
      deps: [],
      lamport: log.lamport + 1
    }
  )
  for (const device of [ada, ben]) {
    const [conflict] = await device.until('conflicts', { book }, (rows) => rows.some((row) => row.id === id))
    expect(conflict?.heads.map(({ payee }) => payee)).toEqual(['Ada', 'Backdated'])
    expect(await device.payees(book)).not.toContain('Backdated')
  }
  await converged(book, ada, ben)
  const authors = (await ben.ask('transaction', { book, id })).history.map(({ author }) => author)
  expect(new Set<MemberId>(authors)).toContain(mallory.member)
})
