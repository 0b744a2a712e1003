/**
 * Hypercore takes memory by what its peers say: for a bit of each block up to the length that a writer signed, at every
 * start, and for each range of blocks that a peer claims to have. This bounds both. It reaches into Hypercore 11.37.1,
 * which has no setting for it; test/adversary/absurd-length.test.ts fails if a later one works otherwise.
 */
import type Corestore from 'corestore'
import type { InnerCore, InnerPeer } from 'corestore'
import { LIMITS } from '../contract/index.js'
import { muffleWhereAsked } from './muffle.js'

/** Requests of one peer that are not answered yet. Hypercore itself sends 512 at most. */
const MOST_REQUESTS = 8_192

/** A log whose writer did sign this length. */
export class LogTooLong extends Error {
  constructor(readonly length: number) {
    super(`a log of ${length} blocks`)
  }
}

/** Guards all logs of a store, whoever opens them: a peer can make Corestore do so, too. */
export function guardStore(store: Corestore): void {
  store.watch(guard)
}

function guard(core: InnerCore): void {
  // What was written stays: a writer could else cut its log back and write it anew, on every peer's disk.
  core.replicator.allowFork = false
  muffleWhereAsked(core)

  const verify = core._verifyBatchUpgrade.bind(core)
  core._verifyBatchUpgrade = (batch, manifest) => {
    const verified = verify(batch, manifest)
    if (batch.length > LIMITS.blocksPerLog) throw new LogTooLong(batch.length)
    return verified
  }

  const updated = core.replicator._onpeerupdate.bind(core.replicator)
  core.replicator._onpeerupdate = (added, peer) => {
    if (added) guardPeer(peer)
    updated(added, peer)
  }
}

/** What cannot be true ends the connection. */
function guardPeer(peer: InnerPeer): void {
  const { onrange, onbitfield, onwant, onrequest } = peer
  const isPlausible = (end: number): boolean => {
    if (end <= LIMITS.blocksPerLog) return true
    peer.stream.destroy(new Error('it speaks of more blocks than a log has'))
    return false
  }
  peer.onrange = async (range) => {
    if (isPlausible(range.start + range.length)) await onrange.call(peer, range)
  }
  peer.onbitfield = (bits) => {
    if (isPlausible(bits.start)) onbitfield.call(peer, bits)
  }
  peer.onwant = (want) => {
    if (isPlausible(want.start)) onwant.call(peer, want)
  }
  peer.onrequest = async (request) => {
    if (peer.remoteRequests.size < MOST_REQUESTS) await onrequest.call(peer, request)
    else peer.stream.destroy(new Error('it asks for more than it takes'))
  }
}
