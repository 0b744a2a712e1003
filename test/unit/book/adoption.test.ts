import { describe, expect, it } from 'vitest'
import type { Place } from '../../../core/contract/index.js'
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
})
