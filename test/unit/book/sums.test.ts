import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Sums } from '../../../core/book/sums.js'
import { EUR, USD } from '../../helpers/book-world.js'

describe('Sums', () => {
  it('are exact, also beyond safe integers, and when sums are added', () => {
    const amounts = fc.array(fc.tuple(fc.constantFrom(EUR, USD), fc.maxSafeInteger()), { maxLength: 50 })
    fc.assert(
      fc.property(amounts, amounts, (one, two) => {
        const [a, b] = [one, two].map((part) => {
          const sums = new Sums()
          for (const [currency, amountMinor] of part) sums.add(currency, amountMinor)
          return sums
        })
        a!.addAll(b!)
        for (const currency of [EUR, USD]) {
          const all = [...one, ...two].filter(([other]) => other === currency)
          expect(a!.get(currency)).toBe(all.reduce((sum, [, amountMinor]) => sum + BigInt(amountMinor), 0n))
        }
      })
    )
  })

  it('list currencies in order and leave out what is zero', () => {
    const sums = new Sums()
    sums.add(USD, 5)
    sums.add(EUR, 1)
    expect(sums.totals().map(({ currency }) => currency)).toEqual([EUR, USD])
    sums.add(USD, -5)
    expect(sums.totals()).toEqual([{ currency: EUR, amountMinor: 1n }])
  })
})
