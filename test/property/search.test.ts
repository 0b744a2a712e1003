/** Filters and searches, against a reader who looks at every row. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AccountRow, JournalFilter, TransactionRow } from '../../core/contract/index.js'
import { formatDecimal } from '../../core/domain/amount.js'
import { play, steps } from '../helpers/book-histories.js'

const fold = (text: string): string => text.normalize('NFC').toLowerCase()

function textsOf({ payee, note, tags, postings }: TransactionRow): string[] {
  const written = postings.flatMap(({ path, note: own, amountMinor, currency }) => [
    path,
    own,
    formatDecimal(amountMinor, currency)
  ])
  return [payee, note, ...tags, ...written].map(fold)
}

function fits(row: TransactionRow, filter: JournalFilter, below: ReadonlySet<string>): boolean {
  const words = fold(filter.search ?? '')
    .split(/\s+/)
    .filter((word) => word !== '')
  const texts = textsOf(row)
  if (filter.state && filter.state !== 'any' && row.state !== filter.state) return false
  if (filter.conflict && row.conflict !== 'open') return false
  if (filter.account && !row.postings.some(({ account }) => below.has(account))) return false
  return words.every((word) => texts.some((text) => text.includes(word)))
}

const WORDS = [
  '',
  'b',
  'baker',
  'a',
  'food (2)',
  'rail bank',
  '1',
  '-1',
  '0.',
  '.5',
  'caf\u00e9',
  'rent:',
  '25 b'
]

const filters = fc.record(
  {
    search: fc.constantFrom(...WORDS),
    state: fc.constantFrom('posted' as const, 'void' as const, 'any' as const),
    conflict: fc.constant('open' as const)
  },
  { requiredKeys: [] }
)

/** The account and all below it. */
const below = (accounts: readonly AccountRow[], { path }: AccountRow): Set<string> =>
  new Set(
    accounts.filter((row) => row.path === path || row.path.startsWith(`${path}:`)).map((row) => row.account)
  )

describe('the journal and the registers', () => {
  it('list what a reader of every row would list', () => {
    fc.assert(
      fc.property(steps(60), fc.array(filters, { minLength: 1, maxLength: 6 }), (script, asked) => {
        const { book } = play(script)[0]!
        const rows = [...book.rows()]
        const accounts = book.accounts()
        for (const filter of asked) {
          for (const account of [undefined, ...accounts.slice(0, 4)]) {
            const under = account ? below(accounts, account) : new Set<string>()
            const wanted = rows.filter((row) => fits(row, { ...filter, account: account?.account }, under))
            const page = book.journal(
              { ...filter, account: account?.account },
              { limit: 2000, order: 'oldest' }
            )
            expect(page.rows.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id))
            if (!account) continue
            const lines = wanted
              .filter(({ state }) => state === 'posted')
              .flatMap(({ id, postings }) =>
                postings.flatMap((posting, at) => (under.has(posting.account) ? [`${id} ${at}`] : []))
              )
            const register = book.register(account.account, 'subtree', filter, { limit: 2000, order: 'oldest' })
            expect(register.rows.map(({ transaction, posting }) => `${transaction.id} ${posting}`)).toEqual(
              lines
            )
          }
        }
      }),
      { numRuns: 60 }
    )
  }, 60_000)
})
