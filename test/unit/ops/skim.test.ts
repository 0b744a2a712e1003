import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeEntry, encodeEntry } from '../../../core/ops/codec.js'
import { skimEntry } from '../../../core/ops/skim.js'
import type { LogId } from '../../../core/contract/index.js'
import { entryOf, keyNumber } from '../../helpers/operations.js'

const OWN = keyNumber<LogId>(1)

describe('looking through an entry', () => {
  it('finds what reading all of it finds', () => {
    fc.assert(
      fc.property(entryOf(OWN), (entry) => {
        const block = encodeEntry(entry, OWN)
        const read = decodeEntry(block, OWN)
        if (!read.ok) throw new Error(read.error.message)
        const { wallMs, kinds, operation } = skimEntry(block, OWN)
        expect(wallMs).toBe(read.value.wallMs)
        expect(kinds).toEqual(read.value.ops.map(({ kind }) => kind))
        // In the order of nobody: each is read for itself.
        for (const number of [...kinds.keys()].reverse())
          expect(operation(number)).toEqual(read.value.ops[number])
      })
    )
  })
})
