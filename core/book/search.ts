/**
 * Search over the whole journal. Each chunk of it has columns: states, numbers for payees and accounts, the amounts, and
 * one string of all notes and tags. A word is compared with each payee and each path once, however many transactions have
 * them, and runs through the columns; so a search that nobody made before takes milliseconds at 100,000 transactions, and
 * can be made chunk by chunk.
 */
import type { AccountId } from '../contract/index.js'
import { exponentOf } from '../domain/currency.js'
import type { Posting } from '../domain/transaction.js'
import { amountTest, digitsIn, type AmountTest } from './amount-search.js'
import { isVoid, postingsOf, type Transaction } from './model.js'
import { fold, type AccountTree } from './tree.js'

/** What search looks at, of the transactions of one chunk. */
export interface Columns {
  /** The bits of VOID and CONFLICT. */
  readonly states: Uint8Array
  /** Numbers of payees, case folded. */
  readonly payees: Int32Array
  /** Where the postings of each transaction end. */
  readonly postingEnds: Int32Array
  readonly accounts: Int32Array
  readonly amounts: Float64Array
  readonly exponents: Uint8Array
  /** Which digits each amount has. */
  readonly digits: Uint16Array
  /** Notes and tags, folded, each with a newline after it. */
  readonly text: string
  /** Where the text of each transaction ends. */
  readonly textEnds: Int32Array
}

const VOID = 1
const CONFLICT = 2

/** What is asked of transactions; all of it must hold. */
export interface Query {
  /** Folded, without spaces; each occurs somewhere. */
  readonly words: readonly string[]
  /** One of them is touched; null for any. */
  readonly accounts: ReadonlySet<AccountId> | null
  readonly state: 'posted' | 'void' | 'any'
  readonly conflict: 'open' | 'any'
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
  /** null for a word that is in no account's path. */
  readonly accounts: Uint8Array | null
  /** null for a word that is no part of an amount. */
  readonly amount: AmountTest | null
}

export class Search {
  readonly #payees = new Numbering<string>()
  readonly #accounts = new Numbering<AccountId>()

  /** The columns of some transactions. */
  columns = (transactions: readonly Transaction[]): Columns => {
    const count = transactions.length
    const states = new Uint8Array(count)
    const payees = new Int32Array(count)
    const textEnds = new Int32Array(count)
    const postingEnds = new Int32Array(count)
    const postings: Posting[] = []
    let text = ''
    for (let index = 0; index < count; index++) {
      const transaction = transactions[index]!
      states[index] = (isVoid(transaction.shown) ? VOID : 0) | (transaction.inConflict ? CONFLICT : 0)
      payees[index] = this.#payees.of(fold(transaction.shown.content.payee))
      for (const posting of postingsOf(transaction)) postings.push(posting)
      postingEnds[index] = postings.length
      text += textOf(transaction)
      textEnds[index] = text.length
    }
    return { states, payees, postingEnds, ...this.#postingColumns(postings), text, textEnds }
  }

  #postingColumns(
    postings: readonly Posting[]
  ): Pick<Columns, 'accounts' | 'amounts' | 'exponents' | 'digits'> {
    const accounts = new Int32Array(postings.length)
    const amounts = new Float64Array(postings.length)
    const exponents = new Uint8Array(postings.length)
    const digits = new Uint16Array(postings.length)
    for (let index = 0; index < postings.length; index++) {
      const { account, amountMinor, currency } = postings[index]!
      accounts[index] = this.#accounts.of(account)
      amounts[index] = amountMinor
      exponents[index] = exponentOf(currency) ?? 2
      digits[index] = digitsIn(amountMinor, exponents[index]!)
    }
    return { accounts, amounts, exponents, digits }
  }

