/**
 * The Merkle tree over a log's blocks, as Hypercore 11 makes and signs it, without any storage: enough to judge what a
 * writer's key has signed. Nodes are numbered as in a flat tree: block `i` is node `2i`, parents stand between.
 *
 * Hash functions as in hypercore-crypto 3: a leaf is H(0, bytes, block), a parent H(1, bytes, left, right), a tree
 * H(2, each root with its number and bytes); numbers are 64 bits, little-endian; H is BLAKE2b of 32 bytes.
 */
import { blake2b } from '@noble/hashes/blake2.js'
import type { LogId } from '../contract/index.js'
import { toZ32, utf8 } from './bytes.js'

export interface TreeNode {
  /** Bytes of the (encrypted) blocks below it. */
  readonly sizeBytes: number
  /** 32 bytes. */
  readonly hash: Uint8Array
}

/** A subtree of 2^depth blocks that begins at `start`. */
export interface Span {
  readonly start: number
  readonly depth: number
}

const hash = (...parts: readonly Uint8Array[]): Uint8Array => {
  const state = blake2b.create({ dkLen: 32 })
  for (const part of parts) state.update(part)
  return state.digest()
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true)
  return bytes
}

/** One of the 32-byte constants that tell Hypercore's signatures and hashes apart. */
const namespace = (number: number): Uint8Array => hash(hash(utf8('hypercore')), Uint8Array.of(number))

const [TREE, MANIFEST, WRITERS] = [namespace(0), namespace(3), namespace(4)]

export const leafOf = (block: Uint8Array): TreeNode => ({
  sizeBytes: block.length,
  hash: hash(Uint8Array.of(0), uint64(block.length), block)
})

export function parentOf(left: TreeNode, right: TreeNode): TreeNode {
  const sizeBytes = left.sizeBytes + right.sizeBytes
  return { sizeBytes, hash: hash(Uint8Array.of(1), uint64(sizeBytes), left.hash, right.hash) }
}

/** The largest whole subtrees that cover the blocks before `length`, from the left. */
export function rootSpans(length: number): Span[] {
  const spans: Span[] = []
  let start = 0
  for (let depth = 52; depth >= 0; depth--) {
    const size = 2 ** depth
    if (start + size > length) continue
    spans.push({ start, depth })
    start += size
  }
  return spans
}

/** Which of the roots of a tree of `length` blocks stands over this block. */
export const rootOver = (block: number, length: number): number =>
  rootSpans(length).findIndex(({ start, depth }) => block < start + 2 ** depth)

/** The number of a subtree's node. */
export const nodeNumber = ({ start, depth }: Span): number => 2 * start + 2 ** depth - 1

export function treeHash(length: number, roots: readonly TreeNode[]): Uint8Array {
  const parts = rootSpans(length).flatMap((span, at) => {
    const { hash, sizeBytes } = roots[at] as TreeNode
    return [hash, uint64(nodeNumber(span)), uint64(sizeBytes)]
  })
  return hash(Uint8Array.of(2), ...parts)
}

/** What a writer's key signs for a log of this length. */
export const signedHead = (log: Uint8Array, length: number, roots: readonly TreeNode[]): Uint8Array =>
  Uint8Array.from([...TREE, ...log, ...treeHash(length, roots), ...uint64(length), ...uint64(0)])

/** The log that the holder of one key, and nobody else, can write: the only kind that there is in a book. */
export function logOfWriter(writer: Uint8Array): LogId {
  // A manifest of version 1: no flags, BLAKE2b, one signature of one signer, Ed25519 in Hypercore's own namespace.
  const manifest = [Uint8Array.of(1, 0, 0, 1, 1, 0), WRITERS, writer]
  return toZ32(hash(MANIFEST, ...manifest)) as LogId
}
