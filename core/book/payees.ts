/** Payees that were used, for completion and for search. */
import { compareTransactions, isVoid, type Transaction } from './model.js'
import type { SortedList } from './sorted-list.js'
import { fold } from './tree.js'

export interface Payee {
  readonly text: string
  readonly folded: string
  /** Transactions that show it and are not void. */
  uses: number
  /** The last of those in the journal; null when that one went and nobody has asked since. */
  latest: Transaction | null
}

const PAGE = 512

export class Payees {
  readonly #payees = new Map<string, Payee>()
  readonly #journal: SortedList<Transaction, unknown>

  constructor(journal: SortedList<Transaction, unknown>) {
    this.#journal = journal
  }

  add(transaction: Transaction): void {
    const text = transaction.shown.content.payee
    if (text === '') return
    const payee = this.#payees.get(text)
    if (!payee) {
      this.#payees.set(text, { text, folded: fold(text), uses: 1, latest: transaction })
      return
    }
    payee.uses += 1
    if (payee.latest && compareTransactions(payee.latest, transaction) < 0) payee.latest = transaction
  }

  remove(transaction: Transaction): void {
    const payee = this.#payees.get(transaction.shown.content.payee)
    if (!payee) return
    payee.uses -= 1
    if (payee.latest === transaction) payee.latest = null
    if (payee.uses === 0) this.#payees.delete(payee.text)
  }

  /** Those that begin with the text, then those that contain it; the most used first, then by name. */
  find(text: string, limit: number): Payee[] {
    const wanted = fold(text.trim())
    const found: { payee: Payee; begins: boolean }[] = []
    for (const payee of this.#payees.values()) {
      const at = payee.folded.indexOf(wanted)
      if (at >= 0) found.push({ payee, begins: at === 0 })
    }
    const order = (a: { payee: Payee; begins: boolean }, b: { payee: Payee; begins: boolean }): number => {
      if (a.begins !== b.begins) return a.begins ? -1 : 1
      return b.payee.uses - a.payee.uses || (a.payee.text < b.payee.text ? -1 : 1)
    }
    return firstOf(found, limit, order).map(({ payee }) => payee)
  }

  /** The last transaction in the journal with this payee. */
  latest(payee: Payee): Transaction {
    if (payee.latest) return payee.latest
    for (let end = this.#journal.size; end > 0; end -= PAGE) {
      const start = Math.max(0, end - PAGE)
      const match = this.#journal
        .slice(start, end - start)
        .findLast((transaction) => transaction.shown.content.payee === payee.text && !isVoid(transaction.shown))
      if (match) return (payee.latest = match)
    }
    throw new Error(`payee ${payee.text} is counted but in no transaction`)
  }
}

/** The first few in order, without sorting them all. */
function firstOf<Item>(items: readonly Item[], limit: number, order: (a: Item, b: Item) => number): Item[] {
  const best: Item[] = []
  for (const item of items) {
    const worst = best[best.length - 1]
    if (best.length >= limit && (!worst || order(item, worst) >= 0)) continue
    let at = best.length
    while (at > 0 && order(item, best[at - 1]!) < 0) at -= 1
    best.splice(at, 0, item)
    if (best.length > limit) best.pop()
  }
  return best
}
