/** Someone's app is newer: what only it understands waits on the others, loses nothing, and is taken up after an upgrade. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { SyncStatus } from '../../../core/contract/index.js'
import { goesOn, openScene, reported, type Scene } from '../../helpers/attack.js'
import { openInProcess } from '../../helpers/engine-process.js'
import { converged, openHere } from '../../helpers/engines.js'
import { buildProgram } from '../../helpers/program.js'
import { asNext, asPresent } from '../../sim/versions.js'

/** Whether the engines of this process are of the next version. */
let app: 'present' | 'next' = 'present'

vi.mock('../../../core/ops/codec.js', async (load) => {
  const codec = await load<typeof import('../../../core/ops/codec.js')>()
  const decodeEntry: typeof codec.decodeEntry = (block, log) =>
    codec.decodeEntry(app === 'next' ? asPresent(block) : block, log)
  return { ...codec, decodeEntry }
})

let scene: Scene
let program: string

beforeAll(async () => {
  program = await buildProgram('engine-program')
  scene = await openScene()
}, 60_000)

afterAll(async () => {
  await scene.end()
  await rm(program, { force: true })
  await rm(`${program}.map`, { force: true })
})

it('pauses that log only, also after a restart, until the app is upgraded', async () => {
  const { ada, ben, mallory, post, book } = scene
  const isPaused = ({ problems }: SyncStatus) => problems.some(({ kind }) => kind === 'paused')
  const log = await mallory.newLog()
  await log.write([post('Before')])
  await log.append(asNext(log.block([post('Only the next version reads this')])))
  await log.write([post('After')])

  for (const device of [ada, ben]) {
    const problem = await reported(device, book, log.log, 'NEEDS_NEWER_VERSION', 2)
    expect(problem).toMatchObject({ kind: 'paused', memberName: 'Mallory' })
  }
  // What was reported as read is in the books a moment later.
  await goesOn(scene)
  for (const device of [ada, ben]) {
    expect(await device.payees(book)).toContain('Before')
    expect(await device.payees(book)).not.toContain('After')
  }
  await ben.restart(openInProcess(program))
  await reported(ben, book, log.log, 'NEEDS_NEWER_VERSION', 2)
  await goesOn(scene)

  // Ada's app is upgraded. What she writes from now on builds on what Ben's app does not read.
  app = 'next'
  await ada.restart()
  const { problems, vector } = await ada.status(book)
  expect([problems, vector[log.log]]).toEqual([[], 4])
  expect(await ada.payees(book)).toEqual(expect.arrayContaining(['Only the next version reads this', 'After']))
  await ada.post(book, 'From the next version')
  const waits = await ben.until('syncStatus', { book }, (status) => status.pendingEntries === 1)
  expect(waits.problems.map(({ kind }) => kind).sort()).toEqual(['paused', 'waiting'])
  expect(isPaused(waits)).toBe(true)
  expect(await ben.payees(book)).not.toContain('From the next version')
  await ben.post(book, 'From the present version')
  await ada.until('journal', { book, limit: 100 }, ({ rows }) =>
    rows.some(({ payee }) => payee === 'From the present version')
  )

  await ben.restart(openHere)
  const status = await converged(book, ada, ben)
  expect(status.problems).toEqual([])
  expect(status.pendingEntries).toBe(0)
  expect(await ben.payees(book)).toEqual(await ada.payees(book))
})
