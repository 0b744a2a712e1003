/** `journal`, `register`, `balance`: reading. */
import { Option } from 'commander'
import type { Command } from 'commander'
import { LIMITS, done, formatDecimal } from '../../contract/index.js'
import type {
  IsoDate,
  JournalFilter,
  Outcome,
  Page,
  PageRequest,
  RegisterRow,
  TransactionRow
} from '../../contract/index.js'
import { moneyText } from '../amounts.js'
import { runs } from '../cli.js'
import type { Cli, InBook } from '../cli.js'
import { balanceJson, registerJson, transactionJson } from '../json.js'
import { findAccount, findTransaction, shortId } from '../lookup.js'
import { UsageError, answer, table } from '../output.js'
import { dateArgument } from './transactions.js'

export function reportCommands(program: Command): void {
  filtered(program.command('journal').description('list transactions'))
    .option('--account <path>', 'only those that touch this account or one below it')
    .option('--after <id>', 'begin after this transaction: the last one of the page before')
    .action(runs(journal))

  filtered(program.command('register').description('list the postings of an account, with its running balance'))
    .argument('<account>', 'its path; accounts below it are included')
    .option('--own', 'without the accounts below it')
    .action(runs(register))

  program
    .command('balance')
    .description('the balance of every account')
    .option('--at <date>', 'at the end of this day')
    .action(runs(balance))
}

const filtered = (command: Command): Command =>
  command
    .option('--from <date>', 'not before this day')
    .option('--to <date>', 'not after this day')
    .option('--search <words>', 'all of these words in payee, note, tags, accounts or amounts')
    .addOption(new Option('--state <state>', 'which ones').choices(['posted', 'void', 'any']))
    .addOption(new Option('--order <order>', 'by date').choices(['newest', 'oldest']).default('newest'))
    .option('--limit <count>', 'at most so many')

interface FilterOptions {
  readonly from?: string
  readonly to?: string
  readonly search?: string
  readonly state?: 'posted' | 'void' | 'any'
  readonly order: 'newest' | 'oldest'
  readonly limit?: string
}

function filterOf(options: FilterOptions): JournalFilter {
  return {
    ...(options.from === undefined ? {} : { from: dateArgument(options.from) }),
    ...(options.to === undefined ? {} : { to: dateArgument(options.to) }),
    ...(options.search === undefined ? {} : { search: options.search }),
    ...(options.state === undefined ? {} : { state: options.state })
  }
}

async function journal(
  cli: Cli,
  options: FilterOptions & { readonly account?: string; readonly after?: string }
) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const account =
    options.account === undefined ? done(undefined) : await accountOf(opened.value, options.account)
  if (!account.ok) return account
  const filter = { ...filterOf(options), ...(account.value ? { account: account.value } : {}) }
  const offset = await offsetAfter(opened.value, filter, options)
  if (!offset.ok) return offset
  const rows = await allPages(offset.value, limitOf(options), (page) =>
    api.journal({ book: book.book, filter, order: options.order, ...page })
  )
  if (!rows.ok) return rows
  return answer(rows.value.map(transactionJson), () => rows.value.map(transactionText).join('\n\n'))
}

async function offsetAfter(
  { api, book }: InBook,
  filter: JournalFilter,
  options: { readonly after?: string; readonly order: 'newest' | 'oldest' }
): Promise<Outcome<number>> {
  if (options.after === undefined) return done(0)
  const id = await findTransaction(api, book.book, options.after)
  if (!id.ok) return id
  const position = await api.journalPosition({ book: book.book, id: id.value, filter, order: options.order })
  return position.ok ? done(position.value + 1) : position
}

async function register(cli: Cli, path: string, options: FilterOptions & { readonly own?: true }) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const account = await accountOf(opened.value, path)
  if (!account.ok) return account
  const request = {
    book: book.book,
    account: account.value,
    scope: options.own ? ('own' as const) : ('subtree' as const),
    filter: filterOf(options),
    order: options.order
  }
  const rows = await allPages<RegisterRow>(0, limitOf(options), (page) => api.register({ ...request, ...page }))
  if (!rows.ok) return rows
  return answer(rows.value.map(registerJson), () =>
    table(
      rows.value
        .map(registerJson)
        .map((row) => [row.date, row.payee, row.account, row.amount, row.balance, row.currency]),
      ['left', 'left', 'left', 'right', 'right', 'left']
    )
  )
}

async function balance(cli: Cli, options: { readonly at?: string }) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const at: IsoDate | undefined = options.at === undefined ? undefined : dateArgument(options.at)
  const found = await api.trialBalance({ book: book.book, ...(at ? { at } : {}) })
  if (!found.ok) return found
  return answer(balanceJson(found.value), () =>
    table(
      [
        ...balanceJson(found.value).map((row) => [row.account, row.amount, row.currency]),
        ...found.value.exchange
          .filter((total) => total.amountMinor !== 0n)
          .map((total) => ['(exchanged)', formatDecimal(total.amountMinor, total.currency), total.currency])
      ],
      ['left', 'right', 'left']
    )
  )
}

async function accountOf({ api, book }: InBook, path: string) {
  const rows = await api.accounts({ book: book.book })
  if (!rows.ok) return rows
  const account = findAccount(rows.value, path)
  return account.ok ? done(account.value.account) : account
}

function limitOf(options: { readonly limit?: string }): number {
  if (options.limit === undefined) return Number.POSITIVE_INFINITY
  if (!/^[1-9]\d{0,9}$/.test(options.limit)) throw new UsageError(`--limit is no count: ${options.limit}`)
  return Number(options.limit)
}

/** Asks for page after page until there are enough rows, or no more. */
async function allPages<Row>(
  offset: number,
  limit: number,
  ask: (page: PageRequest) => Promise<Outcome<Page<Row>>>
): Promise<Outcome<readonly Row[]>> {
  const rows: Row[] = []
  while (rows.length < limit) {
    const wanted = Math.min(LIMITS.pageRows, limit - rows.length)
    const page = await ask({ offset: offset + rows.length, limit: wanted })
    if (!page.ok) return page
    rows.push(...page.value.rows)
    if (page.value.rows.length < wanted) break
  }
  return done(rows)
}

function transactionText(row: TransactionRow): string {
  const marks = [row.state === 'void' ? 'VOID' : '', row.conflict === 'open' ? 'CONFLICT' : ''].filter(Boolean)
  const tags = row.tags.map((tag) => `#${tag}`)
  const head = [row.date, row.payee, ...tags, ...marks, `(${shortId(row.id)})`].join('  ')
  const note = row.note === '' ? [] : [`    ; ${row.note}`]
  const postings = row.postings.map((posting) => [
    `    ${posting.path}`,
    moneyText(posting) + (posting.value ? ` @@ ${moneyText(posting.value)}` : '')
  ])
  return [head, ...note, table(postings, ['left', 'right'])].join('\n')
}
