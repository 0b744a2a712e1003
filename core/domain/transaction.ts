/** A transaction's content, and the rules that it must keep to count. */
import {
  done,
  LIMITS,
  refuse,
  type AccountId,
  type CurrencyCode,
  type IsoDate,
  type Outcome,
  type Refusal
} from '../contract/index.js'
import { formatDecimal } from './amount.js'
import { isCurrency } from './currency.js'
import { parseDate } from './date.js'
import { checkName, checkText } from './text.js'

export interface Money {
  readonly amountMinor: number
  readonly currency: CurrencyCode
}

export interface Posting {
  readonly account: AccountId
  /** Positive: debit. Negative: credit. */
  readonly amountMinor: number
  readonly currency: CurrencyCode
  /** What it counts for in another currency; its sign is that of the amount. */
  readonly value: Money | null
  readonly note: string
}

export interface TransactionContent {
  readonly date: IsoDate
  readonly payee: string
  readonly note: string
  readonly tags: readonly string[]
  readonly postings: readonly Posting[]
}

/** Content before it is checked: a person's draft, or what a log holds. */
export interface UncheckedTransaction {
  readonly date: string
  readonly payee: string
  readonly note?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly postings: readonly UncheckedPosting[]
}

export interface UncheckedPosting {
  readonly account: AccountId
  readonly amountMinor: number
  readonly currency: CurrencyCode
  readonly value?: Money | null | undefined
  readonly note?: string | undefined
}

/**
 * Accepts what fits the limits and balances: per currency the postings sum to zero, where a posting with a value
 * counts by that value, and without one by its amount. UNBALANCED names the first currency that does not, with
 * `currency`, `amount` (decimal) and `amountMinor` (digits) of what is left over. Says nothing about accounts.
 */
export function checkTransaction(content: UncheckedTransaction): Outcome<TransactionContent> {
  const date = parseDate(content.date)
  if (!date.ok) return date
  const payee = checkText(content.payee, 'payee', LIMITS.payeeLength, 'line')
  if (!payee.ok) return payee
  const note = checkText(content.note ?? '', 'note', LIMITS.noteLength, 'lines')
  if (!note.ok) return note
  const tags = checkTags(content.tags ?? [])
  if (!tags.ok) return tags
  const postings = checkPostings(content.postings)
  if (!postings.ok) return postings
  return done({
    date: date.value,
    payee: payee.value,
    note: note.value,
    tags: tags.value,
    postings: postings.value
  })
}

function checkTags(tags: readonly string[]): Outcome<readonly string[]> {
  if (tags.length > LIMITS.tagsPerTransaction) {
    return refuse('TOO_MANY', `A transaction has at most ${LIMITS.tagsPerTransaction} tags; remove some.`, {
      most: LIMITS.tagsPerTransaction
    })
  }
  for (const tag of tags) {
    const checked = checkName(tag, 'tag', LIMITS.tagLength)
    if (!checked.ok) return checked
  }
  return done(tags.length === 0 ? NO_TAGS : [...new Set(tags)])
}

const NO_TAGS: readonly string[] = Object.freeze([])

function checkPostings(postings: readonly UncheckedPosting[]): Outcome<readonly Posting[]> {
  if (postings.length < 2) {
    return refuse(
      'TOO_FEW_POSTINGS',
      'A transaction moves an amount between accounts: it needs two postings or more.'
    )
  }
  if (postings.length > LIMITS.postingsPerTransaction) {
    return refuse(
      'TOO_MANY',
      `A transaction has at most ${LIMITS.postingsPerTransaction} postings; split it.`,
      {
        most: LIMITS.postingsPerTransaction
      }
    )
  }
  const checked: Posting[] = []
  for (let index = 0; index < postings.length; index++) {
    const posting = postings[index]!
    const problem = postingProblem(posting, index)
    if (problem) return { ok: false, error: problem }
    checked.push(normalPosting(posting))
  }
  return balanced(checked)
}

/** Absent parts made plain. Adding 0 turns a negative zero, which is a safe integer, into zero. */
function normalPosting(posting: UncheckedPosting): Posting {
  const { account, amountMinor, currency, value, note } = posting
  return {
    account,
    amountMinor: amountMinor + 0,
    currency,
    value: value ? { amountMinor: value.amountMinor, currency: value.currency } : null,
    note: note ?? ''
  }
}

function postingProblem(posting: UncheckedPosting, index: number): Refusal | null {
  const line = `Posting ${index + 1}`
  const amount = moneyProblem(posting, line)
  if (amount) return amount
  const note = checkText(posting.note ?? '', 'note of a posting', LIMITS.noteLength, 'lines')
  if (!note.ok) return note.error
  if (!posting.value) return null
  const value = moneyProblem(posting.value, `The value of posting ${index + 1}`)
  if (value) return value
  if (posting.value.currency === posting.currency) {
    return refusal('CURRENCY_MISMATCH', `${line} has a value in its own currency; leave the value out.`, index)
  }
  if (Math.sign(posting.value.amountMinor) !== Math.sign(posting.amountMinor) || posting.amountMinor === 0) {
    return refusal(
      'BAD_REQUEST',
      `${line} must have an amount and a value of the same sign, and neither zero.`,
      index
    )
  }
  return null
}

function moneyProblem(money: Money, where: string): Refusal | null {
  if (!isCurrency(money.currency)) {
    return refuse(
      'CURRENCY_UNKNOWN',
      `${where} is in "${String(money.currency).slice(0, 16)}", which is not a currency code.`
    ).error
  }
  if (!Number.isSafeInteger(money.amountMinor)) {
    return refuse(
      'AMOUNT_OUT_OF_RANGE',
      `${where} is not a whole number of minor units that can be kept exactly.`
    ).error
  }
  return null
}

const refusal = (code: 'CURRENCY_MISMATCH' | 'BAD_REQUEST', message: string, posting: number): Refusal =>
  refuse(code, message, { posting }).error

/** The usual case, and quicker: one currency, and sums that stay safe integers. */
function plainlyBalanced(postings: readonly Posting[]): boolean {
  const currency = postings[0]?.currency
  let sum = 0
  for (const posting of postings) {
    if (posting.value || posting.currency !== currency) return false
    sum += posting.amountMinor
    if (!Number.isSafeInteger(sum)) return false
  }
  return sum === 0
}

function balanced(postings: readonly Posting[]): Outcome<readonly Posting[]> {
  if (plainlyBalanced(postings)) return done(postings)
  const remaining = new Map<CurrencyCode, bigint>()
  for (const posting of postings) {
    const { currency, amountMinor } = posting.value ?? posting
    remaining.set(currency, (remaining.get(currency) ?? 0n) + BigInt(amountMinor))
  }
  for (const [currency, amountMinor] of remaining) {
    if (amountMinor === 0n) continue
    const amount = formatDecimal(amountMinor, currency)
    return refuse('UNBALANCED', `The postings do not balance: ${amount} ${currency} is left over.`, {
      currency,
      amount,
      amountMinor: amountMinor.toString()
    })
  }
  return done(postings)
}
