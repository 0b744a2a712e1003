/**
 * The book as JSON, exact: amounts are decimal strings with all decimals of their currency (positive: debit), ids are
 * strings. A transaction stands on a line of its own. Members may be added, none is renamed or removed:
 *
 *     { "format": "guildbook", "version": 1,
 *       "book": { "id", "name", "currency" },
 *       "accounts": [{ "id", "path", "name", "parent" (id or null), "type", "code", "currency" (or null), "state" }],
 *       "transactions": [{ "id", "version", "state", "conflict", "versions", "date", "payee", "note", "tags",
 *         "author": { "member", "name" },
 *         "postings": [{ "account" (path), "accountId", "amount", "currency",
 *                        "value": { "amount", "currency" } or null, "note" }] }] }
 */
import type { AccountRow, PostingRow, TransactionRow } from '../contract/index.js'
import { formatDecimal } from '../domain/amount.js'
import type { BookRows } from './book-rows.js'

const FORMAT = 'guildbook'
const VERSION = 1

/** The text in pieces, an account or a transaction each. */
export function* jsonPieces({ summary, accounts, transactions }: BookRows): Generator<string> {
  const { book, name, currency } = summary
  yield `{"format":"${FORMAT}","version":${VERSION},\n"book":${JSON.stringify({ id: book, name, currency })},\n`
  yield* list('accounts', accounts, accountMembers)
  yield ',\n'
  yield* list('transactions', transactions, transactionMembers)
  yield '}\n'
}

/** The text as a whole. */
export const exportJson = (book: BookRows): string => [...jsonPieces(book)].join('')

function* list<Row>(name: string, rows: Iterable<Row>, members: (row: Row) => object): Generator<string> {
  yield `"${name}":[`
  let separator = '\n'
  for (const row of rows) {
    yield separator + JSON.stringify(members(row))
    separator = ',\n'
  }
  yield '\n]'
}

const accountMembers = ({ account, path, name, parent, type, code, currency, state }: AccountRow) => ({
  id: account,
  path,
  name,
  parent,
  type,
  code,
  currency,
  state
})

const transactionMembers = (row: TransactionRow) => ({
  id: row.id,
  version: row.version,
  state: row.state,
  conflict: row.conflict,
  versions: row.versions,
  date: row.date,
  payee: row.payee,
  note: row.note,
  tags: row.tags,
  author: { member: row.author, name: row.authorName },
  postings: row.postings.map(postingMembers)
})

const postingMembers = ({ account, path, amountMinor, currency, value, note }: PostingRow) => ({
  account: path,
  accountId: account,
  amount: formatDecimal(amountMinor, currency),
  currency,
  value: value && { amount: formatDecimal(value.amountMinor, value.currency), currency: value.currency },
  note
})
