/** The request map: every call that a view or a command can make of the engine. */
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
import type { Outcome } from './outcome.js'
import type {
  ActivityKind,
  ActivityPage,
  AccountRow,
  AccountType,
  AdmissionRow,
  AppInfo,
  BookSummary,
  CodeKind,
  ConflictRow,
  DeviceLinkRow,
  InviteApproval,
  InviteRow,
  JoinRow,
  NewInvite,
  NotCountedRow,
  Page,
  PayeeRow,
  RegisterRow,
  Role,
  Settings,
  SyncStatus,
  Template,
  TransactionDetail,
  TransactionRow,
  TrialBalance
} from './rows.js'
import type { SafekeepingRequests } from './safekeeping.js'

export interface InBook {
  readonly book: BookId
}

export interface PostingDraft {
  readonly account: AccountId
  readonly amountMinor: number
  readonly currency: CurrencyCode
  readonly value?: { readonly amountMinor: number; readonly currency: CurrencyCode } | undefined
  readonly note?: string | undefined
}

/** What a person wrote. It must have two postings or more, and balance in each currency (by value where given). */
export interface TransactionDraft {
  readonly date: IsoDate
  readonly payee: string
  readonly note?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly postings: readonly PostingDraft[]
}

/** How much of each log goes on to count: its length, the header included. A log that is not named keeps nothing. */
export interface Kept {
  readonly kept?: Readonly<Record<LogId, number>> | undefined
}

/** All conditions that are given must hold. */
export interface JournalFilter {
  readonly from?: IsoDate | undefined
  readonly to?: IsoDate | undefined
  /** Transactions that touch this account or one below it. */
  readonly account?: AccountId | undefined
  /** Words, all of which must occur in payee, note, tags, account paths or amounts; case does not matter. */
  readonly search?: string | undefined
  readonly state?: 'posted' | 'void' | 'any' | undefined
  readonly conflict?: 'open' | undefined
}

export interface PageRequest {
  readonly offset?: number | undefined
  /** At most 2,000. */
  readonly limit: number
  /** By date, then by order of entry. */
  readonly order?: 'newest' | 'oldest' | undefined
}

export interface Requests extends SafekeepingRequests {
  appInfo(request: Record<string, never>): AppInfo
  settings(request: Record<string, never>): Settings
  changeSettings(request: Partial<Settings>): Settings

  books(request: Record<string, never>): readonly BookSummary[]
  createBook(request: {
    readonly name: string
    readonly currency: CurrencyCode
    readonly template?: Template | undefined
    /** Of the template's account names; English unless said otherwise. */
    readonly language?: 'en' | 'zh-Hans' | undefined
    /** The creator's name, as others will see it. */
    readonly memberName: string
  }): BookSummary
  /** A book with a year of made-up entries, never shared; removed with `forgetBook`. */
  createSampleBook(request: { readonly language: 'en' | 'zh-Hans' }): BookSummary
  /** Removes this device's copy of a book. A shared one has to be confirmed by its name. */
  forgetBook(request: InBook & { readonly confirmName: string }): null
  renameBook(request: InBook & { readonly name: string }): BookSummary

  accounts(request: InBook): readonly AccountRow[]
  addAccount(
    request: InBook & {
      readonly name: string
      readonly type: AccountType
      readonly parent?: AccountId | undefined
      readonly code?: string | undefined
      readonly currency?: CurrencyCode | undefined
    }
  ): AccountRow
  /** Only the given fields change. `parent: null` moves it to the top. */
  editAccount(
    request: InBook & {
      readonly account: AccountId
      readonly name?: string | undefined
      readonly parent?: AccountId | null | undefined
      readonly code?: string | undefined
      readonly state?: 'open' | 'closed' | undefined
    }
  ): AccountRow

  /** Answers when it is on this disk and would survive a power cut. So do all that write. */
  post(request: InBook & { readonly transaction: TransactionDraft }): TransactionRow
  /** As few large entries as it takes: all or nothing is kept of each entry. */
  postMany(request: InBook & { readonly transactions: readonly TransactionDraft[] }): {
    readonly posted: number
    readonly first: TransactionId
  }
  amend(
    request: InBook & { readonly id: TransactionId; readonly transaction: TransactionDraft }
  ): TransactionRow
  void(request: InBook & { readonly id: TransactionId; readonly reason?: string | undefined }): TransactionRow
  /** Settles a conflict with one of its heads, or with a merged transaction. */
  resolve(
    request: InBook & {
      readonly id: TransactionId
      readonly keep: { readonly version: VersionId } | { readonly merged: TransactionDraft }
    }
  ): TransactionRow

