import { describe, expect, it } from 'vitest'
import type {
  AccountId,
  AccountRow,
  BookId,
  CurrencyCode,
  IsoDate,
  MemberId,
  PostingRow,
  TransactionId
} from '../../../core/contract/index.js'
import { balanceOf } from '../../../renderer/state/balance.js'
import { EntryDraft } from '../../../renderer/state/entry-draft.svelte.js'
import { Unfinished } from '../../../renderer/state/unfinished.js'

const EUR = 'EUR' as CurrencyCode
const USD = 'USD' as CurrencyCode

function account(path: string, more: Partial<AccountRow> = {}): AccountRow {
  return {
    account: path as AccountId,
    parent: null,
    name: path.split(':').at(-1) ?? path,
    path,
    depth: 0,
    type: 'expense',
    code: '',
    currency: null,
    state: 'open',
    postings: 0,
    own: [],
    total: [],
    ...more
  }
}

const ACCOUNTS = [
  account('Food'),
  account('Bank', { type: 'asset' }),
  account('Dollars', { type: 'asset', currency: USD }),
  account('Old', { state: 'closed' })
]

function draftOf(...lines: [account: string, amount: string, value?: string][]): EntryDraft {
  const draft = new EntryDraft(
    { bookCurrency: EUR, account: (id) => ACCOUNTS.find((row) => row.account === id) },
    '2026-03-14' as IsoDate
  )
  while (draft.lines.length < lines.length) draft.addLine()
  for (const [index, [name, amount, value]] of lines.entries()) {
    const line = draft.lines[index]
    if (!line) continue
    line.account = (name || null) as AccountId | null
    line.accountText = name
    line.amountText = amount
    line.valueText = value ?? ''
  }
  return draft
}

describe('what is missing', () => {
  const line = (amountMinor: number | null, currency = EUR, valueMinor: number | null = null) => ({
    amountMinor,
    currency,
    valueMinor
  })

  it('is nothing when it balances', () => {
    expect(balanceOf([line(100), line(-100)], EUR)).toEqual({ main: EUR, missing: [], fill: null })
  })

  it('goes to the one line that is empty', () => {
    expect(balanceOf([line(100), line(50), line(null)], EUR).fill).toEqual({
      field: 'amount',
      line: 2,
      amountMinor: -150
    })
  })

  it('goes nowhere when two lines are empty', () => {
    expect(balanceOf([line(100), line(null), line(null)], EUR).fill).toBeNull()
  })

  it('is the value of the one foreign line', () => {
    expect(balanceOf([line(10000, USD), line(-9200)], EUR).fill).toEqual({
      field: 'value',
      line: 0,
      amountMinor: 9200
    })
  })

  it('is never a value of the other sign', () => {
    expect(balanceOf([line(10000, USD), line(9200)], EUR).fill).toBeNull()
  })
})

