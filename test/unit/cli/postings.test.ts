import { describe, expect, it } from 'vitest'
import type { AccountRow, CurrencyCode } from '../../../core/contract/index.js'
import { parsePosting } from '../../../core/cli/amounts.js'
import { findAccount, shortId } from '../../../core/cli/lookup.js'
import { UsageError } from '../../../core/cli/output.js'

const account = (path: string, currency: string | null = null): AccountRow =>
  ({ account: `id of ${path}`, path, currency }) as AccountRow

const ACCOUNTS = [
  account('Assets:Cash'),
  account('Assets:Dollars', 'USD'),
  account('Odd=Name'),
  account('food'),
  account('Food'),
  account('FOOD')
]
const EUR = 'EUR' as CurrencyCode

const posting = (text: string) => parsePosting(text, ACCOUNTS, EUR)
const refusal = (text: string) => {
  const outcome = posting(text)
  return outcome.ok ? null : outcome.error.code
}

describe('a posting on the command line', () => {
  it.each([
    ['Assets:Cash=4.20', 420, 'EUR'],
    ['Assets:Cash = -1,234.56', -123456, 'EUR'],
    ['assets:cash=4.20', 420, 'EUR'],
    ['Assets:Dollars=4.20', 420, 'USD'],
    ['Assets:Cash=4.20 USD', 420, 'USD'],
    ['Assets:Cash=usd 4.20', 420, 'USD'],
    ['Assets:Cash=1500 JPY', 1500, 'JPY'],
    ['Odd=Name=1', 100, 'EUR']
  ])('reads %s', (text, amountMinor, currency) => {
    expect(posting(text)).toMatchObject({ ok: true, value: { amountMinor, currency } })
  })

  it('gives what it is worth the sign of the amount', () => {
    for (const [text, amountMinor, worthMinor] of [
      ['Assets:Cash=110 USD @@ 100 EUR', 11000, 10000],
      ['Assets:Cash=-110 USD @@ 100 EUR', -11000, -10000],
      ['Assets:Cash=-110 USD @@ -100', -11000, -10000]
    ] as const) {
      expect(posting(text)).toMatchObject({
        ok: true,
        value: { amountMinor, currency: 'USD', value: { amountMinor: worthMinor, currency: 'EUR' } }
      })
    }
  })

  it('refuses what it cannot read for certain', () => {
    expect(refusal('Assets:Cash=1,234')).toBe('AMOUNT_AMBIGUOUS')
    expect(refusal('Assets:Cash=')).toBe('AMOUNT_MALFORMED')
    expect(refusal('Assets:Cash=EUR 1 USD')).toBe('AMOUNT_MALFORMED')
    expect(refusal('Assets:Cash=1 XYZ')).toBe('CURRENCY_UNKNOWN')
    expect(refusal('Assets:Cash=1 USD @@ 1.234 EUR')).toBe('AMOUNT_AMBIGUOUS')
    expect(refusal('Assets:Gold=1')).toBe('ACCOUNT_UNKNOWN')
    expect(() => posting('Assets:Cash')).toThrow(UsageError)
    expect(() => posting('=1')).toThrow(UsageError)
    expect(() => posting('Assets:Cash=1 @@ 2 @@ 3')).toThrow(UsageError)
  })
})

describe('an account that was named', () => {
  it('is the one of exactly this name, or the only one but for capitals', () => {
    expect(findAccount(ACCOUNTS, 'Food')).toMatchObject({ ok: true, value: { path: 'Food' } })
    expect(findAccount(ACCOUNTS, 'ASSETS:CASH')).toMatchObject({ ok: true, value: { path: 'Assets:Cash' } })
    expect(findAccount(ACCOUNTS, 'fOOD')).toMatchObject({ ok: false, error: { code: 'ACCOUNT_AMBIGUOUS' } })
  })

  it('is suggested where only its last part was given', () => {
    const outcome = findAccount(ACCOUNTS, 'cash')
    expect(outcome.ok ? '' : outcome.error.message).toContain('Assets:Cash')
  })
})

it('shortens an id so that the engine finds it again', () => {
  expect(shortId(`${'y'.repeat(52)}-12-0`)).toBe('yyyyyy-12-0')
})
