/** The journal and the registers, by pages. */
import type {
  AccountId,
  JournalFilter,
  Page,
  PageRequest,
  RegisterRow,
  TransactionId,
  TransactionRow
} from '../contract/index.js'
import { LIMITS } from '../contract/index.js'
import { keyOf, matcherOf, matchesOf, spanOf, type Span } from './filter.js'
import { newTransactions, type Transactions } from './ledger.js'
import { newLines, type Line, type Lines, type Transaction } from './model.js'
import type { Rows } from './rows.js'
import type { SortedList } from './sorted-list.js'
import type { State } from './state.js'
import { Sums } from './sums.js'

export type Scope = 'own' | 'subtree'

/** A part of a list: ranks, `end` excluded. */
interface Range {
  readonly start: number
  readonly end: number
}

export class Journal {
  readonly #state: State
  readonly #rows: Rows

  constructor(state: State, rows: Rows) {
    this.#state = state
    this.#rows = rows
  }

  page(filter: JournalFilter, request: PageRequest): Page<TransactionRow> {
    const list = this.#matching(filter)
    const range = rangeOf(list, spanOf(filter), (transaction) => transaction.date)
    const { items, total, offset } = cut(list, range, request)
    return { rows: items.map((transaction) => this.#rows.transaction(transaction)), total, offset }
  }

  position(id: TransactionId, filter: JournalFilter, order: 'newest' | 'oldest'): number {
    const transaction = this.#state.transaction(id)
    if (!transaction) return -1
    const list = this.#matching(filter)
    const range = rangeOf(list, spanOf(filter), (other) => other.date)
    const rank = list.rankOf(transaction)
    if (rank < range.start || rank >= range.end || list.slice(rank, 1)[0] !== transaction) return -1
    return order === 'oldest' ? rank - range.start : range.end - 1 - rank
  }

  /** Lists postings that count: those of void transactions are in the journal only. */
  register(
    account: AccountId,
    scope: Scope,
    filter: Omit<JournalFilter, 'account'>,
    request: PageRequest
  ): Page<RegisterRow> {
    const whole = this.#lines(account, scope)
    const list = this.#matchingLines(whole, account, scope, filter)
    const range = rangeOf(list, spanOf(filter), (line) => line.transaction.date)
    const { items, total, offset } = cut(list, range, request)
    return { rows: this.#registerRows(whole, items, request.order ?? 'newest'), total, offset }
  }

  /** The balance is that of the whole list up to each line, also where a filter leaves some out. */
  #registerRows(whole: Lines, lines: readonly Line[], order: 'newest' | 'oldest'): RegisterRow[] {
    const oldestFirst = order === 'oldest' ? lines : [...lines].reverse()
    const [first] = oldestFirst
    if (!first) return []
    const balance = new Sums()
    const add = (line: Line): void => balance.add(line.currency, line.amountMinor)
    const start = whole.rankOf(first)
    whole.visit(0, start, { chunk: (sums) => balance.addAll(sums), item: add })
    const end = whole.rankOf(oldestFirst[oldestFirst.length - 1]!) + 1
    const rows: RegisterRow[] = []
    for (const line of whole.slice(start, end - start)) {
      add(line)
      if (line === oldestFirst[rows.length]) rows.push(this.#registerRow(line, balance.get(line.currency)))
    }
    return order === 'oldest' ? rows : rows.reverse()
  }

  #registerRow(line: Line, balanceMinor: bigint): RegisterRow {
    return {
      transaction: this.#rows.transaction(line.transaction),
      posting: line.position,
      amountMinor: line.amountMinor,
      currency: line.currency,
      balanceMinor
    }
  }

  #matching(filter: JournalFilter): Transactions {
    const { ledger } = this.#state
    const key = keyOf(filter)
    if (key === null) return ledger.transactions
    const kept = ledger.keptJournal(key)
    if (kept) return kept.list
    const matches = matcherOf(this.#state, filter)
    const list = newTransactions().fill(matchesOf(this.#state, filter))
    return ledger.keepJournal(key, { list, matches }).list
  }

  /** All postings of an account, or of it and all below it. */
  #lines(account: AccountId, scope: Scope): Lines {
    const { ledger, accounts, tree } = this.#state
    const own = accounts.get(account)?.lines ?? newLines()
    if (scope === 'own') return own
    const below = tree.under(account)
    if (below.size < 2) return own
    const key = `below ${account}`
    const kept = ledger.keptRegister(key)
    if (kept) return kept.list
    const list = newLines()
    for (const id of below) for (const line of accounts.get(id)?.lines.toArray() ?? []) list.add(line)
    return ledger.keepRegister(key, { list, matches: (line) => below.has(line.account) }).list
  }

  #matchingLines(
    whole: Lines,
    account: AccountId,
    scope: Scope,
    filter: Omit<JournalFilter, 'account'>
  ): Lines {
    const { ledger, tree } = this.#state
    const conditions = keyOf(filter)
    if (conditions === null) return whole
    const key = `${scope} ${account} ${conditions}`
    const kept = ledger.keptRegister(key)
    if (kept) return kept.list
    const fits = matcherOf(this.#state, filter)
    const accounts = scope === 'own' ? new Set([account]) : tree.under(account)
    const fitting = new Set(matchesOf(this.#state, filter))
    const list = newLines().fill(whole.toArray().filter((line) => fitting.has(line.transaction)))
    const matches = (line: Line): boolean => accounts.has(line.account) && fits(line.transaction)
    return ledger.keepRegister(key, { list, matches }).list
  }
}

function rangeOf<Item, Summary>(
  list: SortedList<Item, Summary>,
  span: Span,
  dateOf: (item: Item) => number
): Range {
  const start = span.from === 0 ? 0 : list.rankWhere((item) => dateOf(item) < span.from)
  const end = span.to === Infinity ? list.size : list.rankWhere((item) => dateOf(item) <= span.to)
  return { start, end: Math.max(start, end) }
}

/** One page of a range, in the order that was asked for. */
function cut<Item, Summary>(
  list: SortedList<Item, Summary>,
  { start, end }: Range,
  { offset: wanted = 0, limit, order = 'newest' }: PageRequest
): { items: readonly Item[]; total: number; offset: number } {
  const total = end - start
  const offset = Math.min(Math.max(0, Math.trunc(wanted)), total)
  const count = Math.min(Math.max(0, Math.trunc(limit)), LIMITS.pageRows, total - offset)
  if (order === 'oldest') return { items: list.slice(start + offset, count), total, offset }
  return { items: list.slice(end - offset - count, count).reverse(), total, offset }
}

/** For exports: all transactions by date, then by order of entry. */
export const inOrder = (state: State): readonly Transaction[] => state.ledger.transactions.toArray()
