import { describe, expect, it } from 'vitest'
import type { AccountId, IsoDate } from '../../../core/contract/index.js'
import { sampleBook } from '../../../core/domain/sample.js'
import type { AccountSeed } from '../../../core/domain/templates.js'
import { templateAccounts } from '../../../core/domain/templates.js'
import { checkTransaction } from '../../../core/domain/transaction.js'

const LAST = '2026-03-10' as IsoDate
const LANGUAGES = ['en', 'zh-Hans'] as const

const pathsBelow = (seeds: readonly AccountSeed[], above: string): string[] =>
  seeds.flatMap((seed) => [`${above}${seed.name}`, ...pathsBelow(seed.children, `${above}${seed.name}:`)])

describe.each(LANGUAGES)('the sample book in %s', (language) => {
  const book = sampleBook(LAST, language)

  it('is the same each time', () => {
    expect(sampleBook(LAST, language)).toEqual(book)
  })

  it('has a year of entries, by date, to the last day', () => {
    const dates = book.transactions.map(({ date }) => date)
    expect(dates.length).toBeGreaterThan(160)
    expect(dates.length).toBeLessThan(230)
    expect(dates).toEqual([...dates].sort())
    expect(dates[0]).toBe('2025-03-11')
    expect((dates.at(-1) ?? '') <= LAST).toBe(true)
  })

  it('uses the accounts of its template and keeps to the rules', () => {
    const paths = new Set(pathsBelow(templateAccounts(book.template, language), ''))
    for (const transaction of book.transactions) {
      for (const { path } of transaction.postings) expect(paths).toContain(path)
      const postings = transaction.postings.map(({ path, ...rest }) => ({
        ...rest,
        account: path as AccountId
      }))
      expect(checkTransaction({ ...transaction, postings })).toMatchObject({ ok: true })
    }
  })

  it('never overdraws the bank or the cash box', () => {
    const [assets] = templateAccounts(book.template, language)
    for (const account of assets?.children.slice(0, 2) ?? []) {
      let balance = 0
      for (const { postings } of book.transactions) {
        for (const { path, amountMinor } of postings)
          if (path === `${assets?.name}:${account.name}`) balance += amountMinor
        expect(balance).toBeGreaterThanOrEqual(0)
      }
    }
  })
})

describe('a sample year', () => {
  it.each(['2024-02-29', '2025-01-01', '2026-12-31'] as IsoDate[])('may end on %s', (last) => {
    const { transactions } = sampleBook(last, 'en')
    expect(transactions.length).toBeGreaterThan(160)
  })
})
