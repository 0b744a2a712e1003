/** A year of made-up entries of a household, for trying things out. The same for the same last day and language. */
import type { CurrencyCode, IsoDate, Template } from '../contract/index.js'
import type { Day, Habit, Words } from './sample-habits.js'
import { BANK, CARD, CASH, HABITS, HOLIDAY, words } from './sample-habits.js'
import type { AccountSeed, TemplateLanguage } from './templates.js'
import { templateAccounts } from './templates.js'

export interface SamplePosting {
  /** Path of an account of the template, in the sample's language. */
  readonly path: string
  readonly amountMinor: number
  readonly currency: CurrencyCode
  /** What a posting in another currency counts for. */
  readonly value?: { readonly amountMinor: number; readonly currency: CurrencyCode }
}

export interface SampleTransaction {
  readonly date: IsoDate
  readonly payee: string
  readonly note: string
  readonly tags: readonly string[]
  readonly postings: readonly SamplePosting[]
}

export interface SampleBook {
  readonly name: string
  readonly memberName: string
  readonly currency: CurrencyCode
  readonly template: Template
  /** By date. Each balances. */
  readonly transactions: readonly SampleTransaction[]
}

const TEMPLATE: Template = 'household'
const DAY_MS = 86_400_000

/** What a currency is worth for this purpose: amounts of the habits are scaled by it. */
const LANGUAGES = {
  en: {
    name: 'Sample household',
    member: 'Alex',
    currency: 'EUR',
    factor: 1,
    abroad: 'GBP',
    rate: 0.86,
    hotel: 'Harbour Hotel, Brighton'
  },
  'zh-Hans': {
    name: '示例家庭账本',
    member: '小林',
    currency: 'CNY',
    factor: 7,
    abroad: 'JPY',
    rate: 0.2,
    hotel: '京都町家旅馆'
  }
} as const satisfies Record<TemplateLanguage, object>

/** A number from 0 to 1 that depends on nothing but its seed (the mixing step of mulberry32). */
function chance(seed: number): number {
  let mixed = (seed + 0x6d2b79f5) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
}

function dayOf(number: number): Day {
  const moment = new Date(number * DAY_MS)
  return {
    date: moment.toISOString().slice(0, 10) as IsoDate,
    month: moment.getUTCMonth() + 1,
    dayOfMonth: moment.getUTCDate(),
    weekday: moment.getUTCDay(),
    number
  }
}

/** English path to path in the language. */
function pathsOf(language: TemplateLanguage): (english: string) => string {
  const paths = new Map<string, string>()
  const walk = (
    english: readonly AccountSeed[],
    local: readonly AccountSeed[],
    above: readonly [string, string]
  ): void => {
    for (const [index, seed] of english.entries()) {
      const other = local[index] ?? seed
      const path: [string, string] = [`${above[0]}${seed.name}`, `${above[1]}${other.name}`]
      paths.set(...path)
      walk(seed.children, other.children, [`${path[0]}:`, `${path[1]}:`])
    }
  }
  walk(templateAccounts(TEMPLATE, 'en'), templateAccounts(TEMPLATE, language), ['', ''])
  return (english) => {
    const path = paths.get(english)
    if (path === undefined) throw new Error(`the template has no account ${english}`)
    return path
  }
}

/** The year that ends with `last`, that day included. `last` is of 1971 to 9999. */
export function sampleBook(last: IsoDate, language: TemplateLanguage): SampleBook {
  const { name, member, currency } = LANGUAGES[language]
  const writer = new Writer(language)
  const [year = 0, month = 1, day = 1] = last.split('-').map(Number)
  const end = Date.UTC(year, month - 1, day) / DAY_MS
  const first = Date.UTC(year - 1, month - 1, day) / DAY_MS + 1
  writer.open(dayOf(first))
  for (let number = first; number <= end; number++) writer.live(dayOf(number))
  return {
    name,
    memberName: member,
    currency: currency as CurrencyCode,
    template: TEMPLATE,
    transactions: writer.transactions
  }
}

