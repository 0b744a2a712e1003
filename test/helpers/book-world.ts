/** Simulated devices that write entries apart and exchange them, each with a book of its own. */
import { blake2b } from '@noble/hashes/blake2.js'
import type {
  AccountId,
  CurrencyCode,
  IsoDate,
  LogId,
  MemberId,
  Outcome,
  TransactionDraft
} from '../../core/contract/index.js'
import { Book } from '../../core/book/book.js'
import type { Directory, Judge } from '../../core/book/types.js'
import type { Operation, PlacedEntry } from '../../core/ops/operations.js'
import { placeOf } from '../../core/ops/place.js'

export const EUR = 'EUR' as CurrencyCode
export const USD = 'USD' as CurrencyCode
export const day = (date: string): IsoDate => date as IsoDate

const LETTERS = 'ybndrfg8ejkmcpqxot1uwisza345h769'

/** 52 characters that look like a key, different for each number. */
export function keyLike(number: number): string {
  let state = (number + 1) * 2654435761
  let key = ''
  for (let index = 0; index < 52; index++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    key += LETTERS[(state >>> 16) & 31]
  }
  return key
}

export const hash = (bytes: Uint8Array): Uint8Array => blake2b(bytes, { dkLen: 32 })

export const directory: Directory = {
  memberName: (member) => `member ${member.slice(0, 4)}`,
  deviceName: (device) => `device ${device.slice(0, 4)}`
}

export const newBook = (): Book => new Book({ directory, hash })

export const allowAll: Judge = () => null

/** Lets everyone do all but amend or void what is someone else's. */
export const ownOnly: Judge = (entry, _operation, _at, owner) =>
  owner !== null && owner !== entry.author ? 'NOT_ALLOWED' : null

export const valueOf = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`)
  return outcome.value
}

export const codeOf = (outcome: Outcome<unknown>): string => (outcome.ok ? 'done' : outcome.error.code)

/** One device: its log, what it has seen, and its book. */
export class Device {
  readonly log: LogId
  readonly member: MemberId
  readonly book = newBook()
  /** All entries it has, in the order in which they came: a causal one. */
  readonly entries: PlacedEntry[] = []
  readonly #seen = new Map<LogId, number>()
  readonly #judge: Judge
  #lamport = 0

  /** `person`: whose device it is; by default each is someone else's. */
  constructor(number: number, judge: Judge = allowAll, person = number) {
    this.log = keyLike(number) as LogId
    this.member = keyLike(1000 + person) as MemberId
    this.#judge = judge
  }

  get length(): number {
    return this.#seen.get(this.log) ?? 0
  }

  /** Writes one entry and takes it in. */
  write(...ops: Operation[]): PlacedEntry {
    const past = new Map(this.#seen)
    const entry: PlacedEntry = {
      log: this.log,
      index: this.length,
      lamport: this.#lamport + 1,
      wallMs: 1_700_000_000_000 + this.#lamport,
      author: this.member,
      device: keyLike(2000) + this.log.slice(0, 4),
      ops,
      sees: (log, index) => index < (past.get(log) ?? 0)
    }
    this.take(entry)
    return entry
  }

  take(entry: PlacedEntry): void {
    if (entry.index < (this.#seen.get(entry.log) ?? 0)) return
    this.#seen.set(entry.log, entry.index + 1)
    this.#lamport = Math.max(this.#lamport, entry.lamport)
    this.entries.push(entry)
    this.book.apply(entry, this.#judge)
  }

  /** Takes all that the other has. */
  pull(other: Device): void {
    for (const entry of [...other.entries]) this.take(entry)
  }

  /** Writes an account at the top and gives its id. */
  addAccount(
    name: string,
    type: 'asset' | 'liability' | 'equity' | 'income' | 'expense',
    parent?: AccountId
  ): AccountId {
    const entry = this.write({
      kind: 'createAccount',
      name,
      type,
      parent: parent ?? null,
      code: '',
      currency: null
    })
    return placeOf<AccountId>(this.log, entry.index, 0)
  }

  post(draft: TransactionDraft) {
    const entry = this.write({ kind: 'post', ...valueOf(this.book.checkDraft(draft)) })
    return valueOf(this.book.findTransaction(placeOf(this.log, entry.index, 0)))
  }
}

/** A draft that moves an amount of EUR from one account to another. */
export const moving = (
  from: AccountId,
  to: AccountId,
  amountMinor: number,
  more: Partial<TransactionDraft> = {}
): TransactionDraft => ({
  date: day('2026-03-01'),
  payee: 'Baker',
  postings: [
    { account: to, amountMinor, currency: EUR },
    { account: from, amountMinor: -amountMinor, currency: EUR }
  ],
  ...more
})
