/**
 * Search over the whole journal. Each chunk of it has columns: numbers for payees and accounts, the amounts, and one
 * string of all notes and tags. A word is compared with each payee and each path once, however many transactions have
 * them, and runs through the columns; so a search that nobody made before takes milliseconds at 100,000 transactions.
 */
import type { AccountId } from '../contract/index.js'
import { exponentOf } from '../domain/currency.js'
import type { Posting } from '../domain/transaction.js'
import { amountTest, type AmountTest } from './amount-search.js'
import { postingsOf, type Transaction } from './model.js'
import type { SortedList } from './sorted-list.js'
import { fold, type AccountTree } from './tree.js'

/** What search looks at, of the transactions of one chunk. */
export interface Columns {
  readonly payees: Int32Array
  /** Where the postings of each transaction end. */
  readonly postingEnds: Int32Array
  readonly accounts: Int32Array
  readonly amounts: Float64Array
  readonly exponents: Uint8Array
  /** Notes and tags, folded, each with a newline after it. */
  readonly text: string
  /** Where the text of each transaction ends. */
  readonly textEnds: Int32Array
}

/** Numbers things as they come. */
class Numbering<Item> {
  readonly items: Item[] = []
  readonly #numbers = new Map<Item, number>()

  of(item: Item): number {
    let number = this.#numbers.get(item)
    if (number === undefined) {
      number = this.items.push(item) - 1
      this.#numbers.set(item, number)
    }
    return number
  }

  /** For each number, 1 if the test holds for its item. */
  flags(test: (item: Item) => boolean): Uint8Array {
    return Uint8Array.from(this.items, (item) => (test(item) ? 1 : 0))
  }
}

/** A word, compared with all that recurs. */
interface Word {
  readonly folded: string
  readonly payees: Uint8Array
  readonly accounts: Uint8Array
  /** null for a word that is no part of an amount. */
  readonly amount: AmountTest | null
}

export class Search {
  readonly #payees = new Numbering<string>()
  readonly #accounts = new Numbering<AccountId>()

  /** The columns of some transactions. */
  columns = (transactions: readonly Transaction[]): Columns => {
    const count = transactions.length
    const payees = new Int32Array(count)
    const textEnds = new Int32Array(count)
    const postingEnds = new Int32Array(count)
    const postings: Posting[] = []
    let text = ''
    for (let index = 0; index < count; index++) {
      const transaction = transactions[index]!
      payees[index] = this.#payees.of(transaction.shown.content.payee)
      for (const posting of postingsOf(transaction)) postings.push(posting)
      postingEnds[index] = postings.length
      text += textOf(transaction)
      textEnds[index] = text.length
    }
    return { payees, postingEnds, ...this.#postingColumns(postings), text, textEnds }
  }

  #postingColumns(postings: readonly Posting[]): Pick<Columns, 'accounts' | 'amounts' | 'exponents'> {
    const accounts = new Int32Array(postings.length)
    const amounts = new Float64Array(postings.length)
    const exponents = new Uint8Array(postings.length)
    for (let index = 0; index < postings.length; index++) {
      const { account, amountMinor, currency } = postings[index]!
      accounts[index] = this.#accounts.of(account)
      amounts[index] = amountMinor
      exponents[index] = exponentOf(currency) ?? 2
    }
    return { accounts, amounts, exponents }
  }

  /** The transactions in which all words (folded, without spaces) occur, in the order of the list. */
  find(list: SortedList<Transaction, Columns>, tree: AccountTree, words: readonly string[]): Transaction[] {
    // All columns first: they number the payees and accounts that words are then compared with.
    const chunks = list.chunks()
    const prepared = words.map((word) => this.#prepare(word, tree))
    const found: Transaction[] = []
    for (const { items, summary } of chunks) {
      const hits = new Uint8Array(items.length)
      for (const [round, word] of prepared.entries()) mark(hits, round, summary, word)
      for (let index = 0; index < items.length; index++) {
        if (hits[index] === prepared.length) found.push(items[index]!)
      }
    }
    return found
  }

  #prepare(word: string, tree: AccountTree): Word {
    return {
      folded: word,
      payees: this.#payees.flags((payee) => fold(payee).includes(word)),
      accounts: this.#accounts.flags((account) => fold(tree.path(account)).includes(word)),
      amount: amountTest(word)
    }
  }
}

/** Whether all words occur in one transaction, for those that change while a search is shown. */
export function occurIn(tree: AccountTree, words: readonly string[]): (transaction: Transaction) => boolean {
  const tests = words.map((word) => ({ word, amount: amountTest(word) }))
  return (transaction) => {
    const payee = fold(transaction.shown.content.payee)
    const text = textOf(transaction)
    const inPosting = (word: string, amount: AmountTest | null, posting: Posting): boolean =>
      fold(tree.path(posting.account)).includes(word) ||
      (amount?.(posting.amountMinor, exponentOf(posting.currency) ?? 2) ?? false)
    return tests.every(
      ({ word, amount }) =>
        payee.includes(word) ||
        text.includes(word) ||
        postingsOf(transaction).some((posting) => inPosting(word, amount, posting))
    )
  }
}

/** Raises the hits of those transactions to `round` + 1 that had `round` and in which the word occurs. */
function mark(hits: Uint8Array, round: number, columns: Columns, word: Word): void {
  const { payees, postingEnds, accounts, amounts, exponents } = columns
  const { amount } = word
  let posting = 0
  for (let index = 0; index < hits.length; index++) {
    const end = postingEnds[index]!
    let hit = word.payees[payees[index]!] === 1
    for (; posting < end && !hit; posting++) {
      hit =
        word.accounts[accounts[posting]!] === 1 ||
        (amount !== null && amount(amounts[posting]!, exponents[posting]!))
    }
    posting = end
    if (hit && hits[index] === round) hits[index] = round + 1
  }
  markText(hits, round, columns, word.folded)
}

function markText(hits: Uint8Array, round: number, { text, textEnds }: Columns, word: string): void {
  let index = 0
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, textEnds[index]!)) {
    while (textEnds[index]! <= at) index += 1
    if (hits[index] === round) hits[index] = round + 1
  }
}

/** Notes and tags of a transaction and its postings, folded; words have no newline, so none goes over two of them. */
function textOf(transaction: Transaction): string {
  const { note, tags, postings } = transaction.shown.content
  let text = note === '' ? '' : note + '\n'
  for (const tag of tags) text += tag + '\n'
  for (const posting of postings) if (posting.note !== '') text += posting.note + '\n'
  return text === '' ? text : fold(text)
}
