/**
 * Takes logs over a connection without giving any of them back: for one end of it that may not have what is here. Hypercore
 * has no setting for it. Like core/log/guard.ts it reaches into Hypercore 11.37.1, and test/adversary/outsider.test.ts fails
 * if a later one works otherwise.
 */
import type { InnerCore, InnerPeer, SyncMessage } from 'corestore'

/** By connection, the logs that are only taken over it. */
const taking = new WeakMap<object, WeakSet<InnerCore>>()

/** From now on this log is only taken over the connection. Say so before it is exchanged. */
export function onlyTake(core: InnerCore, stream: object): void {
  const cores = taking.get(stream) ?? new WeakSet()
  taking.set(stream, cores.add(core))
}

/** Lets `onlyTake` speak for a core: once for each that is loaded. */
export function muffleWhereAsked(core: InnerCore): void {
  const { replicator } = core
  const make = replicator._makePeer.bind(replicator)
  replicator._makePeer = (mux) => {
    const isMade = make(mux)
    if (!isMade || !taking.get(mux.stream)?.has(core)) return isMade
    // It was made just now, and says something first in a later turn.
    const channel = mux.getLastChannel({ protocol: 'hypercore/alpha', id: core.discoveryKey })
    if (!channel) throw new Error('Hypercore speaks another protocol')
    muffle(channel.userData, core)
    return isMade
  }
}

/** What goes out is what it takes to ask for blocks that the other end says it has, and nothing else. */
function muffle(peer: InnerPeer, core: InnerCore): void {
  const { wireSync, wireData, wireNoData, wireBitfield, wireRange, wireExtension } = peer
  for (const wire of [wireData, wireNoData, wireBitfield, wireRange, wireExtension]) wire.send = () => true
  peer.onrequest = () => Promise.resolve()

  let told = 0
  // How much more is here than there is not said.
  const length = (): number => Math.min(core.state.length, peer.remoteLength)
  const send = wireSync.send.bind(wireSync)
  wireSync.send = (message: SyncMessage) => {
    told = length()
    return send({ ...message, ...NOTHING, length: told })
  }
  const onsync = peer.onsync.bind(peer)
  peer.onsync = async (message) => {
    await onsync(message)
    if (length() !== told) peer.sendSync()
  }
}

const NOTHING = { uploading: false, hasManifest: false, canUpgrade: false, allowPush: false }
