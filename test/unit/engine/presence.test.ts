/** What peers are told while much arrives, and once it is over. */
import { EventEmitter } from 'node:events'
import type HyperDHT from 'hyperdht'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Presence } from '../../../core/engine/presence.js'
import type { BookSwarm } from '../../../core/sync/swarm.js'

// Those of Node's promises are no timers that Vitest could turn forward.
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
}))
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A presence whose swarm writes down what it is told to tell. */
function present() {
  const state = { isBusy: false, digests: 0 }
  const told: string[] = []
  const swarm = Object.assign(new EventEmitter(), {
    tell: (what: string = 'all') => void told.push(what),
    flushed: () => Promise.resolve(),
    connected: () => []
  })
  const presence = new Presence({
    swarm: {} as never,
    sightings: {} as never,
    changed: () => {},
    isBusy: () => state.isBusy,
    prepareDigest: async () => void state.digests++
  })
  presence.goOnline({} as HyperDHT, () => swarm as unknown as BookSwarm)
  return { presence, state, told }
}

describe('peers are told', () => {
  it('everything at once where little arrives', async () => {
    const { presence, state, told } = present()
    await presence.tell()
    expect(told).toEqual(['all'])
    expect(state.digests).toBe(1)
  })

  it('each second how far the logs are while much arrives, and all soon after it', async () => {
    const { presence, state, told } = present()
    state.isBusy = true
    void presence.tell()
    await vi.advanceTimersByTimeAsync(3_500)
    // What changes meanwhile is told with it.
    await presence.tell()
    expect(told).toEqual(['lengths', 'lengths', 'lengths'])
    expect(state.digests).toBe(0)

    state.isBusy = false
    await vi.advanceTimersByTimeAsync(200)
    expect(told).toEqual(['lengths', 'lengths', 'lengths', 'all'])
    expect(state.digests).toBe(1)
  })

  it('all in the end, though it does not cease', async () => {
    const { presence, state, told } = present()
    state.isBusy = true
    void presence.tell()
    await vi.advanceTimersByTimeAsync(12_000)
    expect(told.at(-1)).toBe('all')
  })
})
