/** What people type or paste, and what other programs hand over as text. */
import { wordlist as english } from '@scure/bip39/wordlists/english.js'
import { formatDecimal, parseAmount, type AccountRow, type CurrencyCode } from '../../../core/contract/index.js'
import { parsePosting } from '../../../core/cli/amounts.js'
import { UsageError } from '../../../core/cli/output.js'
import { dateNumber, dateOfNumber, parseDate } from '../../../core/domain/date.js'
import { checkName, checkText } from '../../../core/domain/text.js'
import { keyFromZ32, toZ32 } from '../../../core/identity/bytes.js'
import { inviteCode, inviteLink, parseInvite } from '../../../core/identity/invite-code.js'
import { phraseOf, readPhrase } from '../../../core/identity/phrase.js'
import { parsePlace, placeOf } from '../../../core/ops/place.js'
import { parseAddress } from '../../../core/sync/network.js'
import { again, Broken, same, textOf, utf8, verdictOf, words, type Target, type Verdict } from '../target.js'

/** A text that somebody may write in any way. */
const texts = (
  name: string,
  seeds: readonly string[],
  pieces: readonly string[],
  check: (text: string) => Verdict,
  mostBytes = 2_048
): Target => ({
  name,
  seeds: seeds.map(utf8),
  words: words(...pieces),
  mostBytes,
  check: (input) => check(textOf(input))
})

const SECRETS = [0, 1, 0xab, 0xff].map((fill) => new Uint8Array(12).fill(fill))

export const invite = texts(
  'invite',
  [
    ...SECRETS.map(inviteCode),
    ...SECRETS.map(inviteLink),
    `  ${inviteLink(SECRETS[2] as Uint8Array)}/?x#y `.toUpperCase()
  ],
  ['guildbook://join/', '-', ' ', 'l', '0', 'v', '2', '\u0130', '\u212a', '#', '?'],
  (text) =>
    verdictOf(parseInvite(text), (secret) => {
      if (secret.length !== 12) throw new Broken(`a secret of ${secret.length} bytes`)
      same('an invite', again('its code', parseInvite(inviteCode(secret))), secret)
      same('an invite', again('its link', parseInvite(inviteLink(secret))), secret)
    })
)

const SEEDS = [0, 3, 0xff].map((fill) => new Uint8Array(32).fill(fill))

export const phrase = texts(
  'phrase',
  SEEDS.flatMap((seed) => [
    phraseOf(seed, 'en').join(' '),
    phraseOf(seed, 'zh-Hans').join(' '),
    phraseOf(seed, 'zh-Hans').join('')
  ]),
  ['abandon', 'zoo', '\u7684', '\u4e00', '1. ', ',', '\n', '\u3000', 'abandom', 'e\u0301'],
  (text) =>
    verdictOf(readPhrase(text), ({ seed, language }) => {
      const written = phraseOf(seed, language)
      same('a phrase', again('its words', readPhrase(written.join(' '))), { seed, language })
    }),
  4_096
)

/** Bytes are words of the list, eleven bits each: only the checksum says whether they belong together. */
export const phraseWords: Target = {
  name: 'phrase-words',
  seeds: SEEDS.map((seed) => {
    const words = phraseOf(seed, 'en').map((word) => english.indexOf(word))
    return new Uint8Array(new Uint16Array(words).buffer)
  }),
  words: [Uint8Array.from([0, 0]), Uint8Array.from([0xff, 7])],
  mostBytes: 64,
  check(input) {
    const chosen = Array.from({ length: input.length >> 1 }, (_, at) => {
      const number = (input[2 * at] as number) | ((input[2 * at + 1] as number) << 8)
      return english[number % english.length] as string
    })
    return verdictOf(readPhrase(chosen.join(' ')), ({ seed }) => same('a phrase', phraseOf(seed, 'en'), chosen))
  }
}

const CURRENCIES = ['EUR', 'JPY', 'BHD', 'XAU', 'CLF'] as CurrencyCode[]

