/** `accounts`, `account add|rename|close|open`. */
import { Option } from 'commander'
import type { Command } from 'commander'
import { ACCOUNT_TYPES, done, refuse } from '../../contract/index.js'
import type { AccountRow, AccountType, CurrencyCode, Outcome } from '../../contract/index.js'
import { moneyText, parseCurrency } from '../amounts.js'
import { runs } from '../cli.js'
import type { Cli, InBook } from '../cli.js'
import { accountJson } from '../json.js'
import { findAccount } from '../lookup.js'
import { answer, table } from '../output.js'

export function accountCommands(program: Command): void {
  program.command('accounts').description('list the accounts with their balances').action(runs(accounts))

  const account = program.command('account').description('add and change accounts')
  account
    .command('add')
    .description('add an account; parents that are not there yet are added too')
    .argument('<path>', 'such as Expenses:Food')
    .addOption(
      new Option('--type <type>', 'what kind of account (default: its parent’s)').choices(ACCOUNT_TYPES)
    )
    .option('--code <code>', 'a code to sort and find it by')
    .option('--currency <code>', 'the only currency it takes')
    .action(runs(add))
  account
    .command('rename')
    .description('give an account another name')
    .argument('<path>')
    .argument('<name>', 'its own name, without its parents')
    .action(runs((cli, path: string, name: string) => edit(cli, path, { name })))
  account
    .command('close')
    .description('take no more postings')
    .argument('<path>')
    .action(runs((cli, path: string) => edit(cli, path, { state: 'closed' })))
  account
    .command('open')
    .description('take postings again')
    .argument('<path>')
    .action(runs((cli, path: string) => edit(cli, path, { state: 'open' })))
}

async function accounts(cli: Cli) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const rows = await opened.value.api.accounts({ book: opened.value.book.book })
  if (!rows.ok) return rows
  return answer(rows.value.map(accountJson), () =>
    table(
      rows.value.map((row) => [
        '  '.repeat(row.depth) + row.name,
        row.code,
        row.type,
        row.total.map(moneyText).join(', '),
        row.state === 'closed' ? 'closed' : ''
      ]),
      ['left', 'left', 'left', 'right', 'left']
    )
  )
}

interface AddOptions {
  readonly type?: AccountType
  readonly code?: string
  readonly currency?: string
}

async function add(cli: Cli, path: string, options: AddOptions) {
  const currency = options.currency === undefined ? done(undefined) : parseCurrency(options.currency)
  if (!currency.ok) return currency
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const rows = await opened.value.api.accounts({ book: opened.value.book.book })
  if (!rows.ok) return rows
  const existing = findAccount(rows.value, path)
  if (existing.ok)
    return refuse('ACCOUNT_EXISTS', `There is an account "${existing.value.path}" already.`, { path })
  const added = await addPath(opened.value, rows.value, path.split(':'), {
    ...options,
    currency: currency.value
  })
  if (!added.ok) return added
  return answer(accountJson(added.value), () => `Added ${added.value.path}`)
}

/** Adds the last account of the path, and before it those of its parents that are missing. */
async function addPath(
  { api, book }: InBook,
  rows: readonly AccountRow[],
  names: readonly string[],
  options: Omit<AddOptions, 'currency'> & { readonly currency: CurrencyCode | undefined }
): Promise<Outcome<AccountRow>> {
  let parent: AccountRow | undefined
  for (const [depth, name] of names.entries()) {
    const there = findAccount(rows, names.slice(0, depth + 1).join(':'))
    const isLast = depth === names.length - 1
    if (there.ok) {
      parent = there.value
      continue
    }
    const type: AccountType | undefined = options.type ?? parent?.type
    if (!type) return refuse('BAD_REQUEST', `Say of what type "${names.join(':')}" is, with --type.`)
    const added: Outcome<AccountRow> = await api.addAccount({
      book: book.book,
      name,
      type,
      ...(parent ? { parent: parent.account } : {}),
      ...(isLast && options.code ? { code: options.code } : {}),
      ...(isLast && options.currency ? { currency: options.currency } : {})
    })
    if (!added.ok) return added
    parent = added.value
  }
  return parent ? done(parent) : refuse('TEXT_EMPTY', 'An account needs a name.')
}

async function edit(
  cli: Cli,
  path: string,
  change: { readonly name?: string; readonly state?: 'open' | 'closed' }
) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const rows = await api.accounts({ book: book.book })
  if (!rows.ok) return rows
  const account = findAccount(rows.value, path)
  if (!account.ok) return account
  const edited = await api.editAccount({ book: book.book, account: account.value.account, ...change })
  if (!edited.ok) return edited
  return answer(accountJson(edited.value), () => `Changed ${edited.value.path}`)
}
