/** Canonical bytes of what the digest covers: different states have different bytes, whatever order they came in. */
import type { Posting, TransactionContent } from '../domain/transaction.js'
import {
  Account,
  BookSettings,
  Comment,
  comparePlaced,
  Rejected,
  Transaction,
  type Fields,
  type Origin,
  type Placed,
  type Version
} from './model.js'

/** What the digest is made of. */
export type DigestItem = Transaction | Account | BookSettings | Rejected | Comment

const FIRST_BYTES = 1 << 16
/** A hostile book of ever new names costs no more memory than so many. */
const MOST_NAMES = 4096

/** The operation that made the item, by which it is known; null for the book's own settings. */
export function placeOfItem(item: DigestItem): Placed | null {
  if (item instanceof Transaction) return item.first
  return item instanceof BookSettings ? null : item
}

/** A number for each kind of item. */
export function kindOfItem(item: DigestItem): number {
  if (item instanceof Transaction) return 1
  if (item instanceof Account) return 2
  if (item instanceof Rejected) return 4
  return item instanceof Comment ? 5 : 3
}

/** Appends values to a growing array; each is self-delimiting. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #length = 0
  readonly #names = new Map<string, Uint8Array>()

  /** A view, valid until the next write. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  /** Any number, as its 64-bit float. */
  number(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.#length, value)
    this.#length += 8
  }

  /** A text that is written over and over: copied from the last time, which is several times faster. */
  name(value: string): void {
    const known = this.#names.get(value)
    if (known) {
      this.#reserve(known.length)
      this.#bytes.set(known, this.#length)
      this.#length += known.length
      return
    }
    const start = this.#length
    this.text(value)
    if (this.#names.size >= MOST_NAMES) this.#names.clear()
    this.#names.set(value, this.#bytes.slice(start, this.#length))
  }

  /** Its length in UTF-16 units, then UTF-8; a lone surrogate, which is rejected but listed, becomes three bytes too. */
  text(value: string): void {
    this.#reserve(4 + value.length * 3)
    this.#view.setUint32(this.#length, value.length)
    this.#length += 4
    const bytes = this.#bytes
    let at = this.#length
    for (let index = 0; index < value.length; index++) {
      let unit = value.charCodeAt(index)
      if (unit < 0x80) {
        bytes[at++] = unit
        continue
      }
      const point = value.codePointAt(index)!
      if (point > 0xffff) {
        index++
        bytes[at++] = 0xf0 | (point >> 18)
        bytes[at++] = 0x80 | ((point >> 12) & 63)
        unit = point & 0xfff
      } else if (unit >= 0x800) {
        bytes[at++] = 0xe0 | (unit >> 12)
      } else {
        bytes[at++] = 0xc0 | (unit >> 6)
        bytes[at++] = 0x80 | (unit & 63)
        continue
      }
      bytes[at++] = 0x80 | ((unit >> 6) & 63)
      bytes[at++] = 0x80 | (unit & 63)
    }
    this.#length = at
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes)
    this.#bytes = larger
    this.#view = new DataView(larger.buffer)
  }
}

/** Writes one item, led by a byte that says which kind it is. */
export function encodeItem(writer: ByteWriter, item: DigestItem): void {
  if (item instanceof Transaction) encodeTransaction(writer, item)
  else if (item instanceof Account) encodeAccount(writer, item)
  else if (item instanceof Rejected) encodeRejected(writer, item)
  else if (item instanceof Comment) encodeComment(writer, item)
  else {
    writer.byte(3)
    encodeFields(writer, item.fields)
  }
}

function encodeTransaction(writer: ByteWriter, transaction: Transaction): void {
  writer.byte(1)
  // The first version's place is the transaction's id. Versions that are not counted are items of their own.
  const counted = transaction.versions.filter((version) => version.reason === null)
  writer.number(counted.length)
  for (const version of counted) encodeVersion(writer, version, transaction)
}

function encodeVersion(writer: ByteWriter, version: Version, transaction: Transaction): void {
  encodePlaced(writer, version)
  writer.byte(version === transaction.shown ? 2 : transaction.isHead(version) ? 1 : 0)
  writer.text(version.kind)
  writer.number(version.replaces.length)
  for (const id of version.replaces) writer.text(id)
  encodeContent(writer, version.content)
}

function encodeContent(writer: ByteWriter, content: TransactionContent): void {
  writer.text(content.date)
  writer.text(content.payee)
  writer.text(content.note)
  writer.number(content.tags.length)
  for (const tag of content.tags) writer.text(tag)
  writer.number(content.postings.length)
  for (const posting of content.postings) encodePosting(writer, posting)
}

function encodePosting(writer: ByteWriter, posting: Posting): void {
  writer.name(posting.account)
  writer.number(posting.amountMinor)
  writer.text(posting.currency)
  writer.byte(posting.value ? 1 : 0)
  if (posting.value) {
    writer.number(posting.value.amountMinor)
    writer.text(posting.value.currency)
  }
  writer.text(posting.note)
}

function encodeAccount(writer: ByteWriter, account: Account): void {
  writer.byte(2)
  encodePlaced(writer, account)
  writer.text(account.type)
  writer.text(account.currency ?? '')
  encodeFields(writer, account.fields)
}

function encodeFields(writer: ByteWriter, fields: Fields): void {
  writer.number(fields.history.length)
  for (const write of fields.history) {
    encodePlaced(writer, write)
    writer.byte(write === fields.latest(write.field) ? 1 : 0)
    writer.text(write.field)
    encodeValue(writer, write.value)
  }
}

function encodeRejected(writer: ByteWriter, rejected: Rejected): void {
  writer.byte(4)
  encodePlaced(writer, rejected)
  writer.text(rejected.code)
  encodeValue(writer, rejected.content)
  const adoptions = rejected.adoptions.map((origin) => ({ origin, operation: 0 })).sort(comparePlaced)
  writer.number(adoptions.length)
  for (const { origin } of adoptions) encodeOrigin(writer, origin)
}

function encodeComment(writer: ByteWriter, comment: Comment): void {
  writer.byte(5)
  encodePlaced(writer, comment)
  writer.text(comment.transaction.id)
  writer.text(comment.text)
}

function encodePlaced(writer: ByteWriter, { origin, operation }: Placed): void {
  encodeOrigin(writer, origin)
  writer.number(operation)
}

function encodeOrigin(writer: ByteWriter, origin: Origin): void {
  writer.name(origin.log)
  writer.number(origin.index)
  writer.number(origin.lamport)
  writer.number(origin.wallMs)
  writer.name(origin.author)
  writer.name(origin.device)
}

/** Any plain value; keys of an object in order, absent and undefined alike. */
function encodeValue(writer: ByteWriter, value: unknown): void {
  if (value === null || value === undefined) return writer.byte(0)
  if (typeof value === 'string') {
    writer.byte(1)
    return writer.text(value)
  }
  if (typeof value === 'number') {
    writer.byte(2)
    return writer.number(value)
  }
  if (value instanceof Uint8Array) {
    writer.byte(5)
    writer.number(value.length)
    for (const byte of value) writer.byte(byte)
    return
  }
  if (Array.isArray(value)) {
    writer.byte(3)
    writer.number(value.length)
    for (const part of value) encodeValue(writer, part)
    return
  }
  const entries = Object.entries(value).filter(([, part]) => part !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  writer.byte(4)
  writer.number(entries.length)
  for (const [key, part] of entries) {
    writer.text(key)
    encodeValue(writer, part)
  }
}
