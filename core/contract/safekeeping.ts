/**
 * Keeping keys and backups: the recovery phrase, backup files, recovery from the other members, and the passphrase that
 * locks this folder. Requests and the rows that answer them.
 */
import type { BookId, DeviceId, MemberId } from './ids.js'
import type { BookSummary, Settings } from './rows.js'

/** What a backup's file name ends in. Nothing else is ever written or replaced as a backup. */
export const BACKUP_EXTENSION = '.guildbook-backup'

export const SAFEKEEPING_LIMITS = {
  /** Characters of a new passphrase, at least and at most. */
  passphraseLeast: 8,
  passphraseMost: 1024,
  phraseWords: 24,
  /** Characters that are looked at where a phrase is typed. */
  phraseMost: 1024,
  /** How many words have to be given to confirm a phrase. */
  phraseAsked: 3,
  pathMost: 4096,
  keptBackups: 365
} as const

/** Which of BIP-39's word lists: English or Simplified Chinese. The same phrase exists in both. */
export type PhraseLanguage = 'en' | 'zh-Hans'

export interface LockState {
  readonly state: 'locked' | 'unlocked'
  readonly passphrase: 'set' | 'none'
  /** How long it takes until a passphrase is looked at again; 0 unless wrong ones were given. */
  readonly waitMs: number
  /** For the page that asks for the passphrase: `settings` cannot be asked for while it is locked. */
  readonly appearance: Pick<Settings, 'language' | 'theme' | 'density'>
}

export interface PhraseState {
  /**
   * Confirmed: the person has shown that it is written down, or came here with it. Elsewhere: this device was linked by
   * another one, which has it; here it can only be typed in (`recover`), and this device has it too from then on.
   */
  readonly state: 'unconfirmed' | 'confirmed' | 'elsewhere'
  /**
   * What `showPhrase` takes now. `passphrase`: the folder's. `person`: nothing, the system itself asks who is there
   * (Touch ID). `confirmation`: only `sure: 'yes'`, since this system has nothing to ask by. `nothing`: it was never
   * confirmed, so it is shown as it is.
   */
  readonly needs: 'nothing' | 'passphrase' | 'person' | 'confirmation'
}

export interface ShownPhrase {
  readonly language: PhraseLanguage
  /** 24 words, in order. */
  readonly words: readonly string[]
  /** Positions, from 1, of the words to ask for before the phrase counts as written down. */
  readonly ask: readonly number[]
}

export interface CheckedPhrase {
  readonly language: PhraseLanguage
  /** Whether it is this folder's own. */
  readonly whose: 'mine' | 'another'
}

export interface BackupRow {
  readonly path: string
  readonly kind: 'by-hand' | 'daily'
  readonly madeMs: number
  readonly sizeBytes: number
  readonly books: number
  /** The phrase opens every backup; a passphrase only one that was made with one. */
  readonly opensWith: readonly ('phrase' | 'passphrase')[]
  /** Books that cannot be opened, and are therefore not in it. Sample books never are. */
  readonly leftOut: number
}

export interface BackupProgress {
  readonly what: 'backup' | 'daily-backup' | 'restore'
  readonly path: string
  readonly step: 'writing' | 'reading' | 'checking'
  /** Of this step, from 0 to 1. */
  readonly share: number
}

export interface BackupStatus {
  /** At most one is under way. */
  readonly running: BackupProgress | null
  readonly last: BackupRow | null
  /** Why the last one failed; null once one has succeeded since. */
  readonly failure: { readonly atMs: number; readonly code: string; readonly message: string } | null
  /** Where daily ones go: the settings' folder, or the one that stands in for it. */
  readonly folder: string
  /** When the next daily one is due; null if they are off. */
  readonly nextMs: number | null
}

/** What a backup file says of itself before it is opened. Nothing of it is proved until then. */
export interface BackupHeader {
  readonly path: string
  readonly sizeBytes: number
  readonly madeMs: number
  readonly opensWith: readonly ('phrase' | 'passphrase')[]
}

export interface Restored {
  readonly madeMs: number
  readonly books: readonly BookSummary[]
}

/** A book that another device gave back. */
export interface RecoveryRow {
  readonly book: BookId
  /** As the device that gave it calls it. */
  readonly bookName: string
  readonly from: { readonly member: MemberId; readonly name: string; readonly device: DeviceId }
  readonly step: 'receiving' | 'recovered'
}

