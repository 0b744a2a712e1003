/**
 * The book as a journal for hledger (1.25) and ledger (3.3), whose balances are ours to the cent:
 *
 * - `commodity` and `account` directives, the latter with `type:` (A, L, E, R, X), `code:`, `currency:`, `closed:`, `id:`
 * - transactions by date: `*`, or `!` while a conflict is open; `id:`, `author:`, `conflict:` and `note:` as comments,
 *   a tag as `name:`, and what a posting counts for in another currency as its total cost, `@@`
 * - void ones as comments, because nothing vanishes
 */
import type {
  AccountId,
  AccountRow,
  AccountType,
  CurrencyCode,
  PostingRow,
  TransactionRow
} from '../contract/index.js'
import { formatDecimal } from '../domain/amount.js'
import { exponentOf } from '../domain/currency.js'
import type { BookRows } from './book-rows.js'
import { accountNames, commentText, payeeText, tagText } from './journal-text.js'

const TYPES: Readonly<Record<AccountType, string>> = {
  asset: 'A',
  liability: 'L',
  equity: 'E',
  income: 'R',
  expense: 'X'
}

type Names = ReadonlyMap<AccountId, string>

/** The journal in pieces, a transaction each. */
export function* hledgerPieces(book: BookRows): Generator<string> {
  const { summary, accounts } = book
  const transactions = [...book.transactions]
  const names = accountNames(accounts)
  yield `; ${commentText(summary.name)}\n; guildbook: ${summary.book}\n\n`
  for (const currency of currenciesOf(summary.currency, transactions)) yield commodity(currency)
  for (const account of accounts) yield accountDirective(account, names)
  for (const transaction of transactions) yield '\n' + transactionText(transaction, names)
}

/** The journal as one text. */
export const exportHledger = (book: BookRows): string => [...hledgerPieces(book)].join('')

function currenciesOf(base: CurrencyCode, transactions: readonly TransactionRow[]): readonly CurrencyCode[] {
  const found = new Set([base])
  for (const { postings } of transactions) {
    for (const { currency, value } of postings) {
      found.add(currency)
      if (value) found.add(value.currency)
    }
  }
  return [...found].sort()
}

/** hledger wants a decimal point in a format, ledger takes none without decimals: such a currency goes without. */
function commodity(currency: CurrencyCode): string {
  const decimals = exponentOf(currency) ?? 2
  return (
    `commodity ${currency}\n` + (decimals === 0 ? '' : `    format 1000.${'0'.repeat(decimals)} ${currency}\n`)
  )
}

const comments = (lines: readonly string[]): string => lines.map((each) => `    ; ${each}\n`).join('')

/** A text under a name, a line each. */
const named = (name: string, text: string): string[] =>
  text
    .split(/[\r\n]+/)
    .map(commentText)
    .filter((each) => each !== '')
    .map((each) => `${name}: ${each}`)

function accountDirective(row: AccountRow, names: Names): string {
  return (
    `\naccount ${names.get(row.account) ?? ''}\n` +
    comments([
      `type: ${TYPES[row.type]}`,
      ...named('code', row.code),
      ...(row.currency === null ? [] : [`currency: ${row.currency}`]),
      ...(row.state === 'closed' ? ['closed:'] : []),
      `id: ${row.account}`
    ])
  )
}

function transactionText(row: TransactionRow, names: Names): string {
  const status = row.conflict === 'open' ? '!' : '*'
  const text =
    `${row.date} ${status} ${payeeText(row.payee)}`.trimEnd() +
    '\n' +
    comments([
      `id: ${row.id}`,
      ...named('author', row.authorName),
      ...(row.conflict === 'open' ? ['conflict: open'] : []),
      ...row.tags.map((tag) => `${tagText(tag)}:`),
      ...named('note', row.note)
    ]) +
    row.postings.map((posting) => postingText(posting, names)).join('')
  return row.state === 'void' ? `; void\n${text.replace(/^(?=.)/gm, '; ')}` : text
}

function postingText(posting: PostingRow, names: Names): string {
  const { account, amountMinor, currency, value, note } = posting
  const name = names.get(account)
  if (name === undefined) throw new Error(`a posting to an account that is not among the rows: ${account}`)
  const cost = value
    ? ` @@ ${formatDecimal(Math.abs(value.amountMinor), value.currency)} ${value.currency}`
    : ''
  return (
    `    ${name}  ${formatDecimal(amountMinor, currency)} ${currency}${cost}\n` + comments(named('note', note))
  )
}