export const amount = texts(
  'amount',
  [
    '42.10',
    '-1,234.56',
    '1,234,567',
    '.5',
    '+7',
    '90071992547409.91',
    '\u22121.00',
    '1.234,56',
    '0',
    '-0.00',
    '007'
  ],
  [
    '9',
    '0',
    '.',
    ',',
    '-',
    '+',
    '\u2212',
    ' ',
    '1e3',
    'NaN',
    'Infinity',
    '0x10',
    '\uff11',
    '\u0661',
    '_',
    '9007199254740991'
  ],
  (text) => {
    let verdict: Verdict = 'refused'
    for (const currency of CURRENCIES) {
      const read = verdictOf(parseAmount(text, currency), (minor) => {
        if (!Number.isSafeInteger(minor) || Object.is(minor, -0)) throw new Broken(`an amount of ${minor}`)
        same(
          'an amount',
          again('what it is written as', parseAmount(formatDecimal(minor, currency), currency)),
          minor
        )
      })
      if (read === 'taken') verdict = read
    }
    return verdict
  },
  512
)

export const date = texts(
  'date',
  ['2026-01-31', '2024-02-29', '0001-01-01', '9999-12-31'],
  ['-', '00', '02-29', '02-30', '12-31', '0000', '\uff10', ' ', 'T00:00'],
  (text) =>
    verdictOf(parseDate(text), (read) => {
      same('a date', read, text)
      same('a date', dateOfNumber(dateNumber(read)), read)
    }),
  256
)

const ACCOUNTS = ['Assets:Cash', 'Assets:Dollars', 'Odd=Name', 'Food', 'FOOD', '\u0130stanbul'].map(
  (path) =>
    ({ account: `id of ${path}`, path, currency: path.endsWith('Dollars') ? 'USD' : null }) as AccountRow
)

/** On the command line what is no posting at all is a mistake in usage, said by an exception of its own. */
export const posting = texts(
  'posting',
  ['Assets:Cash=4.20', 'Assets:Dollars=-110 USD @@ 100 EUR', 'Odd=Name=eur 1', 'food=1,234.56 JPY @@ 3'],
  ['=', '@@', '@', ' EUR', 'usd ', ':', '-', '.', 'Assets:Cash', '\u00a0', '\u2212'],
  (text) => {
    try {
      return verdictOf(parsePosting(text, ACCOUNTS, 'EUR' as CurrencyCode), (read) => {
        const amounts = [read.amountMinor, read.value?.amountMinor ?? 0]
        if (!amounts.every((each) => Number.isSafeInteger(each)))
          throw new Broken(`amounts of ${amounts.join(' and ')}`)
      })
    } catch (error) {
      if (error instanceof UsageError) return 'refused'
      throw error
    }
  }
)

export const address = texts(
  'address',
  ['example.org:49737', '127.0.0.1:1', '[::1]:65535', '[fe80::1]:80'],
  [':', '[', ']', '::', '65536', '0', '-', '.', '%'],
  (text) => {
    const read = parseAddress(text)
    if (!read) return 'refused'
    if (!(read.port >= 1 && read.port <= 65_535)) throw new Broken(`a port of ${read.port}`)
    const host = read.host.includes(':') ? `[${read.host}]` : read.host
    same('an address', parseAddress(`${host}:${read.port}`), read)
    return 'taken'
  },
  512
)

const LOG = toZ32(new Uint8Array(32).fill(5))

/** Keys and places, by which people and programs name what is in a book. */
export const names = texts(
  'names',
  [LOG, `${LOG}-1-0`, `${LOG}-999999999999999-4095`, toZ32(new Uint8Array(32).fill(255))],
  ['-', '0', '9', 'y', 'b', '00', '4096'],
  (text) => {
    const key = keyFromZ32(text)
    if (key) same('a key', toZ32(key), text)
    const place = parsePlace(text)
    if (place) same('a place', placeOf(place.log, place.index, place.operation), text)
    return (key ?? place) ? 'taken' : 'refused'
  },
  512
)

/** Texts that are kept in a book. */
export const text = texts(
  'text',
  ['Bakery', 'Café “Zoë”', '工坊', 'two\nlines', '\u{1f469}\u200d\u{1f4bb}'],
  ['\n', '\r', '\t', '\u0000', '\u2028', '\u202e', '\ufeff', ' ', '\u00a0', '\u0085'],
  (written) => {
    verdictOf(checkText(written, 'note', 100, 'lines'), (read) => same('a note', read, written))
    return verdictOf(checkName(written, 'name', 100), (read) => {
      same('a name', read, written)
      if (/[\n\r\u2028\u2029\u0085\u0000]/.test(read)) throw new Broken('a name of several lines')
    })
  },
  1_024
)
