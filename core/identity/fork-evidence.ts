/**
 * Evidence that one key signed two histories of one log. It is exact: it shows the first block that differs, and that
 * all before it are the same, so two signed histories have one evidence and nobody can choose where they part.
 */
import { done, refuse, type LogId, type Outcome } from '../contract/index.js'
import { logOfWriter, parentOf, rootOver, rootSpans, signedHead, type Span, type TreeNode } from './log-tree.js'
import { verify } from './keys.js'
import { keyOf } from './certificates.js'

/** One of the two histories, from where they part. */
export interface ForkBranch {
  /** Blocks that the signature is about. */
  readonly length: number
  /** By the writer, 64 bytes. */
  readonly signature: Uint8Array
  /** Of the first block that differs. */
  readonly leaf: TreeNode
  /** What stands right of that block: its siblings from the bottom up, then the roots right of its own. */
  readonly right: readonly TreeNode[]
}

export interface ForkEvidence {
  /** The public key that signs the log, 32 bytes. */
  readonly writer: Uint8Array
  /** Blocks that both histories have: the number of the first that differs. */
  readonly shared: number
  /** The roots of the tree over these. */
  readonly roots: readonly TreeNode[]
  readonly branches: readonly [ForkBranch, ForkBranch]
}

/** A longer log than this is none: it would take 10,000 entries a second for 300 years. */
export const LONGEST_LOG = 2 ** 46

/**
 * The number of blocks that both signed histories of the log have. Refuses BAD_REQUEST for what proves nothing. A log
 * without a common header is not one that anybody follows.
 */
export function checkForkEvidence(log: LogId, evidence: ForkEvidence): Outcome<number> {
  const { writer, shared, roots, branches } = evidence
  const wrong = (what: string) => refuse('BAD_REQUEST', `That does not show a forked log: ${what}.`)
  if (logOfWriter(writer) !== log) return wrong('it is about another log')
  const isLength = Number.isSafeInteger(shared) && shared >= 1 && shared < LONGEST_LOG
  if (!isLength || roots.length !== rootSpans(shared).length) return wrong('its common part is malformed')
  if (!roots.every(isNode)) return wrong('a node is malformed')
  for (const branch of branches) {
    const head = headOf(log, evidence, branch)
    if (!head) return wrong('a history is malformed')
    if (!verify(branch.signature, head, writer)) return wrong('a history is not signed by the writer')
  }
  const [one, other] = branches
  if (isSame(one.leaf, other.leaf)) return wrong('the histories do not part where it says')
  return done(shared)
}

/** What the writer must have signed for a branch; null if the branch cannot be one. */
function headOf(log: LogId, { shared, roots }: ForkEvidence, branch: ForkBranch): Uint8Array | null {
  const { length, leaf, right } = branch
  if (!Number.isSafeInteger(length) || length <= shared || length > LONGEST_LOG) return null
  if (!isNode(leaf) || !right.every(isNode)) return null
  const spans = rootSpans(length)
  const { depth } = spans[rootOver(shared, length)] as Span
  const left = [...roots]
  const rest = [...right]
  let node = leaf
  for (let level = 0; level < depth; level++) {
    const isRight = Math.floor(shared / 2 ** level) % 2 === 1
    const sibling = isRight ? left.pop() : rest.shift()
    if (!sibling) return null
    node = isRight ? parentOf(sibling, node) : parentOf(node, sibling)
    if (!Number.isSafeInteger(node.sizeBytes)) return null
  }
  const all = [...left, node, ...rest]
  return all.length === spans.length ? signedHead(keyOf(log), length, all) : null
}

const isNode = ({ sizeBytes, hash }: TreeNode): boolean =>
  Number.isSafeInteger(sizeBytes) && sizeBytes >= 0 && hash.length === 32

const isSame = (a: TreeNode, b: TreeNode): boolean =>
  a.sizeBytes === b.sizeBytes && a.hash.every((byte, at) => byte === b.hash[at])
