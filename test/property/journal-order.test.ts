/** The order of the journal and of registers when very many transactions come at once, whatever order they come in. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AccountId, TransactionRow } from '../../core/contract/index.js'
import type { Operation, PlacedEntry } from '../../core/ops/operations.js'
import { parsePlace } from '../../core/ops/place.js'
import { allowAll, day, Device, EUR, newBook } from '../helpers/book-world.js'

/** Days in few months, so that many transactions share one. */
const dayOf = (number: number) =>
  day(`20${String(10 + (number % 3)).padStart(2, '0')}-0${1 + (number % 7)}-1${number % 10}`)

const post = (from: AccountId, to: AccountId, number: number): Operation => ({
  kind: 'post',
  date: dayOf(number),
  payee: '',
  note: '',
  tags: [],
  postings: [
    { account: to, amountMinor: number, currency: EUR, value: null, note: '' },
    { account: from, amountMinor: -number, currency: EUR, value: null, note: '' }
  ]
})

/** Three devices that post apart; `packs` says how many transactions each of their entries holds. */
function world(packs: readonly (readonly number[])[]) {
  const founder = new Device(0)
  const from = founder.addAccount('Bank', 'asset')
  const to = founder.addAccount('Food', 'expense')
  let number = 0
  const logs = packs.map((sizes, index) => {
    const device = new Device(index + 1)
    device.pull(founder)
    return sizes.map((size) =>
      device.write(...Array.from({ length: size }, () => post(from, to, (number = (number * 31 + 7) % 9973))))
    )
  })
  return { founding: founder.entries, logs, to }
}

/** Merges the logs in an order that `choices` decides. */
function shuffled(logs: readonly (readonly PlacedEntry[])[], choices: readonly number[]): PlacedEntry[] {
  const rest = logs.map((log) => [...log])
  const merged: PlacedEntry[] = []
  for (let turn = 0; rest.some((log) => log.length > 0); turn++) {
    const open = rest.filter((log) => log.length > 0)
    merged.push(open[(choices[turn % choices.length] ?? 0) % open.length]!.shift()!)
  }
  return merged
}

function inOrder(rows: readonly TransactionRow[], lamports: ReadonlyMap<string, number>): string[] {
  const keyed = rows.map(({ id, date }) => {
    const { log, index, operation } = parsePlace(id)!
    return { id, date, log, index, operation, lamport: lamports.get(`${log}-${index}`)! }
  })
  keyed.sort(
    (a, b) =>
      (a.date < b.date ? -1 : a.date > b.date ? 1 : 0) ||
      a.lamport - b.lamport ||
      (a.log < b.log ? -1 : a.log > b.log ? 1 : 0) ||
      a.index - b.index ||
      a.operation - b.operation
  )
  return keyed.map(({ id }) => id)
}

const packs = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 6 })

describe('many transactions at once', () => {
  it('stand by date, then by logical time, log and place, and so do their lines', () => {
    fc.assert(
      fc.property(
        fc.tuple(packs, packs, packs),
        fc.array(fc.nat(2), { minLength: 1 }),
        fc.boolean(),
        (sizes, choices, isWorked) => {
          const { founding, logs, to } = world(sizes)
          const book = newBook()
          const entries = [...founding, ...shuffled(logs, choices)]
          for (const entry of entries) book.apply(entry, allowAll)
          if (isWorked) while (book.prepareWork(() => true) === 'more');
          const lamports = new Map(entries.map(({ log, index, lamport }) => [`${log}-${index}`, lamport]))
          const rows = [...book.rows()]
          expect(rows).toHaveLength(sizes.flat().reduce((sum, size) => sum + size, 0))
          const wanted = inOrder(rows, lamports)
          expect(rows.map(({ id }) => id)).toEqual(wanted)
          const lines = book.register(to, 'own', {}, { limit: 1000, order: 'oldest' })
          expect(lines.rows.map(({ transaction }) => transaction.id)).toEqual(wanted.slice(0, 1000))
        }
      ),
      { numRuns: 40 }
    )
  })

  it('are prepared a little at a time, and answer the same as those that are not', () => {
    const { founding, logs, to } = world([[1000, 700], [900], [60]])
    const [prepared, fresh] = [newBook(), newBook()]
    for (const entry of [...founding, ...logs.flat()]) {
      prepared.apply(entry, allowAll)
      fresh.apply(entry, allowAll)
    }
    let slices = 0
    while (prepared.prepareWork(() => true) === 'more') slices++
    expect(slices).toBeGreaterThan(10)
    expect(prepared.prepareWork(() => true)).toBe('done')
    for (const search of ['12', 'food 1.', 'bank']) {
      const request = { limit: 500 } as const
      expect(prepared.journal({ search }, request)).toEqual(fresh.journal({ search }, request))
      expect(prepared.register(to, 'own', { search }, request)).toEqual(
        fresh.register(to, 'own', { search }, request)
      )
    }
  })

  it('are listed in steps, between which the book may change, as they are in one go', () => {
    const { founding, logs, to } = world([[700, 700], [900], [300, 60, 60, 60]])
    const entries = [...founding, ...logs.flat()]
    const [book, fresh] = [newBook(), newBook()]
    const [now, later] = [entries.slice(0, -4), entries.slice(-4)]
    for (const entry of entries) fresh.apply(entry, allowAll)
    for (const entry of now) book.apply(entry, allowAll)
    const request = { limit: 500 } as const
    const filters = [{}, { search: 'food 12' }, { state: 'posted' }, { account: to, search: '7' }] as const
    for (const filter of filters) {
      const { account: _, ...others } = { account: to, ...filter }
      const waiting = [book.preparingJournal(filter), book.preparingRegister(to, 'own', others)]
      let steps = 0
      for (const each of waiting) {
        while (!each.next().done) if (++steps === 3 || steps === 9) applyNext(book, later)
      }
      expect(steps).toBeGreaterThan(2)
    }
    while (later.length > 0) applyNext(book, later)
    for (const filter of filters) {
      const { account: _, ...others } = { account: to, ...filter }
      expect(book.journal(filter, request)).toEqual(fresh.journal(filter, request))
      expect(book.register(to, 'own', others, request)).toEqual(fresh.register(to, 'own', others, request))
    }
  })
})

function applyNext(book: ReturnType<typeof newBook>, entries: PlacedEntry[]): void {
  const entry = entries.shift()
  if (entry) book.apply(entry, allowAll)
}
