import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDecimal } from '../../../core/domain/amount.js'
import { exportJson, jsonPieces } from '../../../core/exchange/json.js'
import { bookRows } from '../../helpers/rows.js'

interface Exported {
  readonly format: string
  readonly version: number
  readonly book: object
  readonly accounts: readonly object[]
  readonly transactions: readonly { readonly id: string; readonly postings: readonly object[] }[]
}

const keysOf = (value: object | undefined): string[] => Object.keys(value ?? {})

describe('the export as JSON', () => {
  it('says exactly what the rows say', () => {
    fc.assert(
      fc.property(bookRows, (book) => {
        const exported = JSON.parse(exportJson(book)) as Exported
        expect(exported.book).toEqual({
          id: book.summary.book,
          name: book.summary.name,
          currency: book.summary.currency
        })
        expect(exported.accounts).toMatchObject(
          book.accounts.map(({ account, path, type }) => ({ id: account, path, type }))
        )
        const expected = [...book.transactions].map(
          ({ id, date, payee, note, tags, state, conflict, postings }) => ({
            ...{ id, date, payee, note, tags, state, conflict },
            postings: postings.map((posting) => ({
              account: posting.path,
              amount: formatDecimal(posting.amountMinor, posting.currency),
              currency: posting.currency,
              note: posting.note,
              value: posting.value && {
                amount: formatDecimal(posting.value.amountMinor, posting.value.currency),
                currency: posting.value.currency
              }
            }))
          })
        )
        expect(exported.transactions).toMatchObject(expected)
      }),
      { numRuns: 50 }
    )
  })

  it('keeps its shape', () => {
    const books = fc.sample(bookRows, { numRuns: 60, seed: 3 })
    const book = books.find((each) => [...each.transactions].length > 0)
    if (!book) throw new Error('no book of that seed has transactions')
    const exported = JSON.parse(exportJson(book)) as Exported
    const [transaction] = exported.transactions
    expect(keysOf(exported)).toEqual(['format', 'version', 'book', 'accounts', 'transactions'])
    expect(exported).toMatchObject({ format: 'guildbook', version: 1 })
    expect(keysOf(exported.accounts[0])).toEqual([
      'id',
      'path',
      'name',
      'parent',
      'type',
      'code',
      'currency',
      'state'
    ])
    expect(keysOf(transaction)).toEqual([
      ...[
        'id',
        'version',
        'state',
        'conflict',
        'versions',
        'date',
        'payee',
        'note',
        'tags',
        'author',
        'postings'
      ]
    ])
    expect(keysOf(transaction?.postings[0])).toEqual([
      'account',
      'accountId',
      'amount',
      'currency',
      'value',
      'note'
    ])
  })

  it('has a transaction a line', () => {
    const [book] = fc.sample(bookRows, { numRuns: 1, seed: 5 })
    if (!book) throw new Error('no sample')
    const lines = [...jsonPieces(book)].join('').split('\n')
    expect(lines.filter((line) => line.includes('"postings":'))).toHaveLength([...book.transactions].length)
  })
})
