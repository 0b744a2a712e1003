/** What the fold builds: versions, transactions, accounts, and what was not counted. */
import type {
  AccountId,
  AccountType,
  CurrencyCode,
  DeviceId,
  ErrorCode,
  IsoDate,
  LogId,
  MemberId,
  Place,
  TransactionId,
  VersionId
} from '../contract/index.js'
import { dateNumber } from '../domain/date.js'
import type { Money, Posting, TransactionContent } from '../domain/transaction.js'
import type { Operation } from '../ops/operations.js'
import { placeOf } from '../ops/place.js'
import { sortByDate } from './by-date.js'
import { SortedList } from './sorted-list.js'
import type { Steps } from './steps.js'
import { Sums } from './sums.js'

/** An entry without its operations. */
export interface Origin {
  readonly log: LogId
  readonly index: number
  readonly lamport: number
  readonly wallMs: number
  readonly author: MemberId
  readonly device: DeviceId
}

/** Where an operation stands. */
export interface Placed {
  readonly origin: Origin
  readonly operation: number
}

/** What can be cut off and adopted: seen through an adoption, once there is one. */
export interface Adoptable extends Placed {
  /** Who made it count after it had been cut off, in no order; null: it counts by itself. */
  readonly adoptions: readonly Origin[] | null
}

/** The order that settles every tie: lamport, then log, then place in the log. */
export function comparePlaced(a: Placed, b: Placed): number {
  const x = a.origin
  const y = b.origin
  if (x.lamport !== y.lamport) return x.lamport - y.lamport
  if (x.log !== y.log) return x.log < y.log ? -1 : 1
  return x.index - y.index || a.operation - b.operation
}

export const laterOf = <P extends Placed>(a: P, b: P): P => (comparePlaced(a, b) < 0 ? b : a)

/** One version of a transaction, counted or not. */
export class Version implements Adoptable {
  constructor(
    readonly transaction: Transaction,
    readonly origin: Origin,
    readonly operation: number,
    readonly kind: 'post' | 'amend' | 'void',
    /** A void keeps the content of the latest version that it replaced. */
    readonly content: TransactionContent,
    readonly replaces: readonly VersionId[],
    /** Why it is not counted. */
    readonly reason: ErrorCode | null,
    readonly adoptions: readonly Origin[] | null = null,
    /** Whether it was in the history before it was adopted. */
    readonly wasListed: boolean = false
  ) {}

  get id(): VersionId {
    return placeOf<VersionId>(this.origin.log, this.origin.index, this.operation)
  }
}

export const isVoid = (version: Version): boolean => version.kind === 'void'

/** A posting of a counted version: what registers list. */
export class Line implements Posting {
  constructor(
    readonly transaction: Transaction,
    readonly position: number,
    readonly account: AccountId,
    readonly amountMinor: number,
    readonly currency: CurrencyCode,
    readonly value: Money | null,
    readonly note: string
  ) {}
}

const NONE: Version[] = []

/** All versions of one transaction. It stands where its shown head says. */
export class Transaction {
  /** The shown head's date as yyyymmdd. */
  date = 0
  #first: Version | null = null
  #shown: Version | null = null
  /** All versions but the first, in the order of ties. */
  #later: Version[] = NONE
  /** The heads, where there is more than one. */
  #heads: Heads | null = null

  get id(): TransactionId {
    return placeOf<TransactionId>(this.first.origin.log, this.first.origin.index, this.first.operation)
  }

  get first(): Version {
    return this.#first!
  }

  /** The latest of the heads. */
  get shown(): Version {
    return this.#shown!
  }

  /** Who posted it first; amending what is one's own is asked by this. */
  get owner(): MemberId {
    return this.first.origin.author
  }

