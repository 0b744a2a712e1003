/** What a journal filter asks, made ready to be asked of many transactions. */
import type { AccountId, JournalFilter } from '../contract/index.js'
import { dateNumber, isDate } from '../domain/date.js'
import { formatDecimal } from '../domain/amount.js'
import { isVoid, postingsOf, type Transaction } from './model.js'
import type { State } from './state.js'
import { fold } from './tree.js'

/** Dates as yyyymmdd, both ends included. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** The days that a filter takes in; dates are validated before they come here, and one that is not limits nothing. */
export const spanOf = (filter: Pick<JournalFilter, 'from' | 'to'>): Span => ({
  from: filter.from !== undefined && isDate(filter.from) ? dateNumber(filter.from) : 0,
  to: filter.to !== undefined && isDate(filter.to) ? dateNumber(filter.to) : Infinity
})

/** All conditions of a filter but its dates, in canonical form; null if there are none. */
export function keyOf(filter: JournalFilter): string | null {
  const words = wordsOf(filter.search ?? '')
  const state = filter.state === 'any' ? undefined : filter.state
  if (words.length === 0 && !state && !filter.account && !filter.conflict) return null
  return JSON.stringify([filter.account ?? '', state ?? '', filter.conflict ?? '', words])
}

const wordsOf = (search: string): string[] => fold(search).split(/\s+/).filter(Boolean)

/** Whether a transaction meets all conditions of the filter but its dates. Holds until an account changes. */
export function matcherOf(state: State, filter: JournalFilter): (transaction: Transaction) => boolean {
  const conditions: ((transaction: Transaction) => boolean)[] = []
  if (filter.conflict === 'open') conditions.push((transaction) => transaction.inConflict)
  if (filter.state === 'posted') conditions.push((transaction) => !isVoid(transaction.shown))
  if (filter.state === 'void') conditions.push((transaction) => isVoid(transaction.shown))
  if (filter.account) {
    const accounts = state.tree.under(filter.account)
    conditions.push((transaction) => touches(transaction, accounts))
  }
  for (const word of wordsOf(filter.search ?? '')) conditions.push(wordMatcher(state, word))
  const [only] = conditions
  if (only && conditions.length === 1) return only
  return (transaction) => conditions.every((condition) => condition(transaction))
}

const touches = (transaction: Transaction, accounts: ReadonlySet<AccountId>): boolean =>
  postingsOf(transaction).some((posting) => accounts.has(posting.account))

/** Looks in payee, notes, tags, account paths and, for what may be a number, amounts. */
function wordMatcher(state: State, word: string): (transaction: Transaction) => boolean {
  const holds = holder(word)
  const accounts = new Set<AccountId>()
  for (const node of state.tree.nodes) if (holds(node.path)) accounts.add(node.account.id)
  const amount = /^[-+\u2212]?[\d.,]+$/.test(word) ? word.replace('\u2212', '-').replace(/[+,]/g, '') : null
  const holdsPayee = remembering(holds)
  return (transaction) => {
    const { payee, note, tags, postings } = transaction.shown.content
    if (holdsPayee(payee) || (note !== '' && holds(note))) return true
    if (tags.length > 0 && tags.some(holds)) return true
    for (const posting of postings) {
      if (accounts.has(posting.account) || (posting.note !== '' && holds(posting.note))) return true
      if (amount !== null && formatDecimal(posting.amountMinor, posting.currency).includes(amount)) return true
    }
    return false
  }
}

/** Whether a text holds the word, whatever its case and however its accents are composed; quicker than folding it. */
function holder(word: string): (text: string) => boolean {
  const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  const forms = new Set([word.normalize('NFC'), word.normalize('NFD')])
  const pattern = new RegExp([...forms].map(literal).join('|'), 'iu')
  return (text) => pattern.test(text)
}

/** Payees recur: each text is looked at once. */
function remembering(test: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>()
  return (text) => {
    let answer = known.get(text)
    if (answer === undefined) known.set(text, (answer = test(text)))
    return answer
  }
}
