import { describe, expect, it } from 'vitest'
import { localTime, table } from '../../../core/cli/output.js'

describe('what a command prints', () => {
  it('has moments in one order, whatever the machine’s language', () => {
    expect(localTime(new Date(2026, 0, 5, 8, 3, 59).getTime())).toBe('2026-01-05 08:03')
    expect(localTime(new Date(2026, 10, 25, 20, 0).getTime())).toBe('2026-11-25 20:00')
  })

  it('has columns that line up, also where characters are two columns wide', () => {
    const rows = [
      ['餐饮', '9.50'],
      ['Rent', '1,200.00']
    ]
    expect(table(rows, ['left', 'right'])).toBe('餐饮      9.50\nRent  1,200.00')
  })
})
