/** Finds digits in amounts as they are written, `42.1` in `142.10`, without writing each amount. */

export interface AmountTest {
  /** The digits that the part has, as `digitsIn` says them: an amount without all of them does not have the part. */
  readonly digits: number
  /** Whether a sign is part of it; where none is, an amount and its opposite fit alike. */
  readonly sign: 'none' | 'written'
  /** Whether the amount, written as a decimal with a point and no grouping, has the searched part in it. */
  fits(amountMinor: number, exponent: number): boolean
}

type Fits = AmountTest['fits']

/** Amounts below this are tested by integer arithmetic alone. */
const SMALL = 2 ** 31
const POWERS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000] as const

const ALL_DIGITS = 2 ** 10 - 1

/** Bit n says that the digit n occurs in the amount as it is written; for a large amount all do. */
export function digitsIn(amountMinor: number, exponent: number): number {
  let left = Math.abs(amountMinor)
  if (left >= SMALL) return ALL_DIGITS
  let digits = 0
  for (let places = 0; places <= exponent || left > 0; places++) {
    digits |= 1 << (left % 10)
    left = (left / 10) | 0
  }
  return digits
}

/** The test for a word that may be part of an amount (digits, a sign, a point, grouping commas); null for others. */
export function amountTest(word: string): AmountTest | null {
  if (!/^[-+\u2212]?[\d.,]+$/.test(word)) return null
  const part = word.replace('\u2212', '-').replace(/[+,]/g, '')
  if (part === '') return null
  let digits = 0
  for (const digit of part.replace(/\D/g, '')) digits |= 1 << Number(digit)
  return { digits, sign: part.startsWith('-') ? 'written' : 'none', fits: fitting(part) }
}

function fitting(part: string): Fits {
  if (part.includes('.', part.indexOf('.') + 1)) return () => false
  const slow: Fits = (amountMinor, exponent) => decimal(amountMinor, exponent).includes(part)
  const [whole = '', fraction] = part.split('.')
  if (part.startsWith('-') || whole.length > 9 || (fraction?.length ?? 0) > 9) return slow
  const quick = fraction === undefined ? digitsTest(whole) : pointTest(whole, fraction)
  return (amountMinor, exponent) => {
    const size = Math.abs(amountMinor)
    return size < SMALL ? quick(size, exponent) : slow(amountMinor, exponent)
  }
}

/** The digits somewhere before the point or somewhere after it. */
function digitsTest(digits: string): Fits {
  const count = digits.length
  const wanted = Number(digits)
  const modulus = POWERS[count]!
  const least = count === 1 ? 0 : POWERS[count - 1]!
  return (size, exponent) => {
    const unit = POWERS[exponent]!
    let left = Math.floor(size / unit) | 0
    do {
      if (left >= least && left % modulus === wanted) return true
      left = (left / 10) | 0
    } while (left > 0)
    let fraction = (size % unit) | 0
    for (let places = exponent; places >= count; places--) {
      if (fraction % modulus === wanted) return true
      fraction = (fraction / 10) | 0
    }
    return false
  }
}

/** Digits that end at the point, and digits that begin at it. */
function pointTest(whole: string, fraction: string): Fits {
  const wantedWhole = Number(whole)
  const modulus = POWERS[whole.length]!
  const least = whole.length < 2 ? 0 : POWERS[whole.length - 1]!
  const wantedFraction = Number(fraction)
  return (size, exponent) => {
    if (exponent === 0 || fraction.length > exponent) return false
    const unit = POWERS[exponent]!
    const left = Math.floor(size / unit) | 0
    if (left < least || left % modulus !== wantedWhole) return false
    return Math.floor((size % unit) / POWERS[exponent - fraction.length]!) === wantedFraction
  }
}

function decimal(amountMinor: number, exponent: number): string {
  const digits = String(Math.abs(amountMinor)).padStart(exponent + 1, '0')
  const sign = amountMinor < 0 ? '-' : ''
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}