export interface RecoveryStatus {
  /** `none`: no recovery was begun in this folder. It goes on for further books until it is stopped. */
  readonly search: 'none' | 'searching' | 'stopped'
  readonly rows: readonly RecoveryRow[]
}

export interface SafekeepingRequests {
  /** Answered while locked, as are `appInfo` and `unlock`; all else is then refused with KEYS_LOCKED. */
  lockState(request: Record<string, never>): LockState
  /** PASSPHRASE_WRONG; PASSPHRASE_WAIT (`details.waitMs`) after several wrong ones. Harmless when unlocked. */
  unlock(request: { readonly passphrase: string }): LockState
  /** Closes all books and connections and forgets the keys. PASSPHRASE_NONE where none is set. */
  lock(request: Record<string, never>): LockState
  /** A person is at it: the time until it locks by itself begins anew. Reading does not count, writing does. */
  stayUnlocked(request: Record<string, never>): null
  /** Sets the folder's passphrase, or changes it: then `current` is needed. PASSPHRASE_TOO_SHORT below 8 characters. */
  setPassphrase(request: { readonly passphrase: string; readonly current?: string | undefined }): LockState
  removePassphrase(request: { readonly current: string }): LockState

  phraseState(request: Record<string, never>): PhraseState
  /**
   * The recovery phrase. Give what `phraseState` says that it needs: PASSPHRASE_WRONG, NOT_CONFIRMED (nobody agreed)
   * otherwise. PHRASE_ELSEWHERE on a linked device. Keep the answer nowhere.
   */
  showPhrase(request: {
    readonly language: PhraseLanguage
    readonly passphrase?: string | undefined
    readonly sure?: 'yes' | undefined
  }): ShownPhrase
  /** At least three of its words; PHRASE_WRONG with the first wrong `details.position`. Done once, it stays confirmed. */
  confirmPhrase(request: {
    readonly language: PhraseLanguage
    readonly words: readonly { readonly position: number; readonly word: string }[]
  }): PhraseState
  /**
   * Reads a phrase as typed, in either language, and explains what is wrong: PHRASE_MALFORMED (`details.words`, how
   * many there are), PHRASE_WORD_UNKNOWN (`details.position`, `word`, `nearest`), PHRASE_CHECKSUM.
   */
  checkPhrase(request: { readonly phrase: string }): CheckedPhrase

  /**
   * Writes one file with everything, and answers when it is on disk; `backupStatus` shows how far it is. `path`:
   * absolute, ending in `.guildbook-backup`; without it, a new name in the daily folder. With a `passphrase` that opens
   * it too; without, the folder's does, if it has one. BACKUP_RUNNING, FILE_EXISTS (unless `replace`), CANCELLED.
   */
  backup(request: {
    readonly path?: string | undefined
    readonly passphrase?: string | undefined
    readonly replace?: 'yes' | undefined
  }): BackupRow
  backupStatus(request: Record<string, never>): BackupStatus
  /** Ends the backup or restore that is under way, which is then refused with CANCELLED and leaves nothing behind. */
  cancelBackup(request: Record<string, never>): null
  inspectBackup(request: { readonly path: string }): BackupHeader
  /**
   * Brings everything of a backup into a folder without shared books (else FOLDER_NOT_EMPTY), as a new device of the
   * same person. Checks all of it first, and changes nothing if any of it is wrong: BACKUP_MALFORMED,
   * BACKUP_TRUNCATED, BACKUP_ALTERED, BACKUP_TOO_LARGE, BACKUP_KEY_WRONG, NEEDS_NEWER_VERSION. A sample book goes.
   */
  restore(request: {
    readonly path: string
    readonly by: { readonly phrase: string } | { readonly passphrase: string }
  }): Restored

  /**
   * Becomes the person of this phrase, as a new device, and asks the other members' devices for that person's books;
   * only in a folder without shared books (else FOLDER_NOT_EMPTY). Answers at once; progress comes as `recoveries`
   * changes, also after a restart. The same phrase again takes it up again.
   */
  recover(request: { readonly phrase: string; readonly memberName?: string | undefined }): RecoveryStatus
  recoveries(request: Record<string, never>): RecoveryStatus
  /** Looks for no further books. Those that were found stay. */
  stopRecovery(request: Record<string, never>): RecoveryStatus
}
