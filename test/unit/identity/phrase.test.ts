import { wordlist as english } from '@scure/bip39/wordlists/english.js'
import { wordlist as simplified } from '@scure/bip39/wordlists/simplified-chinese.js'
import { wordlist as traditional } from '@scure/bip39/wordlists/traditional-chinese.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PhraseLanguage, Refusal } from '../../../core/contract/index.js'
import { isSameWord, phraseOf, readPhrase } from '../../../core/identity/phrase.js'
import { codeOf, valueOf } from '../../helpers/book-world.js'

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })
const languages = fc.constantFrom<PhraseLanguage>('en', 'zh-Hans')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

function refusalOf(text: string): Refusal {
  const read = readPhrase(text)
  if (read.ok) throw new Error('it was read')
  return read.error
}

/** From BIP-39's own test vectors (trezor/python-mnemonic, vectors.json). */
const VECTORS: readonly (readonly [string, string])[] = [
  ['00'.repeat(32), `${'abandon '.repeat(23)}art`],
  [
    '7f'.repeat(32),
    'legal winner thank year wave sausage worth useful legal winner thank year wave sausage worth useful legal ' +
      'winner thank year wave sausage worth title'
  ],
  [
    '80'.repeat(32),
    'letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd amount doctor acoustic avoid ' +
      'letter advice cage absurd amount doctor acoustic bless'
  ],
  ['ff'.repeat(32), `${'zoo '.repeat(23)}vote`]
]

describe('a recovery phrase', () => {
  it('is what BIP-39 says that it is', () => {
    for (const [seed, phrase] of VECTORS) {
      expect(phraseOf(bytes(seed), 'en').join(' ')).toBe(phrase)
      expect(hex(valueOf(readPhrase(phrase)).seed)).toBe(seed)
    }
  })

  it('reads back in both languages, as people write it down', () => {
    fc.assert(
      fc.property(seeds, languages, (seed, language) => {
        const words = phraseOf(seed, language)
        expect(words).toHaveLength(24)
        const written = [
          words.join(' '),
          `  ${words.join('\n')}\n`,
          words.join(', ').toUpperCase(),
          words.map((word, i) => `${i + 1}. ${word}`).join('\n'),
          words.map((word, i) => `${i + 1}:${word}`).join('\u3000'),
          ...(language === 'zh-Hans' ? [words.join('')] : [])
        ]
        for (const text of written) {
          const read = valueOf(readPhrase(text))
          expect([hex(read.seed), read.language]).toEqual([hex(seed), language])
        }
      }),
      { numRuns: 30 }
    )
  })

  it('says which word is not in the list, and which is nearest', () => {
    const words = phraseOf(bytes('7f'.repeat(32)), 'en')
    const typed = (position: number, word: string) =>
      refusalOf(words.map((known, i) => (i + 1 === position ? word : known)).join(' '))
    expect(typed(6, 'sausge')).toMatchObject({
      code: 'PHRASE_WORD_UNKNOWN',
      details: { position: 6, word: 'sausge', nearest: 'sausage' }
    })
    expect(typed(6, 'sausge').message).toBe(
      'Word 6, "sausge", is not in the word list. The nearest is "sausage".'
    )
    expect(typed(1, 'lgeal').details?.nearest).toBe('legal')
    expect(typed(24, 'titlle').details?.nearest).toBe('title')
    expect(typed(3, 'thanx').details?.nearest).toBe('thank')
    expect(typed(2, 'qqqqqqqq').details?.nearest).toBe('')
  })

  it('names the simplified character of a traditional one', () => {
    const words = phraseOf(bytes('0102'.repeat(16)), 'zh-Hans')
    const place = words.findIndex((word) => traditional[simplified.indexOf(word)] !== word)
    const swapped = words.map((word, i) => (i === place ? traditional[simplified.indexOf(word)] : word))
    expect(refusalOf(swapped.join('')).details).toEqual({
      position: place + 1,
      word: swapped[place],
      nearest: words[place]
    })
  })

  it('knows that the two Chinese lists run side by side', () => {
    const shared = simplified.filter((word) => traditional.includes(word))
    expect(shared.length).toBeGreaterThan(1000)
    for (const word of shared) expect(traditional.indexOf(word)).toBe(simplified.indexOf(word))
  })

  it('says how many words there are when it is not 24', () => {
    const words = phraseOf(bytes('00'.repeat(32)), 'en')
    expect(refusalOf(words.slice(1).join(' '))).toMatchObject({
      code: 'PHRASE_MALFORMED',
      details: { words: 23 }
    })
    expect(refusalOf('')).toMatchObject({ code: 'PHRASE_MALFORMED', details: { words: 0 } })
    expect(codeOf(readPhrase('a'.repeat(2000)))).toBe('PHRASE_MALFORMED')
  })

  it('says that words are good and do not belong together', () => {
    const words = phraseOf(bytes('80'.repeat(32)), 'en')
    const swapped = [words[1], words[0], ...words.slice(2)].join(' ')
    expect(codeOf(readPhrase(swapped))).toBe('PHRASE_CHECKSUM')
  })

  it('takes another word of the list for the right one at most as often as its checksum allows', () => {
    const words = phraseOf(bytes('3c'.repeat(32)), 'en')
    const taken = english.filter((word) => readPhrase([...words.slice(0, 23), word].join(' ')).ok)
    // The last word has three bits of the seed and all eight of the checksum.
    expect(taken).toHaveLength(8)
  })

  it('never throws, and never gives what it was not given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const read = readPhrase(text)
        if (read.ok) expect(phraseOf(read.value.seed, read.value.language)).toHaveLength(24)
      })
    )
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...english), { minLength: 24, maxLength: 24 }), (words) => {
        const read = readPhrase(words.join(' '))
        if (read.ok) expect(phraseOf(read.value.seed, 'en')).toEqual(words)
      })
    )
  })

  it('compares words as people type them', () => {
    expect(isSameWord(' Abandon ', 'abandon')).toBe(true)
    expect(isSameWord('abandon', 'ability')).toBe(false)
    expect(isSameWord('的', '的')).toBe(true)
  })
})
