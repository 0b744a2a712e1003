import { describe, expect, it } from 'vitest'
import {
  allowAll,
  codeOf,
  day,
  Device,
  EUR,
  moving,
  newBook,
  ownOnly,
  USD,
  valueOf
} from '../../helpers/book-world.js'

const page = { limit: 100 }

function started(number = 1, judge = allowAll) {
  const device = new Device(number, judge)
  const bank = device.addAccount('Bank', 'asset')
  const food = device.addAccount('Food', 'expense')
  return { device, bank, food }
}

describe('posting', () => {
  it('shows the transaction, the balances and the register', () => {
    const { device, bank, food } = started()
    const id = device.post(moving(bank, food, 1250))
    device.post(moving(bank, food, 250, { date: day('2026-02-01') }))
    const { book } = device
    const rows = book.journal({}, page).rows
    expect(rows.map((row) => row.date)).toEqual(['2026-03-01', '2026-02-01'])
    expect(rows[0]).toMatchObject({
      id,
      version: id,
      payee: 'Baker',
      state: 'posted',
      conflict: 'none',
      versions: 1
    })
    expect(book.trialBalance().rows).toMatchObject([
      { path: 'Bank', amountMinor: -1500n },
      { path: 'Food', amountMinor: 1500n }
    ])
    expect(book.trialBalance(day('2026-02-28')).rows).toMatchObject([
      { amountMinor: -250n },
      { amountMinor: 250n }
    ])
    expect(book.trialBalance().sums).toEqual([{ currency: 'EUR', amountMinor: 0n }])
    const register = book.register(food, 'own', {}, page).rows
    expect(register.map((row) => row.balanceMinor)).toEqual([1500n, 250n])
  })

  it('has the balances of a day in steps, too', () => {
    const device = new Device(1)
    const bank = device.addAccount('Bank', 'asset')
    const food = device.addAccount('Food', 'expense')
    for (let index = 0; index < 2_000; index++) {
      const date = day(`2026-01-${String(1 + ((index * 7) % 28)).padStart(2, '0')}`)
      device.post(moving(bank, food, 100, { date }))
    }
    let slices = 1
    while (device.book.balanceWork(() => true) === 'more') slices++
    expect(slices).toBeGreaterThan(8)
    expect(device.book.balanceWork(() => true)).toBe('done')
    // A quarter of 28 days, each with as many.
    expect(device.book.trialBalance(day('2026-01-07')).rows.map(({ amountMinor }) => amountMinor)).toEqual([
      -50_000n,
      50_000n
    ])
  })

  it('does not count what does not balance, names no account, or names one that its author had not seen', () => {
    const { device, bank, food } = started()
    const stranger = new Device(2)
    const content = { date: day('2026-01-01'), payee: '', note: '', tags: [] }
    const posting = (account: typeof bank, amountMinor: number) => ({
      account,
      amountMinor,
      currency: EUR,
      value: null,
      note: ''
    })
    device.write({ kind: 'post', ...content, postings: [posting(bank, 1), posting(food, 1)] })
    device.write({
      kind: 'post',
      ...content,
      postings: [posting(bank, 1), posting('nothing' as typeof bank, -1)]
    })
    const unseen = stranger.write({ kind: 'post', ...content, postings: [posting(bank, 1), posting(food, -1)] })
    device.take(unseen)
    expect(
      device.book
        .notCounted()
        .map(({ code }) => code)
        .sort()
    ).toEqual(['ACCOUNT_UNKNOWN', 'ACCOUNT_UNKNOWN', 'UNBALANCED'])
    expect(device.book.summary().transactions).toBe(0)
    expect(device.book.trialBalance().rows).toEqual([])
  })

  it('counts accounts made earlier in the same entry, not later', () => {
    const device = new Device(1)
    const log = device.log
    const make = (name: string, type: 'asset' | 'expense') =>
      ({ kind: 'createAccount', name, type, parent: null, code: '', currency: null }) as const
    const at = (operation: number) => `${log}-0-${operation}` as Parameters<typeof moving>[0]
    const post = (from: number, to: number) => ({
      kind: 'post' as const,
      date: day('2026-01-01'),
      payee: '',
      note: '',
      tags: [],
      postings: [
        { account: at(to), amountMinor: 1, currency: EUR, value: null, note: '' },
        { account: at(from), amountMinor: -1, currency: EUR, value: null, note: '' }
      ]
    })
    device.write(make('Bank', 'asset'), post(0, 3), post(0, 0), make('Food', 'expense'), post(0, 3))
    expect(device.book.notCounted().map(({ place, code }) => [place, code])).toEqual([
      [`${log}-0-1`, 'ACCOUNT_UNKNOWN']
    ])
    expect(device.book.summary().transactions).toBe(2)
  })

  it('ignores an entry that it has', () => {
    const { device, bank, food } = started()
    device.post(moving(bank, food, 1))
    const before = device.book.digest()
    for (const entry of device.entries) device.book.apply(entry, allowAll)
    expect(device.book.digest()).toBe(before)
    expect(device.book.journal({}, page).total).toBe(1)
  })

  it('derives what was exchanged, so that each currency sums to zero', () => {
    const { device, bank, food } = started()
    device.post({
      date: day('2026-01-01'),
      payee: 'Airport',
      postings: [
        { account: food, amountMinor: 1100, currency: USD, value: { amountMinor: 1000, currency: EUR } },
        { account: bank, amountMinor: -1000, currency: EUR }
      ]
    })
    const balance = device.book.trialBalance()
    expect(balance.exchange).toEqual([
      { currency: 'EUR', amountMinor: 1000n },
      { currency: 'USD', amountMinor: -1100n }
    ])
    expect(balance.sums).toEqual([
      { currency: 'EUR', amountMinor: 0n },
      { currency: 'USD', amountMinor: 0n }
    ])
    expect(device.book.trialBalance(day('2026-01-01'))).toMatchObject({
      exchange: balance.exchange,
      sums: balance.sums
    })
    expect(device.book.trialBalance(day('2025-12-31'))).toMatchObject({ rows: [], exchange: [], sums: [] })
  })
})

