/** Slices of several who work at once never fall into one turn of the event loop. */
import { expect, test } from 'vitest'
import { nextTurn } from '../../../core/log/event-loop.js'

test('whoever waits for a turn has one that nobody else who waited has, first come, first served', async () => {
  let turn = 0
  let counting: NodeJS.Immediate | null = null
  const count = (): void => {
    turn++
    counting = setImmediate(count)
  }
  count()
  const slices: { readonly who: string; readonly turn: number }[] = []
  const work = async (who: string): Promise<void> => {
    for (let slice = 0; slice < 4; slice++) {
      await nextTurn()
      slices.push({ who, turn })
    }
  }

  await Promise.all(['a', 'b', 'c'].map(work))
  clearImmediate(counting ?? undefined)

  expect(slices.map(({ who }) => who).join('')).toBe('abc'.repeat(4))
  expect(new Set(slices.map((slice) => slice.turn)).size).toBe(slices.length)
})
