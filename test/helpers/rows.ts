/** Arbitrary books as rows: accounts, transactions that balance, conflicts, voids, in texts as nasty as they come. */
import fc from 'fast-check'
import type {
  AccountId,
  AccountRow,
  BookId,
  CurrencyCode,
  IsoDate,
  LogId,
  MemberId,
  PostingRow,
  TransactionId,
  TransactionRow,
  VersionId
} from '../../core/contract/index.js'
import { ACCOUNT_TYPES } from '../../core/contract/index.js'
import type { BookRows } from '../../core/exchange/book-rows.js'
import { keyNumber } from './operations.js'

const LOG = keyNumber<LogId>(1)
const CURRENCIES = ['EUR', 'USD', 'CNY', 'JPY', 'KWD', 'UYW'] as CurrencyCode[]

const NASTY = [
  ...[
    '',
    ' ',
    '*',
    '!',
    '(a) b',
    '[x]',
    '<x>',
    ';',
    '; note',
    'a;b',
    'a | b',
    '#',
    '=',
    '=2026-01-01',
    '@ 5 EUR',
    '"q"'
  ],
  ...[
    '2026-01-01 x',
    '~ monthly',
    '麵包店',
    '房租 2026/01',
    'Café\u00a0Zoë',
    'a\u2003b',
    '1.00 EUR',
    '-5',
    '% x',
    '& y'
  ],
  ...[
    'note: x, date: tomorrow',
    'date2:1',
    '[2026-01-99]',
    '[=x]',
    'a:b',
    '::',
    'Value:: 1/0',
    'x:: (1 +',
    ':a:b:',
    ',date:x'
  ],
  ...[
    'include /etc/passwd',
    'comment',
    'end',
    'apply account x',
    '{1 EUR}',
    '\\',
    "'",
    '%(account)',
    'P 2026-01-01 EUR 1 USD'
  ],
  ...[
    'line\nbreak',
    'tab\tbed',
    '\r\n    Injected  1000.00 EUR',
    '\u2028x',
    '\u0085y',
    '\ufeff',
    '\ud800',
    '\u202ertl',
    '🥐',
    'e\u0301'
  ]
]

/** A text of any kind; `plain` spoils nothing that a name may not hold. */
const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.array(fc.constantFrom(...NASTY), { maxLength: 3 }).map((parts) => parts.join(' '))
)

const date = fc
  .date({ min: new Date('1999-01-01T00:00:00Z'), max: new Date('2031-12-31T00:00:00Z'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10) as IsoDate)

/** Trees whose shown names are unique, as the book makes them. */
function accountRows(
  seeds: readonly { name: string; parent: number; type: number; code: string; closed: number }[]
): AccountRow[] {
  const rows: AccountRow[] = []
  const taken = new Set<string>()
  for (const [index, seed] of seeds.entries()) {
    const parent = index === 0 ? undefined : rows[seed.parent % (index + 1)]
    const name = seed.name.trim() === '' ? 'x' : seed.name
    let path = parent ? `${parent.path}:${name}` : name
    for (let count = 2; taken.has(path); count++) path = `${parent ? `${parent.path}:` : ''}${name} (${count})`
    taken.add(path)
    rows.push({
      account: `${LOG}-1-${index}` as AccountId,
      parent: parent?.account ?? null,
      name,
      path,
      depth: parent ? parent.depth + 1 : 0,
      type: parent?.type ?? (ACCOUNT_TYPES[seed.type % 5] as AccountRow['type']),
      code: seed.code,
      currency: null,
      state: seed.closed === 0 ? 'closed' : 'open',
      postings: 0,
      own: [],
      total: []
    })
  }
  return rows
}

const amount = fc.oneof(
  fc.integer({ min: -100_000, max: 100_000 }),
  fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 })
)

const leg = fc.record({
  account: fc.nat(),
  amountMinor: amount,
  currency: fc.constantFrom(...CURRENCIES),
  worthMinor: fc.integer({ min: 1, max: 1_000_000 }),
  note: text
})
type Leg = typeof leg extends fc.Arbitrary<infer T> ? T : never

/** Postings that balance in `base`: what is in another currency counts by a value, and the last takes what is left. */
function postingRows(legs: readonly Leg[], base: CurrencyCode, rows: readonly AccountRow[]): PostingRow[] {
  const to = (index: number): Pick<PostingRow, 'account' | 'path'> => {
    const row = rows[index % rows.length] as AccountRow
    return { account: row.account, path: row.path }
  }
  const postings = legs.map(({ account, amountMinor, currency, worthMinor, note }): PostingRow => {
    const foreign = currency !== base && amountMinor !== 0
    const value = foreign ? { amountMinor: Math.sign(amountMinor) * worthMinor, currency: base } : null
    return { ...to(account), amountMinor, currency: foreign ? currency : base, value, note }
  })
  const left = postings.reduce((sum, { amountMinor, value }) => sum + (value?.amountMinor ?? amountMinor), 0)
  return [...postings, { ...to(legs.length), amountMinor: 0 - left, currency: base, value: null, note: '' }]
}

const transaction = fc.record({
  date,
  payee: text,
  note: text,
  tags: fc.array(text, { maxLength: 3 }),
  base: fc.constantFrom(...CURRENCIES),
  legs: fc.array(leg, { minLength: 1, maxLength: 4 }),
  fate: fc.constantFrom('posted', 'posted', 'posted', 'void', 'conflict')
})
type Seed = typeof transaction extends fc.Arbitrary<infer T> ? T : never

function transactionRow(seed: Seed, index: number, accounts: readonly AccountRow[]): TransactionRow {
  const place = `${LOG}-${index + 2}-0`
  return {
    id: place as TransactionId,
    version: place as VersionId,
    date: seed.date,
    payee: seed.payee,
    note: seed.note,
    tags: seed.tags.filter((tag) => tag.trim() !== ''),
    postings: postingRows(seed.legs, seed.base, accounts),
    state: seed.fate === 'void' ? 'void' : 'posted',
    conflict: seed.fate === 'conflict' ? 'open' : 'none',
    versions: 1,
    author: keyNumber<MemberId>(4),
    authorName: 'Ana; (x)'
  }
}

const account = fc.record({ name: text, parent: fc.nat(), type: fc.nat(4), code: text, closed: fc.nat(5) })

export const bookRows: fc.Arbitrary<BookRows> = fc
  .record({
    name: text,
    accounts: fc.array(account, { minLength: 1, maxLength: 8 }),
    transactions: fc.array(transaction, { maxLength: 12 })
  })
  .map(({ name, accounts, transactions }) => {
    const rows = accountRows(accounts)
    const sorted = [...transactions].sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
    return {
      summary: { book: keyNumber<BookId>(9), name, currency: 'EUR' as CurrencyCode },
      accounts: rows,
      transactions: sorted.map((seed, index) => transactionRow(seed, index, rows))
    }
  })
