/** `post`, `amend`, `void`, `history`, `conflicts`, `resolve`. */
import type { Command } from 'commander'
import { done, refuse } from '../../contract/index.js'
import type {
  AccountRow,
  IsoDate,
  Outcome,
  TransactionDraft,
  TransactionRow,
  VersionRow
} from '../../contract/index.js'
import { moneyText, parsePostings } from '../amounts.js'
import { runs } from '../cli.js'
import type { Cli, InBook } from '../cli.js'
import { transactionJson, versionJson } from '../json.js'
import { findHead, findTransaction, shortId } from '../lookup.js'
import { UsageError, answer, table } from '../output.js'

const AMOUNTS_HELP = `
Amounts are decimals: 42.10, -1,234.56. Without a currency they are in the account's, or the book's.
  guildbook post 2026-03-01 Baker Expenses:Food=4.20 Assets:Cash=-4.20
  guildbook post 2026-03-02 Exchange "Assets:Dollars=110 USD @@ 100 EUR" "Assets:Bank=-100 EUR"`

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value
]

export function transactionCommands(program: Command): void {
  program
    .command('post')
    .description('enter a transaction')
    .argument('<date>', 'YYYY-MM-DD, or today')
    .argument('<payee>', 'whom it was with')
    .argument('<postings...>', 'ACCOUNT=AMOUNT, two or more; they must add up to zero')
    .option('--note <text>', 'a note')
    .option('--tag <tag>', 'a tag; may be repeated', collect)
    .addHelpText('after', AMOUNTS_HELP)
    .action(runs(post))

  program
    .command('amend')
    .description('change a transaction; what is not given stays, and the old version stays in its history')
    .argument('<id>', 'the transaction, by its id or the beginning of it')
    .argument(
      '[changes...]',
      'all postings anew as ACCOUNT=AMOUNT, with DATE PAYEE before them if these change too'
    )
    .option('--date <date>', 'another date')
    .option('--payee <payee>', 'another payee')
    .option('--note <text>', 'another note')
    .option('--tag <tag>', 'other tags; may be repeated', collect)
    .addHelpText('after', AMOUNTS_HELP)
    .action(runs(amend))

  program
    .command('void')
    .description('make a transaction count no more; it stays in the journal, struck out')
    .argument('<id>', 'the transaction, by its id or the beginning of it')
    .option('--reason <text>', 'why')
    .action(runs(voidTransaction))

  program
    .command('history')
    .description('every version of a transaction there ever was, oldest first')
    .argument('<id>', 'the transaction, by its id or the beginning of it')
    .action(runs(history))

  program
    .command('conflicts')
    .description('transactions that were changed in two ways at once')
    .action(runs(conflicts))

  program
    .command('resolve')
    .description('settle a conflict')
    .argument('<id>', 'the transaction, by its id or the beginning of it')
    .requiredOption('--keep <version>', 'the version that is right: its id, the beginning of it, or its number')
    .action(runs(resolve))
}

interface PostOptions {
  readonly note?: string
  readonly tag?: readonly string[]
}

async function post(cli: Cli, date: string, payee: string, texts: readonly string[], options: PostOptions) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const accounts = await api.accounts({ book: book.book })
  if (!accounts.ok) return accounts
  const postings = parsePostings(texts, accounts.value, book.currency)
  if (!postings.ok) return postings
  const posted = await api.post({
    book: book.book,
    transaction: {
      date: dateArgument(date),
      payee,
      postings: postings.value,
      ...(options.note === undefined ? {} : { note: options.note }),
      ...(options.tag === undefined ? {} : { tags: options.tag })
    }
  })
  return shown(posted, 'Posted')
}

interface AmendOptions extends PostOptions {
  readonly date?: string
  readonly payee?: string
}

async function amend(cli: Cli, named: string, changes: readonly string[], options: AmendOptions) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const id = await findTransaction(api, book.book, named)
  if (!id.ok) return id
  const [accounts, detail] = await Promise.all([
    api.accounts({ book: book.book }),
    api.transaction({ book: book.book, id: id.value })
  ])
  if (!accounts.ok) return accounts
  if (!detail.ok) return detail
  const draft = amended(detail.value.transaction, changes, options, accounts.value, opened.value)
  if (!draft.ok) return draft
  return shown(await api.amend({ book: book.book, id: id.value, transaction: draft.value }), 'Amended')
}

