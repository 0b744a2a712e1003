/**
 * Two signed histories of one log. Hypercore closes such a log for whoever sees both, and each device may have counted
 * another half before. Whoever sees both finds where they part and tells everyone; from then on all count what the two
 * share and nothing else of that log, whatever was built on it, and have the same book again.
 */
import { cp } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LogId } from '../../core/contract/index.js'
import { encodeForkEvidence } from '../../core/identity/fork-codec.js'
import type { ForkEvidence } from '../../core/identity/fork-evidence.js'
import { goesOn, openScene, reported, talkOn, type Scene } from '../helpers/attack.js'
import { converged, letIn, type Device } from '../helpers/engines.js'
import { Rogue, type RogueLog } from '../helpers/rogue.js'

let scene: Scene
/** Mallory's other self: the same keys, and another history. */
let twin: Rogue

beforeEach(async () => {
  scene = await openScene()
  const { mallory, world, book } = scene
  const folder = `${mallory.parts.folder}-twin`
  await cp(mallory.parts.folder, folder, { recursive: true })
  twin = await Rogue.takeOver({ name: 'Mallory', folder, stop: async () => {} }, world, book)
})

afterEach(async () => {
  await twin.end()
  await scene.end()
})

const has = (device: Device, log: LogId, length: number) =>
  device.until('syncStatus', { book: scene.book }, ({ vector }) => vector[log] === length)

/** The other self begins the same log, with the same first blocks. */
async function same(log: RogueLog, blocks: readonly Uint8Array[]): Promise<RogueLog> {
  const other = await twin.bareLog({ keyPair: log.keyPair })
  await other.append(...blocks)
  expect(other.log).toBe(log.log)
  other.goOnAs(log)
  return other
}

/** Ada sees one history and Ben the other, and each builds on what they saw. Gives the log. */
async function split(shared: number, ada: number, ben: number): Promise<LogId> {
  const { mallory, post, book } = scene
  const log = await mallory.newLog({ segment: 77 })
  for (let i = 0; i < shared; i++) await log.write([post(`Shared ${i}`)])
  const blocks: Uint8Array[] = []
  for (let i = 0; i <= shared; i++) blocks.push(await mallory.blockOf(log.log, i))
  const other = await same(log, blocks)
  await scene.ben.stop()
  for (let i = 0; i < ada; i++) await log.write([post(`For Ada ${i}`)])
  await has(scene.ada, log.log, 1 + shared + ada)
  await scene.ada.post(book, 'Built by Ada')
  await mallory.goOffline()
  await scene.ada.stop()
  await scene.ben.start()
  twin.goOnline()
  for (let i = 0; i < ben; i++) await other.write([post(`For Ben ${i}`)])
  await has(scene.ben, log.log, 1 + shared + ben)
  await scene.ben.post(book, 'Built by Ben')
  await twin.goOffline()
  return log.log
}

/** Both report it, count what is shared and what they built themselves, and have one book. */
async function agreeOn(log: LogId, shared: number, ...devices: readonly Device[]): Promise<void> {
  const { book, mallory } = scene
  for (const device of devices) {
    await has(device, log, 1 + shared)
    const problem = await reported(device, book, log, 'LOG_FORKED', 1 + shared)
    expect(problem.member).toBe(mallory.member)
  }
  const { vector } = await converged(book, ...devices)
  expect(vector[log]).toBe(1 + shared)
  for (const device of devices) {
    const payees = await device.payees(book)
    expect(payees).toEqual(expect.arrayContaining(['Built by Ada', 'Built by Ben']))
    expect(payees.filter((payee) => payee.startsWith('Shared'))).toHaveLength(shared)
    expect(payees.filter((payee) => payee.startsWith('For '))).toEqual([])
  }
}

describe('a log with two histories', () => {
  it('counts as far as they are one, for those who had counted either, and goes on to after restarts', async () => {
    const { ada, ben, book } = scene
    const log = await split(3, 4, 2)
    await ada.start()
    await agreeOn(log, 3, ada, ben)
    await goesOn(scene)
    for (const device of [ada, ben]) await device.restart()
    await agreeOn(log, 3, ada, ben)
    await goesOn(scene)
    expect((await ada.status(book)).problems.filter(({ code }) => code !== 'LOG_FORKED')).toEqual([])
  })

  it('is found out also where both are of one length, which nothing but the books themselves shows', async () => {
    const { ada, ben } = scene
    const log = await split(1, 3, 3)
    await ada.start()
    await agreeOn(log, 1, ada, ben)
    await goesOn(scene)
  })

  it('gives a newcomer what is shared, and nothing of either half', async () => {
    const { ada, ben, book, world } = scene
    const log = await split(2, 1, 5)
    await ada.start()
    await agreeOn(log, 2, ada, ben)
    const cleo = await world.device('Cleo')
    await letIn(ada, book, cleo, 'contributor')
    await agreeOn(log, 2, ada, ben, cleo)
    await ada.stop()
    await ben.restart()
    await cleo.post(book, 'By Cleo')
    await converged(book, ben, cleo)
  })

  it('is claimed in vain of someone else’s log', async () => {
    const { ada, book, mallory } = scene
    await mallory.hasAllOf(ada, book)
    const log = mallory.logsOf((await ada.status(book)).members.find(({ name }) => name === 'Ada')!.member)[0]!
    const node = { sizeBytes: 9, hash: new Uint8Array(32).fill(5) }
    const branch = { length: 3, signature: new Uint8Array(64).fill(6), leaf: node, right: [] }
    const evidence: ForkEvidence = {
      writer: new Uint8Array(32).fill(7),
      shared: 2,
      roots: [node],
      branches: [branch, { ...branch, leaf: { ...node, sizeBytes: 8 } }]
    }
    await mallory.goOffline()
    mallory.parts.store.forks.add({ log, evidence, bytes: encodeForkEvidence(evidence) })
    mallory.goOnline()
    // What it is let in with is hung up on: it comes back, and is let in, and so on.
    while (mallory.welcomes < 3) await new Promise((resolve) => setTimeout(resolve, 50))
    await goesOn(scene)
    expect((await ada.status(book)).problems).toEqual([])
  })

  it('stays what it is when its writer goes on with both', async () => {
    const { ada, ben, mallory } = scene
    const log = await split(2, 2, 3)
    await ada.start()
    await agreeOn(log, 2, ada, ben)
    mallory.goOnline()
    twin.goOnline()
    await talkOn(scene)
    await talkOn(scene)
    await agreeOn(log, 2, ada, ben)
  })
})
