/**
 * The operations: facts that a device can append. The kinds and their fields only ever grow; an entry says which
 * version of this list its reader has to know.
 */
import type {
  AccountId,
  AccountType,
  CurrencyCode,
  InviteId,
  LogId,
  MemberId,
  Role,
  VersionId
} from '../contract/index.js'
import type { Posting, TransactionContent } from '../domain/transaction.js'

/** The newest entry version that this code writes and reads. */
export const ENTRY_VERSION = 1

export type { Posting, TransactionContent }

export type Operation =
  | { readonly kind: 'setBook'; readonly name?: string; readonly currency?: CurrencyCode }
  | { readonly kind: 'invite'; readonly invite: InviteId; readonly role: Role; readonly expiresMs: number }
  | { readonly kind: 'revokeInvite'; readonly invite: InviteId }
  | {
      readonly kind: 'admit'
      readonly member: MemberId
      readonly role: Role
      readonly name: string
      readonly invite: InviteId | null
    }
  | {
      readonly kind: 'createAccount'
      readonly name: string
      readonly type: AccountType
      readonly parent: AccountId | null
      readonly code: string
      readonly currency: CurrencyCode | null
    }
  | {
      readonly kind: 'editAccount'
      readonly account: AccountId
      readonly name?: string
      /** null moves it to the top; absent leaves it. */
      readonly parent?: AccountId | null
      readonly code?: string
      readonly state?: 'open' | 'closed'
    }
  | ({ readonly kind: 'post' } & TransactionContent)
  | ({ readonly kind: 'amend'; readonly replaces: readonly VersionId[] } & TransactionContent)
  | { readonly kind: 'void'; readonly replaces: readonly VersionId[]; readonly reason: string }

export type OperationKind = Operation['kind']

/** A log's length that an entry depends on: it has seen entries 0 to length - 1 of that log. */
export interface Dependency {
  readonly log: LogId
  readonly length: number
}

/** One block of a log after its header. */
export interface Entry {
  readonly version: number
  /** 1 + the largest lamport it depends on. */
  readonly lamport: number
  /** The author's clock in ms since 1970; shown, never trusted. */
  readonly wallMs: number
  /** For every other log whose known length changed since this log's previous entry, that length. */
  readonly deps: readonly Dependency[]
  readonly ops: readonly Operation[]
}

/** An entry in its place, after its log was checked: what the folds take. */
export interface PlacedEntry {
  readonly log: LogId
  readonly index: number
  readonly lamport: number
  readonly wallMs: number
  readonly author: MemberId
  readonly device: string
  readonly ops: readonly Operation[]
  /** Whether this entry's author had that entry when writing this one (its causal past, itself excluded). */
  sees(log: LogId, index: number): boolean
}
