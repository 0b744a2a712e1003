/**
 * A member floods: logs that do not end, lengths that cannot be, lists of logs that nobody has. It costs the others a
 * bounded amount, and keeps nobody from the honest logs.
 */
import { randomBytes } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logIdOf } from '../../core/identity/certificates.js'
import type { RogueLog } from '../helpers/rogue.js'
import { converged, letIn, type Device } from '../helpers/engines.js'
import { goesOn, onlySenderIsHurt, openScene, talkOn, type Scene } from '../helpers/attack.js'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.end())

const MIB = 1024 * 1024

async function bytesOf(folder: string): Promise<number> {
  let sum = 0
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) sum += (await stat(path.join(entry.parentPath, entry.name))).size
  }
  return sum
}

/** Resolves when nobody has asked for a block of the log for a while. */
async function nobodyAsks(log: RogueLog): Promise<void> {
  let seen = -1
  while (seen !== log.uploads) {
    seen = log.uploads
    await new Promise((resolve) => setTimeout(resolve, 700))
  }
}

async function growth(devices: readonly Device[], work: () => Promise<void>): Promise<number[]> {
  const before = await Promise.all(devices.map(({ folder }) => bytesOf(folder)))
  await work()
  const after = await Promise.all(devices.map(({ folder }) => bytesOf(folder)))
  return after.map((bytes, at) => bytes - (before[at] as number))
}

describe('a log of 128 MiB', () => {
  const flood = Array.from({ length: 128 }, () => Buffer.alloc(MIB, 1))

  it('costs little if its header is not valid', async () => {
    const { mallory, ada, ben } = scene
    const grown = await growth([ada, ben], async () => {
      const log = await mallory.bareLog()
      await log.append(randomBytes(200).fill(1, 0, 1), ...flood)
      await onlySenderIsHurt(scene, log.log, 'HEADER_MALFORMED')
      await nobodyAsks(log)
    })
    for (const bytes of grown) expect(bytes).toBeLessThan(8 * MIB)
  })

  it('costs a bounded amount if it is no log of entries', async () => {
    const { mallory, ada, ben } = scene
    const grown = await growth([ada, ben], async () => {
      const log = await mallory.newLog()
      await log.append(...flood)
      await onlySenderIsHurt(scene, log.log, 'ENTRY_MALFORMED', 1)
      await nobodyAsks(log)
    })
    for (const bytes of grown) expect(bytes).toBeLessThan(64 * MIB)
  })
})

it('claims of more than there is are not believed', async () => {
  const { mallory, ada, ben, book } = scene
  for (const log of Object.keys((await ada.status(book)).vector)) {
    mallory.claims[log as keyof typeof mallory.claims] = Number.MAX_SAFE_INTEGER
  }
  mallory.tell()
  await goesOn(scene)
  for (const device of [ada, ben]) {
    const { pendingEntries, problems } = await device.status(book)
    expect(pendingEntries).toBeLessThan(1_000_000)
    expect(problems.filter(({ member }) => member && member !== mallory.member)).toEqual([])
  }
  for (const log of Object.keys(mallory.claims)) delete mallory.claims[log as keyof typeof mallory.claims]
})

it('a log that never ends does not keep the others from theirs', async () => {
  const { mallory, post } = scene
  const log = await mallory.newLog()
  let state = 'floods' as 'floods' | 'ends'
  const flooding = (async () => {
    while (state === 'floods') {
      await log.append(...Array.from({ length: 20 }, () => log.block([post('Flood')])))
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })()
  try {
    for (let times = 0; times < 5; times++) await talkOn(scene)
  } finally {
    state = 'ends'
    await flooding
  }
  await scene.ada.until('syncStatus', { book: scene.book }, ({ vector }) => vector[log.log] === log.core.length)
  await goesOn(scene)
})

it('a list of logs that nobody has keeps nobody’s log but its teller’s from being taken up', async () => {
  const { mallory, ada, ben, book, world } = scene
  for (let n = 0; n < 15_000; n++) mallory.claims[logIdOf(randomBytes(32))] = 1
  mallory.tell()
  await goesOn(scene)
  const cleo = await world.device('Cleo')
  await letIn(ada, book, cleo, 'contributor')
  await cleo.post(book, 'Among the missing')
  for (const device of [ada, ben]) {
    await device.until('journal', { book, limit: 1, filter: { search: 'missing' } }, ({ total }) => total === 1)
  }
  await converged(book, ada, ben, cleo)
})
