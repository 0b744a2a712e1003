import { describe, expect, it } from 'vitest'
import { LIMITS, type AccountId, type CurrencyCode } from '../../../core/contract/index.js'
import {
  checkTransaction,
  type UncheckedPosting,
  type UncheckedTransaction
} from '../../../core/domain/transaction.js'

const account = 'an-account' as AccountId
const EUR = 'EUR' as CurrencyCode
const USD = 'USD' as CurrencyCode

const posting = (amountMinor: number, more: Partial<UncheckedPosting> = {}): UncheckedPosting => ({
  account,
  amountMinor,
  currency: EUR,
  ...more
})
const content = (more: Partial<UncheckedTransaction>): UncheckedTransaction => ({
  date: '2026-01-01',
  payee: 'Baker',
  postings: [posting(5), posting(-5)],
  ...more
})
const codeOf = (more: Partial<UncheckedTransaction>): string => {
  const outcome = checkTransaction(content(more))
  return outcome.ok ? 'done' : outcome.error.code
}

describe('checkTransaction', () => {
  it('makes absent parts plain', () => {
    expect(checkTransaction(content({ tags: ['b', 'a', 'b'] }))).toEqual({
      ok: true,
      value: {
        date: '2026-01-01',
        payee: 'Baker',
        note: '',
        tags: ['b', 'a'],
        postings: [
          { account, amountMinor: 5, currency: EUR, value: null, note: '' },
          { account, amountMinor: -5, currency: EUR, value: null, note: '' }
        ]
      }
    })
  })

  it('says which currency is left over, and how much', () => {
    expect(checkTransaction(content({ postings: [posting(500), posting(-250)] }))).toMatchObject({
      error: { code: 'UNBALANCED', details: { currency: 'EUR', amount: '2.50', amountMinor: '250' } }
    })
    expect(codeOf({ postings: [posting(5), posting(-5, { currency: USD })] })).toBe('UNBALANCED')
  })

  it('adds up beyond safe integers without losing a cent', () => {
    const most = Number.MAX_SAFE_INTEGER
    expect(codeOf({ postings: [posting(most), posting(most), posting(-most), posting(-most)] })).toBe('done')
    expect(
      codeOf({ postings: [posting(most), posting(most), posting(-most), posting(-most), posting(1)] })
    ).toBe('UNBALANCED')
  })

  it('counts a posting by its value where it has one', () => {
    const bought = posting(1100, { currency: USD, value: { amountMinor: 1000, currency: EUR } })
    expect(codeOf({ postings: [bought, posting(-1000)] })).toBe('done')
    expect(codeOf({ postings: [bought, posting(-1100, { currency: USD })] })).toBe('UNBALANCED')
  })

  it.each([
    ['DATE_MALFORMED', { date: '2026-02-30' }],
    ['TOO_FEW_POSTINGS', { postings: [posting(0)] }],
    ['TOO_MANY', { postings: Array.from({ length: LIMITS.postingsPerTransaction + 1 }, () => posting(0)) }],
    ['TOO_MANY', { tags: Array.from({ length: LIMITS.tagsPerTransaction + 1 }, (_, index) => `${index}`) }],
    ['TEXT_TOO_LONG', { payee: 'x'.repeat(LIMITS.payeeLength + 1) }],
    ['TEXT_TOO_LONG', { note: 'x'.repeat(LIMITS.noteLength + 1) }],
    ['TEXT_EMPTY', { tags: [' '] }],
    ['BAD_REQUEST', { payee: 'two\nlines' }],
    ['BAD_REQUEST', { payee: 'half \udc00 a pair' }],
    ['BAD_REQUEST', { note: 'bell \u0007' }],
    ['AMOUNT_OUT_OF_RANGE', { postings: [posting(0.5), posting(-0.5)] }],
    ['AMOUNT_OUT_OF_RANGE', { postings: [posting(NaN), posting(NaN)] }],
    ['AMOUNT_OUT_OF_RANGE', { postings: [posting(2 ** 53), posting(-(2 ** 53))] }],
    ['CURRENCY_UNKNOWN', { postings: [posting(0, { currency: 'XYZ' as CurrencyCode }), posting(0)] }],
    [
      'CURRENCY_MISMATCH',
      { postings: [posting(5, { value: { amountMinor: 5, currency: EUR } }), posting(-5)] }
    ],
    [
      'BAD_REQUEST',
      { postings: [posting(-5, { currency: USD, value: { amountMinor: 5, currency: EUR } }), posting(-5)] }
    ],
    [
      'BAD_REQUEST',
      { postings: [posting(0, { currency: USD, value: { amountMinor: 0, currency: EUR } }), posting(0)] }
    ]
  ])('refuses with %s', (code, more) => {
    expect(codeOf(more)).toBe(code)
  })

  it('lets a posting be zero, a note have lines, and a payee be empty', () => {
    expect(codeOf({ postings: [posting(0), posting(-0)], note: 'two\nlines 😀', payee: '' })).toBe('done')
    const zero = checkTransaction(content({ postings: [posting(0), posting(-0)] }))
    expect(zero.ok && Object.is(zero.value.postings[1]?.amountMinor, 0)).toBe(true)
  })
})
