/**
 * The fold: takes one entry into the state. Each of its operations is counted, or listed with the reason why not.
 *
 * Whether an operation counts is decided when its entry comes, from the entry, its causal past, and the acts of authority
 * that stand (where those change, the book is folded again), never from what else is concurrent with it. Entries come
 * after their causal past, so every order of arrival decides alike. What is concurrent is then merged by rules that do
 * not depend on order: replaced versions are no heads, the latest by (lamport, log, place) wins.
 *
 * An operation that was cut off can be adopted. It then counts in its own place, with its own author, as far as those who
 * have seen the adoption are concerned: what was written without knowing of it could not build on it.
 */
import { LIMITS, type AccountId, type DeviceId, type ErrorCode, type VersionId } from '../contract/index.js'
import { checkAccountCode, checkAccountName, isAccountType } from '../domain/account.js'
import { isCurrency } from '../domain/currency.js'
import { checkName, checkText } from '../domain/text.js'
import { checkTransaction, type TransactionContent } from '../domain/transaction.js'
import type { Operation, PlacedEntry } from '../ops/operations.js'
import { placeOf } from '../ops/place.js'
import {
  Account,
  Comment,
  laterOf,
  Line,
  Rejected,
  Transaction,
  Version,
  type Adoptable,
  type Fields,
  type FieldWrite,
  type Origin
} from './model.js'
import type { State } from './state.js'
import type { Judge } from './types.js'

type Of<Kind extends Operation['kind']> = Extract<Operation, { kind: Kind }>

/** Takes an entry in. Its causal past has come before it; one that came already is passed over. */
export function applyEntry(state: State, entry: PlacedEntry, judge: Judge): void {
  if (entry.index < (state.applied.get(entry.log) ?? 0)) return
  state.applied.set(entry.log, entry.index + 1)
  new EntryFold(state, entry, judge).run()
}

class EntryFold {
  readonly #state: State
  /** The entry whose author looks at the book: the one that is folded, also where it adopts something older. */
  readonly #entry: PlacedEntry
  readonly #judge: Judge
  /** Where what is counted stands. */
  #origin: Origin
  /** The adoption that makes it count. */
  #adoptions: Origin[] | null = null
  /** Accounts that were found to be in this entry's past. */
  readonly #seenAccounts = new Set<AccountId>()

  constructor(state: State, entry: PlacedEntry, judge: Judge) {
    this.#state = state
    this.#entry = entry
    this.#judge = judge
    const { log, index, lamport, wallMs, author } = entry
    this.#origin = { log, index, lamport, wallMs, author, device: entry.device as DeviceId }
  }

  run(): void {
    for (const [index, operation] of this.#entry.ops.entries()) {
      const reason = this.#count(operation, index)
      if (reason) this.#reject(operation, index, reason)
    }
  }

