/** What a journal filter asks, made ready to be asked of many transactions. */
import type { AccountId, JournalFilter } from '../contract/index.js'
import { dateNumber, isDate } from '../domain/date.js'
import { isVoid, postingsOf, type Transaction } from './model.js'
import { occurIn, type Query } from './search.js'
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
  const words = wordsOf(filter.search ?? '')
  const others = conditionsOf(state, filter)
  const all = words.length === 0 ? others : [...others, occurIn(state.tree, words)]
  return (transaction) => all.every((condition) => condition(transaction))
}

/** The same conditions, to be asked of whole chunks. */
export const queryOf = (state: State, filter: JournalFilter): Query => ({
  words: wordsOf(filter.search ?? ''),
  accounts: filter.account ? state.tree.under(filter.account) : null,
  state: filter.state ?? 'any',
  conflict: filter.conflict ?? 'any'
})

/** The conditions of a filter but its words and dates. */
function conditionsOf(state: State, filter: JournalFilter): ((transaction: Transaction) => boolean)[] {
  const conditions: ((transaction: Transaction) => boolean)[] = []
  if (filter.conflict === 'open') conditions.push((transaction) => transaction.inConflict)
  if (filter.state === 'posted') conditions.push((transaction) => !isVoid(transaction.shown))
  if (filter.state === 'void') conditions.push((transaction) => isVoid(transaction.shown))
  if (filter.account) {
    const accounts = state.tree.under(filter.account)
    conditions.push((transaction) => touches(transaction, accounts))
  }
  return conditions
}

const touches = (transaction: Transaction, accounts: ReadonlySet<AccountId>): boolean =>
  postingsOf(transaction).some((posting) => accounts.has(posting.account))
