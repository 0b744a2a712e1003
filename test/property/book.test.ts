import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AccountRow } from '../../core/contract/index.js'
import type { Book } from '../../core/book/book.js'
import type { PlacedEntry } from '../../core/ops/operations.js'
import { placeOf } from '../../core/ops/place.js'
import { DATES, everything, play, shuffled, steps } from '../helpers/book-histories.js'
import { newBook, ownOnly } from '../helpers/book-world.js'

const numbers = fc.array(fc.nat(10_000), { minLength: 20, maxLength: 60 })

function bookOf(entries: readonly PlacedEntry[], asked: 'at the end' | 'on the way'): Book {
  const book = newBook()
  for (const [index, entry] of entries.entries()) {
    book.apply(entry, ownOnly)
    if (asked === 'on the way' && index % 7 === 0) everything(book)
  }
  return book
}

describe('a book', () => {
  it('is the same for the same entries, in whatever causal order and how often they come, asked on the way or not', () => {
    fc.assert(
      fc.property(steps(80), numbers, numbers, (script, one, two) => {
        const devices = play(script)
        const entries = devices[0]!.entries
        const expected = everything(devices[0]!.book)
        expect(everything(devices[1]!.book)).toEqual(expected)
        expect(everything(bookOf(shuffled(entries, one), 'at the end'))).toEqual(expected)
        expect(everything(bookOf(shuffled(entries, two), 'on the way'))).toEqual(expected)
      }),
      { numRuns: 40 }
    )
  }, 60_000)

  it('has another digest for another set of entries', () => {
    fc.assert(
      fc.property(steps(40), (script) => {
        const { entries } = play(script)[0]!
        const digests = entries.map((_, index) => bookOf(entries.slice(0, index + 1), 'at the end').digest())
        expect(new Set(digests).size).toBe(entries.length)
      }),
      { numRuns: 20 }
    )
  }, 60_000)

  it('sums to zero in each currency on every day', () => {
    fc.assert(
      fc.property(steps(80), (script) => {
        const { book } = play(script)[0]!
        for (const at of [null, ...DATES]) {
          const { rows, exchange, sums } = book.trialBalance(at)
          for (const { currency, amountMinor } of sums) {
            expect(amountMinor).toBe(0n)
            const parts = [...rows, ...exchange].filter((row) => row.currency === currency)
            expect(parts.reduce((sum, row) => sum + row.amountMinor, 0n)).toBe(0n)
          }
        }
      }),
      { numRuns: 60 }
    )
  })

  it('counts or lists every operation', () => {
    fc.assert(
      fc.property(steps(80), (script) => {
        const { book, entries } = play(script)[0]!
        const written = entries.flatMap((entry) =>
          entry.ops.map((_, index) => placeOf(entry.log, entry.index, index))
        )
        const versions = [...book.rows()].flatMap((row) => {
          const detail = book.transaction(row.id)
          return detail.ok ? detail.value.history : []
        })
        const counted = versions
          .filter((version) => version.reason === null)
          .map((version) => String(version.version))
        const fields = book
          .accounts()
          .flatMap(({ account }) => book.accountHistory(account))
          .concat(book.settingsHistory())
          .map(({ origin, operation }) => String(placeOf(origin.log, origin.index, operation)))
        const listed = book.notCounted().map(({ place }) => String(place))
        expect(new Set([...counted, ...fields, ...listed])).toEqual(new Set(written.map(String)))
        expect(listed.filter((place) => counted.includes(place) || fields.includes(place))).toEqual([])
      }),
      { numRuns: 60 }
    )
  })

  it('answers as a reader of the whole journal would add up', () => {
    fc.assert(
      fc.property(steps(80), (script) => {
        const { book } = play(script)[0]!
        const accounts = book.accounts()
        for (const row of accounts) {
          for (const scope of ['own', 'subtree'] as const) {
            const ids = scope === 'own' ? new Set([row.account]) : below(accounts, row)
            expect(
              book.register(row.account, scope, {}, { limit: 2000, order: 'oldest' }).rows.map(brief)
            ).toEqual(addedUp(book, ids))
          }
        }
      }),
      { numRuns: 40 }
    )
  })

  it('shows each path once, parents before children', () => {
    fc.assert(
      fc.property(steps(80), (script) => {
        const accounts = play(script)[0]!.book.accounts()
        expect(new Set(accounts.map((row) => row.path.normalize('NFC').toLowerCase())).size).toBe(
          accounts.length
        )
        for (const [index, row] of accounts.entries()) {
          if (row.parent === null) expect(row.depth).toBe(0)
          else
            expect(accounts.slice(0, index).find((other) => other.account === row.parent)?.depth).toBe(
              row.depth - 1
            )
        }
      }),
      { numRuns: 40 }
    )
  })
})

function below(accounts: readonly AccountRow[], top: AccountRow): Set<string> {
  const found = new Set<string>([top.account])
  for (const row of accounts) if (row.parent !== null && found.has(row.parent)) found.add(row.account)
  return found
}

function addedUp(book: Book, accounts: ReadonlySet<string>): ReturnType<typeof brief>[] {
  const balances = new Map<string, bigint>()
  const rows: ReturnType<typeof brief>[] = []
  for (const transaction of book.rows()) {
    if (transaction.state === 'void') continue
    for (const [posting, { account, amountMinor, currency }] of transaction.postings.entries()) {
      if (!accounts.has(account)) continue
      const balanceMinor = (balances.get(currency) ?? 0n) + BigInt(amountMinor)
      balances.set(currency, balanceMinor)
      rows.push(brief({ transaction, posting, amountMinor, balanceMinor }))
    }
  }
  return rows
}

const brief = (row: {
  readonly transaction: { readonly id: string }
  readonly posting: number
  readonly amountMinor: number
  readonly balanceMinor: bigint
}) => ({
  id: row.transaction.id,
  posting: row.posting,
  amountMinor: row.amountMinor,
  balanceMinor: row.balanceMinor
})
