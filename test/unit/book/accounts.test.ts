import { describe, expect, it } from 'vitest'
import { LIMITS, type AccountId } from '../../../core/contract/index.js'
import { codeOf, Device, EUR, moving, USD, valueOf } from '../../helpers/book-world.js'

const paths = (device: Device): string[] => device.book.accounts().map((row) => row.path)

/** Two devices that have the same accounts: A, B and C at the top. */
function pair() {
  const one = new Device(1)
  const [a, b, c] = ['A', 'B', 'C'].map((name) => one.addAccount(name, 'asset')) as [
    AccountId,
    AccountId,
    AccountId
  ]
  const two = new Device(2)
  two.pull(one)
  return { one, two, a, b, c }
}

const meet = (one: Device, two: Device): void => {
  one.pull(two)
  two.pull(one)
  expect(one.book.accounts()).toEqual(two.book.accounts())
  expect(one.book.digest()).toBe(two.book.digest())
}

describe('the account tree', () => {
  it('sorts siblings by code, then by name, and sums up what is below', () => {
    const { one, a, b, c } = pair()
    one.write(
      { kind: 'editAccount', account: b, parent: a, code: '2' },
      { kind: 'editAccount', account: c, parent: a, code: '1' }
    )
    one.post(moving(b, c, 100))
    one.post(moving(a, c, 10))
    expect(paths(one)).toEqual(['A', 'A:C', 'A:B'])
    expect(one.book.accounts()[0]).toMatchObject({
      own: [{ currency: 'EUR', amountMinor: -10n }],
      total: [],
      postings: 1
    })
  })

  it('gives a name that was taken at the same time to the earlier one, and a number to the other', () => {
    const { one, two } = pair()
    one.addAccount('Food', 'expense')
    two.addAccount('FOOD', 'expense')
    two.addAccount('Food (2)', 'expense')
    meet(one, two)
    expect(new Set(paths(one)).size).toBe(6)
    expect(
      paths(one)
        .filter((path) => /food/i.test(path))
        .sort()
    ).toHaveLength(3)
    expect(valueOf(one.book.accountByPath('Food (2)'))).toBe(`${two.log}-1-0`)
  })

  it('shows accounts that were moved below each other at the same time at the top', () => {
    const { one, two, a, b, c } = pair()
    one.write({ kind: 'editAccount', account: a, parent: b })
    one.write({ kind: 'editAccount', account: c, parent: a })
    two.write({ kind: 'editAccount', account: b, parent: a })
    meet(one, two)
    expect(paths(one)).toEqual(['A', 'A:C', 'B'])
    // Moving one of them away mends it.
    one.write(valueOf(one.book.draftAccountEdit(a, { parent: null })))
    meet(one, two)
    expect(paths(one)).toEqual(['A', 'A:B', 'A:C'])
  })

  it('shows what was moved too deep at the top, with what is below it', () => {
    const device = new Device(1)
    const chain = Array.from({ length: 40 }, (_, index) => device.addAccount(`N${index}`, 'asset'))
    for (const [index, account] of chain.entries()) {
      if (index > 0) device.write({ kind: 'editAccount', account, parent: chain[index - 1]! })
    }
    const rows = device.book.accounts()
    expect(rows).toHaveLength(40)
    expect(Math.max(...rows.map((row) => row.depth))).toBe(LIMITS.accountDepth - 1)
    expect(rows.filter((row) => row.depth === 0).map((row) => row.name)).toEqual(['N0', 'N16', 'N32'])
  })

  it('keeps the latest of each field, and all that were set', () => {
    const { one, two, a } = pair()
    one.write({ kind: 'editAccount', account: a, name: 'Cash' })
    two.write({ kind: 'editAccount', account: a, code: '7' })
    two.write({ kind: 'editAccount', account: a, name: 'Till' })
    meet(one, two)
    expect(one.book.accounts().find((row) => row.account === a)).toMatchObject({ name: 'Till', code: '7' })
    const names = one.book.accountHistory(a).filter(({ field }) => field === 'name')
    expect(names.map(({ value }) => value)).toEqual(['A', 'Cash', 'Till'])
  })

  it('finds by path, exactly or but for case', () => {
    const { one } = pair()
    one.addAccount('food', 'expense')
    expect(codeOf(one.book.accountByPath('FOOD'))).toBe('done')
    expect(codeOf(one.book.accountByPath('Fo'))).toBe('ACCOUNT_UNKNOWN')
  })
})

describe('drafts of accounts', () => {
  it('are refused where they do not fit the tree', () => {
    const { one, a, b } = pair()
    const { book } = one
    one.write(valueOf(book.draftAccountEdit(b, { parent: a })))
    expect(codeOf(book.draftAccount({ name: 'a', type: 'asset' }))).toBe('ACCOUNT_EXISTS')
    expect(codeOf(book.draftAccount({ name: 'b', type: 'asset', parent: a }))).toBe('ACCOUNT_EXISTS')
    expect(codeOf(book.draftAccount({ name: 'D', type: 'expense', parent: a }))).toBe('ACCOUNT_TYPE_MISMATCH')
    expect(codeOf(book.draftAccount({ name: 'D', type: 'asset', parent: 'none' as AccountId }))).toBe(
      'ACCOUNT_UNKNOWN'
    )
    expect(codeOf(book.draftAccount({ name: 'D', type: 'asset', currency: 'XX' as typeof EUR }))).toBe(
      'CURRENCY_UNKNOWN'
    )
    expect(codeOf(book.draftAccountEdit(a, { parent: b }))).toBe('ACCOUNT_CYCLE')
    expect(codeOf(book.draftAccountEdit(a, { name: 'c' }))).toBe('ACCOUNT_EXISTS')
    expect(codeOf(book.draftAccountEdit(a, { name: 'a' }))).toBe('done')
    expect(codeOf(book.draftAccountEdit(a, {}))).toBe('BAD_REQUEST')
    expect(codeOf(book.draftSettings({ name: '' }))).toBe('TEXT_EMPTY')
  })

  it('cannot go deeper than the limit', () => {
    const device = new Device(1)
    let parent = device.addAccount('N', 'asset')
    for (let depth = 1; depth < LIMITS.accountDepth; depth++) parent = device.addAccount('N', 'asset', parent)
    expect(codeOf(device.book.draftAccount({ name: 'N', type: 'asset', parent }))).toBe('TOO_MANY')
    device.write({ kind: 'createAccount', name: 'N', type: 'asset', parent, code: '', currency: null })
    expect(device.book.notCounted().map(({ code }) => code)).toEqual(['TOO_MANY'])
  })
})

describe('drafts of transactions', () => {
  it('keep to open accounts and to their currency, but may amend what was there before', () => {
    const { one, a, b } = pair()
    const dollars = one.write({
      kind: 'createAccount',
      name: 'D',
      type: 'asset',
      parent: null,
      code: '',
      currency: USD
    })
    const d = `${one.log}-${dollars.index}-0` as AccountId
    const id = one.post(moving(a, b, 100))
    one.write({ kind: 'editAccount', account: a, state: 'closed' })
    expect(codeOf(one.book.checkDraft(moving(a, b, 1)))).toBe('ACCOUNT_CLOSED')
    expect(codeOf(one.book.checkDraft(moving(b, d, 1)))).toBe('CURRENCY_MISMATCH')
    expect(codeOf(one.book.draftAmend(id, moving(a, b, 200)))).toBe('done')
    expect(codeOf(one.book.draftVoid('none' as typeof id, ''))).toBe('TRANSACTION_UNKNOWN')
  })
})