describe('EntryDraft', () => {
  it('fills in the last amount and becomes a transaction', () => {
    const draft = draftOf(['Food', '42.10'], ['Bank', ''])
    draft.payee = ' Corner Market '
    draft.tagsText = '#home, weekly home'
    expect(draft.ghost(1, 'amount')).toBe('\u221242.10')
    expect(draft.problem).toBeNull()
    expect(draft.finish()).toEqual({
      date: '2026-03-14',
      payee: 'Corner Market',
      note: '',
      tags: ['home', 'weekly'],
      postings: [
        { account: 'Food', amountMinor: 4210, currency: 'EUR' },
        { account: 'Bank', amountMinor: -4210, currency: 'EUR' }
      ]
    })
  })

  it('refuses what does not balance, and says by how much', () => {
    const draft = draftOf(['Food', '42.10'], ['Bank', '-40'])
    expect(draft.problem).toEqual({ kind: 'unbalanced', line: null })
    expect(draft.balance.missing).toEqual([{ currency: 'EUR', amountMinor: -210 }])
    expect(draft.finish()).toBeNull()
  })

  it('says which line is to blame', () => {
    expect(draftOf(['', '5'], ['Bank', '']).problem).toEqual({ kind: 'account', line: 0 })
    expect(draftOf(['Food', '1,234'], ['Bank', '']).problem?.refusal?.code).toBe('AMOUNT_AMBIGUOUS')
    expect(draftOf(['Food', '5'], ['Old', '']).problem).toEqual({ kind: 'closed', line: 1 })
    expect(draftOf(['Dollars', '5 EUR'], ['Bank', '']).problem).toEqual({ kind: 'currency', line: 0 })
    expect(draftOf(['Food', ''], ['Bank', '']).problem).toEqual({ kind: 'missing-amount', line: 0 })
    expect(draftOf(['', ''], ['', '']).problem).toEqual({ kind: 'too-few', line: null })
  })

  it('skips lines that were left blank', () => {
    const draft = draftOf(['Food', '5'], ['', ''], ['Bank', '-5'])
    expect(draft.finish()?.postings).toHaveLength(2)
  })

  it('values a foreign line by what the others come to', () => {
    const draft = draftOf(['Dollars', '100'], ['Bank', '-92'])
    expect(draft.isForeign(0)).toBe(true)
    expect(draft.ghost(0, 'value')).toBe('92.00')
    expect(draft.finish()?.postings[0]).toEqual({
      account: 'Dollars',
      amountMinor: 10000,
      currency: 'USD',
      value: { amountMinor: 9200, currency: 'EUR' }
    })
  })

  it('gives a value the sign of its amount', () => {
    const draft = draftOf(['Food', '50'], ['Dollars', '-55', '50'])
    expect(draft.finish()?.postings[1]?.value).toEqual({ amountMinor: -5000, currency: 'EUR' })
  })

  it('takes over an earlier entry, leaving the last amount to follow', () => {
    const posting = (name: string, amountMinor: number): PostingRow => ({
      account: name as AccountId,
      path: name,
      amountMinor,
      currency: EUR,
      value: null,
      note: ''
    })
    const draft = draftOf()
    draft.fillFrom([posting('Food', 4210), posting('Bank', -4210)])
    expect(draft.lines.map((line) => line.amountText)).toEqual(['42.10', ''])
    const first = draft.lines[0]
    if (first) first.amountText = '50'
    expect(draft.finish()?.postings.map((row) => row.amountMinor)).toEqual([5000, -5000])
  })

  it('knows whether something would be lost', () => {
    const draft = draftOf()
    expect(draft.dirty).toBe(false)
    draft.payee = 'x'
    expect(draft.dirty).toBe(true)
  })

  it('goes on with what was typed before, in other hands', () => {
    const draft = draftOf(['Food', '42.1'], ['Bank', ''], ['', 'x'])
    Object.assign(draft, { payee: 'Baker', note: 'rolls', tagsText: 'a b', dateText: '12.' })
    const again = draftOf().type(structuredClone(draft.texts))
    expect(again.texts).toEqual(draft.texts)
    expect(again.dirty).toBe(true)
    expect(again.problem).toEqual(draft.problem)
  })
})

describe('what was left half written', () => {
  const [ana, ben] = ['ana', 'ben'] as MemberId[]
  const [book, other] = ['book', 'other'] as BookId[]
  const one = 'one' as TransactionId

  it('waits in its place for the same person, and is given back once', () => {
    const unfinished = new Unfinished()
    const { texts } = draftOf(['Food', '1'])
    unfinished.keepEntry({ member: ana!, book: book! }, texts)
    unfinished.keepComment({ member: ana!, book: book!, commentsOn: one }, 'Why')
    expect(unfinished.takeEntry({ member: ben!, book: book! })).toBeNull()
    expect(unfinished.takeEntry({ member: ana!, book: other! })).toBeNull()
    expect(unfinished.takeEntry({ member: ana!, book: book!, amends: one })).toBeNull()
    expect(unfinished.takeEntry({ member: ana!, book: book! })).toEqual(texts)
    expect(unfinished.takeEntry({ member: ana!, book: book! })).toBeNull()
    expect(unfinished.takeComment({ member: ana!, book: book!, commentsOn: one })).toBe('Why')
    expect(unfinished.takeComment({ member: ana!, book: book!, commentsOn: one })).toBe('')
  })
})
