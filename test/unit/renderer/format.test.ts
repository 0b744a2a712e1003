import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDecimal, type CurrencyCode, type IsoDate } from '../../../core/contract/index.js'
import { formatAmount, formatMoney } from '../../../renderer/format/amount.js'
import {
  addDays,
  formatAgo,
  formatDate,
  formatDay,
  monthOf,
  parseDate,
  today
} from '../../../renderer/format/date.js'
import { parseTypedAmount } from '../../../renderer/format/parse-amount.js'
import { formatSize } from '../../../renderer/format/size.js'

const EUR = 'EUR' as CurrencyCode
const JPY = 'JPY' as CurrencyCode
const KWD = 'KWD' as CurrencyCode
const day = (text: string) => text as IsoDate

describe('amounts on screen', () => {
  it('have the decimals of their currency and the marks of the locale', () => {
    expect(formatAmount(123456, EUR, 'en-GB')).toBe('1,234.56')
    expect(formatAmount(123456, EUR, 'de-DE')).toBe('1.234,56')
    expect(formatAmount(123456, JPY, 'en-GB')).toBe('123,456')
    expect(formatAmount(5, KWD, 'en-GB')).toBe('0.005')
  })

  it('have a real minus sign', () => {
    expect(formatAmount(-4210, EUR, 'en-GB')).toBe('\u221242.10')
    expect(formatMoney(-4210, EUR, 'en-GB')).toBe('\u221242.10\u00a0EUR')
  })

  it('are exact beyond what a number can hold', () => {
    expect(formatAmount(90071992547409931234n, EUR, 'en-GB')).toBe('900,719,925,474,099,312.34')
  })
})

describe('amounts that are typed', () => {
  const read = (text: string) => {
    const amount = parseTypedAmount(text, EUR)
    return amount.ok ? [amount.value.amountMinor, amount.value.currency] : amount.error.code
  }

  it('are read as on the command line', () => {
    expect(read('42.10')).toEqual([4210, 'EUR'])
    expect(read(' 1,234.56 ')).toEqual([123456, 'EUR'])
    expect(read('\u22125')).toEqual([-500, 'EUR'])
    expect(read('1,234')).toBe('AMOUNT_AMBIGUOUS')
    expect(read('12,50')).toBe('AMOUNT_AMBIGUOUS')
    expect(read('twelve')).toBe('CURRENCY_UNKNOWN')
    expect(read('--5')).toBe('AMOUNT_MALFORMED')
  })

  it('take another currency before or after them', () => {
    expect(read('42.10 USD')).toEqual([4210, 'USD'])
    expect(read('usd 42.10')).toEqual([4210, 'USD'])
    expect(read('500JPY')).toEqual([500, 'JPY'])
    expect(read('42.10 XQZ')).toBe('CURRENCY_UNKNOWN')
  })

  it('may come from a Chinese input method', () => {
    expect(read('１２３．４５')).toEqual([12345, 'EUR'])
    expect(read('１２。５')).toEqual([1250, 'EUR'])
    expect(read('－８')).toEqual([-800, 'EUR'])
  })

  it('are read back as they were written, whatever the amount', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom(EUR, JPY, KWD), (amountMinor, currency) => {
        const read = parseTypedAmount(`${formatDecimal(amountMinor, currency)} ${currency}`, EUR)
        expect(read.ok && read.value).toEqual({ amountMinor: amountMinor === 0 ? 0 : amountMinor, currency })
      })
    )
  })
})

describe('dates', () => {
  it('stand below each other in a column of Chinese dates too', () => {
    expect(formatDate(day('2026-03-09'), 'zh-CN')).toBe('2026年3月9日')
    expect(formatDay(day('2026-03-09'), 'zh-CN')).toBe('2026/03/09')
    expect(formatDay(day('2026-03-09'), 'en-GB')).toBe('9 Mar 2026')
  })

  it('are typed in full, without the year, as a day, or as t', () => {
    const near = day('2026-03-20')
    expect(parseDate('2025-12-01', near)).toBe('2025-12-01')
    expect(parseDate('2025/12/1', near)).toBe('2025-12-01')
    expect(parseDate('04-02', near)).toBe('2026-04-02')
    expect(parseDate('7', near)).toBe('2026-03-07')
    expect(parseDate('t', near)).toBe(today())
  })

  it('are refused where they do not exist or could be two', () => {
    const near = day('2026-03-20')
    for (const text of ['2026-02-30', '31-02', '3/4', '3.4', '12/03/2026', '', 'soon']) {
      expect(parseDate(text, near)).toBeNull()
    }
  })

  it('move by days over months and leap years', () => {
    expect(addDays(day('2024-02-28'), 1)).toBe('2024-02-29')
    expect(addDays(day('2026-01-01'), -1)).toBe('2025-12-31')
    expect(monthOf(day('2024-02-10'))).toEqual({ from: '2024-02-01', to: '2024-02-29' })
    expect(monthOf(day('2026-01-10'), -1)).toEqual({ from: '2025-12-01', to: '2025-12-31' })
  })

  it('are shown by locale', () => {
    expect(formatDate(day('2026-03-14'), 'en-GB')).toBe('14 Mar 2026')
    expect(formatDate(day('2026-03-14'), 'zh-CN')).toBe('2026年3月14日')
    expect(formatAgo(0, 30_000, 'en-GB')).toBeNull()
    expect(formatAgo(0, 7_200_000, 'en-GB')).toBe('2 hours ago')
  })
})

describe('sizes', () => {
  it('are told in the unit that fits', () => {
    expect(formatSize(999, 'en-GB')).toBe('999 byte')
    expect(formatSize(7_120, 'en-GB')).toBe('7.1 kB')
    expect(formatSize(42_000_000, 'en-GB')).toBe('42 MB')
    expect(formatSize(3_500_000_000_000_000, 'en-GB')).toBe('3,500 TB')
  })
})
