/**
 * The recovery phrase: a member's 32-byte seed as 24 words of BIP-39, eleven bits a word, the last eight bits of them a
 * checksum. It is the seed itself and not the passphrase of one: whoever has the words is that member.
 */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39'
import { wordlist as english } from '@scure/bip39/wordlists/english.js'
import { wordlist as simplified } from '@scure/bip39/wordlists/simplified-chinese.js'
import { wordlist as traditional } from '@scure/bip39/wordlists/traditional-chinese.js'
import { SAFEKEEPING_LIMITS, done, refuse, type Outcome, type PhraseLanguage } from '../contract/index.js'

const WORDS = SAFEKEEPING_LIMITS.phraseWords
const LISTS: Readonly<Record<PhraseLanguage, readonly string[]>> = { en: english, 'zh-Hans': simplified }
/** A word that takes more changes than this is another word, not a slip. */
const MOST_CHANGES = 3
const MOST_NEAREST = 3
/** No word of the list is longer than eight letters; nothing longer is compared. */
const LONGEST_COMPARED = 16

export interface ReadPhrase {
  /** 32 bytes */
  readonly seed: Uint8Array
  readonly language: PhraseLanguage
}

/** The 24 words of a 32-byte seed. */
export function phraseOf(seed: Uint8Array, language: PhraseLanguage): string[] {
  if (seed.length !== 32) throw new Error('a phrase is of 32 bytes')
  return entropyToMnemonic(seed, [...LISTS[language]]).split(/\s/u)
}

/**
 * Reads a phrase as a person types or pastes it: case, line breaks, commas and numbering do not matter; Chinese needs
 * no spaces. Refuses with PHRASE_WORD_UNKNOWN (the first such word, and what is nearest to it), PHRASE_MALFORMED (how
 * many words there are), PHRASE_CHECKSUM (all words are good, and do not belong together).
 */
export function readPhrase(text: string): Outcome<ReadPhrase> {
  if (text.length > SAFEKEEPING_LIMITS.phraseMost)
    return refuse('PHRASE_MALFORMED', 'That is too long to be a recovery phrase.')
  const { words, language } = split(text)
  const unknown = words.findIndex((word) => !LISTS[language].includes(word))
  if (unknown >= 0) return unknownWord(words[unknown] as string, unknown + 1, language)
  if (words.length !== WORDS) {
    return refuse('PHRASE_MALFORMED', `A recovery phrase has ${WORDS} words; these are ${words.length}.`, {
      words: words.length
    })
  }
  try {
    return done({ seed: mnemonicToEntropy(words.join(' '), [...LISTS[language]]), language })
  } catch {
    return refuse(
      'PHRASE_CHECKSUM',
      'All words are in the list, but they do not belong together: two may have changed places, or one is another' +
        ' word of the list. Compare each with what you wrote down.'
    )
  }
}

/** Whether two words are the same as a person means them. */
export const isSameWord = (given: string, word: string): boolean => plain(given) === plain(word)

const plain = (text: string): string => text.normalize('NFKD').trim().toLowerCase()

function split(text: string): { readonly words: string[]; readonly language: PhraseLanguage } {
  const whole = plain(text)
  const language: PhraseLanguage = /\p{Script=Han}/u.test(whole) ? 'zh-Hans' : 'en'
  // "1. abandon 2. ability": paper has numbers, the phrase has none.
  const parts = whole.split(/[\s\p{P}\p{N}]+/u).filter((part) => part !== '')
  if (language === 'en') return { words: parts, language }
  return { words: parts.flatMap((part) => part.match(/\p{Script=Han}|\P{Script=Han}+/gu) ?? []), language }
}

function unknownWord(word: string, position: number, language: PhraseLanguage): Outcome<never> {
  const nearest = language === 'en' ? nearestEnglish(word) : nearestChinese(word)
  const hint =
    nearest.length === 0
      ? 'Look again at what you wrote down.'
      : `The nearest ${nearest.length === 1 ? 'is' : 'are'} ${nearest.map((near) => `"${near}"`).join(', ')}.`
  const shown = word.slice(0, LONGEST_COMPARED)
  return refuse('PHRASE_WORD_UNKNOWN', `Word ${position}, "${shown}", is not in the word list. ${hint}`, {
    position,
    word: shown,
    nearest: nearest.join(' ')
  })
}

/** The words that the fewest changes make of it, those that begin alike first. */
function nearestEnglish(word: string): string[] {
  if (word.length > LONGEST_COMPARED) return []
  const far = english.map((known) => ({ known, changes: changesBetween(word, known) }))
  const fewest = Math.min(...far.map(({ changes }) => changes))
  if (fewest > Math.min(MOST_CHANGES, word.length - 1)) return []
  return far
    .filter(({ changes }) => changes === fewest)
    .map(({ known }) => known)
    .sort((a, b) => alike(word, b) - alike(word, a))
    .slice(0, MOST_NEAREST)
}

/** BIP-39's two Chinese lists run side by side: a traditional character stands where its simplified form does. */
function nearestChinese(word: string): string[] {
  const place = traditional.indexOf(word)
  return place < 0 ? [] : [simplified[place] as string]
}

function alike(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return length
}

/** Letters to add, drop, replace or swap with their neighbour (optimal string alignment). */
function changesBetween(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let fewest = Math.min(replaced, (last[j] as number) + 1, (row[j - 1] as number) + 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwap) fewest = Math.min(fewest, (before[j - 2] as number) + 1)
      row.push(fewest)
    }
    before = last
    last = row
  }
  return last[b.length] as number
}
