/**
 * Evidence of a fork as bytes, to keep and to hand on: the writer's key, where the histories part, the roots of what they
 * share, and the two branches. Numbers are 64 bits, big-endian; a count is one byte.
 */
import { uint64 } from './bytes.js'
import type { ForkBranch, ForkEvidence } from './fork-evidence.js'
import type { TreeNode } from './log-tree.js'

const VERSION = 1
/** A tree over 2^46 blocks has no more roots than this, and no more siblings beside a block. */
const MOST_NODES = 64

export function encodeForkEvidence({ writer, shared, roots, branches }: ForkEvidence): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(VERSION), writer, uint64(shared)]
  const addNodes = (nodes: readonly TreeNode[]) => {
    parts.push(Uint8Array.of(nodes.length))
    for (const { sizeBytes, hash } of nodes) parts.push(uint64(sizeBytes), hash)
  }
  addNodes(roots)
  for (const { length, signature, leaf, right } of branches) {
    parts.push(uint64(length), signature)
    addNodes([leaf, ...right])
  }
  return concat(parts)
}

/** null for what is no such encoding. Never throws; says nothing of whether the evidence proves anything. */
export function decodeForkEvidence(bytes: Uint8Array): ForkEvidence | null {
  const reader = new Reader(bytes)
  if (reader.take(1)?.[0] !== VERSION) return null
  const writer = reader.take(32)
  const shared = reader.number()
  const roots = reader.nodes()
  const branches = [reader.branch(), reader.branch()] as const
  const [one, other] = branches
  if (!writer || shared === null || !roots || !one || !other || !reader.isAtEnd) return null
  return { writer, shared, roots, branches: [one, other] }
}

class Reader {
  #at = 0

  constructor(private readonly bytes: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.#at === this.bytes.length
  }

  take(count: number): Uint8Array | null {
    // A copy, whatever kind of bytes these are: a Buffer's slice is none.
    const part = Uint8Array.from(this.bytes.subarray(this.#at, this.#at + count))
    this.#at += count
    return part.length === count ? part : null
  }

  /** null for what is no safe integer, too. */
  number(): number | null {
    const bytes = this.take(8)
    if (!bytes) return null
    const value = Number(new DataView(bytes.buffer).getBigUint64(0))
    return Number.isSafeInteger(value) ? value : null
  }

  nodes(): TreeNode[] | null {
    const count = this.take(1)?.[0] ?? MOST_NODES + 1
    if (count > MOST_NODES) return null
    const nodes: TreeNode[] = []
    for (let i = 0; i < count; i++) {
      const [sizeBytes, hash] = [this.number(), this.take(32)]
      if (sizeBytes === null || !hash) return null
      nodes.push({ sizeBytes, hash })
    }
    return nodes
  }

  branch(): ForkBranch | null {
    const [length, signature, nodes] = [this.number(), this.take(64), this.nodes()]
    const [leaf, ...right] = nodes ?? []
    return length === null || !signature || !leaf ? null : { length, signature, leaf, right }
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
