import { describe, expect, it } from 'vitest'
import { describeFailure, shortestFailure } from './shrink.js'
import { simulate } from './world.js'

const SEEDS = 200
const SEEDS_A_TEST = 20
const STEPS = 40

/** Some of every size; most are small, which is where most happens between the same two. */
const peersOf = (seed: number): number => (seed % 50 === 0 ? 12 : 2 + (seed % 5))

describe('a simulated world keeps the rules', () => {
  for (let first = 1; first <= SEEDS; first += SEEDS_A_TEST) {
    it(`with the seeds from ${first} on`, async () => {
      for (let seed = first; seed < first + SEEDS_A_TEST; seed++) {
        const options = { seed, peers: peersOf(seed), steps: STEPS }
        const result = await simulate(options)
        if (result.violations.length === 0) continue
        const shortest = await shortestFailure(options)
        expect.fail(describeFailure(options, shortest ?? result))
      }
    })
  }

  it('and the same seed plays the same world', async () => {
    for (const seed of [3, 7, 11]) {
      const options = { seed, peers: 4, steps: STEPS }
      const [once, again] = [await simulate(options), await simulate(options)]
      expect(again).toEqual(once)
      expect(once.entries).toBeGreaterThan(5)
    }
  })

  it('of which a shorter run is the beginning', async () => {
    const long = await simulate({ seed: 5, peers: 4, steps: STEPS })
    const short = await simulate({ seed: 5, peers: 4, steps: STEPS - 20 })
    const healed = short.events.findIndex((event) => event.endsWith('everything heals'))
    expect(healed).toBeGreaterThan(5)
    expect(long.events.slice(0, healed)).toEqual(short.events.slice(0, healed))
  })
})
