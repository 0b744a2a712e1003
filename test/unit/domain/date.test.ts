import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IsoDate } from '../../../core/contract/index.js'
import {
  compareDates,
  dateNumber,
  dateOfNumber,
  daysInMonth,
  isDate,
  parseDate
} from '../../../core/domain/date.js'

describe('dates', () => {
  it.each(['2026-01-31', '2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'])('has %s', (text) => {
    expect(parseDate(text)).toEqual({ ok: true, value: text })
    expect(dateOfNumber(dateNumber(text as IsoDate))).toBe(text)
  })

  it.each([
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-04-31',
    '0000-01-01',
    '2026-1-1',
    '20260101',
    ' 2026-01-01',
    '2026-01-01\n',
    ''
  ])('has no %j', (text) => {
    expect(isDate(text)).toBe(false)
    expect(parseDate(text)).toMatchObject({ ok: false, error: { code: 'DATE_MALFORMED' } })
  })

  it('have one form only, whatever stands in it', () => {
    const near = fc
      .tuple(fc.constantFrom('2026-01-31', '0999-12-01', '2024-02-29'), fc.nat(10), fc.string({ maxLength: 2 }))
      .map(([date, at, text]) => date.slice(0, at) + text + date.slice(at + text.length))
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789-/:٣ '), maxLength: 11 })
    fc.assert(
      fc.property(fc.oneof(near, digits), (text) => {
        const formed = /^\d{4}-\d\d-\d\d$/.test(text)
        const day = new Date(`${text}T00:00:00Z`)
        const exists = formed && !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text
        expect(isDate(text)).toBe(exists && !text.startsWith('0000'))
      })
    )
  })

  it('agree with the calendar of the machine on which days exist', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
        const end = new Date(0)
        end.setUTCFullYear(year, month, 0)
        expect(daysInMonth(year, month)).toBe(end.getUTCDate())
      })
    )
  })

  it('compare as days do', () => {
    const [early, late] = ['0999-12-31', '1000-01-01'] as IsoDate[]
    expect(Math.sign(compareDates(early!, late!))).toBe(-1)
    expect(compareDates(late!, late!)).toBe(0)
    expect(dateNumber(early!)).toBeLessThan(dateNumber(late!))
  })
})
