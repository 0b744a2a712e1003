/**
 * An entry while it is written. It keeps the text of each field as it was typed, says what is wrong with it, and
 * becomes a transaction only when it balances.
 */
import {
  formatDecimal,
  type AccountId,
  type AccountRow,
  type CurrencyCode,
  type IsoDate,
  type PostingRow,
  type Refusal,
  type TransactionDraft
} from '../../core/contract/index.js'
import { parseDate, today } from '../format/date.js'
import { parseTypedAmount } from '../format/parse-amount.js'
import { balanceOf, type LineAmounts } from './balance.js'

let nextLine = 0

export class DraftLine {
  /** Tells lines apart on screen. */
  readonly key = nextLine++
  account: AccountId | null = $state(null)
  /** What stands in the account field while it is searched. */
  accountText = $state('')
  amountText = $state('')
  valueText = $state('')
  note = $state('')

  get isBlank(): boolean {
    return !this.account && !this.accountText && !this.amountText && !this.valueText && !this.note
  }
}

/** Why an entry cannot be saved yet; `line` where one line is to blame. */
export interface DraftProblem {
  readonly kind:
    'date' | 'account' | 'amount' | 'missing-amount' | 'too-few' | 'unbalanced' | 'closed' | 'currency'
  readonly line: number | null
  readonly refusal?: Refusal
}

/** All that was typed, without what follows from it. */
export interface DraftTexts {
  readonly dateText: string
  readonly payee: string
  readonly note: string
  readonly tagsText: string
  readonly lines: readonly LineTexts[]
}

type LineTexts = Pick<DraftLine, 'account' | 'accountText' | 'amountText' | 'valueText' | 'note'>

export interface DraftContext {
  readonly bookCurrency: CurrencyCode
  account(id: AccountId): AccountRow | undefined
}

export class EntryDraft {
  dateText = $state('')
  payee = $state('')
  note = $state('')
  tagsText = $state('')
  lines: DraftLine[] = $state([new DraftLine(), new DraftLine()])
  readonly #context: DraftContext

  constructor(context: DraftContext, date: IsoDate = today()) {
    this.#context = context
    this.dateText = date
  }

  readonly date = $derived.by(() => parseDate(this.dateText, today()))

