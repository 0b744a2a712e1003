import { describe, expect, it } from 'vitest'
import type { JournalFilter } from '../../../core/contract/index.js'
import { codeOf, day, Device, EUR, moving, valueOf } from '../../helpers/book-world.js'

function filled() {
  const device = new Device(1)
  const assets = device.addAccount('Assets', 'asset')
  const bank = device.addAccount('Bank', 'asset', assets)
  const cash = device.addAccount('Cash', 'asset', assets)
  const food = device.addAccount('Food', 'expense')
  const ids = Array.from({ length: 20 }, (_, index) =>
    device.post(
      moving(index % 2 === 0 ? bank : cash, food, 100 + index, {
        date: day(`2026-01-${String(20 - index).padStart(2, '0')}`),
        payee: ['Baker', 'Café Zoë', 'Rail & Sons'][index % 3]!,
        note: index === 7 ? 'Geburtstag' : '',
        tags: index === 8 ? ['trip'] : []
      })
    )
  )
  const found = (filter: JournalFilter): number => device.book.journal(filter, { limit: 100 }).total
  return { device, book: device.book, assets, bank, cash, food, ids, found }
}

describe('the journal', () => {
  it('comes by pages, newest or oldest first', () => {
    const { book, ids } = filled()
    const newest = book.journal({}, { limit: 5, offset: 3 })
    expect(newest).toMatchObject({ total: 20, offset: 3 })
    expect(newest.rows.map((row) => row.id)).toEqual(ids.slice(3, 8))
    const oldest = book.journal({}, { limit: 5, offset: 18, order: 'oldest' })
    expect(oldest.rows.map((row) => row.id)).toEqual([ids[1], ids[0]])
    expect(book.journal({}, { limit: 5, offset: 99 })).toEqual({ rows: [], total: 20, offset: 20 })
    for (const [index, id] of ids.entries()) {
      expect(book.journalPosition(id)).toBe(index)
      expect(book.journalPosition(id, { from: day('2026-01-05'), to: day('2026-01-15') }, 'oldest')).toBe(
        index < 5 || index > 15 ? -1 : 15 - index
      )
    }
  })

  it('finds words in payees, notes, tags, account paths and amounts, whatever their case and accents', () => {
    const { found } = filled()
    expect(found({ search: 'baker' })).toBe(7)
    expect(found({ search: 'CAFE\u0301 zoë' })).toBe(7)
    expect(found({ search: 'rail & sons' })).toBe(6)
    expect(found({ search: 'geburts' })).toBe(1)
    expect(found({ search: 'trip' })).toBe(1)
    expect(found({ search: 'assets:cash baker' })).toBe(3)
    expect(found({ search: '1.07' })).toBe(1)
    expect(found({ search: '-1.1' })).toBe(10)
    expect(found({ search: '\u22121.1' })).toBe(10)
    expect(found({ search: '.* (' })).toBe(0)
    expect(found({ search: '  ' })).toBe(20)
  })

  it('filters by account with what is below it, dates and state, and keeps up with changes', () => {
    const { device, book, assets, bank, food, found, ids } = filled()
    expect(found({ account: assets })).toBe(20)
    expect(found({ account: bank, from: day('2026-01-10'), to: day('2026-01-20'), state: 'posted' })).toBe(6)
    device.write(valueOf(book.draftVoid(ids[0]!, '')))
    expect(found({ account: bank, state: 'posted' })).toBe(9)
    expect(found({ state: 'void' })).toBe(1)
    device.post(moving(bank, food, 5, { payee: 'Baker', date: day('2026-01-11') }))
    expect(found({ account: bank, from: day('2026-01-10'), to: day('2026-01-20'), state: 'posted' })).toBe(6)
    expect(found({ search: 'baker' })).toBe(8)
  })
})

describe('the register', () => {
  it('has the balance of the whole account, also where a filter leaves lines out', () => {
    const { book, assets, bank } = filled()
    const own = book.register(bank, 'own', { search: 'baker' }, { limit: 2, order: 'oldest' })
    expect(own.total).toBe(4)
    expect(own.rows.map((row) => [row.amountMinor, row.balanceMinor])).toEqual([
      [-118, -118n],
      [-112, -118n - 116n - 114n - 112n]
    ])
    const below = book.register(assets, 'subtree', {}, { limit: 1 })
    expect(below).toMatchObject({ total: 20, rows: [{ balanceMinor: -2190n, amountMinor: -100 }] })
    expect(book.register(assets, 'own', {}, { limit: 1 }).total).toBe(0)
  })

  it('leaves void transactions out', () => {
    const { device, book, food, ids } = filled()
    device.write(valueOf(book.draftVoid(ids[19]!, '')))
    expect(book.register(food, 'own', { state: 'any' }, { limit: 1, order: 'oldest' })).toMatchObject({
      total: 19,
      rows: [{ balanceMinor: 118n }]
    })
  })
})

describe('finding a transaction', () => {
  it('takes a whole id, a shortened one, and a version', () => {
    const { device, book, ids, bank, food } = filled()
    const id = ids[2]!
    const version = device.write(valueOf(book.draftAmend(id, moving(bank, food, 1))))
    const index = id.split('-')[1]!
    for (const typed of [
      id,
      `${id.slice(0, 4)}-${index}`,
      `${id.slice(0, 9)}-${index}-0`,
      `${device.log}-${version.index}-0`
    ]) {
      expect(valueOf(book.findTransaction(typed))).toBe(id)
    }
    expect(codeOf(book.findTransaction(id.slice(0, 6)))).toBe('TRANSACTION_AMBIGUOUS')
    expect(codeOf(book.findTransaction(''))).toBe('TRANSACTION_UNKNOWN')
    expect(codeOf(book.findTransaction('zzz-1-0'))).toBe('TRANSACTION_UNKNOWN')
  })
})

describe('payees', () => {
  it('come by how they begin, then by use, with their latest transaction', () => {
    const { device, book, bank, food, ids } = filled()
    device.post(moving(bank, food, 9, { payee: 'Old baker', date: day('2020-01-01') }))
    expect(book.payees('ba', 5).map((row) => [row.payee, row.uses])).toEqual([
      ['Baker', 7],
      ['Old baker', 1]
    ])
    expect(book.payees('', 2).map((row) => row.payee)).toEqual(['Baker', 'Café Zoë'])
    expect(book.payees('bak', 1)[0]).toMatchObject({
      latest: ids[0],
      postings: [{ amountMinor: 100, currency: EUR }, {}]
    })
    device.write(valueOf(book.draftVoid(ids[0]!, '')))
    expect(book.payees('bak', 1)[0]).toMatchObject({ uses: 6, latest: ids[3] })
  })
})
