/**
 * A list that stays sorted, in chunks of about 512 items: inserting, removing, finding a rank and reading a page cost
 * about the same at a thousand items as at a million. Additions wait in a buffer until someone reads, so that a bulk
 * of them is sorted once, and in steps where there is time for that.
 */
import type { Steps } from './steps.js'

const CHUNK_ITEMS = 512
/** A buffer longer than this share of the list is merged as a whole, a shorter one is inserted item by item. */
const MERGE_SHARE = 1 / 16

interface Chunk<Item, Summary> {
  items: Item[]
  summary: Summary | null
}

/**
 * `compare` must be a total order, and what it looks at must not change while an item is in the list. `summarise`
 * condenses some items into one value, which is kept per chunk. `sort` puts many items into that order, where there is
 * a quicker way than comparing, and leaves them as they are.
 */
export class SortedList<Item, Summary = null> {
  readonly #compare: (a: Item, b: Item) => number
  readonly #summarise: (items: readonly Item[]) => Summary
  readonly #sort: (items: readonly Item[]) => Steps<Item[]>
  #chunks: Chunk<Item, Summary>[] = []
  #settled = 0
  #waiting: Item[] = []
  /** How often to leave out an item of those that are here, because it was removed, the first that come. */
  readonly #gone = new Map<Item, number>()
  #goneCount = 0
  #sorting: Sorting<Item> | null = null

  constructor(
    compare: (a: Item, b: Item) => number,
    summarise: (items: readonly Item[]) => Summary,
    sort = (items: readonly Item[]): Steps<Item[]> => sortByComparing(items, compare)
  ) {
    this.#compare = compare
    this.#summarise = summarise
    this.#sort = sort
  }

  get size(): number {
    return this.#settled + this.#waiting.length - this.#goneCount
  }

  /** The item must not be in the list. */
  add(item: Item): void {
    this.#waiting.push(item)
  }

  /** Replaces all items by these, which are sorted. */
  fill(sorted: readonly Item[]): this {
    this.#waiting = []
    this.#forgetGone()
    this.#rebuild(sorted)
    return this
  }

  /** Removes an item that is in the list, and may change from now on. A bulk that waits goes on waiting. */
  remove(item: Item): void {
    if (!this.#isBulk) {
      this.delete(item)
      return
    }
    this.#sorting = null
    this.#gone.set(item, (this.#gone.get(item) ?? 0) + 1)
    this.#goneCount += 1
  }

  /** Removes an item; says whether it was there. */
  delete(item: Item): boolean {
    if (this.#waiting.length > 0 && this.#waiting[this.#waiting.length - 1] === item) {
      this.#waiting.pop()
      this.#sorting = null
      return true
    }
    this.#settle()
    const at = this.#chunkOf(item)
    const chunk = this.#chunks[at]
    if (!chunk) return false
    const within = this.#lowerBound(chunk.items, item)
    if (chunk.items[within] !== item) return false
    chunk.items.splice(within, 1)
    chunk.summary = null
    if (chunk.items.length === 0) this.#chunks.splice(at, 1)
    this.#settled -= 1
    return true
  }

  /** How many items come before this one, which need not be in the list. */
  rankOf(item: Item): number {
    return this.rankWhere((other) => this.#compare(other, item) < 0)
  }

  /** How many items come first for which `before` holds; it must hold for none after those. */
  rankWhere(before: (item: Item) => boolean): number {
    this.#settle()
    let rank = 0
    const chunks = this.#chunks
    const at = partition(chunks.length, (index) => before(last(chunks[index]!.items)))
    for (let index = 0; index < at; index++) rank += chunks[index]!.items.length
    const items = chunks[at]?.items
    return items ? rank + partition(items.length, (index) => before(items[index]!)) : rank
  }

  has(item: Item): boolean {
    return this.slice(this.rankOf(item), 1)[0] === item
  }

  /** Up to `count` items from a rank on. */
  slice(from: number, count: number): Item[] {
    this.#settle()
    const found: Item[] = []
    let rank = 0
    for (const { items } of this.#chunks) {
      if (found.length >= count) break
      if (rank + items.length > from) {
        const start = Math.max(0, from - rank)
        for (let index = start; index < items.length && found.length < count; index++) found.push(items[index]!)
      }
      rank += items.length
    }
    return found
  }

  *[Symbol.iterator](): Iterator<Item> {
    this.#settle()
    for (const { items } of this.#chunks) yield* items
  }

  /** All items in one array. */
  toArray(): Item[] {
    this.#settle()
    return this.#settledItems()
  }

  /** All chunks with their summaries. */
  chunks(): { readonly items: readonly Item[]; readonly summary: Summary }[] {
    this.#settle()
    return this.#chunks.map((chunk) => ({
      items: chunk.items,
      summary: (chunk.summary ??= this.#summarise(chunk.items))
    }))
  }

