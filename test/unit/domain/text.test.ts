import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkName, checkText } from '../../../core/domain/text.js'

const codeOf = (text: string, shape: 'line' | 'lines', longest = 500): string => {
  const checked = checkText(text, 'note', longest, shape)
  return checked.ok ? 'done' : checked.error.code
}

/** Whether each character may stand in a line, said another way. */
const fits = (text: string, newlines: 'kept' | 'refused'): boolean =>
  [...text].every(
    (character) =>
      (character === '\n' && newlines === 'kept') || !/\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}/u.test(character)
  )

describe('checkText', () => {
  const odd = fc.constantFrom(
    '\n',
    '\t',
    '\u0000',
    '\u007f',
    '\u0085',
    '\u2028',
    '\u2029',
    '\ud800',
    '\udc00',
    '😀',
    'é',
    ' '
  )
  const texts = fc.string({
    unit: fc.oneof({ weight: 20, arbitrary: fc.string({ minLength: 1, maxLength: 1 }) }, odd),
    maxLength: 90
  })

  it('takes what has no character that cannot be kept, short or long', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(codeOf(text, 'line')).toBe(fits(text, 'refused') ? 'done' : 'BAD_REQUEST')
        expect(codeOf(text, 'lines')).toBe(fits(text, 'kept') ? 'done' : 'BAD_REQUEST')
      }),
      { numRuns: 500 }
    )
  })

  it('counts in UTF-16 units', () => {
    expect(codeOf('😀'.repeat(5), 'line', 10)).toBe('done')
    expect(codeOf('😀'.repeat(5), 'line', 9)).toBe('TEXT_TOO_LONG')
    expect(codeOf('', 'line', 0)).toBe('done')
  })
})

describe('checkName', () => {
  it('takes no empty name, and no space around one', () => {
    expect(checkName('Bank', 'name', 10)).toEqual({ ok: true, value: 'Bank' })
    expect(checkName(' ', 'name', 10)).toMatchObject({ error: { code: 'TEXT_EMPTY' } })
    expect(checkName('Bank ', 'name', 10)).toMatchObject({ error: { code: 'BAD_REQUEST' } })
  })
})
