/**
 * What a person wants to write, checked against the book as it stands here, and made an operation. The fold checks
 * all that a peer must keep again; these checks are stricter, and speak to the person.
 */
import {
  done,
  LIMITS,
  refuse,
  type AccountId,
  type AccountType,
  type CurrencyCode,
  type Outcome,
  type Place,
  type Refusal,
  type TransactionDraft,
  type TransactionId,
  type VersionId
} from '../contract/index.js'
import { checkAccountCode, checkAccountName } from '../domain/account.js'
import { isCurrency } from '../domain/currency.js'
import { checkName, checkText } from '../domain/text.js'
import { checkTransaction, type TransactionContent } from '../domain/transaction.js'
import type { Operation } from '../ops/operations.js'
import { isVoid, type Account, type Transaction } from './model.js'
import type { State } from './state.js'
import { fold, type TreeNode } from './tree.js'

export interface AccountDraft {
  readonly name: string
  readonly type: AccountType
  readonly parent?: AccountId | null | undefined
  readonly code?: string | undefined
  readonly currency?: CurrencyCode | null | undefined
}

/** Only the given fields change. */
export interface AccountChanges {
  readonly name?: string | undefined
  readonly parent?: AccountId | null | undefined
  readonly code?: string | undefined
  readonly state?: 'open' | 'closed' | undefined
}

export type Keep = { readonly version: VersionId } | { readonly merged: TransactionDraft }

export class Drafts {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  post(draft: TransactionDraft): Outcome<TransactionContent> {
    return this.#content(draft, NO_ACCOUNTS)
  }

  amend(id: TransactionId, draft: TransactionDraft): Outcome<Operation> {
    const found = this.#transaction(id)
    if (!found.ok) return found
    // An account that was closed since may stay in an entry that it was in.
    const before = new Set(
      found.value.heads.flatMap((head) => head.content.postings.map(({ account }) => account))
    )
    const content = this.#content(draft, before)
    if (!content.ok) return content
    return done({ kind: 'amend', replaces: replaces(found.value), ...content.value })
  }

  void(id: TransactionId, reason: string): Outcome<Operation> {
    const found = this.#transaction(id)
    if (!found.ok) return found
    if (found.value.heads.every(isVoid)) {
      return refuse('TRANSACTION_VOIDED', 'This transaction is void already.', { id })
    }
    const checked = checkText(reason, 'reason', LIMITS.noteLength, 'lines')
    if (!checked.ok) return checked
    return done({ kind: 'void', replaces: replaces(found.value), reason })
  }

  resolve(id: TransactionId, keep: Keep): Outcome<Operation> {
    const found = this.#transaction(id)
    if (!found.ok) return found
    if (!found.value.inConflict) {
      return refuse('NOT_IN_CONFLICT', 'This transaction is not in conflict: there is nothing to resolve.', {
        id
      })
    }
    if ('merged' in keep) return this.amend(id, keep.merged)
    const head = found.value.heads.find((version) => version.id === keep.version)
    if (!head) {
      return refuse(
        'VERSION_UNKNOWN',
        `"${keep.version}" is none of the versions in conflict; take one of those.`,
        {
          version: keep.version
        }
      )
    }
    if (isVoid(head)) return done({ kind: 'void', replaces: replaces(found.value), reason: head.content.note })
    const { date, payee, note, tags, postings } = head.content
    const plain = postings.map(({ account, amountMinor, currency, value, note }) => ({
      account,
      amountMinor,
      currency,
      value,
      note
    }))
    return done({ kind: 'amend', replaces: replaces(found.value), date, payee, note, tags, postings: plain })
  }

  /** Checks that what was cut off would count if someone adopted it. */
  adopt(place: Place): Outcome<Operation> {
    const rejected = this.#state.rejectedAt.get(place)
    const problem =
      rejected && rejected.adoptions.length === 0 ? this.#adoptionProblem(rejected.content) : NOT_LISTED
    return problem ? { ok: false, error: problem } : done({ kind: 'adopt', place })
  }

