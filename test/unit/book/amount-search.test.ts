import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CurrencyCode } from '../../../core/contract/index.js'
import { amountTest, digitsIn } from '../../../core/book/amount-search.js'
import { formatDecimal } from '../../../core/domain/amount.js'

const CURRENCIES = ['JPY', 'EUR', 'KWD', 'CLF'] as CurrencyCode[]
const EXPONENTS = [0, 2, 3, 4]

describe('searching amounts', () => {
  it('finds what a reader of the written amounts would', () => {
    const word = fc.oneof(
      fc.stringMatching(/^\d{1,4}$/),
      fc.stringMatching(/^-?\d{0,3}\.\d{0,3}$/),
      fc.stringMatching(/^-?\d{1,12}\.?\d{0,10}$/)
    )
    const amount = fc.oneof(fc.integer({ min: -99_999, max: 99_999 }), fc.maxSafeInteger())
    fc.assert(
      fc.property(word, amount, fc.nat(3), (searched, minor, currency) => {
        const found = amountTest(searched)?.fits(minor, EXPONENTS[currency]!)
        expect(found).toBe(formatDecimal(minor, CURRENCIES[currency]!).includes(searched))
      }),
      { numRuns: 5000 }
    )
  })

  it('finds every part of an amount', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(3), fc.nat(20), fc.nat(20), (minor, currency, from, length) => {
        const part = formatDecimal(minor, CURRENCIES[currency]!).slice(from, from + length + 1)
        fc.pre(/\d/.test(part))
        const test = amountTest(part)!
        expect(test.fits(minor, EXPONENTS[currency]!)).toBe(true)
        // Nor is it passed over for want of a digit, or as the other side of a posting that was looked at.
        expect(digitsIn(minor, EXPONENTS[currency]!) & test.digits).toBe(test.digits)
        if (test.sign === 'none') expect(test.fits(-minor, EXPONENTS[currency]!)).toBe(true)
      })
    )
  })

  it('takes grouping and signs as people write them, and nothing else', () => {
    expect(amountTest('1,234')?.fits(123_456, 2)).toBe(true)
    expect(amountTest('\u22121.2')?.fits(-120, 2)).toBe(true)
    expect(amountTest('+1.2')?.fits(120, 2)).toBe(true)
    expect(amountTest('1.2.3')?.fits(123, 2)).toBe(false)
    expect(amountTest(',')).toBeNull()
    expect(amountTest('ten')).toBeNull()
  })
})
