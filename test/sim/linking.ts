/** Devices that their person links by a code: without the member's key, and with what the engine hands over then. */
import { introduce } from '../../core/engine/linked-books.js'
import type { LogId } from '../../core/contract/index.js'
import { toHex } from '../../core/sync/messages.js'
import { NO_RECORD } from './disk.js'
import type { Peer } from './peer.js'

/** Devices that this one can link now. */
export const linkable = (peer: Peer, peers: readonly Peer[], reaches: (other: Peer) => boolean): Peer[] => {
  const run = peer.up
  if (!run || peer.phrase === 'elsewhere' || !run.role || run.belonging.farewell) return []
  return peers.filter(
    (each) =>
      each.phrase === 'elsewhere' &&
      each.standing === 'stranger' &&
      each.member === peer.member &&
      reaches(each) &&
      !run.roster.isRevoked(each.deviceId, each.member)
  )
}

/** As the link desk does once the words were compared: the book is told of the device before that gets anything. */
export async function link(holder: Peer, device: Peer): Promise<void> {
  const run = holder.up
  if (!run || !run.role) return
  const book = await introduce(run.session(`the link of ${device.name}`), device.deviceId, device.name)
  if (!book || run.state !== 'up' || device.standing === 'member') return
  const record = {
    later: run.secrets.all().slice(1),
    logs: Object.keys(book.vector) as LogId[],
    inviter: toHex(holder.identity.certificate.member)
  }
  device.disk.book = { ...NO_RECORD, ...device.disk.book, ...record, farewell: null }
  device.admission = holder.admission
  device.standing = 'member'
  holder.around.tally.count('device linked')
  device.start()
}