  /** Does what reading a page would have to do first, until the time is up. */
  sortWork(isTimeUp: () => boolean): 'more' | 'done' {
    while (this.#isBulk) if (this.#sortOn(isTimeUp) === 'more') return 'more'
    this.#settle()
    return 'done'
  }

  /** Does what reading the whole list would have to do first, until the time is up. */
  work(isTimeUp: () => boolean): 'more' | 'done' {
    if (this.sortWork(isTimeUp) === 'more') return 'more'
    for (const chunk of this.#chunks) {
      if (chunk.summary !== null) continue
      chunk.summary = this.#summarise(chunk.items)
      if (isTimeUp()) return 'more'
    }
    return 'done'
  }

  /** Visits items `from` to `to` (ranks; `to` excluded): whole chunks by their summary, the others one by one. */
  visit(from: number, to: number, visitor: { chunk(summary: Summary): void; item(item: Item): void }): void {
    this.#settle()
    let rank = 0
    for (const chunk of this.#chunks) {
      const { items } = chunk
      const end = rank + items.length
      if (rank >= to) return
      if (from <= rank && end <= to) visitor.chunk((chunk.summary ??= this.#summarise(items)))
      else if (end > from) {
        const stop = Math.min(items.length, to - rank)
        for (let index = Math.max(0, from - rank); index < stop; index++) visitor.item(items[index]!)
      }
      rank = end
    }
  }

  /** Whether what waits is merged as a whole. */
  get #isBulk(): boolean {
    if (this.#goneCount > 0) return true
    const count = this.#waiting.length
    return count > CHUNK_ITEMS / 4 && count > this.#settled * MERGE_SHARE
  }

  #settle(): void {
    while (this.#isBulk) this.#sortOn(() => false)
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const item of waiting) this.#insert(item)
  }

  /** Sorts all that is here now; what comes before it is done waits for the next time. */
  #sortOn(isTimeUp: () => boolean): 'more' | 'done' {
    const sorting = (this.#sorting ??= { steps: this.#sort(this.#present()), taken: this.#waiting.length })
    for (;;) {
      const step = sorting.steps.next()
      if (step.done) {
        this.#sorting = null
        this.#waiting = this.#waiting.slice(sorting.taken)
        this.#forgetGone()
        this.#rebuild(step.value)
        return 'done'
      }
      if (isTimeUp()) return 'more'
    }
  }

  /** All that is in the list, in no order. What was removed and put back is here twice, and the first time is left out. */
  #present(): Item[] {
    const all = this.#settledItems()
    for (const item of this.#waiting) all.push(item)
    if (this.#goneCount === 0) return all
    const gone = new Map(this.#gone)
    return all.filter((item) => {
      const left = gone.get(item) ?? 0
      if (left > 0) gone.set(item, left - 1)
      return left === 0
    })
  }

  #forgetGone(): void {
    this.#gone.clear()
    this.#goneCount = 0
    this.#sorting = null
  }

  #settledItems(): Item[] {
    const all: Item[] = []
    for (const { items } of this.#chunks) for (const item of items) all.push(item)
    return all
  }

  #rebuild(sorted: readonly Item[]): void {
    this.#chunks = []
    for (let start = 0; start < sorted.length; start += CHUNK_ITEMS) {
      this.#chunks.push({ items: sorted.slice(start, start + CHUNK_ITEMS), summary: null })
    }
    this.#settled = sorted.length
  }

  #insert(item: Item): void {
    this.#settled += 1
    const at = Math.min(this.#chunkOf(item), this.#chunks.length - 1)
    const chunk = this.#chunks[at]
    if (!chunk) {
      this.#chunks.push({ items: [item], summary: null })
      return
    }
    chunk.items.splice(this.#lowerBound(chunk.items, item), 0, item)
    chunk.summary = null
    if (chunk.items.length < CHUNK_ITEMS * 2) return
    this.#chunks.splice(at + 1, 0, { items: chunk.items.splice(CHUNK_ITEMS), summary: null })
  }

  /** The first chunk whose last item is not before this one. */
  #chunkOf(item: Item): number {
    const chunks = this.#chunks
    return partition(chunks.length, (index) => this.#compare(last(chunks[index]!.items), item) < 0)
  }

  #lowerBound(items: readonly Item[], item: Item): number {
    return partition(items.length, (index) => this.#compare(items[index]!, item) < 0)
  }
}

/** Its steps, and how many of those that wait it takes in. */
interface Sorting<Item> {
  readonly steps: Steps<Item[]>
  readonly taken: number
}

function* sortByComparing<Item>(items: readonly Item[], compare: (a: Item, b: Item) => number): Steps<Item[]> {
  yield
  return [...items].sort(compare)
}

/** The first of 0 to length for which `before` does not hold, by halving. */
function partition(length: number, before: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (before(middle)) low = middle + 1
    else high = middle
  }
  return low
}

/** Chunks are never empty. */
const last = <Item>(items: readonly Item[]): Item => items[items.length - 1]!
