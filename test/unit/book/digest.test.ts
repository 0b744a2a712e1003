import { describe, expect, it } from 'vitest'
import { allowAll, Device, EUR, moving, newBook, ownOnly } from '../../helpers/book-world.js'
import type { AccountId, VersionId } from '../../../core/contract/index.js'

/** Posts, amends and refused operations of two devices. */
function entries() {
  const [ana, ben] = [new Device(1, ownOnly), new Device(2, ownOnly)]
  const bank = ana.addAccount('Bank', 'asset')
  const food = ana.addAccount('Food', 'expense')
  for (let index = 0; index < 600; index++) ana.post(moving(bank, food, 100 + index))
  ben.pull(ana)
  for (let index = 0; index < 300; index++) ben.post(moving(bank, food, 7 + index))
  const [first] = ana.book.journal({}, { limit: 1 }).rows
  ben.write({ kind: 'void', replaces: [first!.version], reason: 'not mine' })
  ben.write({ kind: 'void', replaces: [`${ben.log}-99999-0` as VersionId], reason: 'nothing' })
  ben.write({
    kind: 'post',
    date: moving(bank, food, 1).date,
    payee: '',
    note: '',
    tags: [],
    postings: [
      { account: 'none' as AccountId, amountMinor: 1, currency: EUR, value: null, note: '' },
      { account: bank, amountMinor: -1, currency: EUR, value: null, note: '' }
    ]
  })
  ana.pull(ben)
  return ana.entries
}

describe('the digest', () => {
  it('is the same however it was worked out: at once, in slices, or while entries come', () => {
    const [atOnce, inSlices, between] = [newBook(), newBook(), newBook()]
    for (const [index, entry] of entries().entries()) {
      for (const book of [atOnce, inSlices, between]) book.apply(entry, ownOnly)
      if (index % 50 === 0) between.digest()
      if (index % 7 === 0) between.digestWork(() => true)
    }
    let slices = 0
    while (inSlices.digestWork(() => true) === 'more') slices++
    expect(slices).toBeGreaterThan(100)
    expect(inSlices.digest()).toBe(atOnce.digest())
    expect(between.digest()).toBe(atOnce.digest())
  })

  it('tells books apart that differ in one operation', () => {
    const all = entries()
    const [whole, lacking] = [newBook(), newBook()]
    for (const entry of all) whole.apply(entry, allowAll)
    for (const entry of all.slice(0, -1)) lacking.apply(entry, allowAll)
    expect(whole.digest()).not.toBe(lacking.digest())
    lacking.apply(all.at(-1)!, allowAll)
    expect(whole.digest()).toBe(lacking.digest())
  })
})