  journal(request: InBook & { readonly filter?: JournalFilter | undefined } & PageRequest): Page<TransactionRow>
  /** The position of a transaction in a journal of this filter and order; -1 if it is not in it. */
  journalPosition(
    request: InBook & {
      readonly id: TransactionId
      readonly filter?: JournalFilter | undefined
      readonly order?: 'newest' | 'oldest' | undefined
    }
  ): number
  register(
    request: InBook & {
      readonly account: AccountId
      readonly scope: 'own' | 'subtree'
      readonly filter?: Omit<JournalFilter, 'account'> | undefined
    } & PageRequest
  ): Page<RegisterRow>
  transaction(request: InBook & { readonly id: TransactionId }): TransactionDetail
  /** Resolves an unambiguous beginning of an id, as a person would type it. */
  findTransaction(request: InBook & { readonly prefix: string }): TransactionId
  conflicts(request: InBook): readonly ConflictRow[]
  trialBalance(request: InBook & { readonly at?: IsoDate | undefined }): TrialBalance
  /** Payees that begin with, then contain, the text; most used first. */
  payees(request: InBook & { readonly text: string; readonly limit: number }): readonly PayeeRow[]
  /** The whole book as text. `hledger`: a journal that hledger and ledger read. */
  exportBook(request: InBook & { readonly format: 'hledger' | 'json' }): string

  syncStatus(request: InBook): SyncStatus
  createInvite(
    request: InBook & {
      readonly role: Role
      /** A day, unless said otherwise. */
      readonly expiresInMs?: number | undefined
      /** How many people it lets in; 1 unless said otherwise. */
      readonly uses?: number | undefined
      /** `words` unless said otherwise. */
      readonly approval?: InviteApproval | undefined
    }
  ): NewInvite
  /** Newest first. Any owner's device can complete the pairing of any of them. */
  invites(request: InBook): readonly InviteRow[]
  revokeInvite(request: InBook & { readonly invite: InviteId }): null
  admissions(request: InBook): readonly AdmissionRow[]
  admit(request: InBook & { readonly invite: InviteId; readonly member: MemberId }): null
  refuseAdmission(request: InBook & { readonly invite: InviteId; readonly member: MemberId }): null
  setRole(request: InBook & { readonly member: MemberId; readonly role: Role }): null
  /**
   * Ends a membership: what they wrote up to the named lengths of their logs goes on to count, all else does not. By
   * default that is all that has reached this device. The book's secret changes, and they get nothing new.
   */
  removeMember(
    request: InBook & { readonly member: MemberId; readonly reason?: string | undefined } & Kept
  ): null
  /** Ends one's own membership. Refuses with LAST_OWNER. */
  leaveBook(request: InBook): null
  /** Of one's own, in all one's books; or as an owner anyone's, in this one. As `removeMember`, for one device. */
  revokeDevice(request: InBook & { readonly device: DeviceId } & Kept): null
  renameDevice(request: InBook & { readonly device: DeviceId; readonly name: string }): null

  /** Everything that was written and does not count, latest first, with why. */
  notCounted(request: InBook): readonly NotCountedRow[]
  /** Makes what was cut off count after all; its author stays its author. */
  adopt(request: InBook & { readonly place: Place }): null
  comment(request: InBook & { readonly id: TransactionId; readonly text: string }): null
  /** Who did what: newest first. `before` is an earlier page's `next`. */
  activity(
    request: InBook & {
      readonly member?: MemberId | undefined
      readonly kinds?: readonly ActivityKind[] | undefined
      readonly before?: number | undefined
      /** At most 200. */
      readonly limit: number
    }
  ): ActivityPage

  /** What a code or a link is for. INVITE_MALFORMED for what is none, or has a slip in it. */
  readCode(request: { readonly code: string }): { readonly kind: CodeKind }
  /**
   * Takes a code or a link of either kind. Answers at once; progress comes as `joins` changes. Repeating it resumes it.
   * An invite takes the person's name. A device's code takes a name for this device, and a folder without shared books
   * (else FOLDER_NOT_EMPTY): this folder becomes that person's.
   */
  join(request: {
    readonly code: string
    readonly memberName?: string | undefined
    readonly deviceName?: string | undefined
  }): JoinRow
  joins(request: Record<string, never>): readonly JoinRow[]
  /** Forgets a join that has not ended. */
  cancelJoin(request: { readonly invite: InviteId | DeviceLinkId }): null

  /** Makes a code that links another device of this person, once. PHRASE_ELSEWHERE on a device that was linked itself. */
  linkDevice(request: {
    /** An hour, unless said otherwise. */
    readonly expiresInMs?: number | undefined
  }): DeviceLinkRow
  /** Newest first. */
  deviceLinks(request: Record<string, never>): readonly DeviceLinkRow[]
  withdrawDeviceLink(request: { readonly id: DeviceLinkId }): null
  /** Makes a device that waits one of this person's, in all their books. Repeating it is harmless. */
  confirmDevice(request: { readonly id: DeviceLinkId; readonly device: DeviceId }): null
  refuseDevice(request: { readonly id: DeviceLinkId; readonly device: DeviceId }): null
}

export type RequestName = keyof Requests
export type RequestOf<Name extends RequestName> = Parameters<Requests[Name]>[0]
export type AnswerOf<Name extends RequestName> = ReturnType<Requests[Name]>

/** The engine as its clients see it: every request answers with an outcome and never throws for expected failures. */
export type EngineApi = {
  [Name in RequestName]: (request: RequestOf<Name>) => Promise<Outcome<AnswerOf<Name>>>
}
