/**
 * Finds out with a peer where two histories of a log part. Hypercore sees that there are two (or not even that, where both
 * are of one length), and not where: both sides have one whole tree each, so this asks the other side for a few nodes of
 * each level of its own, and gets evidence that anyone can check.
 */
import type { LogId } from '../contract/index.js'
import { encodeForkEvidence } from '../identity/fork-codec.js'
import { compareHistories, historyOf, type LogHistory } from '../log/fork.js'
import type { LogStore } from '../log/store.js'
import { fromHex, toHex, type AskMessage, type NodesMessage } from './messages.js'
import type { Peer } from './peer.js'

const NOTHING: NodesMessage = { head: null, nodes: [] }

export interface ForkInquiryOptions {
  readonly store: LogStore
  /** Whether a log is one of the book. */
  has(log: LogId): boolean
  /** Evidence was found. */
  found(log: LogId, evidence: Uint8Array): void
}

export class ForkInquiry {
  readonly #under = new WeakMap<Peer, Set<LogId>>()

  constructor(private readonly o: ForkInquiryOptions) {}

  /** Compares a log with what a peer has of it. Resolves to whether they are two histories. */
  async compare(log: LogId, peer: Peer): Promise<'forked' | 'one'> {
    const under = this.#under.get(peer) ?? new Set()
    this.#under.set(peer, under)
    if (under.has(log) || this.o.store.forks.get(log)) return 'one'
    under.add(log)
    try {
      return await this.#compare(log, peer)
    } catch {
      // It lacks a part of the tree, or has gone: someone else may have it.
      return 'one'
    } finally {
      under.delete(log)
    }
  }

  async #compare(log: LogId, peer: Peer): Promise<'forked' | 'one'> {
    const core = await this.o.store.openAsWritten(log)
    const writer = core.manifest?.signers[0]?.publicKey
    const [mine, theirs] = [await historyOf(core), await historyAt(peer, log)]
    if (!writer || !mine || !theirs) return 'one'
    const evidence = await compareHistories(writer, mine, theirs)
    if (!evidence) return 'one'
    this.o.found(log, encodeForkEvidence(evidence))
    return 'forked'
  }

  /** Answers the other side of a comparison; of a log whose fork is known, the evidence says it all. */
  async answer({ log, numbers }: AskMessage): Promise<NodesMessage> {
    const id = log as LogId
    if (!this.o.has(id) || this.o.store.forks.get(id)) return NOTHING
    try {
      const history = await historyOf(await this.o.store.openAsWritten(id))
      if (!history) return NOTHING
      const nodes = await Promise.all(numbers.map((number) => history.node(number).catch(() => null)))
      return {
        head: { length: history.length, signature: toHex(history.signature) },
        nodes: nodes.map((node) => node && { sizeBytes: node.sizeBytes, hash: toHex(node.hash) })
      }
    } catch {
      return NOTHING
    }
  }
}

/** A peer's history of a log, of which each node is asked for when it is needed; null if it tells nothing of it. */
async function historyAt(peer: Peer, log: LogId): Promise<LogHistory | null> {
  const answer = await peer.ask({ log, numbers: [] })
  if (!answer?.head) return null
  return {
    length: answer.head.length,
    signature: fromHex(answer.head.signature),
    async node(number) {
      const node = (await peer.ask({ log, numbers: [number] }))?.nodes[0]
      if (!node) throw new Error(`no node ${number}`)
      return { sizeBytes: node.sizeBytes, hash: fromHex(node.hash) }
    }
  }
}