  /** All versions, oldest first. */
  get versions(): readonly Version[] {
    return [this.first, ...this.#later]
  }

  get versionCount(): number {
    return 1 + this.#later.length
  }

  /** Counted versions that no counted version replaces, the shown one first. */
  get heads(): readonly Version[] {
    return this.#heads ? this.#heads.list : [this.shown]
  }

  isHead(version: Version): boolean {
    return this.#heads ? this.#heads.has(version) : version === this.#shown
  }

  /**
   * Several heads that do not mean the same. Heads that are all void, or all say the same (two people settled a
   * conflict alike), leave nothing to decide.
   */
  get inConflict(): boolean {
    return this.#heads?.differ ?? false
  }

  /** Keeps a version in the history. The first one to come is the post. */
  keep(version: Version): void {
    if (!this.#first) {
      this.#first = version
      return
    }
    if (this.#later === NONE) this.#later = []
    let at = this.#later.length
    while (at > 0 && comparePlaced(version, this.#later[at - 1]!) < 0) at -= 1
    this.#later.splice(at, 0, version)
  }

  /** Takes a version that was not counted out of the history. */
  forget(version: Version): void {
    this.#later = this.#later.filter((each) => each !== version)
  }

  /**
   * Makes a counted version a head in place of those that it replaces. As a rule these are earlier in the order of ties; one
   * that was adopted can replace what its author had hidden that they had seen.
   */
  crown(version: Version): void {
    const shown = this.#shown
    if (!shown || (!this.#heads && version.replaces.includes(shown.id))) this.#shown = version
    else {
      this.#heads ??= new Heads(shown)
      this.#heads.replace(version)
      this.#shown = this.#heads.latest
      if (this.#heads.size === 1) this.#heads = null
    }
    this.date = dateNumber(this.#shown.content.date)
  }
}

/** Two heads or more, and how many different things they say. */
class Heads {
  readonly #heads = new Map<VersionId, Version>()
  readonly #meanings = new Map<string, number>()

  constructor(head: Version) {
    this.#add(head)
  }

  get size(): number {
    return this.#heads.size
  }

  get differ(): boolean {
    return this.#meanings.size > 1
  }

  get latest(): Version {
    return [...this.#heads.values()].reduce(laterOf)
  }

  /** Latest first. */
  get list(): readonly Version[] {
    return [...this.#heads.values()].sort((a, b) => comparePlaced(b, a))
  }

  has(version: Version): boolean {
    return this.#heads.has(version.id)
  }

  replace(version: Version): void {
    for (const id of version.replaces) this.#remove(id)
    this.#add(version)
  }

  #add(version: Version): void {
    const said = meaning(version)
    this.#heads.set(version.id, version)
    this.#meanings.set(said, (this.#meanings.get(said) ?? 0) + 1)
  }

  #remove(id: VersionId): void {
    const version = this.#heads.get(id)
    if (!version) return
    this.#heads.delete(id)
    const said = meaning(version)
    const left = (this.#meanings.get(said) ?? 0) - 1
    if (left > 0) this.#meanings.set(said, left)
    else this.#meanings.delete(said)
  }
}

function meaning(version: Version): string {
  if (isVoid(version)) return 'void'
  const { date, payee, note, tags, postings } = version.content
  const moved = postings.map(({ account, amountMinor, currency, value, note }) => [
    account,
    amountMinor,
    currency,
    value ? [value.amountMinor, value.currency] : null,
    note
  ])
  return JSON.stringify([date, payee, note, tags, moved])
}

/** By date, then by order of entry, in which an amended transaction keeps its place. */
export const compareTransactions = (a: Transaction, b: Transaction): number =>
  a.date - b.date || comparePlaced(a.first, b.first)

export const sortTransactions = (transactions: readonly Transaction[]): Steps<Transaction[]> =>
  sortByDate(transactions, (transaction) => transaction, compareTransactions)

export type Lines = SortedList<Line, Sums>

export const newLines = (): Lines => new SortedList<Line, Sums>(compareLines, sumOf, sortLines)

const compareLines = (a: Line, b: Line): number =>
  compareTransactions(a.transaction, b.transaction) || a.position - b.position

const sortLines = (lines: readonly Line[]): Steps<Line[]> =>
  sortByDate(lines, (line) => line.transaction, compareLines)

function sumOf(lines: readonly Line[]): Sums {
  const sums = new Sums()
  for (const line of lines) sums.add(line.currency, line.amountMinor)
  return sums
}

/** One setting of one field. The latest one counts, all are kept. */
export interface FieldWrite extends Placed {
  readonly field: 'name' | 'parent' | 'code' | 'state' | 'currency'
  readonly value: string | null
}

/** Fields of which the last writer wins. */
export class Fields {
  readonly #latest = new Map<FieldWrite['field'], FieldWrite>()
  #history: FieldWrite[] = []

  write(write: FieldWrite): void {
    const latest = this.#latest.get(write.field)
    this.#latest.set(write.field, latest ? laterOf(latest, write) : write)
    this.#history.push(write)
  }

  latest(field: FieldWrite['field']): FieldWrite | null {
    return this.#latest.get(field) ?? null
  }

  value(field: FieldWrite['field']): string | null {
    return this.#latest.get(field)?.value ?? null
  }

  /** Oldest first. */
  get history(): readonly FieldWrite[] {
    this.#history = this.#history.sort((a, b) => comparePlaced(a, b) || (a.field < b.field ? -1 : 1))
    return this.#history
  }
}

export class Account implements Adoptable {
  readonly fields = new Fields()
  /** Its own postings, those that count now. */
  readonly lines: Lines = newLines()
  readonly balance = new Sums()

  constructor(
    readonly id: AccountId,
    readonly origin: Origin,
    readonly operation: number,
    readonly type: AccountType,
    readonly currency: CurrencyCode | null,
    /** Depth at creation, which bounds how deep a tree can be made without moves. */
    readonly bornDepth: number,
    readonly adoptions: readonly Origin[] | null = null
  ) {}

  get name(): string {
    return this.fields.value('name') ?? ''
  }
  get code(): string {
    return this.fields.value('code') ?? ''
  }
  get parent(): AccountId | null {
    return this.fields.value('parent') as AccountId | null
  }
  get state(): 'open' | 'closed' {
    return this.fields.value('state') === 'closed' ? 'closed' : 'open'
  }
}

/** The book's own settings. */
export class BookSettings {
  readonly fields = new Fields()

  get name(): string {
    return this.fields.value('name') ?? ''
  }
  /** EUR until the founding entry is here. */
  get currency(): CurrencyCode {
    return (this.fields.value('currency') ?? 'EUR') as CurrencyCode
  }
}

/** An operation that does not count, and why. */
export class Rejected implements Placed {
  /** Where it was adopted, in no order: it counts then. */
  readonly adoptions: Origin[] = []

  constructor(
    readonly origin: Origin,
    readonly operation: number,
    readonly content: Operation,
    readonly code: ErrorCode
  ) {}

  get id(): Place {
    return placeOf<Place>(this.origin.log, this.origin.index, this.operation)
  }
}

/** What someone said of a transaction. */
export class Comment implements Placed {
  constructor(
    readonly transaction: Transaction,
    readonly origin: Origin,
    readonly operation: number,
    readonly text: string
  ) {}

  get id(): Place {
    return placeOf<Place>(this.origin.log, this.origin.index, this.operation)
  }
}

/** The date that a shown version has, for reading. */
export const dateOf = (transaction: Transaction): IsoDate => transaction.shown.content.date

/** The postings of the shown version, void or not. */
export const postingsOf = (transaction: Transaction): readonly Posting[] => transaction.shown.content.postings
