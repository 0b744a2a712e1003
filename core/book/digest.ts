/**
 * The fingerprint of a state. Items are spread over 4,096 buckets by their place; a bucket's hash covers its items in
 * order of place, a group's hash its 64 buckets, the digest its 64 groups. So it does not depend on the order in which
 * items came, a change costs one bucket and one group, and two different states with the same digest would be a
 * collision of the hash.
 */
import { ByteWriter, encodeItem, kindOfItem, placeOfItem, type DigestItem } from './encoding.js'

/** 32 bytes of BLAKE2b, from whatever implementation is quick where this runs. */
export type Hash = (bytes: Uint8Array) => Uint8Array

const GROUPS = 64
const BUCKETS_PER_GROUP = 64
const BUCKETS = GROUPS * BUCKETS_PER_GROUP
const HASH_BYTES = 32
/** Between two looks at the clock. */
const SPREAD_AT_ONCE = 256

export class Digest {
  readonly #hash: Hash
  readonly #buckets: (DigestItem[] | undefined)[] = new Array<DigestItem[] | undefined>(BUCKETS)
  readonly #bucketHashes = new Uint8Array(BUCKETS * HASH_BYTES)
  readonly #groupHashes = new Uint8Array(GROUPS * HASH_BYTES)
  /** Covered, and in no bucket yet: a bulk of items is spread when someone asks. */
  readonly #waiting: DigestItem[] = []
  readonly #changed = new Set<number>()
  readonly #changedGroups = new Set<number>()
  readonly #logHashes = new Map<string, number>()
  readonly #writer = new ByteWriter()
  #value: string | null = null

  constructor(hash: Hash) {
    this.#hash = hash
  }

  /** Covers a new item. */
  add(item: DigestItem): void {
    this.#waiting.push(item)
    this.#value = null
  }

  /** Says that an item which is covered has changed. */
  touch(item: DigestItem): void {
    this.#mark(this.#bucketOf(item))
  }

  /** Does a part of what `value` would have to do, until the time is up: for large changes, in slices. */
  work(isTimeUp: () => boolean): 'more' | 'done' {
    if (this.#spread(isTimeUp) === 'more') return 'more'
    for (const at of this.#changed) {
      this.#bucketHashes.set(this.#hashBucket(this.#buckets[at] ?? []), at * HASH_BYTES)
      this.#changedGroups.add(Math.floor(at / BUCKETS_PER_GROUP))
      this.#changed.delete(at)
      if (isTimeUp()) break
    }
    return this.#changed.size > 0 ? 'more' : 'done'
  }

  /** Hex, 32 bytes. Costs what has changed since it was last asked, and was not worked off. */
  value(): string {
    if (this.#value !== null) return this.#value
    this.work(() => false)
    const groupBytes = BUCKETS_PER_GROUP * HASH_BYTES
    for (const group of this.#changedGroups) {
      const hashes = this.#bucketHashes.subarray(group * groupBytes, (group + 1) * groupBytes)
      this.#groupHashes.set(this.#hash(hashes), group * HASH_BYTES)
    }
    this.#changedGroups.clear()
    this.#value = hex(this.#hash(this.#groupHashes))
    return this.#value
  }

  /** Puts what waits into its buckets. */
  #spread(isTimeUp: () => boolean): 'more' | 'done' {
    for (let item = this.#waiting.pop(); item; item = this.#waiting.pop()) {
      const at = this.#bucketOf(item)
      const bucket = this.#buckets[at]
      if (bucket) bucket.push(item)
      else this.#buckets[at] = [item]
      this.#mark(at)
      if (this.#waiting.length % SPREAD_AT_ONCE === 0 && isTimeUp()) break
    }
    return this.#waiting.length > 0 ? 'more' : 'done'
  }

  #mark(bucket: number): void {
    this.#changed.add(bucket)
    this.#value = null
  }

  /** The hash of the log and the place in it, folded to twelve bits: it only spreads, the buckets' hashes bind. */
  #bucketOf(item: DigestItem): number {
    const placed = placeOfItem(item)
    if (!placed) return 0
    const { log, index } = placed.origin
    let hash = this.#logHashes.get(log)
    if (hash === undefined) this.#logHashes.set(log, (hash = spread(log)))
    hash = Math.imul(hash ^ index, 0x01000193)
    hash = Math.imul(hash ^ (index / 2 ** 32) ^ (hash >>> 15), 0x85ebca6b)
    hash = Math.imul(hash ^ placed.operation ^ (hash >>> 13), 0xc2b2ae35)
    return ((hash >>> 20) ^ (hash >>> 8) ^ hash) & (BUCKETS - 1)
  }

  #hashBucket(items: DigestItem[]): Uint8Array {
    if (items.length > 1) items.sort(compareItems)
    const writer = this.#writer
    writer.clear()
    writer.number(items.length)
    for (const item of items) encodeItem(writer, item)
    return this.#hash(writer.bytes)
  }
}

/** The settings first, then by place. */
function compareItems(a: DigestItem, b: DigestItem): number {
  const x = placeOfItem(a)
  const y = placeOfItem(b)
  if (!x || !y) return x ? 1 : y ? -1 : 0
  if (x.origin.log !== y.origin.log) return x.origin.log < y.origin.log ? -1 : 1
  // What was rejected and then adopted stands at one place twice: as what it is, and as what it was.
  return x.origin.index - y.origin.index || x.operation - y.operation || kindOfItem(a) - kindOfItem(b)
}

/** FNV-1a. */
function spread(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
