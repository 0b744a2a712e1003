/** The state of a book: what the fold builds and the queries read. */
import type { AccountId, LogId, TransactionId } from '../contract/index.js'
import { ByPlace } from './by-place.js'
import { Digest, type Hash } from './digest.js'
import { Ledger } from './ledger.js'
import {
  BookSettings,
  comparePlaced,
  type Account,
  type Comment,
  type Origin,
  type Rejected,
  type Transaction,
  type Version
} from './model.js'
import { SortedList } from './sorted-list.js'
import { AccountTree } from './tree.js'

export class State {
  readonly settings = new BookSettings()
  readonly accounts = new Map<AccountId, Account>()
  /** Counted and not counted versions of transactions, by id. */
  readonly versions = new ByPlace<Version>()
  readonly rejected = new SortedList<Rejected>(comparePlaced, () => null)
  readonly rejectedAt = new ByPlace<Rejected>()
  /** What adoptions made count: the list that its version or account holds. */
  readonly adopted = new Map<Rejected, Origin[]>()
  /** Comments of each transaction, oldest first. */
  readonly comments = new Map<Transaction, SortedList<Comment>>()
  readonly ledger = new Ledger(this.accounts)
  readonly digest: Digest
  /** For each log, the index after the last entry that was applied. */
  readonly applied = new Map<LogId, number>()
  readonly #texts = new Map<string, string>()
  #tree: AccountTree | null = null

  constructor(hash: Hash) {
    this.digest = new Digest(hash)
    this.digest.add(this.settings)
  }

  get tree(): AccountTree {
    return (this.#tree ??= new AccountTree(this.accounts))
  }

  /** The same text, kept once however often it comes: for payees, dates and currencies. */
  shared<Text extends string>(text: Text): Text {
    const known = this.#texts.get(text)
    if (known !== undefined) return known as Text
    this.#texts.set(text, text)
    return text
  }

  /** The transaction that this operation posted, if it counts. */
  transaction(id: TransactionId): Transaction | null {
    const version = this.versions.get(id)
    return version?.kind === 'post' ? version.transaction : null
  }

  commentsOf(transaction: Transaction): SortedList<Comment> {
    let comments = this.comments.get(transaction)
    if (!comments) {
      comments = new SortedList<Comment>(comparePlaced, () => null)
      this.comments.set(transaction, comments)
    }
    return comments
  }

  /** An account was added or one of its fields written. */
  accountsChanged(): void {
    this.#tree = null
    this.ledger.accountsChanged()
  }
}