/** The transaction as it stands, with what was given in its place. */
function amended(
  old: TransactionRow,
  changes: readonly string[],
  options: AmendOptions,
  accounts: readonly AccountRow[],
  { book }: InBook
): Outcome<TransactionDraft> {
  const withHead = changes[0] !== undefined && /^(\d{4}-\d\d-\d\d|today)$/.test(changes[0])
  const [date, payee] = withHead ? changes : []
  const texts = withHead ? changes.slice(2) : changes
  const given = parsePostings(texts, accounts, book.currency)
  if (!given.ok) return given
  const kept = old.postings.map(({ account, amountMinor, currency, value, note }) => ({
    account,
    amountMinor,
    currency,
    note,
    ...(value ? { value } : {})
  }))
  const newDate = options.date ?? date
  return done({
    date: newDate === undefined ? old.date : dateArgument(newDate),
    payee: options.payee ?? payee ?? old.payee,
    note: options.note ?? old.note,
    tags: options.tag ?? old.tags,
    postings: texts.length > 0 ? given.value : kept
  })
}

async function voidTransaction(cli: Cli, named: string, options: { readonly reason?: string }) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const id = await findTransaction(api, book.book, named)
  if (!id.ok) return id
  const reason = options.reason === undefined ? {} : { reason: options.reason }
  return shown(await api.void({ book: book.book, id: id.value, ...reason }), 'Voided')
}

async function history(cli: Cli, named: string) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const id = await findTransaction(api, book.book, named)
  if (!id.ok) return id
  const detail = await api.transaction({ book: book.book, id: id.value })
  if (!detail.ok) return detail
  return answer(detail.value.history.map(versionJson), () =>
    detail.value.history.map((version) => versionText(version, version.standing)).join('\n\n')
  )
}

async function conflicts(cli: Cli) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const found = await api.conflicts({ book: book.book })
  if (!found.ok) return found
  return answer(
    found.value.map((conflict) => ({ id: conflict.id, heads: conflict.heads.map(versionJson) })),
    () =>
      found.value.length === 0
        ? 'No conflicts.'
        : found.value
            .map((conflict) =>
              [
                `Transaction ${shortId(conflict.id)}`,
                ...conflict.heads.map((head, index) => versionText(head, `${index + 1}`))
              ].join('\n')
            )
            .join('\n\n')
  )
}

async function resolve(cli: Cli, named: string, options: { readonly keep: string }) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const id = await findTransaction(api, book.book, named)
  if (!id.ok) return id
  const found = await api.conflicts({ book: book.book })
  if (!found.ok) return found
  const conflict = found.value.find((candidate) => candidate.id === id.value)
  if (!conflict)
    return refuse('NOT_IN_CONFLICT', `Transaction ${id.value} is not in conflict.`, { id: id.value })
  const version = findHead(conflict, options.keep)
  if (!version.ok) return version
  const keep = { version: version.value }
  return shown(await api.resolve({ book: book.book, id: id.value, keep }), 'Resolved')
}

function shown(outcome: Outcome<TransactionRow>, did: string) {
  if (!outcome.ok) return outcome
  return answer(transactionJson(outcome.value), () => `${did} ${shortId(outcome.value.id)}`)
}

/** `today` is the day that the person's clock shows. The engine says what is wrong with any other text. */
export function dateArgument(text: string): IsoDate {
  if (text === '') throw new UsageError('a date is written YYYY-MM-DD')
  if (text !== 'today') return text as IsoDate
  const now = new Date()
  const two = (part: number): string => `${part}`.padStart(2, '0')
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}` as IsoDate
}

function versionText(version: VersionRow, mark: string): string {
  const head = `${mark}  ${version.kind} by ${version.authorName} on ${version.deviceName}  ${shortId(version.version)}`
  const postings = version.postings.map((posting) => [
    `    ${posting.path}`,
    moneyText(posting) + (posting.value ? ` @@ ${moneyText(posting.value)}` : '')
  ])
  return `${head}\n  ${version.date}  ${version.payee}\n${table(postings, ['left', 'right'])}`
}
