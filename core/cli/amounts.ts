/** Postings as they are written on the command line: `ACCOUNT=AMOUNT [CUR] [@@ AMOUNT CUR]`. */
import { done, formatDecimal, isCurrency, parseAmount, refuse } from '../contract/index.js'
import type { AccountRow, CurrencyCode, Outcome, PostingDraft, Total } from '../contract/index.js'
import { findAccount } from './lookup.js'
import { UsageError } from './output.js'

/** A decimal string and its currency, as in all JSON. */
export interface Money {
  readonly amount: string
  readonly currency: CurrencyCode
}

export const money = (amount: Total | { amountMinor: number; currency: CurrencyCode }): Money => ({
  amount: formatDecimal(amount.amountMinor, amount.currency),
  currency: amount.currency
})

export const moneyText = (amount: Total | { amountMinor: number; currency: CurrencyCode }): string =>
  `${formatDecimal(amount.amountMinor, amount.currency)} ${amount.currency}`

/**
 * Reads one posting. Where no currency is written it is the account's, else the book's. `@@` says what the amount is
 * worth in all, in another currency; the worth has the sign of the amount.
 *
 * @throws UsageError where there is no `=`
 */
export function parsePosting(
  text: string,
  accounts: readonly AccountRow[],
  bookCurrency: CurrencyCode
): Outcome<PostingDraft> {
  const equals = text.lastIndexOf('=')
  if (equals <= 0) throw new UsageError(`a posting is written ACCOUNT=AMOUNT, not "${text}"`)
  const account = findAccount(accounts, text.slice(0, equals).trim())
  if (!account.ok) return account
  const [amountText = '', worthText, ...more] = text.slice(equals + 1).split('@@')
  if (more.length > 0) throw new UsageError(`a posting has one @@ at most: "${text}"`)
  const amount = parseMoney(amountText, account.value.currency ?? bookCurrency)
  if (!amount.ok) return amount
  const posting = { account: account.value.account, ...amount.value }
  if (worthText === undefined) return done(posting)
  const worth = parseMoney(worthText, bookCurrency)
  if (!worth.ok) return worth
  const sign = amount.value.amountMinor < 0 ? -1 : 1
  return done({
    ...posting,
    value: { amountMinor: sign * Math.abs(worth.value.amountMinor), currency: worth.value.currency }
  })
}

/** Reads all postings of a transaction, or says what is wrong with the first that cannot be read. */
export function parsePostings(
  texts: readonly string[],
  accounts: readonly AccountRow[],
  bookCurrency: CurrencyCode
): Outcome<readonly PostingDraft[]> {
  const postings: PostingDraft[] = []
  for (const text of texts) {
    const posting = parsePosting(text, accounts, bookCurrency)
    if (!posting.ok) return posting
    postings.push(posting.value)
  }
  return done(postings)
}

/** `42.10`, `42.10 EUR` or `EUR 42.10`. */
function parseMoney(
  text: string,
  usual: CurrencyCode
): Outcome<{ readonly amountMinor: number; readonly currency: CurrencyCode }> {
  const match = /^\s*(?:([A-Za-z]{3})\s+)?(\S+)(?:\s+([A-Za-z]{3}))?\s*$/.exec(text)
  if (!match || (match[1] && match[3])) {
    return refuse('AMOUNT_MALFORMED', `"${text.trim()}" is no amount. Write 42.10, or 42.10 ${usual}.`, {
      text: text.trim()
    })
  }
  const currency = parseCurrency(match[1] ?? match[3] ?? usual)
  if (!currency.ok) return currency
  const amount = parseAmount(match[2] ?? '', currency.value)
  return amount.ok ? done({ amountMinor: amount.value, currency: currency.value }) : amount
}

/** An ISO 4217 code, in capitals or not. */
export function parseCurrency(text: string): Outcome<CurrencyCode> {
  const code = text.toUpperCase()
  if (isCurrency(code)) return done(code)
  return refuse('CURRENCY_UNKNOWN', `"${text}" is not a currency code; write one such as EUR.`, {
    currency: text
  })
}