  /**
   * A test of chunks: for each of its transactions, whether all that is asked holds. The columns of all chunks must be
   * there by then: they number the payees and accounts that words are compared with.
   */
  prepare({ words, accounts, state, conflict }: Query, tree: AccountTree): (columns: Columns) => Hits {
    const prepared = words.map((word) => this.#prepare(word, tree))
    const wanted = accounts && this.#accounts.flags((account) => accounts.has(account))
    const mask = (state === 'any' ? 0 : VOID) | (conflict === 'any' ? 0 : CONFLICT)
    const value = (state === 'void' ? VOID : 0) | (conflict === 'open' ? CONFLICT : 0)
    return (columns) => {
      const rounds = new Uint8Array(columns.states.length)
      if (mask !== 0) exclude(rounds, columns.states, mask, value)
      if (wanted) excludeOthers(rounds, columns, wanted)
      for (const [round, word] of prepared.entries()) mark(rounds, round, columns, word)
      return { rounds, all: prepared.length }
    }
  }

  #prepare(word: string, tree: AccountTree): Word {
    const accounts = this.#accounts.flags((account) => fold(tree.path(account)).includes(word))
    return {
      folded: word,
      payees: this.#payees.flags((payee) => payee.includes(word)),
      accounts: accounts.includes(1) ? accounts : null,
      amount: amountTest(word)
    }
  }
}

/** What was found in a chunk: those transactions with `rounds` of `all`. */
export interface Hits {
  readonly rounds: Uint8Array
  readonly all: number
}

/** More than there can be words in a search. */
const OUT = 255

function exclude(rounds: Uint8Array, states: Uint8Array, mask: number, value: number): void {
  for (let index = 0; index < rounds.length; index++) if ((states[index]! & mask) !== value) rounds[index] = OUT
}

function excludeOthers(rounds: Uint8Array, { postingEnds, accounts }: Columns, wanted: Uint8Array): void {
  let posting = 0
  for (let index = 0; index < rounds.length; index++) {
    const end = postingEnds[index]!
    let isWanted = false
    for (; posting < end && !isWanted; posting++) isWanted = wanted[accounts[posting]!] === 1
    posting = end
    if (!isWanted) rounds[index] = OUT
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
      (amount?.fits(posting.amountMinor, exponentOf(posting.currency) ?? 2) ?? false)
    return tests.every(
      ({ word, amount }) =>
        payee.includes(word) ||
        text.includes(word) ||
        postingsOf(transaction).some((posting) => inPosting(word, amount, posting))
    )
  }
}

/** Raises those transactions to `round` + 1 that had `round` and in which the word occurs. */
function mark(rounds: Uint8Array, round: number, columns: Columns, word: Word): void {
  const { payees, postingEnds } = columns
  const mayBeInPostings = word.accounts !== null || word.amount !== null
  for (let index = 0; index < rounds.length; index++) {
    if (rounds[index] !== round) continue
    if (word.payees[payees[index]!] === 1) rounds[index] = round + 1
    else if (mayBeInPostings) {
      const start = index === 0 ? 0 : postingEnds[index - 1]!
      if (isInPostings(columns, start, postingEnds[index]!, word)) rounds[index] = round + 1
    }
  }
  markText(rounds, round, columns, word.folded)
}

function isInPostings(columns: Columns, start: number, end: number, word: Word): boolean {
  const { accounts } = columns
  if (word.accounts) for (let at = start; at < end; at++) if (word.accounts[accounts[at]!] === 1) return true
  return word.amount !== null && isInAmounts(columns, start, end, word.amount)
}

function isInAmounts(
  { amounts, exponents, digits }: Columns,
  start: number,
  end: number,
  amount: AmountTest
): boolean {
  for (let at = start; at < end; at++) {
    if ((digits[at]! & amount.digits) !== amount.digits) continue
    // Most postings are the other side of the one before.
    const isMirrored =
      amount.sign === 'none' &&
      at > start &&
      amounts[at] === -amounts[at - 1]! &&
      exponents[at] === exponents[at - 1]
    if (!isMirrored && amount.fits(amounts[at]!, exponents[at]!)) return true
  }
  return false
}

function markText(rounds: Uint8Array, round: number, { text, textEnds }: Columns, word: string): void {
  let index = 0
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, textEnds[index]!)) {
    while (textEnds[index]! <= at) index += 1
    if (rounds[index] === round) rounds[index] = round + 1
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
