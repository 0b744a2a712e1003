/** Finds where two histories of one log part, and proves it. */
import type Hypercore from 'hypercore'
import { nodeNumber, rootOver, rootSpans, type Span, type TreeNode } from '../identity/log-tree.js'
import type { ForkBranch, ForkEvidence } from '../identity/fork-evidence.js'

/** A history of a log: its tree, and the writer's signature of it. The nodes may be here or at a peer. */
export interface LogHistory {
  readonly length: number
  /** 64 bytes. */
  readonly signature: Uint8Array
  /** Rejects if there is no such node. */
  node(number: number): Promise<TreeNode>
}

/** What a Hypercore's storage has of a log, also after it was frozen; null if that is nothing. */
export async function historyOf(core: Hypercore): Promise<LogHistory | null> {
  const { length } = core
  if (length === 0) return null
  const { upgrade } = await core.proof({ upgrade: { start: 0, length } })
  // Of several signatures, a count, the signer's number, the signature, and no patch: as our logs have it, of one.
  const signature = upgrade?.signature.subarray(2, 66)
  if (!signature) return null
  return {
    length,
    signature,
    async node(number) {
      const { hash } = await core.proof({ hash: { index: number, nodes: 0 } })
      const [node] = hash?.nodes ?? []
      if (!node) throw new Error(`no node ${number}`)
      return { sizeBytes: node.size, hash: node.hash }
    }
  }
}

/** The evidence that two histories are not parts of one; null if they are. Asks for two nodes a level of the tree. */
export async function compareHistories(
  writer: Uint8Array,
  one: LogHistory,
  other: LogHistory
): Promise<ForkEvidence | null> {
  const shared = await firstDifference(one, other)
  if (shared === null) return null
  const roots = await Promise.all(rootSpans(shared).map((span) => one.node(nodeNumber(span))))
  return { writer, shared, roots, branches: [await branchOf(one, shared), await branchOf(other, shared)] }
}

/** The number of the first block that differs; null if the shorter history is the beginning of the longer one. */
async function firstDifference(one: LogHistory, other: LogHistory): Promise<number | null> {
  for (const root of rootSpans(Math.min(one.length, other.length))) {
    if (await isSame(root, one, other)) continue
    let { start, depth } = root
    while (depth > 0) {
      depth--
      if (await isSame({ start, depth }, one, other)) start += 2 ** depth
    }
    return start
  }
  return null
}

async function isSame(span: Span, one: LogHistory, other: LogHistory): Promise<boolean> {
  const number = nodeNumber(span)
  const [a, b] = await Promise.all([one.node(number), other.node(number)])
  return a.sizeBytes === b.sizeBytes && a.hash.every((byte, at) => byte === b.hash[at])
}

async function branchOf(history: LogHistory, shared: number): Promise<ForkBranch> {
  const { length, signature } = history
  const spans = rootSpans(length)
  const at = rootOver(shared, length)
  const right: Span[] = []
  for (let depth = 0; depth < (spans[at] as Span).depth; depth++) {
    const size = 2 ** depth
    const number = Math.floor(shared / size)
    if (number % 2 === 0) right.push({ start: (number + 1) * size, depth })
  }
  right.push(...spans.slice(at + 1))
  const leaf = await history.node(2 * shared)
  return {
    length,
    signature,
    leaf,
    right: await Promise.all(right.map((span) => history.node(nodeNumber(span))))
  }
}
