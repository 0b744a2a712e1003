/** A book: the fold of its entries, and every question that a view asks of it. Pure and synchronous. */
import {
  done,
  LIMITS,
  refuse,
  type AccountId,
  type AccountRow,
  type ConflictRow,
  type CurrencyCode,
  type ErrorCode,
  type IsoDate,
  type JournalFilter,
  type LogId,
  type Outcome,
  type Page,
  type PageRequest,
  type PayeeRow,
  type Place,
  type PostingRow,
  type RegisterRow,
  type TransactionDetail,
  type TransactionDraft,
  type TransactionId,
  type TransactionRow,
  type TrialBalance
} from '../contract/index.js'
import { checkText } from '../domain/text.js'
import type { TransactionContent } from '../domain/transaction.js'
import type { Operation, PlacedEntry } from '../ops/operations.js'
import { accountRows, trialBalance } from './balances.js'
import type { Hash } from './digest.js'
import { Drafts, unknownTransaction, type AccountChanges, type AccountDraft, type Keep } from './drafts.js'
import { findTransaction } from './find.js'
import { applyEntry } from './fold.js'
import { inOrder, Journal, type Scope } from './journal.js'
import { compareTransactions, type FieldWrite, type Origin } from './model.js'
import { Rows } from './rows.js'
import { State } from './state.js'
import type { Steps } from './steps.js'
import type { Directory, Judge } from './types.js'

/** A transaction's detail as far as the book knows it, and the entry that its shown version came in. */
export type KnownDetail = Omit<TransactionDetail, 'heldBy'> & {
  readonly shownIn: { readonly log: LogId; readonly index: number }
}

/** An operation that does not count, and why. */
export interface NotCounted {
  readonly place: Place
  readonly origin: Origin
  readonly operation: Operation
  readonly code: ErrorCode
}

export class Book {
  readonly #state: State
  readonly #rows: Rows
  readonly #journal: Journal
  readonly #drafts: Drafts

  /** `hash`: 32 bytes of BLAKE2b. All peers must use the same. */
  constructor({ directory, hash }: { readonly directory: Directory; readonly hash: Hash }) {
    this.#state = new State(hash)
    this.#rows = new Rows(this.#state, directory)
    this.#journal = new Journal(this.#state, this.#rows)
    this.#drafts = new Drafts(this.#state)
  }