  /** Counts the operation, or says why it does not count and leaves the state as it is. */
  #count(operation: Operation, index: number): ErrorCode | null {
    if (operation.kind === 'amend' || operation.kind === 'void') return this.#replace(operation, index)
    return this.#judge(this.#entry, operation, index, null) ?? this.#countAllowed(operation, index)
  }

  #countAllowed(operation: Exclude<Operation, Of<'amend' | 'void'>>, index: number): ErrorCode | null {
    switch (operation.kind) {
      case 'post':
        return this.#post(operation, index)
      case 'createAccount':
        return this.#createAccount(operation, index)
      case 'editAccount':
        return this.#editAccount(operation, index)
      case 'setBook':
        return this.#setBook(operation, index)
      case 'adopt':
        return this.#adopt(operation)
      case 'comment':
        return this.#comment(operation, index)
      default:
        // The fold of authority counts these; here they are only listed when they do not count.
        return null
    }
  }

  #post(operation: Of<'post'>, index: number): ErrorCode | null {
    const checked = checkTransaction(operation)
    if (!checked.ok) return checked.error.code
    const problem = this.#accountsProblem(checked.value)
    if (problem) return problem
    const transaction = new Transaction()
    const content = this.#withLines(checked.value, transaction)
    this.#admit(new Version(transaction, this.#origin, index, 'post', content, NOTHING, null, this.#adoptions))
    this.#state.digest.add(transaction)
    return null
  }

  #replace(operation: Of<'amend' | 'void'>, index: number): ErrorCode | null {
    const replaced = this.#replaced(operation.replaces)
    if (!replaced) return 'REPLACES_UNSEEN'
    const transaction = replaced[0].transaction
    const judged = this.#adoptions ? null : this.#judge(this.#entry, operation, index, transaction.owner)
    if (judged) return judged
    const content =
      operation.kind === 'void' ? this.#voided(operation, replaced) : this.#amended(operation, transaction)
    if (typeof content === 'string') return content
    const ids = replaced.map((version) => version.id)
    const wasListed = this.#forgetUncounted(index)
    const { kind } = operation
    this.#admit(
      new Version(transaction, this.#origin, index, kind, content, ids, null, this.#adoptions, wasListed)
    )
    this.#state.digest.touch(transaction)
    return null
  }

  /** A version that is adopted now may have been kept in the history as one that does not count; says whether it was. */
  #forgetUncounted(operation: number): boolean {
    const uncounted =
      this.#adoptions && this.#state.versions.at(this.#origin.log, this.#origin.index, operation)
    uncounted?.transaction.forget(uncounted)
    return uncounted !== null
  }

  /** Makes an operation that this entry's author knew as not counted count. */
  #adopt({ place }: Of<'adopt'>): ErrorCode | null {
    const rejected = this.#state.rejectedAt.get(place)
    if (!rejected || !this.#sees({ ...rejected, adoptions: null })) return 'NOT_ADOPTABLE'
    const adoption = this.#origin
    if (rejected.adoptions.length === 0) {
      const adoptions = [adoption]
      const code = this.#countAdopted(rejected, adoptions)
      if (code) return code
      this.#state.adopted.set(rejected, adoptions)
    } else this.#state.adopted.get(rejected)?.push(adoption)
    rejected.adoptions.push(adoption)
    this.#state.digest.touch(rejected)
    return null
  }

  #countAdopted(rejected: Rejected, adoptions: Origin[]): ErrorCode | null {
    const { content, operation } = rejected
    const own = this.#origin
    this.#origin = rejected.origin
    this.#adoptions = adoptions
    try {
      if (content.kind === 'amend' || content.kind === 'void') return this.#replace(content, operation)
      const canBe =
        content.kind === 'post' || content.kind === 'createAccount' || content.kind === 'editAccount'
      return canBe ? this.#countAllowed(content, operation) : 'NOT_ADOPTABLE'
    } finally {
      this.#origin = own
      this.#adoptions = null
    }
  }

  #comment({ transaction: id, text }: Of<'comment'>, index: number): ErrorCode | null {
    const version = this.#state.versions.get(id)
    if (version?.kind !== 'post' || !this.#sees(version)) return 'TRANSACTION_UNKNOWN'
    if (text.trim() === '') return 'TEXT_EMPTY'
    const checked = checkText(text, 'comment', LIMITS.commentLength, 'lines')
    if (!checked.ok) return checked.error.code
    const comment = new Comment(version.transaction, this.#origin, index, text)
    this.#state.commentsOf(version.transaction).add(comment)
    this.#state.digest.add(comment)
    return null
  }

  #voided(operation: Of<'void'>, replaced: readonly [Version, ...Version[]]): TransactionContent | ErrorCode {
    // The reason is shown as the note of the void version; what the transaction's note was stands in the one before.
    const reason = checkReason(operation.reason)
    if (reason !== null) return reason
    const { content } = replaced.reduce(laterOf)
    return operation.reason === '' ? content : { ...content, note: operation.reason }
  }

  #amended(operation: Of<'amend'>, transaction: Transaction): TransactionContent | ErrorCode {
    const checked = checkTransaction(operation)
    if (!checked.ok) return checked.error.code
    return this.#accountsProblem(checked.value) ?? this.#withLines(checked.value, transaction)
  }

  /** The versions that these ids name, if each is counted, in this entry's past, and all are of one transaction. */
  #replaced(ids: readonly VersionId[]): readonly [Version, ...Version[]] | null {
    if (ids.length > LIMITS.replacesPerVersion) return null
    const versions: Version[] = []
    for (const id of new Set(ids)) {
      const version = this.#state.versions.get(id)
      if (!version || version.reason !== null || !this.#sees(version)) return null
      if (versions[0] && versions[0].transaction !== version.transaction) return null
      versions.push(version)
    }
    const [first, ...rest] = versions
    return first ? [first, ...rest] : null
  }

  #admit(version: Version): void {
    const { ledger, versions } = this.#state
    const { transaction } = version
    versions.set(version, version)
    if (version.kind !== 'post') ledger.remove(transaction)
    transaction.keep(version)
    transaction.crown(version)
    ledger.add(transaction)
  }

  #accountsProblem(content: TransactionContent): ErrorCode | null {
    for (const posting of content.postings) {
      const account = this.#account(posting.account)
      if (!account) return 'ACCOUNT_UNKNOWN'
      if (account.currency !== null && account.currency !== posting.currency) return 'CURRENCY_MISMATCH'
    }
    return null
  }

  /** The content as it is kept: its postings made lines, and texts that recur shared with what is there. */
  #withLines(
    { date, payee, note, tags, postings }: TransactionContent,
    transaction: Transaction
  ): TransactionContent {
    const state = this.#state
    const lines = postings.map(({ account, amountMinor, currency, value, note }, position) => {
      const known = state.accounts.get(account)?.id ?? account
      return new Line(transaction, position, known, amountMinor, state.shared(currency), value, note)
    })
    return { date: state.shared(date), payee: state.shared(payee), note, tags, postings: lines }
  }

  #createAccount(operation: Of<'createAccount'>, index: number): ErrorCode | null {
    const { name, code, type, currency } = operation
    const problem = checkAccountFields(name, code)
    if (problem) return problem
    if (!isAccountType(type)) return 'BAD_REQUEST'
    if (currency !== null && !isCurrency(currency)) return 'CURRENCY_UNKNOWN'
    const parent = operation.parent === null ? null : this.#account(operation.parent)
    if (operation.parent !== null && !parent) return 'ACCOUNT_UNKNOWN'
    if (parent && parent.type !== type) return 'ACCOUNT_TYPE_MISMATCH'
    const depth = parent ? parent.bornDepth + 1 : 1
    if (depth > LIMITS.accountDepth) return 'TOO_MANY'
    const id = placeOf<AccountId>(this.#origin.log, this.#origin.index, index)
    const account = new Account(id, this.#origin, index, type, currency, depth, this.#adoptions)
    this.#write(account.fields, index, { name, code, parent: parent?.id ?? null, state: 'open' })
    this.#state.accounts.set(id, account)
    this.#state.accountsChanged()
    this.#state.digest.add(account)
    return null
  }

  #editAccount(operation: Of<'editAccount'>, index: number): ErrorCode | null {
    const account = this.#account(operation.account)
    if (!account) return 'ACCOUNT_UNKNOWN'
    const { name, code, parent, state } = operation
    if (name === undefined && code === undefined && parent === undefined && state === undefined)
      return 'BAD_REQUEST'
    const problem = checkAccountFields(name ?? 'kept', code ?? '')
    if (problem) return problem
    if (state !== undefined && state !== 'open' && state !== 'closed') return 'BAD_REQUEST'
    if (parent) {
      const known = this.#account(parent)
      if (!known) return 'ACCOUNT_UNKNOWN'
      if (known.type !== account.type) return 'ACCOUNT_TYPE_MISMATCH'
      if (known === account) return 'ACCOUNT_CYCLE'
    }
    this.#write(account.fields, index, { name, code, parent, state })
    this.#state.accountsChanged()
    this.#state.digest.touch(account)
    return null
  }

  #setBook({ name, currency }: Of<'setBook'>, index: number): ErrorCode | null {
    if (name === undefined && currency === undefined) return 'BAD_REQUEST'
    if (name !== undefined) {
      const checked = checkName(name, "book's name", LIMITS.nameLength)
      if (!checked.ok) return checked.error.code
    }
    if (currency !== undefined && !isCurrency(currency)) return 'CURRENCY_UNKNOWN'
    this.#write(this.#state.settings.fields, index, { name, currency })
    this.#state.digest.touch(this.#state.settings)
    return null
  }

  #write(
    fields: Fields,
    operation: number,
    values: { readonly [Field in FieldWrite['field']]?: string | null | undefined }
  ): void {
    for (const [field, value] of Object.entries(values)) {
      if (value === undefined) continue
      fields.write({ field: field as FieldWrite['field'], value, origin: this.#origin, operation })
    }
  }

  /** The counted account with this id, if this entry's author knew it. */
  #account(id: AccountId): Account | null {
    const account = this.#state.accounts.get(id)
    if (!account) return null
    if (this.#seenAccounts.has(id)) return account
    if (!this.#sees(account)) return null
    this.#seenAccounts.add(id)
    return account
  }

  /** Whether it is in the causal past: of an earlier entry that the author had, or earlier in this entry. */
  #sees({ origin, adoptions }: Pick<Adoptable, 'origin' | 'adoptions'>): boolean {
    return adoptions ? adoptions.some((adoption) => this.#has(adoption)) : this.#has(origin)
  }

  #has(origin: Origin): boolean {
    if (origin.log === this.#entry.log) return origin.index <= this.#entry.index
    return this.#entry.sees(origin.log, origin.index)
  }

  #reject(operation: Operation, index: number, code: ErrorCode): void {
    const rejected = new Rejected(this.#origin, index, operation, code)
    this.#state.rejected.add(rejected)
    this.#state.rejectedAt.set(rejected, rejected)
    this.#state.digest.add(rejected)
    if (operation.kind === 'amend' || operation.kind === 'void') this.#keepInHistory(operation, index, code)
  }

  /**
   * A version that is not counted is still shown in the history of the first transaction that it names, whether what it
   * names was adopted already or is only later.
   */
  #keepInHistory(operation: Of<'amend' | 'void'>, index: number, reason: ErrorCode): void {
    const known = operation.replaces
      .map((id) => this.#state.versions.get(id))
      .find((version) => version && (this.#sees(version) || (version.wasListed && this.#has(version.origin))))
    if (!known) return
    const { transaction } = known
    const content = operation.kind === 'amend' ? operation : known.content
    const version = new Version(
      transaction,
      this.#origin,
      index,
      operation.kind,
      content,
      operation.replaces,
      reason
    )
    this.#state.versions.set(version, version)
    transaction.keep(version)
  }
}

const NOTHING: readonly VersionId[] = Object.freeze([])

function checkReason(reason: string): ErrorCode | null {
  const checked = checkText(reason, 'reason', LIMITS.noteLength, 'lines')
  return checked.ok ? null : checked.error.code
}

function checkAccountFields(name: string, code: string): ErrorCode | null {
  const named = checkAccountName(name)
  if (!named.ok) return named.error.code
  const coded = checkAccountCode(code)
  return coded.ok ? null : coded.error.code
}