  #adoptionProblem(operation: Operation): Refusal | null {
    const { kind } = operation
    if (kind === 'editAccount') return this.#state.accounts.has(operation.account) ? null : NOT_ADOPTABLE
    if (kind === 'createAccount') {
      const { parent } = operation
      return parent === null || this.#state.accounts.has(parent) ? null : NOT_ADOPTABLE
    }
    if (kind !== 'post' && kind !== 'amend' && kind !== 'void') return NOT_ADOPTABLE
    if (kind !== 'post') {
      const versions = operation.replaces.map((id) => this.#state.versions.get(id))
      const [first] = versions
      const isOne = versions.every(
        (each) => each && each.reason === null && each.transaction === first?.transaction
      )
      if (!first || !isOne) return NOT_ADOPTABLE
    }
    if (kind === 'void') return null
    const checked = checkTransaction(operation)
    if (!checked.ok) return checked.error
    const isMet = checked.value.postings.every(({ account, currency }) => {
      const known = this.#state.accounts.get(account)
      return known && (known.currency === null || known.currency === currency)
    })
    return isMet ? null : NOT_ADOPTABLE
  }

  account(draft: AccountDraft): Outcome<Operation> {
    const { name, type, currency = null, code = '' } = draft
    const parent = this.#parent(draft.parent ?? null)
    if (!parent.ok) return parent
    const problem =
      fieldsProblem(name, code) ??
      this.#placeProblem({ name, type, parent: parent.value, height: 1, except: null }) ??
      (currency === null || isCurrency(currency) ? null : unknownCurrency(currency))
    if (problem) return { ok: false, error: problem }
    return done({ kind: 'createAccount', name, type, parent: parent.value?.account.id ?? null, code, currency })
  }

  accountEdit(id: AccountId, changes: AccountChanges): Outcome<Operation> {
    const node = this.#state.tree.node(id)
    if (!node) return unknownAccount(id)
    if (Object.values(changes).every((value) => value === undefined)) return nothingToChange
    const { account } = node
    const { name = account.name, code = account.code } = changes
    const parent = changes.parent === undefined ? done(node.parent) : this.#parent(changes.parent)
    if (!parent.ok) return parent
    const moved = changes.name !== undefined || changes.parent !== undefined
    const problem =
      fieldsProblem(name, code) ??
      circleProblem(node, parent.value) ??
      (moved
        ? this.#placeProblem({
            name,
            type: account.type,
            parent: parent.value,
            height: heightOf(node),
            except: node
          })
        : null)
    if (problem) return { ok: false, error: problem }
    return done({
      kind: 'editAccount',
      account: id,
      ...(changes.name === undefined ? {} : { name }),
      ...(changes.parent === undefined ? {} : { parent: changes.parent }),
      ...(changes.code === undefined ? {} : { code }),
      ...(changes.state === undefined ? {} : { state: changes.state })
    })
  }

  settings(changes: {
    readonly name?: string | undefined
    readonly currency?: CurrencyCode | undefined
  }): Outcome<Operation> {
    if (Object.values(changes).every((value) => value === undefined)) return nothingToChange
    if (changes.name !== undefined) {
      const checked = checkName(changes.name, "book's name", LIMITS.nameLength)
      if (!checked.ok) return checked
    }
    if (changes.currency !== undefined && !isCurrency(changes.currency)) {
      return { ok: false, error: unknownCurrency(changes.currency) }
    }
    return done({
      kind: 'setBook',
      ...(changes.name === undefined ? {} : { name: changes.name }),
      ...(changes.currency === undefined ? {} : { currency: changes.currency })
    })
  }

  #content(draft: TransactionDraft, mayBeClosed: ReadonlySet<AccountId>): Outcome<TransactionContent> {
    const checked = checkTransaction(draft)
    if (!checked.ok) return checked
    for (const [index, posting] of checked.value.postings.entries()) {
      const account = this.#state.accounts.get(posting.account)
      if (!account) return unknownAccount(posting.account, index)
      const problem = this.#postingProblem(account, posting.currency, mayBeClosed, index)
      if (problem) return { ok: false, error: problem }
    }
    return checked
  }

  #postingProblem(
    account: Account,
    currency: CurrencyCode,
    mayBeClosed: ReadonlySet<AccountId>,
    posting: number
  ): Refusal | null {
    const path = this.#state.tree.path(account.id)
    if (account.state === 'closed' && !mayBeClosed.has(account.id)) {
      return refuse('ACCOUNT_CLOSED', `${path} is closed; open it again or take another account.`, {
        path,
        posting
      }).error
    }
    if (account.currency !== null && account.currency !== currency) {
      const message = `${path} takes ${account.currency} only; post ${currency} to another account.`
      return refuse('CURRENCY_MISMATCH', message, { path, posting, currency: account.currency }).error
    }
    return null
  }

  #transaction(id: TransactionId): Outcome<Transaction> {
    const transaction = this.#state.transaction(id)
    return transaction ? done(transaction) : unknownTransaction(id)
  }

  #parent(id: AccountId | null): Outcome<TreeNode | null> {
    if (id === null) return done(null)
    const node = this.#state.tree.node(id)
    return node ? done(node) : unknownAccount(id)
  }

  /** Whether an account of this name, with so many levels from itself down, may stand below the parent. */
  #placeProblem(place: {
    readonly name: string
    readonly type: AccountType
    readonly parent: TreeNode | null
    readonly height: number
    readonly except: TreeNode | null
  }): Refusal | null {
    const { name, type, parent, height, except } = place
    if (parent && parent.account.type !== type) {
      const message = `${parent.path} is of type ${parent.account.type}: what stands below it must be too.`
      return refuse('ACCOUNT_TYPE_MISMATCH', message, { path: parent.path, type: parent.account.type }).error
    }
    if ((parent ? parent.depth + 1 : 0) + height > LIMITS.accountDepth) {
      return refuse('TOO_MANY', `Accounts can be ${LIMITS.accountDepth} levels deep, no more.`, {
        most: LIMITS.accountDepth
      }).error
    }
    const siblings = parent ? parent.children : this.#state.tree.nodes.filter((node) => node.depth === 0)
    const same = siblings.find((node) => node !== except && fold(node.name) === fold(name))
    if (!same) return null
    return refuse('ACCOUNT_EXISTS', `There is an account ${same.path} already; take another name.`, {
      path: same.path
    }).error
  }
}

