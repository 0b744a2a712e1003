import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DeviceId, LogId, MemberId } from '../../../core/contract/index.js'
import { ByPlace } from '../../../core/book/by-place.js'
import type { Placed } from '../../../core/book/model.js'
import { placeOf } from '../../../core/ops/place.js'
import { keyLike } from '../../helpers/book-world.js'

const placed = (log: number, index: number, operation: number): Placed => ({
  origin: {
    log: keyLike(log) as LogId,
    index,
    lamport: 1,
    wallMs: 0,
    author: 'a' as MemberId,
    device: 'd' as DeviceId
  },
  operation
})

describe('ByPlace', () => {
  it('keeps what a map would', () => {
    const place = fc.tuple(
      fc.nat(2),
      fc.oneof(fc.nat(6), fc.constant(5000)),
      fc.oneof(fc.nat(3), fc.constant(4095))
    )
    fc.assert(
      fc.property(fc.array(place), fc.array(place), (set, asked) => {
        const values = new ByPlace<{ value: number }>()
        const model = new Map<string, { value: number }>()
        for (const [number, [log, index, operation]] of set.entries()) {
          const where = placed(log, index, operation)
          values.set(where, { value: number })
          model.set(placeOf(where.origin.log, index, operation), { value: number })
        }
        for (const [log, index, operation] of [...set, ...asked]) {
          const name = placeOf(keyLike(log) as LogId, index, operation)
          expect(values.get(name)).toEqual(model.get(name) ?? null)
          expect(values.at(keyLike(log) as LogId, index, operation)).toEqual(model.get(name) ?? null)
        }
      })
    )
  })

  it('has nothing at what is no place', () => {
    const values = new ByPlace<{ value: number }>()
    values.set(placed(1, 1, 0), { value: 1 })
    expect(values.get('')).toBeNull()
    expect(values.get(`${keyLike(1)}-1`)).toBeNull()
    expect(values.get(`${keyLike(1)}-1-9999`)).toBeNull()
  })
})
