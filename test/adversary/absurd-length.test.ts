/**
 * A member signs a length that its log does not have, with a tree that is made up but for the first block, or says to a
 * peer that it has blocks that cannot be. Hypercore would take memory for each of them, at every start.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LIMITS } from '../../core/contract/index.js'
import { goesOn, onlySenderIsHurt, openScene, type Scene } from '../helpers/attack.js'

let scene: Scene
beforeEach(async () => {
  scene = await openScene()
})
afterEach(() => scene.end())

describe('a signed length', () => {
  it('that is the largest there is stalls nobody, also after a restart', async () => {
    const { mallory, ada, ben, book } = scene
    const log = await mallory.bareLog()
    await log.signLength(Math.log2(LIMITS.blocksPerLog), mallory.header(log.log))
    mallory.tell()
    for (const device of [ada, ben]) {
      await device.until('syncStatus', { book }, ({ vector }) => vector[log.log] === 1)
    }
    await goesOn(scene)
    await ben.restart()
    await goesOn(scene)
  })

  it.each([21, 31, 32, 33, 40, 45])('of 2^%d is not taken', async (depth) => {
    const { mallory, ben } = scene
    const log = await mallory.bareLog()
    await log.signLength(depth, mallory.header(log.log))
    mallory.tell()
    await onlySenderIsHurt(scene, log.log, 'LOG_TOO_LONG')
    await ben.restart()
    await goesOn(scene)
  })
})

describe('what a peer claims about a log', () => {
  it.each([
    ['to have 2^40 blocks from the second on', 'wireRange', { drop: false, start: 1, length: 2 ** 40 }],
    ['to have a block at 2^50', 'wireRange', { drop: false, start: 2 ** 50, length: 1 }],
    ['to have lost 2^40 blocks', 'wireRange', { drop: true, start: 1, length: 2 ** 40 }],
    ['bits at 2^45', 'wireBitfield', { start: 2 ** 45, bitfield: new Uint32Array(1024).fill(0xffffffff) }],
    ['to want blocks at 2^45', 'wireWant', { start: 2 ** 45, length: 2 ** 21, any: false }]
  ])('%s, ends that connection and nothing else', async (_what, message, value) => {
    const { mallory } = scene
    const log = await mallory.newLog()
    await log.write([scene.post('Spoken of')])
    await goesOn(scene)
    await log.toldBy(2)
    const ended = log.say(message, value)
    await goesOn(scene)
    expect(await ended).toBeGreaterThan(0)
    // Mallory comes back, and is heard as before.
    const next = await mallory.newLog()
    await next.write([scene.post('Spoken of again')])
    for (const device of [scene.ada, scene.ben]) {
      await device.until('syncStatus', { book: scene.book }, ({ vector }) => vector[next.log] === 2)
    }
  })
})
