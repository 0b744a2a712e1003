import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { blake2b } from '@noble/hashes/blake2.js'
import Corestore from 'corestore'
import fc from 'fast-check'
import Hypercore from 'hypercore'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keyOf, logIdOf } from '../../../core/identity/certificates.js'
import { checkForkEvidence, type ForkEvidence } from '../../../core/identity/fork-evidence.js'
import { keyPairOf, sign } from '../../../core/identity/keys.js'
import {
  logOfWriter,
  nodeNumber,
  parentOf,
  rootSpans,
  signedHead,
  type TreeNode
} from '../../../core/identity/log-tree.js'
import { compareHistories, historyOf, type LogHistory } from '../../../core/log/fork.js'
import { codeOf } from '../../helpers/book-world.js'

const writer = keyPairOf(new Uint8Array(32).fill(9))
const secretKey = Buffer.concat([writer.seed, writer.publicKey])
const log = logOfWriter(writer.publicKey)

const leafOf = (content: string): TreeNode => ({
  sizeBytes: content.length + 1,
  hash: blake2b(Buffer.from(content), { dkLen: 32 })
})

/** A history whose blocks are these, its tree built from the bottom up. */
function history(blocks: readonly string[]): LogHistory {
  const nodes = new Map<number, TreeNode>()
  const build = (start: number, depth: number): TreeNode => {
    const half = 2 ** (depth - 1)
    const node =
      depth === 0
        ? leafOf(blocks[start] as string)
        : parentOf(build(start, depth - 1), build(start + half, depth - 1))
    nodes.set(nodeNumber({ start, depth }), node)
    return node
  }
  const roots = rootSpans(blocks.length).map(({ start, depth }) => build(start, depth))
  return {
    length: blocks.length,
    signature: sign(signedHead(keyOf(log), blocks.length, roots), writer),
    node: (number) => Promise.resolve(nodes.get(number) as TreeNode)
  }
}

const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `${name} ${at}`)

const parted = fc.record({ shared: fc.integer({ min: 1, max: 70 }), one: fc.nat(70), other: fc.nat(70) })

describe('two histories of a log', () => {
  it('part at the first block that differs, and the evidence says so', async () => {
    await fc.assert(
      fc.asyncProperty(parted, async ({ shared, one, other }) => {
        const common = numbered('common', shared)
        const a = history([...common, ...numbered('a', one)])
        const b = history([...common, ...numbered('b', other)])
        const evidence = await compareHistories(writer.publicKey, a, b)
        if (one === 0 || other === 0) {
          expect(evidence).toBeNull()
          return
        }
        expect(checkForkEvidence(log, evidence as ForkEvidence)).toEqual({ ok: true, value: shared })
        const turned = await compareHistories(writer.publicKey, b, a)
        expect(checkForkEvidence(log, turned as ForkEvidence)).toEqual({ ok: true, value: shared })
      }),
      { numRuns: 150 }
    )
  })

  it('prove nothing once anything in the evidence is changed', async () => {
    const common = numbered('common', 21)
    const a = history([...common, ...numbered('a', 13)])
    const b = history([...common, ...numbered('b', 4)])
    const good = (await compareHistories(writer.publicKey, a, b)) as ForkEvidence
    const [one, other] = good.branches
    const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === 5 ? byte ^ 1 : byte))
    const changedNode = (node: TreeNode): TreeNode => ({ ...node, hash: flip(node.hash) })
    const [root] = good.roots as [TreeNode]
    const wrong: ForkEvidence[] = [
      { ...good, writer: keyPairOf(new Uint8Array(32).fill(8)).publicKey },
      { ...good, shared: 20 },
      { ...good, shared: 22 },
      { ...good, shared: 0, roots: [] },
      { ...good, shared: -1 },
      { ...good, shared: 20.5 },
      { ...good, shared: Number.NaN },
      { ...good, shared: 2 ** 53 },
      { ...good, roots: good.roots.slice(1) },
      { ...good, roots: [changedNode(root), ...good.roots.slice(1)] },
      { ...good, roots: [{ ...root, sizeBytes: -1 }, ...good.roots.slice(1)] },
      { ...good, roots: [{ ...root, hash: root.hash.slice(1) }, ...good.roots.slice(1)] },
      { ...good, branches: [one, one] },
      { ...good, branches: [{ ...one, signature: flip(one.signature) }, other] },
      { ...good, branches: [{ ...one, signature: other.signature }, other] },
      { ...good, branches: [{ ...one, length: one.length + 1 }, other] },
      { ...good, branches: [{ ...one, length: Number.MAX_SAFE_INTEGER }, other] },
      { ...good, branches: [{ ...one, length: 20 }, other] },
      { ...good, branches: [{ ...one, leaf: other.leaf }, other] },
      { ...good, branches: [{ ...one, leaf: { ...one.leaf, sizeBytes: 2 ** 53 - 1 } }, other] },
      { ...good, branches: [{ ...one, right: one.right.slice(1) }, other] },
      { ...good, branches: [{ ...one, right: [...one.right, root] }, other] },
      { ...good, branches: [{ ...one, right: one.right.map(changedNode) }, other] }
    ]
    expect(checkForkEvidence(log, good)).toEqual({ ok: true, value: 21 })
    for (const evidence of wrong) expect(codeOf(checkForkEvidence(log, evidence))).toBe('BAD_REQUEST')
    const otherLog = logOfWriter(keyPairOf(new Uint8Array(32).fill(8)).publicKey)
    expect(codeOf(checkForkEvidence(otherLog, good))).toBe('BAD_REQUEST')
  })
})

describe('logs that Hypercore keeps', () => {
  let folder: string
  const stores: Corestore[] = []

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'gb-fork-'))
  })

  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close()
    await rm(folder, { recursive: true, force: true })
  })

  async function kept(name: string, blocks: readonly string[]): Promise<Hypercore> {
    const store = new Corestore(path.join(folder, name))
    stores.push(store)
    const manifest = { version: 1, signers: [{ publicKey: writer.publicKey }] }
    const core = store.get({ manifest, encryption: { key: new Uint8Array(32) } })
    await core.ready()
    await core.append(
      blocks.map((block) => Buffer.from(block)),
      { keyPair: { publicKey: writer.publicKey, secretKey } }
    )
    return core
  }

  it('have the id of their writer, and evidence when two differ', async () => {
    for (const [shared, one, other] of [
      [1, 1, 1],
      [7, 9, 1],
      [1000, 24, 300]
    ] as const) {
      const common = numbered('common', shared)
      const a = await kept(`a${shared}`, [...common, ...numbered('a', one)])
      const b = await kept(`b${shared}`, [...common, ...numbered('b', other)])
      expect(logIdOf(a.key)).toBe(log)
      const [mine, theirs] = [await historyOf(a), await historyOf(b)] as [LogHistory, LogHistory]
      const evidence = (await compareHistories(writer.publicKey, mine, theirs)) as ForkEvidence
      expect(checkForkEvidence(log, evidence)).toEqual({ ok: true, value: shared })
    }
  })

  it('have none when one is the beginning of the other', async () => {
    const a = await kept('a', numbered('common', 20))
    const b = await kept('b', numbered('common', 33))
    const [mine, theirs] = [await historyOf(a), await historyOf(b)] as [LogHistory, LogHistory]
    expect(await compareHistories(writer.publicKey, mine, theirs)).toBeNull()
  })
})
