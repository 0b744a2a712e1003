/** Expected failures are values. An exception is a bug. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Refusal }

/** Why something was refused: a stable code for programs, a sentence for people, and the facts behind it. */
export interface Refusal {
  readonly code: ErrorCode
  /** What was wrong, where, and what to do; in English. Views translate by `code` and `details`. */
  readonly message: string
  readonly details?: Readonly<Record<string, string | number>>
}

export const done = <T>(value: T): Outcome<T> => ({ ok: true, value })

export const refuse = (
  code: ErrorCode,
  message: string,
  details?: Readonly<Record<string, string | number>>
): { readonly ok: false; readonly error: Refusal } => ({
  ok: false,
  error: details ? { code, message, details } : { code, message }
})

/** Stable codes. Never rename or reuse one: scripts and older versions rely on them. */
export const ERROR_CODES = [
  // input
  'BAD_REQUEST',
  'AMOUNT_MALFORMED',
  'AMOUNT_AMBIGUOUS',
  'AMOUNT_OUT_OF_RANGE',
  'CURRENCY_UNKNOWN',
  'CURRENCY_MISMATCH',
  'DATE_MALFORMED',
  'TEXT_TOO_LONG',
  'TEXT_EMPTY',
  'TOO_MANY',
  'TOO_FEW_POSTINGS',
  'UNBALANCED',
  // things that are not there, or not in the state that was asked for
  'BOOK_UNKNOWN',
  'BOOK_AMBIGUOUS',
  'BOOK_EXISTS',
  'ACCOUNT_UNKNOWN',
  'ACCOUNT_AMBIGUOUS',
  'ACCOUNT_EXISTS',
  'ACCOUNT_CLOSED',
  'ACCOUNT_CYCLE',
  'ACCOUNT_TYPE_MISMATCH',
  'TRANSACTION_UNKNOWN',
  'TRANSACTION_AMBIGUOUS',
  'TRANSACTION_VOIDED',
  'VERSION_UNKNOWN',
  'NOT_IN_CONFLICT',
  // authority
  'NOT_A_MEMBER',
  'NOT_ALLOWED',
  'MEMBER_UNKNOWN',
  'MEMBER_REMOVED',
  'DEVICE_UNKNOWN',
  'DEVICE_REVOKED',
  'LAST_OWNER',
  // an owner's decision that another owner's, made at the same time, took away the right to
  'OVERRULED',
  // what is not listed as not counted, or cannot count as it stands
  'NOT_ADOPTABLE',
  // invites
  'INVITE_MALFORMED',
  'INVITE_UNKNOWN',
  'INVITE_EXPIRED',
  'INVITE_USED',
  'INVITE_REVOKED',
  'ADMISSION_UNKNOWN',
  'ADMISSION_REFUSED',
  'JOIN_UNKNOWN',
  'ALREADY_A_MEMBER',
  // linking another device of the same person
  'LINK_UNKNOWN',
  'LINK_EXPIRED',
  'LINK_USED',
  'LINK_WITHDRAWN',
  'LINK_REFUSED',
  // what takes the recovery phrase, which a linked device does not have
  'PHRASE_ELSEWHERE',
  // the recovery phrase, the passphrase, backups
  'PHRASE_MALFORMED',
  'PHRASE_WORD_UNKNOWN',
  'PHRASE_CHECKSUM',
  'PHRASE_WRONG',
  'NOT_CONFIRMED',
  'PASSPHRASE_WRONG',
  'PASSPHRASE_WAIT',
  'PASSPHRASE_NEEDED',
  'PASSPHRASE_NONE',
  'PASSPHRASE_TOO_SHORT',
  'FOLDER_NOT_EMPTY',
  'BACKUP_RUNNING',
  'BACKUP_MALFORMED',
  'BACKUP_TRUNCATED',
  'BACKUP_ALTERED',
  'BACKUP_TOO_LARGE',
  'BACKUP_KEY_WRONG',
  'FILE_EXISTS',
  'FILE_UNREADABLE',
  'CANCELLED',
  // what is wrong with a log (it is quarantined from that entry on) or with an operation (it is not counted)
  'BLOCK_TOO_LARGE',
  'ENTRY_MALFORMED',
  'HEADER_MALFORMED',
  'HEADER_FORGED',
  'LAMPORT_WRONG',
  'DEPENDENCY_INVALID',
  'DEPENDENCY_NOT_CLOSED',
  'DEPENDS_ON_QUARANTINED',
  'NEEDS_NEWER_VERSION',
  'REPLACES_UNSEEN',
  'LOG_TOO_LONG',
  'LOG_FORKED',
  'TOO_MANY_LOGS',
  // encrypted with a secret of the book that this device was not told (yet)
  'SECRET_UNKNOWN',
  // the machine
  'FOLDER_IN_USE',
  'KEYS_LOCKED',
  'STORAGE_FAILED',
  'ENGINE_STOPPED',
  'TIMED_OUT',
  'INTERNAL'
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]
