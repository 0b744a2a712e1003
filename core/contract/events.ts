/** The event map: what the engine tells its clients without being asked. */
import type { BookId } from './ids.js'

/** Which answers may have changed. A view asks again for what it shows. */
export type Topic =
  | 'books'
  | 'accounts'
  | 'transactions'
  | 'people'
  | 'sync'
  | 'joins'
  | 'settings'
  /** Locked or unlocked, and what opens it. After either every answer is another. */
  | 'lock'
  | 'phrase'
  | 'backups'
  | 'recoveries'
  | 'device-links'

export interface Changed {
  /** null: concerns no single book. */
  readonly book: BookId | null
  readonly topics: readonly Topic[]
}

export interface ClientApi {
  /** Comes after the change is in every answer, at most about 20 times a second. */
  changed(event: Changed): void
}
