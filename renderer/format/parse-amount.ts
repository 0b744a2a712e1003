/**
 * Amounts as people type them into a field: as on the command line, with the currency before or after where it is
 * another than the field's, `42.10 USD`.
 */
import { done, isCurrency, parseAmount, refuse } from '../../core/contract/index.js'
import type { CurrencyCode, Outcome } from '../../core/contract/index.js'

export interface TypedAmount {
  readonly amountMinor: number
  readonly currency: CurrencyCode
}

/** Full-width forms, which Chinese input methods leave behind, become the plain ones. */
const plain = (text: string): string =>
  text
    .replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/\u3002/g, '.')
    .replace(/[\u00a0\u202f\u3000]/g, ' ')
    .trim()

/** Refuses as `parseAmount` of the contract does, and with CURRENCY_UNKNOWN. */
export function parseTypedAmount(text: string, fallback: CurrencyCode): Outcome<TypedAmount> {
  const typed = plain(text)
  const before = /^([A-Za-z]{3})\s*(?=[-+\u2212.\d])/.exec(typed)
  const after = before ? null : /\s*([A-Za-z]{3})$/.exec(typed)
  const code = (before?.[1] ?? after?.[1])?.toUpperCase()
  if (code && !isCurrency(code)) return refuse('CURRENCY_UNKNOWN', `There is no currency ${code}.`, { code })
  const currency = code && isCurrency(code) ? code : fallback
  const number = typed.slice(before?.[0].length ?? 0, typed.length - (after?.[0].length ?? 0))
  const amount = parseAmount(number, currency)
  return amount.ok ? done({ amountMinor: amount.value, currency }) : amount
}
