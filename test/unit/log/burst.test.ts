/** Much is arriving while many blocks follow each other, and not for longer. */
import { expect, test } from 'vitest'
import { Burst } from '../../../core/log/burst.js'

function arriving() {
  let atMs = 0
  const burst = new Burst(() => atMs)
  const wait = (ms: number): void => void (atMs += ms)
  const come = (times: number, blocks: number, everyMs: number): void => {
    for (let time = 0; time < times; time++) {
      burst.note(blocks)
      wait(everyMs)
    }
  }
  return { burst, wait, come }
}

test('a few blocks at a time are many, where they follow each other', () => {
  const { burst, come, wait } = arriving()
  come(4, 120, 25)
  expect(burst.isOn).toBe(false)
  come(1, 120, 25)
  expect(burst.isOn).toBe(true)
  wait(1_000)
  expect(burst.isOn).toBe(false)
})

test('single ones do not add up over the years, and nothing that came is no block', () => {
  const { burst, come } = arriving()
  come(2_000, 1, 300)
  expect(burst.isOn).toBe(false)
  come(500, 0, 1)
  expect(burst.isOn).toBe(false)
})
