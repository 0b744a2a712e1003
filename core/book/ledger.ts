/**
 * The indexes over what counts now: the journal in order, each account's postings and balance, payees, conflicts, and
 * the filtered lists that views asked for. A transaction is taken out before it changes and put back after.
 */
import type { AccountId } from '../contract/index.js'
import {
  compareTransactions,
  isVoid,
  newLines,
  sortTransactions,
  type Account,
  type Line,
  type Lines,
  type Transaction
} from './model.js'
import { Payees } from './payees.js'
import { Search, type Columns } from './search.js'
import { SortedList } from './sorted-list.js'
import { Sums } from './sums.js'

/** Transactions in order; a chunk of the whole journal has columns to search. */
export type Transactions<Summary = unknown> = SortedList<Transaction, Summary>

export const newTransactions = (): Transactions<null> =>
  new SortedList(compareTransactions, () => null, sortTransactions)

/** A part of the journal that is kept up to date for as long as someone keeps asking for it. */
export interface KeptJournal {
  readonly list: Transactions
  matches(transaction: Transaction): boolean
}

/** A part of the register of some accounts, kept up to date likewise. */
export interface KeptRegister {
  readonly list: Lines
  matches(line: Line): boolean
}

/** All postings of the accounts, or those that fit a filter. */
export type Extent = 'whole' | 'filtered'

/** Lists that are kept for views; the one not used for longest goes first. */
const MOST_KEPT = 12
/** A kept list that nobody asked for during so many changes is dropped, so that a bulk of entries is not slowed. */
const IDLE_CHANGES = 256

interface Kept<List> {
  readonly list: List
  usedAt: number
}

export class Ledger {
  readonly search = new Search()
  readonly transactions: Transactions<Columns> = new SortedList(
    compareTransactions,
    this.search.columns,
    sortTransactions
  )
  /** Postings that carry a value: what was exchanged between currencies. */
  readonly exchanges: Lines = newLines()
  readonly exchanged = new Sums()
  readonly payees: Payees
  readonly conflicts = new Set<Transaction>()
  readonly #accounts: ReadonlyMap<AccountId, Account>
  readonly #journals = new Map<string, Kept<KeptJournal>>()
  readonly #registers = new Map<string, Kept<KeptRegister>>()
  /** Whole registers of several accounts: what filtered ones and balances are taken from, and long to make. */
  readonly #wholes = new Map<string, Kept<KeptRegister>>()
  #changes = 0

  constructor(accounts: ReadonlyMap<AccountId, Account>) {
    this.#accounts = accounts
    this.payees = new Payees(this.transactions)
  }

  /** Grows with each change of what counts. */
  get changes(): number {
    return this.#changes
  }

  add(transaction: Transaction): void {
    this.#dropIdle()
    this.transactions.add(transaction)
    for (const { list } of this.#journals.values()) if (list.matches(transaction)) list.list.add(transaction)
    if (transaction.inConflict) this.conflicts.add(transaction)
    if (isVoid(transaction.shown)) return
    this.payees.add(transaction)
    for (const line of linesOf(transaction)) this.#addLine(line)
  }

  remove(transaction: Transaction): void {
    this.transactions.remove(transaction)
    for (const { list } of this.#journals.values()) list.list.delete(transaction)
    this.conflicts.delete(transaction)
    if (isVoid(transaction.shown)) return
    this.payees.remove(transaction)
    for (const line of linesOf(transaction)) this.#removeLine(line)
  }

  /** Does a part of what the next questions would have to do first, until the time is up. */
  work(isTimeUp: () => boolean): 'more' | 'done' {
    return this.linesWork(isTimeUp) === 'more' ? 'more' : this.transactions.work(isTimeUp)
  }

  /** The same for questions about postings only. */
  linesWork(isTimeUp: () => boolean): 'more' | 'done' {
    for (const { lines } of this.#accounts.values()) if (lines.work(isTimeUp) === 'more') return 'more'
    return this.exchanges.work(isTimeUp)
  }

  /** Accounts were added, named or moved: what depends on paths and trees is built anew when asked for. */
  accountsChanged(): void {
    this.#changes += 1
    this.#journals.clear()
    this.#registers.clear()
    this.#wholes.clear()
  }

  keptJournal(key: string): KeptJournal | null {
    return this.#use(this.#journals, key)
  }

  keepJournal(key: string, list: KeptJournal): KeptJournal {
    return this.#keep(this.#journals, key, list)
  }

  keptRegister(key: string, extent: Extent): KeptRegister | null {
    return this.#use(extent === 'whole' ? this.#wholes : this.#registers, key)
  }

  keepRegister(key: string, extent: Extent, list: KeptRegister): KeptRegister {
    return this.#keep(extent === 'whole' ? this.#wholes : this.#registers, key, list)
  }

  #addLine(line: Line): void {
    const account = this.#accounts.get(line.account)!
    account.lines.add(line)
    account.balance.add(line.currency, line.amountMinor)
    if (line.value) {
      this.exchanges.add(line)
      exchange(this.exchanged, line)
    }
    for (const lists of [this.#registers, this.#wholes])
      for (const { list } of lists.values()) if (list.matches(line)) list.list.add(line)
  }

  #removeLine(line: Line): void {
    const account = this.#accounts.get(line.account)!
    account.lines.remove(line)
    account.balance.add(line.currency, -line.amountMinor)
    if (line.value) {
      this.exchanges.remove(line)
      this.exchanged.add(line.currency, line.amountMinor)
      this.exchanged.add(line.value.currency, -line.value.amountMinor)
    }
    for (const lists of [this.#registers, this.#wholes])
      for (const { list } of lists.values()) list.list.delete(line)
  }

  #use<List>(kept: Map<string, Kept<List>>, key: string): List | null {
    const found = kept.get(key)
    if (!found) return null
    found.usedAt = this.#changes
    kept.delete(key)
    kept.set(key, found)
    return found.list
  }

  #keep<List>(kept: Map<string, Kept<List>>, key: string, list: List): List {
    kept.set(key, { list, usedAt: this.#changes })
    const oldest = kept.keys().next()
    if (kept.size > MOST_KEPT && !oldest.done) kept.delete(oldest.value)
    return list
  }

  #dropIdle(): void {
    this.#changes += 1
    for (const kept of [this.#journals, this.#registers, this.#wholes]) {
      for (const [key, { usedAt }] of kept) if (this.#changes - usedAt > IDLE_CHANGES) kept.delete(key)
    }
  }
}

/** The postings of the shown version; a counted version's postings are lines. */
export const linesOf = (transaction: Transaction): readonly Line[] =>
  transaction.shown.content.postings as readonly Line[]

/** What a posting with a value moves between currencies: out of its own, into the value's. */
export function exchange(sums: Sums, line: Line): void {
  if (!line.value) return
  sums.add(line.currency, -line.amountMinor)
  sums.add(line.value.currency, line.value.amountMinor)
}
