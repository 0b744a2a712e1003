/** What the handlers work with. */
import type { BookId, Outcome, Settings } from '../contract/index.js'
import type { BackupDesk } from './backup-desk.js'
import type { BookSession } from './book-session.js'
import type { ArrivalDesk } from './arrival-desk.js'
import type { InviteDesk } from './invite-desk.js'
import type { JoinDesk } from './join-desk.js'
import type { LinkDesk } from './link-desk.js'
import type { Library } from './library.js'
import type { PhraseDesk } from './phrase-desk.js'
import type { RecoveryDesk } from './recovery-desk.js'
import type { SettingsFile } from './settings-file.js'

export interface EngineParts {
  readonly library: Library
  readonly settings: SettingsFile
  readonly joins: JoinDesk
  readonly arrivals: ArrivalDesk
  readonly links: LinkDesk
  readonly phrases: PhraseDesk
  readonly backups: BackupDesk
  readonly recovery: RecoveryDesk
  /** The settings in force: what is stored, and what this run was told otherwise. */
  effectiveNetwork(): Settings['network']
  changeSettings(change: Partial<Settings>): Promise<Outcome<Settings>>
  invites(session: BookSession): Promise<InviteDesk>
  /** A person removes a book from this device. */
  forget(book: BookId): Promise<void>
}