  /** Each line's amount as far as it can be read. */
  readonly #read = $derived.by(() => this.lines.map((line) => this.#readLine(line)))
  readonly balance = $derived.by(() =>
    balanceOf(
      this.#read.map((line) => line.amounts),
      this.#context.bookCurrency
    )
  )
  /** Something was typed that would be lost. */
  readonly dirty = $derived.by(
    () =>
      this.payee !== '' || this.note !== '' || this.tagsText !== '' || this.lines.some((line) => !line.isBlank)
  )
  readonly problem = $derived.by(() => this.#firstProblem())

  currencyOf(line: number): CurrencyCode {
    return this.#read[line]?.amounts.currency ?? this.#context.bookCurrency
  }

  /** Whether the line is in another currency than the one that the entry is valued in. */
  isForeign(line: number): boolean {
    return this.lines[line]?.amountText !== '' && this.currencyOf(line) !== this.balance.main
  }

  /** What is wrong with the text in the line's amount or value field. */
  refusalOf(line: number): Refusal | null {
    return this.#read[line]?.refusal ?? null
  }

  /** What the field would be filled with; empty where nothing follows from the rest. */
  ghost(line: number, field: 'amount' | 'value'): string {
    const fill = this.balance.fill
    if (!fill || fill.line !== line || fill.field !== field) return ''
    const currency = field === 'amount' ? this.currencyOf(line) : this.balance.main
    return formatDecimal(fill.amountMinor, currency).replace('-', '\u2212')
  }

  get texts(): DraftTexts {
    const { dateText, payee, note, tagsText } = this
    const lines = this.lines.map(({ account, accountText, amountText, valueText, note: own }) => ({
      ...{ account, accountText, amountText, valueText },
      note: own
    }))
    return { dateText, payee, note, tagsText, lines }
  }

  /** Goes on with what was typed before. */
  type({ dateText, payee, note, tagsText, lines }: DraftTexts): this {
    Object.assign(this, { dateText, payee, note, tagsText })
    this.lines = lines.map((line) => Object.assign(new DraftLine(), line))
    return this
  }

  addLine(): DraftLine {
    const line = new DraftLine()
    this.lines.push(line)
    return line
  }

  removeLine(index: number): void {
    if (this.lines.length > 2) this.lines.splice(index, 1)
  }

  /** Takes over accounts and amounts of an earlier entry. */
  fillFrom(postings: readonly PostingRow[]): void {
    this.lines = postings.map((posting, index) => lineOf(posting, index === postings.length - 1, this.#context))
  }

  /** The transaction; null while there is a problem. */
  finish(): TransactionDraft | null {
    const date = this.date
    if (this.problem || !date) return null
    const { fill, main } = this.balance
    const used = this.lines.flatMap((line, index) => (line.isBlank && fill?.line !== index ? [] : [index]))
    const postings = used.map((index) => {
      const line = this.lines[index] as DraftLine
      const { amounts } = this.#read[index] as ReadLine
      const filled = fill?.line === index ? fill : null
      const value = filled?.field === 'value' ? filled.amountMinor : amounts.valueMinor
      return {
        account: line.account as AccountId,
        amountMinor: filled?.field === 'amount' ? filled.amountMinor : (amounts.amountMinor as number),
        currency: amounts.currency,
        ...(value === null ? {} : { value: { amountMinor: value, currency: main } }),
        ...(line.note ? { note: line.note } : {})
      }
    })
    return { date, payee: this.payee.trim(), note: this.note.trim(), tags: tagsOf(this.tagsText), postings }
  }

  #readLine(line: DraftLine): ReadLine {
    const own = line.account ? this.#context.account(line.account)?.currency : null
    const fallback = own ?? this.#context.bookCurrency
    const none = { amountMinor: null, currency: fallback, valueMinor: null }
    if (!line.amountText.trim()) return { amounts: none, refusal: null }
    const amount = parseTypedAmount(line.amountText, fallback)
    if (!amount.ok) return { amounts: none, refusal: amount.error }
    const { amountMinor, currency } = amount.value
    const text = currency === this.#context.bookCurrency ? '' : line.valueText.trim()
    if (!text) return { amounts: { amountMinor, currency, valueMinor: null }, refusal: null }
    const value = parseTypedAmount(text, this.#context.bookCurrency)
    if (!value.ok) return { amounts: { amountMinor, currency, valueMinor: null }, refusal: value.error }
    // A value has the sign of its amount, however it was typed.
    const valueMinor = Math.sign(amountMinor) * Math.abs(value.value.amountMinor)
    return { amounts: { amountMinor, currency, valueMinor }, refusal: null }
  }

  #firstProblem(): DraftProblem | null {
    if (!this.date) return { kind: 'date', line: null }
    const { fill, missing } = this.balance
    let used = 0
    for (const [index, line] of this.lines.entries()) {
      const filled = fill?.line === index
      if (line.isBlank && !filled) continue
      used += 1
      const wrong = this.#problemOfLine(line, index, filled)
      if (wrong) return wrong
    }
    if (used < 2) return { kind: 'too-few', line: null }
    if (missing.length > 0 && !fill) return { kind: 'unbalanced', line: null }
    return null
  }

  #problemOfLine(line: DraftLine, index: number, filled: boolean): DraftProblem | null {
    const { amounts, refusal } = this.#read[index] as ReadLine
    if (refusal) return { kind: 'amount', line: index, refusal }
    const account = line.account ? this.#context.account(line.account) : undefined
    if (!account) return { kind: 'account', line: index }
    if (account.state === 'closed') return { kind: 'closed', line: index }
    if (account.currency && account.currency !== amounts.currency) return { kind: 'currency', line: index }
    if (amounts.amountMinor === null && !filled) return { kind: 'missing-amount', line: index }
    return null
  }
}

interface ReadLine {
  readonly amounts: LineAmounts
  readonly refusal: Refusal | null
}

const tagsOf = (text: string): string[] => [...new Set(text.split(/[\s,，、#]+/).filter(Boolean))]

/** The last amount is left to follow from the others, so that changing one changes both. */
function lineOf(posting: PostingRow, isLast: boolean, context: DraftContext): DraftLine {
  const line = new DraftLine()
  const own = context.account(posting.account)?.currency ?? context.bookCurrency
  line.account = posting.account
  line.accountText = posting.path
  line.note = posting.note
  const code = posting.currency === own ? '' : ` ${posting.currency}`
  const follows = isLast && posting.currency === context.bookCurrency && !posting.value
  line.amountText = follows ? '' : formatDecimal(posting.amountMinor, posting.currency) + code
  if (posting.value) line.valueText = formatDecimal(posting.value.amountMinor, posting.value.currency)
  return line
}
