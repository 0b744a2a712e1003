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
import { dateProblem, isDate } from './date.js'
import { checkName, textProblem } from './text.js'

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
  const error = transactionProblem(content)
  if (error) return { ok: false, error }
  const { date, payee, note = '', tags = NO_TAGS, postings } = content
  return done({
    date: date as IsoDate,
    payee,
    note,
    tags: normalTags(tags),
    postings: postings.map(normalPosting)
  })
}

/** What `checkTransaction` would refuse the content with, or null: for the fold, which keeps it in its own way. */
export function transactionProblem({
  date,
  payee,
  note = '',
  tags = NO_TAGS,
  postings
}: UncheckedTransaction): Refusal | null {
  if (!isDate(date)) return dateProblem(date)
  return (
    textProblem(payee, 'payee', LIMITS.payeeLength, 'line') ??
    textProblem(note, 'note', LIMITS.noteLength, 'lines') ??
    tagsProblem(tags) ??
    postingsProblem(postings)
  )
}

function tagsProblem(tags: readonly string[]): Refusal | null {
  if (tags.length > LIMITS.tagsPerTransaction) {
    return refuse('TOO_MANY', `A transaction has at most ${LIMITS.tagsPerTransaction} tags; remove some.`, {
      most: LIMITS.tagsPerTransaction
    }).error
  }
  for (const tag of tags) {
    const checked = checkName(tag, 'tag', LIMITS.tagLength)
    if (!checked.ok) return checked.error
  }
  return null
}

const NO_TAGS: readonly string[] = Object.freeze([])

/** Each tag once. */
export const normalTags = (tags: readonly string[]): readonly string[] =>
  tags.length === 0 ? NO_TAGS : [...new Set(tags)]

function postingsProblem(postings: readonly UncheckedPosting[]): Refusal | null {
  if (postings.length < 2) {
    return refuse(
      'TOO_FEW_POSTINGS',
      'A transaction moves an amount between accounts: it needs two postings or more.'
    ).error
  }
  if (postings.length > LIMITS.postingsPerTransaction) {
    return refuse(
      'TOO_MANY',
      `A transaction has at most ${LIMITS.postingsPerTransaction} postings; split it.`,
      {
        most: LIMITS.postingsPerTransaction
      }
    ).error
  }
  for (let index = 0; index < postings.length; index++) {
    const problem = postingProblem(postings[index]!, index)
    if (problem) return problem
  }
  return balanceProblem(postings)
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
  if (!isMoney(posting)) return moneyProblem(posting, `Posting ${index + 1}`)
  const note = textProblem(posting.note ?? '', 'note of a posting', LIMITS.noteLength, 'lines')
  if (note) return note
  if (!posting.value) return null
  const line = `Posting ${index + 1}`
  if (!isMoney(posting.value)) return moneyProblem(posting.value, `The value of posting ${index + 1}`)
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

const isMoney = ({ currency, amountMinor }: Money): boolean =>
  isCurrency(currency) && Number.isSafeInteger(amountMinor)

function moneyProblem(money: Money, where: string): Refusal {
  if (!isCurrency(money.currency)) {
    return refuse(
      'CURRENCY_UNKNOWN',
      `${where} is in "${String(money.currency).slice(0, 16)}", which is not a currency code.`
    ).error
  }
  return refuse(
    'AMOUNT_OUT_OF_RANGE',
    `${where} is not a whole number of minor units that can be kept exactly.`
  ).error
}

const refusal = (code: 'CURRENCY_MISMATCH' | 'BAD_REQUEST', message: string, posting: number): Refusal =>
  refuse(code, message, { posting }).error

/** The usual case, and quicker: one currency, and sums that stay safe integers. */
function plainlyBalanced(postings: readonly UncheckedPosting[]): boolean {
  const currency = postings[0]?.currency
  let sum = 0
  for (const posting of postings) {
    if (posting.value || posting.currency !== currency) return false
    sum += posting.amountMinor
    if (!Number.isSafeInteger(sum)) return false
  }
  return sum === 0
}

function balanceProblem(postings: readonly UncheckedPosting[]): Refusal | null {
  if (plainlyBalanced(postings)) return null
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
    }).error
  }
  return null
}
