/** The real hledger and ledger, as readers of our exports. */
import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'

/** Balances by `account`, a tab and `currency`, in decimals; those that are zero are left out. */
export type Balances = ReadonlyMap<string, string>

const UTF8 = { ...process.env, LC_ALL: 'C.UTF-8' }
const run = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, {
    env: UTF8,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 28
  })

/** Whether the program is there. Where CI is set it must be: a test that cannot run there is a failure. */
export function hasProgram(program: 'hledger' | 'ledger'): boolean {
  const found = spawnSync(program, ['--version'], { env: UTF8 }).status === 0
  if (found) return true
  if (process.env['CI'])
    throw new Error(`${program} is not installed, and CI is set: install it for the tests of the export`)
  console.warn(`not run: the tests that read the export with ${program}, which is not installed`)
  return false
}

/** Rows of CSV without line breaks in cells. */
const csvRows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      [...line.matchAll(/"((?:[^"]|"")*)"/g)].map((match) => (match[1] ?? '').replaceAll('""', '"'))
    )

/** Decimals without needless zeros: tools differ in how many they show. */
export const plainDecimal = (amount: string): string => {
  const bare = amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount
  return bare === '-0' ? '0' : bare
}

export function hledgerBalances(file: string, journal: string): Balances {
  writeFileSync(file, journal)
  const rows = csvRows(
    run('hledger', ['-f', file, 'bal', '--flat', '--no-total', '--layout=bare', '-O', 'csv'])
  ).slice(1)
  const balances = new Map<string, string>()
  for (const [account = '', currency = '', amount = ''] of rows) {
    if (plainDecimal(amount) !== '0') balances.set(`${account}\t${currency}`, plainDecimal(amount))
  }
  return balances
}

/** The payees of a journal, sorted, as hledger understands them. */
export function hledgerPayees(file: string, journal: string): readonly string[] {
  writeFileSync(file, journal)
  const payees = run('hledger', ['-f', file, 'payees']).split('\n')
  return payees.filter((payee) => payee !== '').sort()
}

/** Each posting that ledger sees, as account, amount and currency. */
export function ledgerPostings(file: string, journal: string): readonly (readonly [string, string, string])[] {
  writeFileSync(file, journal)
  const text = run('ledger', [
    '-f',
    file,
    'reg',
    '--format',
    '%(account)\t%(quantity(amount))\t%(commodity(amount))\n'
  ])
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [account = '', amount = '', currency = ''] = line.split('\t')
      return [account, amount, currency] as const
    })
}