const NOT_LISTED = refuse('NOT_ADOPTABLE', 'Nothing that does not count stands there.').error
const NOT_ADOPTABLE = refuse(
  'NOT_ADOPTABLE',
  'It cannot count as it stands: it builds on something that does not count either. Adopt that first, or enter it anew.'
).error

const NO_ACCOUNTS: ReadonlySet<AccountId> = new Set()

/** All heads, so that nothing is left in conflict; beyond the limit, the latest of them. */
const replaces = (transaction: Transaction): VersionId[] =>
  transaction.heads.slice(0, LIMITS.replacesPerVersion).map((head) => head.id)

const heightOf = (node: TreeNode): number => 1 + Math.max(0, ...node.children.map(heightOf))

function fieldsProblem(name: string, code: string): Refusal | null {
  const named = checkAccountName(name)
  if (!named.ok) return named.error
  const coded = checkAccountCode(code)
  return coded.ok ? null : coded.error
}

function circleProblem(node: TreeNode, parent: TreeNode | null): Refusal | null {
  for (let at = parent; at; at = at.parent) {
    if (at !== node) continue
    return refuse('ACCOUNT_CYCLE', `${node.path} cannot be moved below itself.`, { path: node.path }).error
  }
  return null
}

const nothingToChange = refuse('BAD_REQUEST', 'Nothing was named that should change; give one field or more.')

const unknownCurrency = (currency: string): Refusal =>
  refuse('CURRENCY_UNKNOWN', `"${currency}" is not a currency code; write one such as EUR.`, { currency }).error

const unknownAccount = (id: AccountId, posting?: number): { readonly ok: false; readonly error: Refusal } =>
  refuse('ACCOUNT_UNKNOWN', 'There is no such account in this book.', {
    account: id,
    ...(posting === undefined ? {} : { posting })
  })

export const unknownTransaction = (id: string): { readonly ok: false; readonly error: Refusal } =>
  refuse('TRANSACTION_UNKNOWN', `There is no transaction "${id}" in this book.`, { id })
