/** Two devices that go online in the same moment are announced in some order: whoever is last looks after that. */
import { randomBytes } from 'node:crypto'
import type HyperDHT from 'hyperdht'
import type Hyperswarm from 'hyperswarm'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Settings } from '../../../core/contract/index.js'
import { Meeting } from '../../../core/sync/meeting.js'
import { startNetwork, startSwarm } from '../../../core/sync/network.js'
import { valueOf } from '../../helpers/book-world.js'
import { World } from '../../helpers/engines.js'

const BOTH = { client: true, server: true }

let world: World
let dht: HyperDHT
let swarm: Hyperswarm
let meeting: Meeting

/** How often a meeting has looked by the time that it is announced, beside the look-up of the announcement itself. */
async function looks(roles: { client: boolean; server: boolean }, isAlone: () => boolean): Promise<number> {
  let count = 0
  const join = swarm.join.bind(swarm)
  vi.spyOn(swarm, 'join').mockImplementation((...how) => {
    const discovery = join(...how)
    const refresh = discovery.refresh.bind(discovery)
    discovery.refresh = (options) => {
      count++
      return refresh(options)
    }
    return discovery
  })
  meeting = new Meeting(swarm, randomBytes(32), roles, isAlone)
  await meeting.flushed()
  await new Promise(setImmediate)
  return count
}

beforeEach(async () => {
  world = await World.open()
  dht = valueOf(startNetwork({ mode: 'on', port: 0, ...world.network } as Settings['network']))
  swarm = startSwarm(dht)
})
afterEach(async () => {
  await meeting.end()
  await swarm.destroy()
  await dht.destroy()
  await world.end()
})

it('looks again once it is announced, while nobody is there', async () => {
  expect(await looks(BOTH, () => true)).toBeGreaterThan(0)
})

it('does not where somebody is there already', async () => {
  expect(await looks(BOTH, () => false)).toBe(0)
})

it('ends with its node, and says nothing of it', async () => {
  meeting = new Meeting(swarm, randomBytes(32), BOTH, () => true)
  await dht.destroy({ force: true })
  // What nobody catches fails the run.
  await new Promise((resolve) => setTimeout(resolve, 50))
})
