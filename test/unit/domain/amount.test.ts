import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CurrencyCode } from '../../../core/contract/index.js'
import { formatDecimal, parseAmount } from '../../../core/domain/amount.js'
import { CURRENCIES, exponentOf, isCurrency } from '../../../core/domain/currency.js'

const code = (text: string): CurrencyCode => text as CurrencyCode
const EUR = code('EUR')

const parsed = (text: string, currency = EUR): number | string => {
  const outcome = parseAmount(text, currency)
  return outcome.ok ? outcome.value : outcome.error.code
}

describe('parseAmount', () => {
  it.each([
    ['42.10', 4210],
    ['42', 4200],
    ['42.1', 4210],
    ['.5', 50],
    ['0', 0],
    ['-0.00', 0],
    ['1,234.56', 123456],
    ['1,234,567', 123456700],
    ['-12.30', -1230],
    ['\u221212.30', -1230],
    ['+12.30', 1230],
    [' 7 ', 700],
    ['90071992547409.91', Number.MAX_SAFE_INTEGER]
  ])('reads %s', (text, minor) => {
    expect(Object.is(parsed(text), minor)).toBe(true)
  })

  it.each(['1,234', '1.234', '1.234,56', '12,5', '12,50', '-1,234', '1.234.567', '0,5'])(
    'finds %s ambiguous',
    (text) => {
      expect(parsed(text)).toBe('AMOUNT_AMBIGUOUS')
    }
  )

  it.each([
    '',
    '-',
    '.',
    '42.',
    '1e5',
    '1 234',
    '12.345',
    '0.123',
    '1,23,456',
    '0,123,456',
    '--1',
    '1.2.3',
    '1,2,3',
    'ten',
    '٣',
    'Infinity',
    '0x10',
    '1,234.567'
  ])('finds %s malformed', (text) => {
    expect(['AMOUNT_MALFORMED', 'AMOUNT_AMBIGUOUS']).toContain(parsed(text))
  })

  it('goes by the decimals of the currency', () => {
    expect(parsed('1500', code('JPY'))).toBe(1500)
    expect(parsed('1.5', code('JPY'))).toBe('AMOUNT_MALFORMED')
    expect(parsed('1.234', code('JPY'))).toBe('AMOUNT_AMBIGUOUS')
    expect(parsed('1.234', code('KWD'))).toBe(1234)
    expect(parsed('1.2345', code('CLF'))).toBe(12345)
    expect(parsed('1', code('XXX'))).toBe('CURRENCY_UNKNOWN')
  })

  it('refuses what cannot be kept exactly', () => {
    expect(parsed('90071992547409.92')).toBe('AMOUNT_OUT_OF_RANGE')
    expect(parsed('9'.repeat(40))).toBe('AMOUNT_OUT_OF_RANGE')
    expect(parsed('9'.repeat(4000))).toBe('AMOUNT_MALFORMED')
  })

  it('says what to write instead', () => {
    const outcome = parseAmount('12,5', EUR)
    expect(outcome.ok ? '' : outcome.error.message).toContain('12.5')
  })

  it('reads back what formatDecimal wrote, in every currency', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom(...CURRENCIES), (minor, currency) => {
        expect(parsed(formatDecimal(minor, currency), currency)).toBe(minor + 0)
      })
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseAmount(text, EUR)))
    const likely = fc.string({ unit: fc.constantFrom('1', '0', '.', ',', '-', ' ') })
    fc.assert(fc.property(likely, (text) => void parseAmount(text, EUR)))
  })
})

describe('formatDecimal', () => {
  it.each([
    [-4210, 'EUR', '-42.10'],
    [5, 'EUR', '0.05'],
    [-5n, 'EUR', '-0.05'],
    [0, 'EUR', '0.00'],
    [7, 'JPY', '7'],
    [7, 'KWD', '0.007'],
    [123456789012345678901234567890n, 'EUR', '1234567890123456789012345678.90']
  ])('writes %s %s as %s', (minor, currency, text) => {
    expect(formatDecimal(minor, code(currency))).toBe(text)
  })
})

describe('currencies', () => {
  it('have the decimals of ISO 4217', () => {
    expect([exponentOf('EUR'), exponentOf('JPY'), exponentOf('TND'), exponentOf('UYW')]).toEqual([2, 0, 3, 4])
    expect(exponentOf('eur')).toBeNull()
    expect(isCurrency('CNY')).toBe(true)
    expect(isCurrency('constructor')).toBe(false)
    expect(new Set(CURRENCIES).size).toBe(CURRENCIES.length)
    expect(CURRENCIES.every((currency) => /^[A-Z]{3}$/.test(currency))).toBe(true)
  })
})
