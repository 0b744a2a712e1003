/**
 * What both histories of a forked log share, as a Hypercore of its own. The log itself can be exchanged no more: Hypercore
 * closes it wherever both halves meet. This one needs no signature, since its manifest names the hash of all that is in it;
 * everyone derives the same key from the evidence, it is filled from either half, and it cannot fork.
 */
import type Corestore from 'corestore'
import Hypercore from 'hypercore'
import type { LogId } from '../contract/index.js'
import { keyOf, logIdOf } from '../identity/certificates.js'
import type { ForkEvidence } from '../identity/fork-evidence.js'
import { nodeNumber, rootSpans, treeHash } from '../identity/log-tree.js'

/** The blocks are those of the log, as they are encrypted there: with a key of that log's. */
export const blockKeyOf = (log: LogId, secret: Uint8Array): Uint8Array =>
  Hypercore.blockEncryptionKey(keyOf(log), secret)

function manifestOf({ shared, roots }: ForkEvidence) {
  const prologue = { length: shared, hash: treeHash(shared, roots) }
  return { version: 1, hash: 'blake2b', quorum: 0, signers: [], prologue }
}

/** The id of the Hypercore that holds the shared part. */
export const sharedLogOf = (evidence: ForkEvidence): LogId => logIdOf(Hypercore.key(manifestOf(evidence)))

/** Opens the shared part; its length is known from the evidence alone. */
export async function openShared(
  store: Corestore,
  evidence: ForkEvidence,
  options: Omit<Parameters<Corestore['get']>[0], 'key' | 'manifest'>
): Promise<Hypercore> {
  const core = store.get({ manifest: manifestOf(evidence), ...options })
  await core.ready()
  if (core.length < evidence.shared) await core.applyProof(headOf(evidence))
  return core
}

const headOf = ({ shared, roots }: ForkEvidence) => ({
  fork: 0,
  block: null,
  hash: null,
  seek: null,
  upgrade: {
    start: 0,
    length: shared,
    nodes: rootSpans(shared).map((span, at) => ({
      index: nodeNumber(span),
      size: roots[at]?.sizeBytes ?? 0,
      hash: Buffer.from(roots[at]?.hash ?? [])
    })),
    additionalNodes: [],
    signature: null
  },
  manifest: null
})

/** Copies what is on this disk of the log itself, whichever of its histories that is. */
export async function fillShared(core: Hypercore, log: Hypercore, shared: number): Promise<void> {
  for (let index = 0; index < Math.min(shared, log.length); index++) {
    if ((await core.has(index)) || !(await log.has(index))) continue
    await core.applyProof(await log.proof({ block: { index, nodes: await core.missingNodes(index) } }))
  }
}
