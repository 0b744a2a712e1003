/**
 * Sorts many transactions, or lines of them, into the order of the journal. What the order goes by is gathered first,
 * in the order of arrival: comparing would look it up in memory here and there, which is most of what sorting costs.
 */
import type { Origin, Transaction } from './model.js'
import type { Steps } from './steps.js'

/** Fewer are sorted by comparing. */
const FEW = 256
/** What one step looks at. */
const STEP_ITEMS = 4096
const DIGIT_BITS = 14

interface Keys {
  /** yyyymmdd, below 2^28. */
  readonly dates: Uint32Array
  readonly origins: Origin[]
  readonly operations: Uint16Array
}

/** `compare` is the whole order, of which the transactions' order is the first part. The items are left as they are. */
export function* sortByDate<Item>(
  items: readonly Item[],
  transactionOf: (item: Item) => Transaction,
  compare: (a: Item, b: Item) => number
): Steps<Item[]> {
  if (items.length < FEW) return [...items].sort(compare)
  const keys = yield* keysOf(items, transactionOf)
  const isBefore = (a: number, b: number): boolean => {
    const x = keys.origins[a]!
    const y = keys.origins[b]!
    if (x.lamport !== y.lamport) return x.lamport < y.lamport
    if (x === y && keys.operations[a] !== keys.operations[b]) return keys.operations[a]! < keys.operations[b]!
    return compare(items[a]!, items[b]!) <= 0
  }
  const byLowDigit = sortByDigit(null, keys.dates, 0)
  yield
  const order = sortByDigit(byLowDigit, keys.dates, DIGIT_BITS)
  yield
  const sorted = new Array<Item>(items.length)
  for (let index = 0; index < order.length; index++) sorted[index] = items[order[index]!]!
  yield
  yield* settleDays(sorted, order, keys.dates, isBefore, compare)
  return sorted
}

function* keysOf<Item>(items: readonly Item[], transactionOf: (item: Item) => Transaction): Steps<Keys> {
  const dates = new Uint32Array(items.length)
  const operations = new Uint16Array(items.length)
  const origins = new Array<Origin>(items.length)
  for (let index = 0; index < items.length; index++) {
    const transaction = transactionOf(items[index]!)
    const { origin, operation } = transaction.first
    dates[index] = transaction.date
    operations[index] = operation
    origins[index] = origin
    if (index % STEP_ITEMS === 0) yield
  }
  return { dates, origins, operations }
}

/** One pass of a radix sort, which keeps the order of equals; null stands for the order of arrival. */
function sortByDigit(order: Uint32Array | null, keys: Uint32Array, shift: number): Uint32Array {
  const mask = (1 << DIGIT_BITS) - 1
  const starts = new Uint32Array(mask + 2)
  for (let index = 0; index < keys.length; index++) starts[((keys[index]! >>> shift) & mask) + 1]! += 1
  for (let digit = 1; digit < starts.length; digit++) starts[digit]! += starts[digit - 1]!
  const next = new Uint32Array(keys.length)
  for (let at = 0; at < keys.length; at++) {
    const index = order ? order[at]! : at
    next[starts[(keys[index]! >>> shift) & mask]!++] = index
  }
  return next
}

/** Within a day, what came in order is in order already; a day of which that is not so is sorted by comparing. */
function* settleDays<Item>(
  sorted: Item[],
  order: Uint32Array,
  dates: Uint32Array,
  isBefore: (a: number, b: number) => boolean,
  compare: (a: Item, b: Item) => number
): Steps {
  let stepEnd = STEP_ITEMS
  for (let start = 0, end = 1; start < order.length; start = end++) {
    if (start >= stepEnd) {
      yield
      stepEnd = start + STEP_ITEMS
    }
    const date = dates[order[start]!]
    let inOrder = true
    for (; end < order.length && dates[order[end]!] === date; end++) {
      inOrder &&= isBefore(order[end - 1]!, order[end]!)
    }
    if (inOrder) continue
    const day = sorted.slice(start, end).sort(compare)
    for (let index = 0; index < day.length; index++) sorted[start + index] = day[index]!
  }
}