  /** Takes an entry in, after its causal past. An entry that is in already changes nothing. */
  apply(entry: PlacedEntry, judge: Judge): void {
    applyEntry(this.#state, entry, judge)
  }

  /** Hex fingerprint of the state: equal for equal sets of entries, whatever order they came in. */
  digest(): string {
    return this.#state.digest.value()
  }

  /** Does a part of what the next `digest` has to do, until the time is up. */
  digestWork(isTimeUp: () => boolean): 'more' | 'done' {
    return this.#state.digest.work(isTimeUp)
  }

  /** Does a part of what the next questions would have to do first, until the time is up: sorting, above all. */
  prepareWork(isTimeUp: () => boolean): 'more' | 'done' {
    return this.#state.ledger.work(isTimeUp)
  }

  summary(): { readonly name: string; readonly currency: CurrencyCode; readonly transactions: number } {
    const { settings, ledger } = this.#state
    return { name: settings.name, currency: settings.currency, transactions: ledger.transactions.size }
  }

  accounts(): readonly AccountRow[] {
    return accountRows(this.#state)
  }

  /** The account with this path: exactly, else the only one that differs in case alone. */
  accountByPath(path: string): Outcome<AccountId> {
    const found = this.#state.tree.byPath(path)
    return found.ok ? done(found.value.account.id) : found
  }

  /** Every setting of the account's fields that counts, oldest first; the last of each field is what holds. */
  accountHistory(account: AccountId): readonly FieldWrite[] {
    return this.#state.accounts.get(account)?.fields.history ?? []
  }

  /** Every setting of the book's name and currency that counts, oldest first. */
  settingsHistory(): readonly FieldWrite[] {
    return this.#state.settings.fields.history
  }

  /** What `journal` and `journalPosition` with this filter would have to do first, in steps. */
  preparingJournal(filter: JournalFilter): Steps {
    return this.#journal.preparing(filter)
  }

  /** What `register` of these would have to do first, in steps. */
  preparingRegister(account: AccountId, scope: Scope, filter: Omit<JournalFilter, 'account'>): Steps {
    return this.#journal.preparingRegister(account, scope, filter)
  }

  journal(filter: JournalFilter, page: PageRequest): Page<TransactionRow> {
    return this.#journal.page(filter, page)
  }

  /** Where the transaction is in this journal; -1 if it is not. */
  journalPosition(
    id: TransactionId,
    filter: JournalFilter = {},
    order: 'newest' | 'oldest' = 'newest'
  ): number {
    return this.#journal.position(id, filter, order)
  }

  /** Postings that count of one account, or also of those below it, with the balance of all of them up to each. */
  register(
    account: AccountId,
    scope: Scope,
    filter: Omit<JournalFilter, 'account'>,
    page: PageRequest
  ): Page<RegisterRow> {
    return this.#journal.register(account, scope, filter, page)
  }

  /** Refuses with TRANSACTION_UNKNOWN. */
  transaction(id: TransactionId): Outcome<KnownDetail> {
    const transaction = this.#state.transaction(id)
    if (!transaction) return unknownTransaction(id)
    const { log, index } = transaction.shown.origin
    return done({
      transaction: this.#rows.transaction(transaction),
      history: transaction.versions.map((version) => this.#rows.version(version)),
      comments:
        this.#state.comments
          .get(transaction)
          ?.toArray()
          .map((comment) => this.#rows.comment(comment)) ?? [],
      shownIn: { log, index }
    })
  }

  findTransaction(prefix: string): Outcome<TransactionId> {
    return findTransaction(this.#state, prefix)
  }

  /** Latest in the journal first. */
  conflicts(): readonly ConflictRow[] {
    return [...this.#state.ledger.conflicts]
      .sort((a, b) => compareTransactions(b, a))
      .map((transaction) => this.#rows.conflict(transaction))
  }

  /** Does a part of what `trialBalance` of a day would have to do first, until the time is up. */
  balanceWork(isTimeUp: () => boolean): 'more' | 'done' {
    return this.#state.ledger.linesWork(isTimeUp)
  }

  trialBalance(at: IsoDate | null = null): TrialBalance {
    return trialBalance(this.#state, at)
  }

  payees(text: string, limit: number): readonly PayeeRow[] {
    const { payees } = this.#state.ledger
    return payees.find(text, limit).map((payee) => {
      const latest = payees.latest(payee)
      const postings = this.#rows.postings(latest.shown.content)
      return { payee: payee.text, uses: payee.uses, latest: latest.id, postings }
    })
  }

  /** Every operation that does not count, in the order of ties; what was adopted counts. */
  notCounted(): readonly NotCounted[] {
    return this.#state.rejected
      .toArray()
      .filter(({ adoptions }) => adoptions.length === 0)
      .map(({ id, origin, content, code }) => ({ place: id, origin, operation: content, code }))
  }

  /** Why the operation at this place does not count; null if it does, or if there is none. */
  reasonAt(place: Place): ErrorCode | null {
    const rejected = this.#state.rejectedAt.get(place)
    return rejected && rejected.adoptions.length === 0 ? rejected.code : null
  }

  /** How many operations of an entry do not count. */
  notCountedIn(log: LogId, index: number): number {
    return this.#state.rejectedAt.within(log, index).filter(({ adoptions }) => adoptions.length === 0).length
  }

  /** Why an operation that was adopted did not count by itself, and what it is; null for any other place. */
  adopted(place: Place): NotCounted | null {
    const rejected = this.#state.rejectedAt.get(place)
    if (!rejected || rejected.adoptions.length === 0) return null
    return { place, origin: rejected.origin, operation: rejected.content, code: rejected.code }
  }

  /** How the postings of a transaction that does not count would read. */
  postingRows(content: TransactionContent): readonly PostingRow[] {
    return this.#rows.postings(content)
  }

  /** The transaction whose version this is, counted or not; null for any other place. */
  transactionOf(place: Place): TransactionId | null {
    return this.#state.versions.get(place)?.transaction.id ?? null
  }

  /** The payee that a transaction shows; empty for one that is not known. */
  payeeOf(id: TransactionId): string {
    return this.#state.transaction(id)?.shown.content.payee ?? ''
  }

  accountName(account: AccountId): string | null {
    return this.#state.accounts.get(account)?.name ?? null
  }

  /** All transactions, void ones too, by date, then by order of entry. Ends when the book changes: read it at once. */
  *rows(): Generator<TransactionRow> {
    for (const transaction of inOrder(this.#state)) yield this.#rows.transaction(transaction)
  }

  /** Checks what a person wants to post: it balances, and its accounts are open and take its currencies. */
  checkDraft(draft: TransactionDraft): Outcome<TransactionContent> {
    return this.#drafts.post(draft)
  }

  draftAmend(id: TransactionId, draft: TransactionDraft): Outcome<Operation> {
    return this.#drafts.amend(id, draft)
  }

  draftVoid(id: TransactionId, reason: string): Outcome<Operation> {
    return this.#drafts.void(id, reason)
  }

  draftResolve(id: TransactionId, keep: Keep): Outcome<Operation> {
    return this.#drafts.resolve(id, keep)
  }

  /** Checks that what was cut off would count if someone adopted it. Refuses with NOT_ADOPTABLE. */
  draftAdopt(place: Place): Outcome<Operation> {
    return this.#drafts.adopt(place)
  }

  draftComment(id: TransactionId, text: string): Outcome<Operation> {
    if (!this.#state.transaction(id)) return unknownTransaction(id)
    if (text.trim() === '') return refuse('TEXT_EMPTY', 'Write something.')
    const checked = checkText(text, 'comment', LIMITS.commentLength, 'lines')
    return checked.ok ? done({ kind: 'comment', transaction: id, text }) : checked
  }

  draftAccount(draft: AccountDraft): Outcome<Operation> {
    return this.#drafts.account(draft)
  }

  draftAccountEdit(account: AccountId, changes: AccountChanges): Outcome<Operation> {
    return this.#drafts.accountEdit(account, changes)
  }

  draftSettings(changes: {
    readonly name?: string | undefined
    readonly currency?: CurrencyCode | undefined
  }): Outcome<Operation> {
    return this.#drafts.settings(changes)
  }
}
