/** Accounts with their balances, and the trial balance. */
import type { AccountRow, BalanceRow, CurrencyCode, IsoDate, Total, TrialBalance } from '../contract/index.js'
import { dateNumber } from '../domain/date.js'
import { exchange } from './ledger.js'
import type { Line, Lines } from './model.js'
import type { State } from './state.js'
import { Sums } from './sums.js'
import type { TreeNode } from './tree.js'

export function accountRows(state: State): AccountRow[] {
  const totals = new Map<TreeNode, Sums>()
  for (const node of [...state.tree.nodes].reverse()) {
    const total = new Sums()
    total.addAll(node.account.balance)
    for (const child of node.children) total.addAll(totals.get(child)!)
    totals.set(node, total)
  }
  return state.tree.nodes.map((node) => accountRow(node, totals.get(node)!))
}

function accountRow({ account, parent, path, depth }: TreeNode, total: Sums): AccountRow {
  return {
    account: account.id,
    parent: parent?.account.id ?? null,
    name: account.name,
    path,
    depth,
    type: account.type,
    code: account.code,
    currency: account.currency,
    state: account.state,
    postings: account.lines.size,
    own: account.balance.totals(),
    total: total.totals()
  }
}

/** Balances at the end of a day, or of all that is posted. Rows that are zero are left out. */
export function trialBalance(state: State, at: IsoDate | null): TrialBalance {
  const day = at === null ? null : dateNumber(at)
  const sums = new Sums()
  const rows: BalanceRow[] = []
  for (const { account, path } of state.tree.nodes) {
    const balance = day === null ? account.balance : balanceAt(account.lines, day)
    for (const { currency, amountMinor } of balance.totals()) {
      rows.push({ account: account.id, path, type: account.type, currency, amountMinor })
    }
    sums.addAll(balance)
  }
  const exchanged = day === null ? state.ledger.exchanged : exchangedAt(state.ledger.exchanges, day)
  sums.addAll(exchanged)
  const currencies = new Set<CurrencyCode>([...rows, ...exchanged.totals()].map((row) => row.currency))
  const zeros: Total[] = [...currencies]
    .sort()
    .map((currency) => ({ currency, amountMinor: sums.get(currency) }))
  return { at, rows, exchange: exchanged.totals(), sums: zeros }
}

const endOf = (lines: Lines, day: number): number => lines.rankWhere((line) => line.transaction.date <= day)

function balanceAt(lines: Lines, day: number): Sums {
  const balance = new Sums()
  lines.visit(0, endOf(lines, day), {
    chunk: (sums) => balance.addAll(sums),
    item: (line) => balance.add(line.currency, line.amountMinor)
  })
  return balance
}

function exchangedAt(lines: Lines, day: number): Sums {
  const exchanged = new Sums()
  const add = (line: Line): void => exchange(exchanged, line)
  for (const line of lines.slice(0, endOf(lines, day))) add(line)
  return exchanged
}
