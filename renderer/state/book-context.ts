/** What every view of an open book shares: the book, its accounts by id, and the entry that is being written. */
import { createContext } from 'svelte'
import type {
  AccountId,
  AccountRow,
  Action,
  AdmissionRow,
  BookSummary,
  SyncStatus
} from '../../core/contract/index.js'
import type { EntryDraft } from './entry-draft.svelte.js'
import type { Query } from './query.svelte.js'

export interface OpenBook {
  readonly summary: BookSummary
  readonly accounts: Query<readonly AccountRow[]>
  readonly sync: Query<SyncStatus>
  /** Who waits to be let in. */
  readonly admissions: Query<readonly AdmissionRow[]>
  /** Outlives the view, so that nothing typed is lost by looking something up. */
  readonly entry: { draft: EntryDraft | null; isOpen: boolean }
  account(id: AccountId): AccountRow | undefined
  /** Whether this person may do it here, with what is their own or someone else's. */
  may(action: Action, whose: 'own' | 'others'): boolean
}

export const [useBook, provideBook] = createContext<OpenBook>()