describe('versions', () => {
  it('shows the amended version, keeps the first, and moves the row to its new date', () => {
    const { device, bank, food } = started()
    const id = device.post(moving(bank, food, 100))
    device.post(moving(bank, food, 5, { date: day('2026-03-02') }))
    device.write(valueOf(device.book.draftAmend(id, moving(bank, food, 300, { date: day('2026-04-01') }))))
    const detail = valueOf(device.book.transaction(id))
    expect(detail.transaction).toMatchObject({ date: '2026-04-01', versions: 2, conflict: 'none' })
    expect(detail.history.map(({ kind, standing }) => [kind, standing])).toEqual([
      ['post', 'replaced'],
      ['amend', 'shown']
    ])
    expect(device.book.journal({}, page).rows.map((row) => row.id)[0]).toBe(id)
    expect(device.book.journalPosition(id)).toBe(0)
    expect(device.book.journalPosition(id, {}, 'oldest')).toBe(1)
    expect(device.book.trialBalance().rows.map((row) => row.amountMinor)).toEqual([-305n, 305n])
  })

  it('voids, keeping the content, and revives by an amend', () => {
    const { device, bank, food } = started()
    const id = device.post(moving(bank, food, 100))
    device.write(valueOf(device.book.draftVoid(id, 'entered twice')))
    expect(device.book.trialBalance().rows).toEqual([])
    expect(valueOf(device.book.transaction(id)).transaction).toMatchObject({
      state: 'void',
      note: 'entered twice',
      payee: 'Baker'
    })
    expect(codeOf(device.book.draftVoid(id, ''))).toBe('TRANSACTION_VOIDED')
    expect(device.book.journal({ state: 'void' }, page).total).toBe(1)
    expect(device.book.journal({ state: 'posted' }, page).total).toBe(0)
    device.write(valueOf(device.book.draftAmend(id, moving(bank, food, 100))))
    expect(device.book.trialBalance().rows).toHaveLength(2)
  })

  it('lists concurrent amends as a conflict until one settles it', () => {
    const { device: a, bank, food } = started()
    const id = a.post(moving(bank, food, 100))
    const b = new Device(2)
    b.pull(a)
    a.write(valueOf(a.book.draftAmend(id, moving(bank, food, 200))))
    b.write(valueOf(b.book.draftAmend(id, moving(bank, food, 300))))
    a.pull(b)
    b.pull(a)
    expect(a.book.digest()).toBe(b.book.digest())
    const [conflict] = a.book.conflicts()
    expect(conflict?.heads.map((head) => head.standing)).toEqual(['shown', 'head'])
    expect(conflict?.author).toBe(valueOf(a.book.transaction(id)).transaction.author)
    expect(a.book.journal({ conflict: 'open' }, page).total).toBe(1)
    const other = conflict!.heads[1]!
    a.write(valueOf(a.book.draftResolve(id, { version: other.version })))
    b.pull(a)
    for (const { book } of [a, b]) {
      expect(book.conflicts()).toEqual([])
      expect(valueOf(book.transaction(id)).transaction).toMatchObject({ conflict: 'none', versions: 4 })
      expect(valueOf(book.transaction(id)).transaction.postings[0]?.amountMinor).toBe(
        other.postings[0]?.amountMinor
      )
    }
    expect(codeOf(a.book.draftResolve(id, { version: other.version }))).toBe('NOT_IN_CONFLICT')
  })

  it('sees no conflict where all heads say the same', () => {
    const { device: a, bank, food } = started()
    const first = a.post(moving(bank, food, 100))
    const second = a.post(moving(bank, food, 100))
    const b = new Device(2)
    b.pull(a)
    for (const { write, book } of [a, b].map((device) => ({
      book: device.book,
      write: device.write.bind(device)
    }))) {
      write(valueOf(book.draftVoid(first, 'twice')))
      write(valueOf(book.draftAmend(second, moving(bank, food, 900))))
    }
    a.pull(b)
    expect(a.book.conflicts()).toEqual([])
    expect(valueOf(a.book.transaction(first)).history.map(({ standing }) => standing)).toEqual([
      'replaced',
      'head',
      'shown'
    ])
    // A later amend still replaces every head.
    expect(valueOf(a.book.draftAmend(second, moving(bank, food, 1)))).toMatchObject({ replaces: { length: 2 } })
  })

  it('lists what may not be done, in the history of its transaction too', () => {
    const { device: a, bank, food } = started(1, ownOnly)
    const id = a.post(moving(bank, food, 100))
    const b = new Device(2, ownOnly)
    b.pull(a)
    const entry = b.write(valueOf(b.book.draftVoid(id, '')))
    a.pull(b)
    expect(a.book.notCounted()).toMatchObject([
      { place: `${b.log}-${entry.index}-0`, origin: { author: b.member }, code: 'NOT_ALLOWED' }
    ])
    const detail = valueOf(a.book.transaction(id))
    expect(detail.transaction).toMatchObject({ state: 'posted', author: a.member })
    expect(detail.history[1]).toMatchObject({ standing: 'not-counted', reason: 'NOT_ALLOWED' })
    expect(a.book.digest()).toBe(b.book.digest())
  })

  it('does not count an amend of what its author had not seen, or of several transactions', () => {
    const { device: a, bank, food } = started()
    const b = new Device(2)
    b.pull(a)
    const [first, second] = [a.post(moving(bank, food, 1)), a.post(moving(bank, food, 2))]
    const unseen = valueOf(a.book.draftAmend(first, moving(bank, food, 3)))
    b.write(unseen)
    a.pull(b)
    if (unseen.kind !== 'amend') throw new Error('an amend was drafted')
    const versions = [first, second].map((id) => valueOf(a.book.transaction(id)).transaction.version)
    a.write({ ...unseen, replaces: versions })
    a.write({ ...unseen, replaces: [] })
    expect(a.book.notCounted().map(({ code }) => code)).toEqual(Array(3).fill('REPLACES_UNSEEN'))
    b.pull(a)
    expect(b.book.digest()).toBe(a.book.digest())
    expect(newBook().digest()).not.toBe(a.book.digest())
  })
})
