/**
 * The operations: facts that a device can append. The kinds and their fields only ever grow; an entry says which
 * version of this list its reader has to know.
 */
import type {
  AccountId,
  AccountType,
  CurrencyCode,
  DeviceId,
  InviteApproval,
  InviteId,
  LogId,
  MemberId,
  Place,
  Role,
  TransactionId,
  VersionId
} from '../contract/index.js'
import type { Posting, TransactionContent } from '../domain/transaction.js'

/** The newest entry version that this code writes and reads. */
export const ENTRY_VERSION = 3

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
  // since version 2
  | {
      readonly kind: 'openInvite'
      readonly invite: InviteId
      readonly role: Role
      readonly expiresMs: number
      /** How many people it lets in. */
      readonly uses: number
      readonly approval: InviteApproval
      /** The invite's secret, for each owner: any of them can complete the pairing. */
      readonly sealed: readonly Sealed[]
    }
  | {
      readonly kind: 'setRole'
      readonly member: MemberId
      readonly role: Role
      readonly kept: readonly Kept[]
    }
  | {
      readonly kind: 'remove'
      /** The author's own: they leave. */
      readonly member: MemberId
      readonly reason: string
      readonly kept: readonly Kept[]
      readonly notice?: Notice
    }
  | {
      readonly kind: 'revokeDevice'
      readonly device: DeviceId
      readonly kept: readonly Kept[]
      readonly notice?: Notice
    }
  | { readonly kind: 'nameDevice'; readonly device: DeviceId; readonly name: string }
  /** A new secret of the book, for each member. */
  | { readonly kind: 'rotate'; readonly sealed: readonly Sealed[] }
  /** Makes an operation that was cut off count. */
  | { readonly kind: 'adopt'; readonly place: Place }
  | { readonly kind: 'comment'; readonly transaction: TransactionId; readonly text: string }

/** How much of a log counts: its length, the header included. A log that is not named keeps nothing. */
export interface Kept {
  readonly log: LogId
  readonly length: number
}

/** 64 bytes, the writing device's signature (core/identity/notice.ts): what whoever has to go can be shown of the act. */
export type Notice = Uint8Array

/** 48 bytes that only this member can open (libsodium's sealed box to the member's key). */
export interface Sealed {
  /** Or the key of a linked device, which does not have its member's. */
  readonly member: MemberId
  /** 32 bytes */
  readonly ephemeral: Uint8Array
  /** 64 bytes */
  readonly box: Uint8Array
}

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

const SINCE_2: ReadonlySet<OperationKind> = new Set([
  'openInvite',
  'setRole',
  'remove',
  'revokeDevice',
  'nameDevice',
  'rotate',
  'adopt',
  'comment'
])

/** The first entry version that has this operation. */
export function versionOf(operation: Operation): number {
  if ((operation.kind === 'remove' || operation.kind === 'revokeDevice') && operation.notice) return 3
  if (SINCE_2.has(operation.kind)) return 2
  const isNewRole =
    (operation.kind === 'admit' || operation.kind === 'invite') &&
    operation.role !== 'owner' &&
    operation.role !== 'contributor'
  return isNewRole ? 2 : 1
}

/** The version that an entry with these operations is written as: the least that its readers have to know. */
export const leastVersion = (ops: readonly Operation[]): number =>
  ops.reduce((version, operation) => Math.max(version, versionOf(operation)), 1)