/** Writes one day after the other, and remembers what the card has to be paid. */
class Writer {
  readonly transactions: SampleTransaction[] = []
  readonly #language: TemplateLanguage
  readonly #path: (english: string) => string
  readonly #currency: CurrencyCode
  #cardMinor = 0

  constructor(language: TemplateLanguage) {
    this.#language = language
    this.#path = pathsOf(language)
    this.#currency = LANGUAGES[language].currency as CurrencyCode
  }

  open({ date }: Day): void {
    const opening = 'Equity:Opening balances'
    const amounts: readonly (readonly [string, number])[] = [
      [BANK, 254_018],
      [CASH, 6240],
      ['Assets:Savings', 780_000],
      ['Liabilities:Loans', -320_000]
    ]
    const scaled = amounts.map(([path, cents]) => this.#posting(path, this.#scaled(cents)))
    const sum = scaled.reduce((total, { amountMinor }) => total + amountMinor, 0)
    this.#write(date, words('Opening balances', '期初余额'), [...scaled, this.#posting(opening, -sum)])
  }

  live(day: Day): void {
    for (const [index, habit] of HABITS.entries()) if (habit.on(day)) this.#follow(habit, day, index)
    if (day.month === 8 && day.dayOfMonth === 6) this.#travel(day)
    if (day.dayOfMonth === 15) this.#payCard(day)
    if (day.dayOfMonth === 20) this.#repay(day)
  }

  #follow({ payees, from, to, cents, note, tag }: Habit, { date, number }: Day, index: number): void {
    const seed = number * 64 + index
    const payee = payees[Math.floor(chance(seed) * payees.length)]
    if (!payee) return
    const amountMinor = this.#scaled(cents[0] + Math.round(chance(seed + 0x4000_0000) * (cents[1] - cents[0])))
    if (from === CARD) this.#cardMinor += amountMinor
    this.#write(date, payee, [this.#posting(to, amountMinor), this.#posting(from, -amountMinor)], note, tag)
  }

  /** The card's balance, from the bank. */
  #payCard({ date }: Day): void {
    const amountMinor = this.#cardMinor
    if (amountMinor === 0) return
    this.#cardMinor = 0
    this.#write(date, words('Credit card settlement', '信用卡还款'), [
      this.#posting(CARD, amountMinor),
      this.#posting(BANK, -amountMinor)
    ])
  }

  /** An instalment of the loan: some of it is repaid, some is a fee. */
  #repay({ date }: Day): void {
    const [capital, fee] = [this.#scaled(11_500), this.#scaled(840)]
    const postings = [
      this.#posting('Liabilities:Loans', capital),
      this.#posting('Expenses:Fees', fee),
      this.#posting(BANK, -capital - fee)
    ]
    this.#write(date, words('Car loan', '车贷'), postings, words('Instalment and interest', '本金和利息'))
  }

  /** A hotel in another currency, paid by card in the book's. */
  #travel({ date }: Day): void {
    const { abroad, rate, hotel } = LANGUAGES[this.#language]
    const paidMinor = this.#scaled(31_240)
    const foreign = { amountMinor: Math.round(paidMinor * rate), currency: abroad as CurrencyCode }
    const value = { amountMinor: paidMinor, currency: this.#currency }
    this.#cardMinor += paidMinor
    const stay = { ...this.#posting('Expenses:Leisure', 0), ...foreign, value }
    this.#write(
      date,
      words(hotel, hotel),
      [stay, this.#posting(CARD, -paidMinor)],
      words('Three nights', '三晚'),
      HOLIDAY
    )
  }

  #scaled(cents: number): number {
    return cents * LANGUAGES[this.#language].factor
  }

  #posting(english: string, amountMinor: number): SamplePosting {
    return { path: this.#path(english), amountMinor, currency: this.#currency }
  }

  #write(date: IsoDate, payee: Words, postings: readonly SamplePosting[], note?: Words, tag?: Words): void {
    const language = this.#language
    this.transactions.push({
      date,
      payee: payee[language],
      note: note?.[language] ?? '',
      tags: tag ? [tag[language]] : [],
      postings
    })
  }
}
