/** Writes a whole book as text, in slices: others are answered meanwhile. */
import { nextTurn } from '../log/event-loop.js'
import type { AccountRow, TransactionRow } from '../contract/index.js'
import { hledgerPieces } from '../exchange/hledger.js'
import { jsonPieces } from '../exchange/json.js'
import type { BookSession } from './book-session.js'
import { slicer, stepwise } from './slices.js'

const PAGE_ROWS = 200
/** Pieces are put together in lots, and the lots in the end: all at once would take too long. */
const LOT = 1024
/** A book that changes faster than it can be read is read in one go. */
const MOST_STARTS = 5

interface Snapshot {
  readonly accounts: readonly AccountRow[]
  readonly transactions: readonly TransactionRow[]
}

export async function exportBook(session: BookSession, format: 'hledger' | 'json'): Promise<string> {
  const { accounts, transactions } = await snapshot(session)
  const book = { summary: { book: session.id, ...session.book.summary() }, accounts, transactions }
  const lots: string[] = []
  let lot: string[] = []
  const pause = slicer()
  for (const text of format === 'hledger' ? hledgerPieces(book) : jsonPieces(book)) {
    lot.push(text)
    if (lot.length === LOT) {
      lots.push(lot.join(''))
      lot = []
    }
    await pause()
  }
  return [...lots, ...lot].join('')
}

/** All rows as they were at one moment: begins again when the book changes on the way. */
async function snapshot(session: BookSession): Promise<Snapshot> {
  for (let start = 1; start < MOST_STARTS; start++) {
    await stepwise(session.book.preparingJournal({}))
    const { changes } = session
    const transactions: TransactionRow[] = []
    for (;;) {
      const { rows } = session.book.journal(
        {},
        { offset: transactions.length, limit: PAGE_ROWS, order: 'oldest' }
      )
      transactions.push(...rows)
      if (rows.length < PAGE_ROWS) return { accounts: session.book.accounts(), transactions }
      await nextTurn()
      if (session.changes !== changes) break
    }
  }
  return { accounts: session.book.accounts(), transactions: [...session.book.rows()] }
}
