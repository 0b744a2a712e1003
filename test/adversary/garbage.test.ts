/** A member appends blocks that are no entries: noise, cut short, with something behind, too large, or not even encrypted. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ErrorCode } from '../../core/contract/index.js'
import { goesOn, onlySenderIsHurt, openScene, reported, type Scene } from '../helpers/attack.js'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.end())

const MIB = 1024 * 1024
const behind = (block: Uint8Array, more: Uint8Array): Uint8Array => Buffer.concat([block, more])
const noise = (bytes: number): Uint8Array => behind(Buffer.from([1]), randomBytes(bytes))

it.each<[string, ErrorCode, (good: Uint8Array) => Uint8Array]>([
  ['nothing', 'ENTRY_MALFORMED', () => Buffer.alloc(0)],
  ['a zero', 'ENTRY_MALFORMED', () => Buffer.alloc(1)],
  ['zeros', 'ENTRY_MALFORMED', () => Buffer.alloc(10_000)],
  ['noise', 'ENTRY_MALFORMED', () => noise(5_000)],
  ['1 MiB of noise', 'ENTRY_MALFORMED', () => noise(MIB - 1)],
  ['half an entry', 'ENTRY_MALFORMED', (good) => good.subarray(0, good.length >> 1)],
  ['an entry but for its last byte', 'ENTRY_MALFORMED', (good) => good.subarray(0, -1)],
  ['an entry and a byte', 'ENTRY_MALFORMED', (good) => behind(good, Buffer.from([0]))],
  ['an entry twice', 'ENTRY_MALFORMED', (good) => behind(good, good)],
  [
    'a count of operations that are not there',
    'ENTRY_MALFORMED',
    () => Buffer.from([1, 1, 0, 0xfd, 0, 0x10, 0, 0])
  ],
  [
    'more operations than an entry has',
    'ENTRY_MALFORMED',
    () => behind(Buffer.from([1, 1, 0, 0xfe, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0]), Buffer.alloc(100_000, 1))
  ],
  ['a byte more than 1 MiB', 'BLOCK_TOO_LARGE', () => Buffer.alloc(MIB + 1, 1)],
  ['as much as Hypercore takes', 'BLOCK_TOO_LARGE', () => Buffer.alloc(14 * MIB, 1)]
])('%s stops the log', async (_what, code, block) => {
  const { mallory, post, ada, ben, book } = scene
  const log = await mallory.newLog()
  const payee = `Before ${log.log}`
  const index = (await log.write([post(payee)])) + 1
  await log.append(block(log.block([post('Garbage')])))
  await log.write([post('Behind garbage')])
  await onlySenderIsHurt(scene, log.log, code, index)
  for (const device of [ada, ben]) {
    const payees = await device.payees(book)
    expect(payees).toContain(payee)
    expect(payees.filter((each) => /garbage/i.test(each))).toEqual([])
  }
})

it.each([0, 1, 7, 8, 9, 100])('a block of %d bytes that was never encrypted stops the log', async (bytes) => {
  const { mallory, post, ada, ben, book } = scene
  const log = await mallory.newLog()
  const index = (await log.write([post('Before')])) + 1
  await log.appendPlain(Buffer.alloc(bytes, 7))
  // Decrypted it is noise, which may look like an entry of a version to come.
  for (const device of [ada, ben]) {
    await device.until('syncStatus', { book }, ({ problems }) =>
      problems.some((problem) => problem.log === log.log && problem.index === index)
    )
  }
  await goesOn(scene)
})

it('an entry of a version to come pauses the log, and says which', async () => {
  const { mallory, post, ada, ben, book } = scene
  const log = await mallory.newLog()
  await log.append(behind(Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x7f]), randomBytes(100)))
  await log.write([post('Behind it')])
  for (const device of [ada, ben]) {
    const { kind, message } = await reported(device, book, log.log, 'NEEDS_NEWER_VERSION', 1)
    expect([kind, message]).toEqual(['paused', expect.stringContaining('2147483647')])
  }
  await goesOn(scene)
})
