import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Queue } from '../../../core/log/queue.js'

it('a queue gives back what was put in, in order, also when it is long', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer({ min: 1, max: 1500 }), fc.constant(-800))), (script) => {
      const queue = new Queue<number>()
      const model: number[] = []
      let number = 0
      for (const count of script) {
        for (let i = 0; i < count; i++) {
          queue.push(number)
          model.push(number++)
        }
        for (let i = 0; i > count; i--) expect(queue.shift()).toBe(model.shift())
        expect([queue.length, queue.first()]).toEqual([model.length, model[0]])
      }
      queue.clear()
      expect([queue.length, queue.first(), queue.shift()]).toEqual([0, undefined, undefined])
    }),
    { numRuns: 8 }
  )
})
