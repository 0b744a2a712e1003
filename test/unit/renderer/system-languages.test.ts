import { describe, expect, it } from 'vitest'
import { systemLanguages } from '../../../renderer/i18n/system-languages.js'

describe('the languages of the system', () => {
  it('keeps what is well formed, in canonical form', () => {
    expect(systemLanguages(['zh-hans-cn', 'en-GB'])).toEqual(['zh-Hans-CN', 'en-GB'])
  })

  it('takes a POSIX suffix off, and leaves out what is no language', () => {
    expect(systemLanguages(['en-US@posix', 'de_DE', 'C', 'fr'])).toEqual(['en-US', 'fr'])
  })
})
