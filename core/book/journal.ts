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
import { keyOf, matcherOf, queryOf, spanOf, type Span } from './filter.js'
import { linesOf, newTransactions, type Extent, type Transactions } from './ledger.js'
import { newLines, type Line, type Lines, type Transaction } from './model.js'
import type { Rows } from './rows.js'
import type { Query } from './search.js'
import type { SortedList } from './sorted-list.js'
import type { State } from './state.js'
import { atOnce, type Steps } from './steps.js'
import { Sums } from './sums.js'

export type Scope = 'own' | 'subtree'

/** A list that was not ready when the book changed is begun anew so often, and then made in one go. */
const MOST_STARTS = 4

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

  /** What a page of this journal has to do first: gathering what fits the filter. The list is kept for a while. */
  preparing(filter: JournalFilter): Steps {
    return this.#whileUnchanged(() => this.#matching(filter))
  }

  /** What a page of this register has to do first. */
  preparingRegister(account: AccountId, scope: Scope, filter: Omit<JournalFilter, 'account'>): Steps {
    return this.#whileUnchanged(() => this.#registerLists(account, scope, filter))
  }

  page(filter: JournalFilter, request: PageRequest): Page<TransactionRow> {
    const list = atOnce(this.#matching(filter))
    const range = rangeOf(list, spanOf(filter), (transaction) => transaction.date)
    const { items, total, offset } = cut(list, range, request)
    return { rows: items.map((transaction) => this.#rows.transaction(transaction)), total, offset }
  }

  position(id: TransactionId, filter: JournalFilter, order: 'newest' | 'oldest'): number {
    const transaction = this.#state.transaction(id)
    if (!transaction) return -1
    const list = atOnce(this.#matching(filter))
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
    const { whole, list } = atOnce(this.#registerLists(account, scope, filter))
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

  /** Steps that hold only for as long as the book stays as it is. */
  *#whileUnchanged(begin: () => Steps<unknown>): Steps {
    const { ledger } = this.#state
    for (let start = 1; ; start++) {
      const { changes } = ledger
      const steps = begin()
      while (ledger.changes === changes) {
        if (steps.next().done) return
        if (start < MOST_STARTS) yield
      }
    }
  }

  *#matching(filter: JournalFilter): Steps<Transactions> {
    const { ledger } = this.#state
    const key = keyOf(filter)
    if (key === null) {
      while (ledger.transactions.sortWork(() => true) === 'more') yield
      return ledger.transactions
    }
    const kept = ledger.keptJournal(key)
    if (kept) return kept.list
    const found: Transaction[] = []
    yield* this.#finding(queryOf(this.#state, filter), (transaction) => found.push(transaction))
    const list = newTransactions().fill(found)
    return ledger.keepJournal(key, { list, matches: matcherOf(this.#state, filter) }).list
  }

  /** All postings of an account, or of it and all below it; and those of them that fit the filter. */
  *#registerLists(
    account: AccountId,
    scope: Scope,
    filter: Omit<JournalFilter, 'account'>
  ): Steps<{ readonly whole: Lines; readonly list: Lines }> {
    const { tree, accounts } = this.#state
    const below = scope === 'own' ? new Set([account]) : tree.under(account)
    const own = accounts.get(account)?.lines ?? newLines()
    const whole = below.size < 2 ? own : yield* this.#linesOf(account, 'whole', below, {})
    yield* summing(whole)
    const conditions = keyOf(filter)
    if (conditions === null) return { whole, list: whole }
    const key = `${scope} ${account} ${conditions}`
    return { whole, list: yield* this.#linesOf(key, 'filtered', below, filter) }
  }

  /** The postings of some accounts in transactions that fit the filter. */
  *#linesOf(
    key: string,
    extent: Extent,
    accounts: ReadonlySet<AccountId>,
    filter: Omit<JournalFilter, 'account'>
  ): Steps<Lines> {
    const { ledger } = this.#state
    const kept = ledger.keptRegister(key, extent)
    if (kept) return kept.list
    const found: Line[] = []
    // The postings of void transactions count nowhere.
    if (filter.state !== 'void') {
      const query: Query = { ...queryOf(this.#state, filter), accounts, state: 'posted' }
      yield* this.#finding(query, (transaction) => {
        for (const line of linesOf(transaction)) if (accounts.has(line.account)) found.push(line)
      })
    }
    const fits = matcherOf(this.#state, filter)
    const matches = (line: Line): boolean => accounts.has(line.account) && fits(line.transaction)
    return ledger.keepRegister(key, extent, { list: newLines().fill(found), matches }).list
  }

  /** Visits all transactions that fit, in the order of the journal, a chunk in each step. */
  *#finding(query: Query, visit: (transaction: Transaction) => void): Steps {
    const { ledger, tree } = this.#state
    yield* summing(ledger.transactions)
    const test = ledger.search.prepare(query, tree)
    for (const { items, summary } of ledger.transactions.chunks()) {
      const { rounds, all } = test(summary)
      for (let index = 0; index < items.length; index++) if (rounds[index] === all) visit(items[index]!)
      yield
    }
  }
}

/** Puts a list in order, and condenses its chunks. */
function* summing<Item, Summary>(list: SortedList<Item, Summary>): Steps {
  while (list.work(() => true) === 'more') yield
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
