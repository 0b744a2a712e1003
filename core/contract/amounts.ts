/** Amounts as people write them, `1,234.56`, to whole minor units and back. No floating point anywhere. */
import type { CurrencyCode } from './ids.js'
import { done, refuse, type Outcome } from './outcome.js'
import { exponentOf } from './currencies.js'

/** Longest text that is looked at; a safe integer with all its separators is far shorter. */
const LONGEST_TEXT = 64

const PLAIN = /^\d+$/
const GROUPED_BY_COMMA = /^[1-9]\d{0,2}(,\d{3})+$/
const GROUPED_BY_POINT = /^[1-9]\d{0,2}(\.\d{3})+$/
const DECIMAL_POINT = /^(\d*|[1-9]\d{0,2}(?:,\d{3})+)\.(\d+)$/
const DECIMAL_COMMA = /^(\d*|[1-9]\d{0,2}(?:\.\d{3})+),\d+$/

/**
 * Reads a decimal such as `42.10`, `42`, `.5`, `-1,234.56` or `1,234,567` as minor units of the currency.
 * Refuses with AMOUNT_AMBIGUOUS what two people could read differently (`1,234`, `1.234`, `12,5`, `1.234,56`), with
 * AMOUNT_MALFORMED what is no amount or has too many decimals, with AMOUNT_OUT_OF_RANGE beyond safe integers.
 */
export function parseAmount(text: string, currency: CurrencyCode): Outcome<number> {
  const exponent = exponentOf(currency)
  if (exponent === null)
    return refuse('CURRENCY_UNKNOWN', `"${currency}" is not a currency code; write one such as EUR.`)
  const trimmed = text.trim()
  if (trimmed.length > LONGEST_TEXT)
    return malformed(trimmed.slice(0, LONGEST_TEXT) + '…', currency, 'it is too long')
  const negative = /^[-\u2212]/.test(trimmed)
  const body = trimmed.replace(/^[-+\u2212]/, '')

  if (PLAIN.test(body)) return scaled(text, negative, body, '', exponent)
  if ((body.match(/,/g)?.length ?? 0) > 1 && GROUPED_BY_COMMA.test(body)) {
    return scaled(text, negative, body.replaceAll(',', ''), '', exponent)
  }
  const decimal = DECIMAL_POINT.exec(body)
  if (decimal) {
    const whole = (decimal[1] ?? '').replaceAll(',', '')
    const fraction = decimal[2] ?? ''
    if (fraction.length <= exponent) return scaled(text, negative, whole, fraction, exponent)
    if (!GROUPED_BY_POINT.test(body)) return malformed(text, currency, `it has ${fraction.length} decimals`)
  }
  if (DECIMAL_COMMA.test(body) || GROUPED_BY_POINT.test(body)) return ambiguous(text, body, exponent)
  return malformed(text, currency, 'it is no decimal number')
}

function scaled(
  text: string,
  negative: boolean,
  whole: string,
  fraction: string,
  exponent: number
): Outcome<number> {
  const minor = BigInt(whole + fraction.padEnd(exponent, '0'))
  if (minor > BigInt(Number.MAX_SAFE_INTEGER)) {
    return refuse(
      'AMOUNT_OUT_OF_RANGE',
      `The amount "${text}" is too large; the largest is 9,007,199,254,740,991 minor units.`
    )
  }
  return done(negative && minor !== 0n ? -Number(minor) : Number(minor))
}

const malformed = (text: string, currency: CurrencyCode, why: string): Outcome<number> =>
  refuse(
    'AMOUNT_MALFORMED',
    `"${text}" is not an amount in ${currency}: ${why}. Write digits, with a point before at most ` +
      `${exponentOf(currency) ?? 0} decimals, such as ${formatDecimal(4210, currency)}.`,
    { text, currency }
  )

function ambiguous(text: string, body: string, exponent: number): Outcome<number> {
  const digits = body.replace(/[.,]/g, '')
  const last = Math.max(body.lastIndexOf(','), body.lastIndexOf('.'))
  const decimal = `${body.slice(0, last).replace(/[.,]/g, '') || '0'}.${body.slice(last + 1)}`
  const advice =
    body.length - last - 1 <= exponent
      ? `Write ${decimal} or ${digits}.`
      : `Write ${digits} if you mean thousands.`
  return refuse('AMOUNT_AMBIGUOUS', `"${text}" can be read in two ways. ${advice}`, { text })
}

/**
 * Minor units as plain ASCII, `-42.10`, with all the decimals of the currency and no grouping: what `parseAmount`
 * reads back. A currency that is not in the table is written with two decimals.
 */
export function formatDecimal(minor: number | bigint, currency: CurrencyCode): string {
  const exponent = exponentOf(currency) ?? 2
  const exact = BigInt(minor)
  const digits = (exact < 0n ? -exact : exact).toString().padStart(exponent + 1, '0')
  const sign = exact < 0n ? '-' : ''
  if (exponent === 0) return sign + digits
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}
