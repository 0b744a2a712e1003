/**
 * Connections at the places where people pair, link devices and recover. Whoever found one of these topics, as any node of
 * the hash table can, may hold as many as they like, and Hyperswarm asks nobody any more once there are 64: so those who
 * have shown nothing for longest make room for others.
 */
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream, PeerInfo } from 'hyperswarm'

/** Connections whose other end has not shown yet that it knows a code, or is who it says; that takes a moment. */
const MOST_STRANGERS = 16

/** Hyperswarm would come back to one that hung up before it asks anybody new. */
const STAY_AWAY_MS = 30_000

const known = new WeakSet<NoiseStream>()

/** The other end showed that it knows a code of this device's, or that it is one of its members: it may stay. */
export const vouchFor = (stream: NoiseStream): void => void known.add(stream)

export class Crowd {
  /** The one that came first comes first. */
  readonly #streams = new Map<NoiseStream, PeerInfo>()

  constructor(private readonly swarm: Hyperswarm) {}

  come(stream: NoiseStream, peer: PeerInfo): void {
    this.#streams.set(stream, peer)
    stream.once('close', () => this.#streams.delete(stream))
    const strangers = [...this.#streams].filter(([each]) => !known.has(each))
    for (const stranger of strangers.slice(0, -MOST_STRANGERS)) this.#hangUpOn(...stranger)
  }

  #hangUpOn(stream: NoiseStream, peer: PeerInfo): void {
    peer.ban(true)
    setTimeout(() => {
      peer.ban(false)
      this.swarm.leavePeer(peer.publicKey)
    }, STAY_AWAY_MS).unref()
    stream.destroy()
  }
}
