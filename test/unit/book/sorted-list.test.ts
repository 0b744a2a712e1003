import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SortedList } from '../../../core/book/sorted-list.js'

interface Item {
  key: number
}

const newList = () =>
  new SortedList<Item, number>(
    (a, b) => a.key - b.key,
    (items) => items.reduce((sum, item) => sum + item.key, 0)
  )

const sumOf = (list: SortedList<Item, number>, from: number, to: number): number => {
  let sum = 0
  list.visit(from, to, { chunk: (part) => (sum += part), item: (item) => (sum += item.key) })
  return sum
}

/** The same list as a plain array. */
class Model {
  readonly list = newList()
  readonly items = new Map<number, Item>()

  toggle(key: number): void {
    const item = this.items.get(key)
    if (item) {
      expect(this.list.delete(item)).toBe(true)
      this.items.delete(key)
    } else {
      const added = { key }
      this.items.set(key, added)
      this.list.add(added)
    }
  }

  /** Takes an item out, changes it, and puts it back: what happens to a transaction that is amended. */
  move(from: number, to: number): void {
    const item = this.items.get(from)
    if (!item || this.items.has(to)) return
    this.list.remove(item)
    this.items.delete(from)
    item.key = to
    this.list.add(item)
    this.items.set(to, item)
  }

  check(at: number): void {
    const sorted = [...this.items.values()].sort((a, b) => a.key - b.key)
    expect(this.list.size).toBe(sorted.length)
    const from = at % (sorted.length + 1)
    expect(this.list.slice(from, 10)).toEqual(sorted.slice(from, from + 10))
    expect(sumOf(this.list, from, sorted.length)).toBe(
      sorted.slice(from).reduce((sum, item) => sum + item.key, 0)
    )
    expect(sumOf(this.list, 0, from)).toBe(sorted.slice(0, from).reduce((sum, item) => sum + item.key, 0))
    expect(this.list.rankOf({ key: at })).toBe(sorted.filter((item) => item.key < at).length)
    expect(this.list.rankWhere((item) => item.key <= at)).toBe(sorted.filter((item) => item.key <= at).length)
    const item = this.items.get(at)
    expect(this.list.has(item ?? { key: at })).toBe(item !== undefined)
  }

  checkAll(): void {
    const sorted = [...this.items.values()].sort((a, b) => a.key - b.key)
    expect(this.list.toArray()).toEqual(sorted)
    expect([...this.list]).toEqual(sorted)
  }
}

describe('SortedList', () => {
  it('does what a sorted array does', () => {
    const work = fc.array(fc.record({ key: fc.nat(300), read: fc.boolean() }), { maxLength: 400, size: 'max' })
    fc.assert(
      fc.property(work, (operations) => {
        const model = new Model()
        for (const { key, read } of operations) {
          model.toggle(key)
          if (read) model.check(key)
        }
        model.checkAll()
      })
    )
  })

  it('does so over many chunks, in bulk and one by one', () => {
    const model = new Model()
    for (let index = 0; index < 5000; index++) model.toggle((index * 7919) % 100_003)
    model.checkAll()
    for (let index = 0; index < 3000; index++) {
      model.toggle((index * 104_729) % 100_003)
      if (index % 100 === 0) model.check((index * 31) % 100_003)
    }
    for (let index = 0; index < 4000; index++) model.toggle((index * 7919) % 100_003)
    model.checkAll()
    for (let index = 0; index < 50; index++) model.check(index * 2000)
  })

  it('does so where items change while a bulk of them waits, or is just being sorted', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('toggle' as const), key: fc.nat(2000), to: fc.nat(2000) }),
      fc.record({ do: fc.constant('move' as const), key: fc.nat(2000), to: fc.nat(2000) }),
      fc.record({ do: fc.constant('work' as const), key: fc.nat(3), to: fc.constant(0) }),
      fc.record({ do: fc.constant('check' as const), key: fc.nat(2000), to: fc.constant(0) })
    )
    const bulks = fc.array(fc.tuple(fc.nat(600), fc.array(step, { maxLength: 40, size: 'max' })), {
      maxLength: 5
    })
    fc.assert(
      fc.property(bulks, (parts) => {
        const model = new Model()
        let next = 0
        for (const [bulk, then] of parts) {
          for (let count = 0; count < bulk; count++) model.toggle((next = (next * 31 + 17) % 2003))
          for (const { do: what, key, to } of then) {
            if (what === 'toggle') model.toggle(key)
            else if (what === 'move') model.move(key, to)
            else if (what === 'check') model.check(key)
            else for (let slice = 0; slice < key; slice++) model.list.work(() => true)
          }
          expect(model.list.size).toBe(model.items.size)
        }
        model.checkAll()
      }),
      { numRuns: 60 }
    )
  })

  it('can be emptied and filled', () => {
    const list = newList()
    const items = [1, 2, 3].map((key) => ({ key }))
    expect(list.fill(items).toArray()).toEqual(items)
    for (const item of items) expect(list.delete(item)).toBe(true)
    expect(list.delete(items[0]!)).toBe(false)
    expect(list.size).toBe(0)
    expect(list.slice(0, 5)).toEqual([])
    expect(list.rankOf({ key: 1 })).toBe(0)
  })
})
