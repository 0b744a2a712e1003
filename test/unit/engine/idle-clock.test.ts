import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { IdleClock } from '../../../core/engine/idle-clock.js'

let nowMs: number
let limitMs: number | null
let expired: number
let clock: IdleClock

beforeEach(() => {
  nowMs = 1_000_000
  limitMs = 60_000
  expired = 0
  clock = new IdleClock(
    () => limitMs,
    () => expired++,
    () => nowMs
  )
})

afterEach(() => clock.stop())

const after = (ms: number): number => {
  nowMs += ms
  clock.look()
  return expired
}

describe('the idle clock', () => {
  it('expires when nobody was at it for the time that is set', () => {
    expect(after(59_000)).toBe(0)
    clock.touch()
    expect(after(59_000)).toBe(0)
    expect(after(1_000)).toBe(1)
  })

  it('expires once, until that time has passed again', () => {
    expect(after(60_000)).toBe(1)
    expect(after(5_000)).toBe(1)
    expect(after(55_000)).toBe(2)
  })

  it('counts a sleep of the machine', () => {
    expect(after(8 * 60 * 60 * 1000)).toBe(1)
  })

  it('never expires without a limit, and takes up a new one at once', () => {
    limitMs = null
    expect(after(3_600_000)).toBe(0)
    limitMs = 60_000
    expect(after(0)).toBe(1)
  })

  it('is not kept open by a clock that was set back', () => {
    nowMs -= 3_600_000
    expect(after(0)).toBe(0)
    expect(after(60_000)).toBe(1)
  })
})
