/** A member builds on entries that nobody has: to make the others wait, or to fill their memory. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LogId } from '../../core/contract/index.js'
import { logIdOf } from '../../core/identity/certificates.js'
import { encodeEntry } from '../../core/ops/codec.js'
import type { Dependency } from '../../core/ops/operations.js'
import { goesOn, onlySenderIsHurt, openScene, reported, type Scene } from '../helpers/attack.js'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.end())

const nobody = (): LogId => logIdOf(randomBytes(32))

it.each<[string, () => readonly Dependency[]]>([
  ['a log that does not exist', () => [{ log: nobody(), length: 1 }]],
  [
    '4,096 logs that do not exist',
    () => Array.from({ length: 4096 }, () => ({ log: nobody(), length: 2 ** 53 - 1 }))
  ],
  [
    'more of a log than there is',
    () => scene.mallory.next().deps.map(({ log, length }) => ({ log, length: length + 1_000_000 }))
  ]
])('an entry that builds on %s waits, and nothing else does', async (_what, deps) => {
  const { mallory, post } = scene
  const log = await mallory.newLog()
  const index = await log.write([post('Waits')], { deps: deps(), lamport: 7 })
  await log.write([post('Waits behind it')], { deps: [], lamport: 8 })
  await onlySenderIsHurt(scene, log.log, 'DEPENDENCY_INVALID', index)
  for (const device of [scene.ada, scene.ben]) {
    const { problems } = await device.status(scene.book)
    expect(problems.find((problem) => problem.log === log.log)?.kind).toBe('waiting')
    expect((await device.payees(scene.book)).filter((payee) => payee.startsWith('Waits'))).toEqual([])
  }
})

it('a log that builds on itself is stopped', async () => {
  const { mallory, post } = scene
  const log = await mallory.newLog()
  const other = await mallory.newLog()
  const entry = {
    version: 1,
    lamport: 1,
    wallMs: 0,
    deps: [{ log: log.log, length: 9 }],
    ops: [post('Itself')]
  }
  await log.append(encodeEntry(entry, other.log))
  await onlySenderIsHurt(scene, log.log, 'ENTRY_MALFORMED', 1)
})

it('two logs that build on each other wait for ever', async () => {
  const { mallory, post, ada, ben, book } = scene
  const [one, two] = [await mallory.newLog(), await mallory.newLog()]
  await one.write([post('Hen')], { deps: [{ log: two.log, length: 2 }], lamport: 9 })
  await two.write([post('Egg')], { deps: [{ log: one.log, length: 2 }], lamport: 9 })
  for (const device of [ada, ben]) {
    await reported(device, book, one.log, 'DEPENDENCY_INVALID', 1)
    await reported(device, book, two.log, 'DEPENDENCY_INVALID', 1)
  }
  await goesOn(scene)
})

it('a log that builds on a stopped one is stopped', async () => {
  const { mallory, post } = scene
  const [bad, next] = [await mallory.newLog(), await mallory.newLog()]
  await bad.append(Buffer.from([0]))
  const index = await next.write([post('On sand')], { deps: [{ log: bad.log, length: 2 }], lamport: 9 })
  await onlySenderIsHurt(scene, next.log, 'DEPENDS_ON_QUARANTINED', index)
})

it('a long log that waits is not read ahead without end, also after a restart', async () => {
  const { mallory, post, ben, book } = scene
  const log = await mallory.newLog()
  const deps = [{ log: nobody(), length: 1 }]
  const blocks = [log.block([post('First')], { deps, lamport: 5 })]
  for (let n = 0; n < 5000; n++) blocks.push(log.block([post('Later')], { deps: [], lamport: 6 + n }))
  await log.append(...blocks)
  await onlySenderIsHurt(scene, log.log, 'DEPENDENCY_INVALID', 1)
  await ben.restart()
  await onlySenderIsHurt(scene, log.log, 'DEPENDENCY_INVALID', 1)
  expect(await ben.payees(book)).not.toContain('Later')
})
