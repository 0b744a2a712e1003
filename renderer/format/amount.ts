/** Amounts as people read them: whole minor units in, the locale's decimals and a real minus sign out. */
import { exponentOf, formatDecimal, type CurrencyCode } from '../../core/contract/index.js'

const formats = new Map<string, Intl.NumberFormat>()

function decimalFormat(locale: string, digits: number): Intl.NumberFormat {
  const key = `${locale} ${digits}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })
    formats.set(key, format)
  }
  return format
}

/** `1,234.50`, `−12.00`: without the currency; exact, however large. */
export function formatAmount(amountMinor: number | bigint, currency: CurrencyCode, locale: string): string {
  const decimal = formatDecimal(amountMinor, currency) as Intl.StringNumericLiteral
  return decimalFormat(locale, exponentOf(currency) ?? 2)
    .format(decimal)
    .replace('-', '\u2212')
}

/** `1,234.50 EUR`, with a space that does not break. */
export const formatMoney = (amountMinor: number | bigint, currency: CurrencyCode, locale: string): string =>
  `${formatAmount(amountMinor, currency, locale)}\u00a0${currency}`
