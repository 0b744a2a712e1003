/**
 * What the engine answers: plain rows, ready to show. Amounts are whole minor units (cents). A single posting fits a
 * safe integer; totals are bigint, because a sum of safe integers need not be one.
 */
import type {
  AccountId,
  BookId,
  CurrencyCode,
  DeviceId,
  DeviceLinkId,
  InviteId,
  IsoDate,
  LogId,
  MemberId,
  Place,
  TransactionId,
  VersionId
} from './ids.js'
import type { ErrorCode } from './outcome.js'

export const ACCOUNT_TYPES = ['asset', 'liability', 'equity', 'income', 'expense'] as const
export type AccountType = (typeof ACCOUNT_TYPES)[number]

/** From the most rights to the fewest. */
export const ROLES = ['owner', 'bookkeeper', 'contributor', 'viewer'] as const
export type Role = (typeof ROLES)[number]

export const TEMPLATES = ['household', 'club', 'project', 'business'] as const
export type Template = (typeof TEMPLATES)[number]

/** An amount of one currency. */
export interface Total {
  readonly currency: CurrencyCode
  readonly amountMinor: bigint
}

export interface BookSummary {
  readonly book: BookId
  readonly name: string
  readonly currency: CurrencyCode
  /** This person in this book. */
  readonly me: { readonly member: MemberId; readonly name: string; readonly role: Role | null }
  readonly kind: 'shared' | 'sample'
  readonly transactions: number
  /** Set when another device told this one that it gets nothing new of the book any more. */
  readonly farewell: Farewell | null
}

/** Why this device is cut off from a book; what it holds stays here and can be read. */
export interface Farewell {
  readonly code: 'MEMBER_REMOVED' | 'DEVICE_REVOKED'
  /** Who said so. */
  readonly byName: string
  readonly toldMs: number
}

/** One account. Rows come in tree order: parents before children, siblings by code, then name. */
export interface AccountRow {
  readonly account: AccountId
  readonly parent: AccountId | null
  readonly name: string
  /** Unique: `Expenses:Food`. A sibling that took the same name later is shown as `Food (2)`. */
  readonly path: string
  readonly depth: number
  readonly type: AccountType
  readonly code: string
  /** The only currency it takes, or null for any. */
  readonly currency: CurrencyCode | null
  readonly state: 'open' | 'closed'
  readonly postings: number
  /** Its own postings only. */
  readonly own: readonly Total[]
  /** With all accounts below it. */
  readonly total: readonly Total[]
}

export interface PostingRow {
  readonly account: AccountId
  readonly path: string
  readonly amountMinor: number
  readonly currency: CurrencyCode
  /** What it is worth in the transaction's other currency; null where nothing is exchanged. */
  readonly value: { readonly amountMinor: number; readonly currency: CurrencyCode } | null
  readonly note: string
}

/** A transaction as it stands now: the shown head of its versions. */
export interface TransactionRow {
  readonly id: TransactionId
  readonly version: VersionId
  readonly date: IsoDate
  readonly payee: string
  readonly note: string
  readonly tags: readonly string[]
  readonly postings: readonly PostingRow[]
  readonly state: 'posted' | 'void'
  /** More than one head: needs a person to decide. */
  readonly conflict: 'none' | 'open'
  readonly versions: number
  readonly author: MemberId
  readonly authorName: string
}

export interface Page<Row> {
  readonly rows: readonly Row[]
  /** How many rows the whole list has. */
  readonly total: number
  /** Position of the first of these rows in the whole list. */
  readonly offset: number
}

/** One posting of the register's account (or of an account below it), with the balance after it. */
export interface RegisterRow {
  readonly transaction: TransactionRow
  /** Which of the transaction's postings: index into `transaction.postings`. */
  readonly posting: number
  readonly amountMinor: number
  readonly currency: CurrencyCode
  /** Running balance of this currency after this posting, in date order. */
  readonly balanceMinor: bigint
}

