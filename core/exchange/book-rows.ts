/** What an export is made from. */
import type { AccountRow, BookSummary, TransactionRow } from '../contract/index.js'

export interface BookRows {
  readonly summary: Pick<BookSummary, 'book' | 'name' | 'currency'>
  /** In tree order, as `accounts` answers. */
  readonly accounts: readonly AccountRow[]
  /** All of them, also void ones, by date and then by order of entry, as a journal `oldest` first answers. */
  readonly transactions: Iterable<TransactionRow>
}
