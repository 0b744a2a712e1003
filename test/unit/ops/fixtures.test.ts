import { describe, expect, it } from 'vitest'
import { decodeEntry, encodeEntry } from '../../../core/ops/codec.js'
import { ENTRIES, OWN } from '../../fixtures/entries/make.js'
import blocks from '../../fixtures/entries/version-1.json' with { type: 'json' }

describe('blocks of version 1', () => {
  it('are all there', () => {
    expect(Object.keys(blocks)).toEqual(Object.keys(ENTRIES))
  })

  it.each(Object.entries(blocks))('%s: decodes as it did when it was written', (name, hex) => {
    const block = Buffer.from(hex, 'hex')
    const decoded = decodeEntry(block, OWN)
    expect(decoded).toEqual({ ok: true, value: ENTRIES[name] })
    expect(decoded.ok && Buffer.from(encodeEntry(decoded.value, OWN)).toString('hex')).toBe(hex)
  })
})