export interface VersionRow {
  readonly version: VersionId
  readonly kind: 'post' | 'amend' | 'void'
  /** Heads are not replaced by any other version. The shown head is what the journal shows. */
  readonly standing: 'shown' | 'head' | 'replaced' | 'not-counted'
  /** Why it is not counted. */
  readonly reason: ErrorCode | null
  readonly replaces: readonly VersionId[]
  readonly date: IsoDate
  readonly payee: string
  readonly note: string
  readonly tags: readonly string[]
  readonly postings: readonly PostingRow[]
  readonly author: MemberId
  readonly authorName: string
  readonly device: DeviceId
  readonly deviceName: string
  /** The author's clock, shown and never trusted. */
  readonly wallMs: number
  readonly lamport: number
  /** Who made it count after it had been cut off; null where nobody had to. */
  readonly adoptedBy: { readonly member: MemberId; readonly name: string } | null
}

export interface CommentRow {
  readonly comment: Place
  readonly text: string
  readonly author: MemberId
  readonly authorName: string
  readonly wallMs: number
}

export interface TransactionDetail {
  readonly transaction: TransactionRow
  /** Every version there ever was, oldest first. */
  readonly history: readonly VersionRow[]
  /** Oldest first. */
  readonly comments: readonly CommentRow[]
  readonly heldBy: { readonly devices: number; readonly of: number }
}

export interface ConflictRow {
  readonly id: TransactionId
  /** Who posted the transaction, whoever changed it since: some may decide about their own only. */
  readonly author: MemberId
  readonly authorName: string
  /** The versions to choose from, the shown one first. At least two. */
  readonly heads: readonly VersionRow[]
}

export interface BalanceRow {
  readonly account: AccountId
  readonly path: string
  readonly type: AccountType
  readonly currency: CurrencyCode
  readonly amountMinor: bigint
}

/**
 * Balances of all accounts at the end of a day. `exchange` is what cross-currency transactions moved between
 * currencies (a trading account, derived): with it, each currency sums to zero.
 */
export interface TrialBalance {
  readonly at: IsoDate | null
  readonly rows: readonly BalanceRow[]
  readonly exchange: readonly Total[]
  /** Per currency: sum of rows and exchange. Always zero. */
  readonly sums: readonly Total[]
}

/** A payee that was used before, with what its latest transaction looked like, for completion. */
export interface PayeeRow {
  readonly payee: string
  readonly uses: number
  readonly latest: TransactionId
  readonly postings: readonly PostingRow[]
}

export interface DeviceRow {
  readonly device: DeviceId
  readonly name: string
  readonly platform: string
  readonly member: MemberId
  readonly isThis: 'this' | 'other'
  readonly connection: 'connected' | 'away' | 'this'
  /** When it was last heard from by this device; null if never. */
  readonly lastSeenMs: number | null
  /** Entries that we have and it lacks, by what it last told us; null if it never did. */
  readonly lacksEntries: number | null
  /** Entries that it has and we lack. */
  readonly aheadEntries: number | null
  readonly digest: 'equal' | 'different' | 'unknown'
  /** `192.168.1.7:49737`, where connected. */
  readonly address: string | null
  /** `revoked`: it gets nothing new, and what it writes does not count. */
  readonly standing: 'present' | 'revoked'
}

export interface MemberRow {
  readonly member: MemberId
  readonly name: string
  /** The role they have, or had last. */
  readonly role: Role
  readonly isMe: 'me' | 'other'
  readonly standing: 'present' | 'removed' | 'left'
  /** Who ended it and when by their clock; null while they are present. */
  readonly ended: { readonly byName: string; readonly wallMs: number; readonly reason: string } | null
  readonly devices: readonly DeviceRow[]
}

