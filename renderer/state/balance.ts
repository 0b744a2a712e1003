/** The arithmetic of an entry while it is written: what is missing, and what the last empty field would have to be. */
import type { CurrencyCode } from '../../core/contract/index.js'

/** One line as far as it is known. */
export interface LineAmounts {
  /** Null while the field is empty or cannot be read. */
  readonly amountMinor: number | null
  readonly currency: CurrencyCode
  /** What it is worth in `valueCurrency`; null while not given. */
  readonly valueMinor: number | null
}

export interface BalanceState {
  /** The currency that foreign lines are valued in. */
  readonly main: CurrencyCode
  /** What is still missing to make each currency zero; empty when it balances. */
  readonly missing: readonly { readonly currency: CurrencyCode; readonly amountMinor: number }[]
  /** The one field whose content follows from all others. */
  readonly fill: {
    readonly field: 'amount' | 'value'
    readonly line: number
    readonly amountMinor: number
  } | null
}

/** The book's currency if a line has it, else the first line's. */
export function mainCurrency(lines: readonly LineAmounts[], book: CurrencyCode): CurrencyCode {
  if (lines.some((line) => line.currency === book)) return book
  return lines[0]?.currency ?? book
}

function sums(lines: readonly LineAmounts[], main: CurrencyCode): Map<CurrencyCode, number> {
  const byCurrency = new Map<CurrencyCode, number>()
  for (const line of lines) {
    if (line.amountMinor === null) continue
    const [currency, amount] =
      line.valueMinor === null ? [line.currency, line.amountMinor] : [main, line.valueMinor]
    byCurrency.set(currency, (byCurrency.get(currency) ?? 0) + amount)
  }
  return byCurrency
}

export function balanceOf(lines: readonly LineAmounts[], book: CurrencyCode): BalanceState {
  const main = mainCurrency(lines, book)
  const missing = [...sums(lines, main)]
    .filter(([, sum]) => sum !== 0)
    .map(([currency, sum]) => ({ currency, amountMinor: -sum }))
  return { main, missing, fill: fillOf(lines, main, missing) }
}

function fillOf(
  lines: readonly LineAmounts[],
  main: CurrencyCode,
  missing: BalanceState['missing']
): BalanceState['fill'] {
  const empty = lines.flatMap((line, index) => (line.amountMinor === null ? [index] : []))
  const [first, second] = missing
  if (empty.length === 1 && first && !second) {
    const line = empty[0] as number
    if (lines[line]?.currency !== first.currency) return null
    return { field: 'amount', line, amountMinor: first.amountMinor }
  }
  if (empty.length > 0 || missing.length !== 2) return null
  return fillValue(lines, main, missing)
}

/** One foreign line without a value, and something missing in the main currency: the value is what is missing. */
function fillValue(
  lines: readonly LineAmounts[],
  main: CurrencyCode,
  missing: BalanceState['missing']
): BalanceState['fill'] {
  const gap = missing.find((sum) => sum.currency === main)
  const open = lines.flatMap((line, index) =>
    line.currency !== main && line.valueMinor === null ? [index] : []
  )
  const line = open[0]
  if (!gap || line === undefined || open.length !== 1) return null
  const amountMinor = lines[line]?.amountMinor ?? 0
  return Math.sign(amountMinor) === Math.sign(gap.amountMinor)
    ? { field: 'value', line, amountMinor: gap.amountMinor }
    : null
}
