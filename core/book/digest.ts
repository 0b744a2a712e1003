/**
 * The fingerprint of a state. Items are spread over 4,096 buckets by their id; a bucket's hash covers its items in
 * order of id, a group's hash its 64 buckets, the digest its 64 groups. So it does not depend on the order in which
 * items came, a change costs one bucket and one group, and two different states with the same digest would be a
 * collision of the hash.
 */
import { ByteWriter, encodeItem, type DigestItem } from './encoding.js'

/** 32 bytes of BLAKE2b, from whatever implementation is quick where this runs. */
export type Hash = (bytes: Uint8Array) => Uint8Array

const GROUPS = 64
const BUCKETS_PER_GROUP = 64
const BUCKETS = GROUPS * BUCKETS_PER_GROUP
const HASH_BYTES = 32

export class Digest {
  readonly #hash: Hash
  readonly #buckets: (DigestItem[] | undefined)[] = new Array<DigestItem[] | undefined>(BUCKETS)
  readonly #bucketHashes = new Uint8Array(BUCKETS * HASH_BYTES)
  readonly #groupHashes = new Uint8Array(GROUPS * HASH_BYTES)
  readonly #changed = new Set<number>()
  readonly #changedGroups = new Set<number>()
  readonly #writer = new ByteWriter()
  #value: string | null = null

  constructor(hash: Hash) {
    this.#hash = hash
  }

  /** Covers a new item. */
  add(item: DigestItem): void {
    const at = bucketOf(item.id)
    const bucket = this.#buckets[at]
    if (bucket) bucket.push(item)
    else this.#buckets[at] = [item]
    this.#mark(at)
  }

  /** Says that an item which is covered has changed. */
  touch(item: DigestItem): void {
    this.#mark(bucketOf(item.id))
  }

  /** Does a part of what `value` would have to do, until the time is up: for large changes, in slices. */
  work(isTimeUp: () => boolean): 'more' | 'done' {
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

  #mark(bucket: number): void {
    this.#changed.add(bucket)
    this.#value = null
  }

  #hashBucket(items: DigestItem[]): Uint8Array {
    items.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    const writer = this.#writer
    writer.clear()
    writer.number(items.length)
    for (const item of items) encodeItem(writer, item)
    return this.#hash(writer.bytes)
  }
}

/** FNV-1a, folded to twelve bits: it only spreads, the buckets' hashes bind. */
function bucketOf(id: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  return ((hash >>> 20) ^ (hash >>> 8) ^ hash) & (BUCKETS - 1)
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
