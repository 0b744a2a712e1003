import { describe, expect, it } from 'vitest'
import type { Place, VersionId } from '../../../core/contract/index.js'
import type { Judge } from '../../../core/book/types.js'
import { placeOf } from '../../../core/ops/place.js'
import { Device, keyLike, moving, valueOf } from '../../helpers/book-world.js'

/** Nobody counts what the second person does by themselves. */
const cutOff: Judge = (entry) => (entry.author === keyLike(1002) ? 'MEMBER_REMOVED' : null)

/** A book of one who stays, and what one who was removed posted to it. */
function removed() {
  const [owner, gone] = [new Device(1, cutOff), new Device(2, cutOff)]
  const bank = owner.addAccount('Bank', 'asset')
  const food = owner.addAccount('Food', 'expense')
  gone.pull(owner)
  const content = valueOf(gone.book.checkDraft(moving(bank, food, 500)))
  const { index } = gone.write({ kind: 'post', ...content })
  return { owner, gone, place: placeOf<Place>(gone.log, index, 0) }
}

describe('an operation that was adopted', () => {
  it('gives the same digest whenever that was asked for', () => {
    const { owner, gone, place } = removed()
    const asked = new Device(3, cutOff)
    owner.pull(gone)
    owner.write(valueOf(owner.book.draftAdopt(place)))
    for (const entry of owner.entries) {
      asked.take(entry)
      asked.book.digest()
    }
    expect(asked.book.digest()).toBe(owner.book.digest())
    expect(owner.book.notCounted()).toEqual([])
  })

  it('has the same history, whether it was adopted before or after more of its author’s came', () => {
    const [owner, gone, early, late] = [1, 2, 3, 4].map((number) => new Device(number, cutOff)) as [
      Device,
      Device,
      Device,
      Device
    ]
    const bank = owner.addAccount('Bank', 'asset')
    const food = owner.addAccount('Food', 'expense')
    const id = owner.post(moving(bank, food, 500))
    for (const each of [gone, early, late]) each.pull(owner)
    const amend = (amountMinor: number, replaced: string) => {
      const content = valueOf(gone.book.checkDraft(moving(bank, food, amountMinor)))
      return gone.write({ kind: 'amend', ...content, replaces: [replaced as VersionId] })
    }
    const first = amend(600, id)
    owner.take(first)
    const adoption = owner.write(valueOf(owner.book.draftAdopt(placeOf(gone.log, first.index, 0))))
    const second = amend(700, placeOf(gone.log, first.index, 0))
    for (const entry of [first, second, adoption]) early.take(entry)
    for (const entry of [first, adoption, second]) late.take(entry)
    expect(late.book.transaction(id)).toEqual(early.book.transaction(id))
    expect(valueOf(early.book.transaction(id)).history).toHaveLength(3)
  })

  it('replaces what is later in the order of ties than itself, and is a head beside what does so too', () => {
    const [owner, gone, other, early, late] = [1, 2, 3, 4, 5].map((number) => new Device(number, cutOff)) as [
      Device,
      Device,
      Device,
      Device,
      Device
    ]
    const bank = owner.addAccount('Bank', 'asset')
    const food = owner.addAccount('Food', 'expense')
    const id = owner.post(moving(bank, food, 500))
    const amend = (device: Device, amountMinor: number, replaced: string) => {
      const content = valueOf(device.book.checkDraft(moving(bank, food, amountMinor)))
      return device.write({ kind: 'amend', ...content, replaces: [replaced as VersionId] })
    }
    const shown = placeOf<VersionId>(owner.log, amend(owner, 600, id).index, 0)
    // As if its author had seen nothing.
    const hidden = gone.write({ kind: 'void', replaces: [shown], reason: '' })
    for (const each of [other, early, late]) each.pull(owner)
    const beside = amend(other, 700, shown)
    for (const each of [owner, early, late]) each.take(hidden)
    const adoption = owner.write(valueOf(owner.book.draftAdopt(placeOf(gone.log, hidden.index, 0))))
    expect(valueOf(owner.book.transaction(id)).transaction.state).toBe('void')
    for (const entry of [adoption, beside]) early.take(entry)
    for (const entry of [beside, adoption]) late.take(entry)
    expect(late.book.transaction(id)).toEqual(early.book.transaction(id))
    expect(valueOf(late.book.transaction(id)).transaction.conflict).toBe('open')
    expect(late.book.digest()).toBe(early.book.digest())
  })
})
