import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CurrencyCode } from '../../../core/contract/index.js'
import { formatDecimal } from '../../../core/domain/amount.js'
import { exponentOf } from '../../../core/domain/currency.js'
import type { BookRows } from '../../../core/exchange/book-rows.js'
import { exportHledger } from '../../../core/exchange/hledger.js'
import { accountNames } from '../../../core/exchange/journal-text.js'
import type { Balances } from '../../helpers/journal-tools.js'
import {
  hasProgram,
  hledgerBalances,
  hledgerPayees,
  ledgerPostings,
  plainDecimal
} from '../../helpers/journal-tools.js'
import { bookRows } from '../../helpers/rows.js'

let folder = ''
const file = (): string => path.join(folder, 'book.journal')
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'guildbook-export-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** Adds up decimals of currencies exactly. */
class Sums {
  readonly #minor = new Map<string, bigint>()

  add(account: string, currency: CurrencyCode, minor: bigint): void {
    const key = `${account}\t${currency}`
    this.#minor.set(key, (this.#minor.get(key) ?? 0n) + minor)
  }

  balances(): Balances {
    const rows = [...this.#minor].filter(([, minor]) => minor !== 0n)
    return new Map(
      rows.map(([key, minor]) => [key, plainDecimal(formatDecimal(minor, key.split('\t')[1] as CurrencyCode))])
    )
  }
}

/** The balances of a book, added up from its rows without any of the engine. */
function naiveBalances({ accounts, transactions }: BookRows): Balances {
  const names = accountNames(accounts)
  const sums = new Sums()
  for (const { state, postings } of transactions) {
    if (state === 'void') continue
    for (const { account, currency, amountMinor } of postings)
      sums.add(names.get(account) ?? '', currency, BigInt(amountMinor))
  }
  return sums.balances()
}

function minorOf(decimal: string, currency: CurrencyCode): bigint {
  const [whole = '', fraction = ''] = decimal.split('.')
  return BigInt(whole + fraction.padEnd(exponentOf(currency) ?? 0, '0'))
}

const sorted = (balances: Balances): readonly (readonly [string, string])[] =>
  [...balances].sort(([a], [b]) => (a < b ? -1 : 1))

describe('names of accounts', () => {
  it('are as many as accounts', () => {
    fc.assert(
      fc.property(bookRows, ({ accounts }) => {
        const names = [...accountNames(accounts).values()]
        expect(new Set(names).size).toBe(accounts.length)
        for (const name of names) expect(name).toMatch(/^[^([<*!;#\s].*$/u)
      })
    )
  })
})

describe.runIf(hasProgram('hledger'))('hledger', () => {
  it('reports our balances to the cent', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(bookRows, (book) => {
        expect(sorted(hledgerBalances(file(), exportHledger(book)))).toEqual(sorted(naiveBalances(book)))
      }),
      { numRuns: 60 }
    )
  })

  it('reads payees as they were', () => {
    const rows = fc.sample(bookRows, { numRuns: 40, seed: 7 }).find((book) => [...book.transactions].length > 2)
    if (!rows) throw new Error('no book of that seed has transactions')
    const payees = ['麵包店 Café', 'A & B (Berlin)', '"quoted" 5%', '7-Eleven', 'x = y', "O'Neill"]
    const transactions = payees.map((payee, i) => {
      const row = [...rows.transactions][i % 3]
      if (!row) throw new Error('too few')
      return { ...row, payee, state: 'posted' as const }
    })
    expect(hledgerPayees(file(), exportHledger({ ...rows, transactions }))).toEqual([...payees].sort())
  })
})

describe.runIf(hasProgram('ledger'))('ledger', () => {
  it('sees the same postings', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(bookRows, (book) => {
        const sums = new Sums()
        for (const [account, amount, currency] of ledgerPostings(file(), exportHledger(book))) {
          sums.add(account, currency as CurrencyCode, minorOf(amount, currency as CurrencyCode))
        }
        expect(sorted(sums.balances())).toEqual(sorted(naiveBalances(book)))
      }),
      { numRuns: 60 }
    )
  })
})