/** Something a person should know of: nothing here is fatal, and nothing here is hidden. */
export interface Problem {
  readonly kind: 'quarantined' | 'paused' | 'waiting' | 'forked' | 'digest-differs' | 'not-counted' | 'offline'
  readonly code: ErrorCode
  readonly message: string
  readonly log: LogId | null
  /** First entry of the log that is concerned. */
  readonly index: number | null
  readonly member: MemberId | null
  readonly memberName: string | null
}

export interface SyncStatus {
  readonly book: BookId
  readonly name: string
  readonly network: 'starting' | 'online' | 'off'
  /** How many entries of each log are part of the book here. */
  readonly vector: Readonly<Record<LogId, number>>
  /** Hex fingerprint of the book's state: equal vectors have equal digests. */
  readonly digest: string
  readonly transactions: number
  readonly conflicts: number
  readonly members: readonly MemberRow[]
  /** Devices that hold the last entry written here, and how many there are. While nothing was, all do. */
  readonly heldBy: { readonly devices: number; readonly of: number }
  /** Entries known of and not yet applied. */
  readonly pendingEntries: number
  readonly problems: readonly Problem[]
}

export const INVITE_APPROVALS = ['words', 'pre-approved'] as const
export type InviteApproval = (typeof INVITE_APPROVALS)[number]

export interface InviteRow {
  readonly invite: InviteId
  readonly role: Role
  readonly createdMs: number
  readonly expiresMs: number
  readonly state: 'open' | 'waiting' | 'used' | 'expired' | 'revoked'
  readonly author: MemberId
  readonly authorName: string
  /** How many people it lets in, and how many it has let in. */
  readonly uses: number
  readonly used: number
  /** `words`: someone compares four words and admits. `pre-approved`: whoever has the code is let in. */
  readonly approval: InviteApproval
  /** To be shown again while it is open; null where this device may not know it. */
  readonly code: string | null
  readonly link: string | null
}

export interface NewInvite extends InviteRow {
  /** To be read out or typed: `ybnd-rfg8-ejkm-cpqx-ot1u`. */
  readonly code: string
  /** `guildbook://join/…` */
  readonly link: string
}

/** An operation that does not count, and why. */
export interface NotCountedRow {
  readonly place: Place
  readonly code: ErrorCode
  readonly kind: ActivityKind
  readonly author: MemberId
  readonly authorName: string
  readonly deviceName: string
  readonly wallMs: number
  /** What it says, where it is a transaction's. */
  readonly content: {
    readonly date: IsoDate
    readonly payee: string
    readonly note: string
    readonly postings: readonly PostingRow[]
  } | null
  /** The transaction that it would change, where that counts. */
  readonly transaction: TransactionId | null
  /** `yes`: this person may make it count as it stands. */
  readonly adoptable: 'yes' | 'no'
}

export const ACTIVITY_KINDS = [
  'setBook',
  'createAccount',
  'editAccount',
  'post',
  'amend',
  'void',
  'adopt',
  'comment',
  'invite',
  'revokeInvite',
  'admit',
  'setRole',
  'remove',
  'leave',
  'revokeDevice',
  'nameDevice',
  'rotate'
] as const
export type ActivityKind = (typeof ACTIVITY_KINDS)[number]

/** What one person did at once: one entry of one log. */
export interface ActivityRow {
  /** The first operation's place. */
  readonly place: Place
  readonly wallMs: number
  readonly member: MemberId
  readonly memberName: string
  readonly device: DeviceId
  readonly deviceName: string
  /** The kind of what it mostly did, and how many operations of that kind. */
  readonly kind: ActivityKind
  readonly count: number
  /** How many of its operations do not count. */
  readonly notCounted: number
  /** Where a line leads, and what it says: what the first operation of `kind` is about. */
  readonly transaction: TransactionId | null
  readonly account: AccountId | null
  readonly subject: { readonly member: MemberId; readonly name: string } | null
  readonly role: Role | null
  /** Of the transaction that it is about: as it was entered or amended, else as it is shown now; empty where there is none. */
  readonly payee: string
  /** A payee, an account's name, a comment, a reason, a device's or the book's name. */
  readonly text: string
}

export interface ActivityPage {
  /** Newest first, by when they reached this device. */
  readonly rows: readonly ActivityRow[]
  /** Where the next page begins; null at the end. */
  readonly next: number | null
}

/** A newcomer who showed a valid invite and waits to be let in. */
export interface AdmissionRow {
  readonly invite: InviteId
  readonly member: MemberId
  readonly name: string
  readonly deviceName: string
  readonly role: Role
  /** The same four words stand on the newcomer's screen. */
  readonly words: readonly string[]
  readonly connection: 'connected' | 'away'
}

/**
 * A join on the newcomer's side: of a person who comes to a book (`invite`), or of a device that becomes another one of
 * its person (`device-link`). It is kept on disk until it ends, and goes on after a restart.
 */
export interface JoinRow {
  readonly kind: CodeKind
  readonly invite: InviteId | DeviceLinkId
  readonly step: 'searching' | 'waiting-for-admission' | 'receiving' | 'joined' | 'refused'
  /** The four words that the first device which answered shows too. */
  readonly words: readonly string[]
  /** All that answered, each with the words on its screen. */
  readonly answers: readonly { readonly inviterName: string; readonly words: readonly string[] }[]
  /** The book, once this device was let in; of a device link, the first of the person's books. */
  readonly book: BookId | null
  readonly bookName: string | null
  /** Who answered; of a device link, the person whose device this becomes. */
  readonly inviterName: string | null
  /** Of a device link: the device that answered, and how many books it handed over. */
  readonly inviterDevice: string | null
  readonly books: number
  readonly reason: ErrorCode | null
}

/** What a code is for. */
export type CodeKind = 'invite' | 'device-link'

/** A device that holds a code of `linkDevice` and waits to become one of this person's. */
export interface WaitingDevice {
  readonly device: DeviceId
  readonly deviceName: string
  readonly platform: string
  /** The four words that its screen must show too. */
  readonly words: readonly string[]
  readonly connection: 'connected' | 'away'
}

/** A code that links another device of this person, once. */
export interface DeviceLinkRow {
  readonly id: DeviceLinkId
  /** To be shown again while it is open; null once it is not. */
  readonly code: string | null
  readonly link: string | null
  readonly createdMs: number
  readonly expiresMs: number
  /** `confirmed`: a device was chosen and has not said yet that it has everything. */
  readonly state: 'open' | 'waiting' | 'confirmed' | 'linked' | 'expired' | 'withdrawn'
  readonly waiting: readonly WaitingDevice[]
  /** The device that was linked with it. */
  readonly device: DeviceId | null
  readonly deviceName: string | null
}

export interface Settings {
  /** The name that others see. */
  readonly memberName: string
  readonly deviceName: string
  readonly language: 'system' | 'en' | 'zh-Hans'
  readonly theme: 'system' | 'light' | 'dark'
  readonly density: 'dense' | 'comfortable'
  readonly network: {
    readonly mode: 'on' | 'off'
    /** Address to bind, empty for all. */
    readonly host: string
    /** UDP port, 0 for any. */
    readonly port: number
    /** `host:port` of private bootstrap nodes; empty for the public network. */
    readonly bootstrap: readonly string[]
  }
  /** Locks by itself when nobody was at it for so long; null: never. Of effect where a passphrase is set. */
  readonly autoLockMs: number | null
  readonly backup: {
    readonly mode: 'daily' | 'by-hand'
    /** Absolute path of the folder that daily backups go to; empty for one in the data folder. */
    readonly folder: string
    /** How many daily backups of this device stay there; older ones are removed. */
    readonly keep: number
  }
}

export interface AppInfo {
  readonly version: string
  readonly folder: string
  readonly platform: string
  /** How the keys on this disk are protected. */
  readonly keyProtection: 'keyring' | 'plain'
}
