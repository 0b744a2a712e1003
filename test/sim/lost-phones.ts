/**
 * People who link one more device by a code, and revoke one that they linked: seldom among all else that happens, and often
 * in worlds that are asked for it. Drawn from a stream of its own, so that all other worlds stay what they are.
 */
import { link } from './linking.js'
import type { Peer } from './peer.js'
import { deal } from './people.js'
import type { Random } from './random.js'
import type { World } from './world.js'

/** Devices of a world, those included that come so. */
const MOST_DEVICES = 10
const AFTER_A_STEP = 0.08
const REVOKED = 0.6

export function linkOrRevoke(world: World, random: Random): string | null {
  if (!random.chance(AFTER_A_STEP)) return null
  const able = world.peers.filter(
    ({ up, phrase, conduct }) => phrase === 'here' && up?.role && conduct === 'honest'
  )
  const holder = random.pick(able)
  if (!holder?.up) return null
  const linked = world.peers.filter((each) => isLinked(each, holder))
  const lost = random.pick(linked)
  if (lost && random.chance(REVOKED)) {
    const step = { kind: 'revokeDevice', peer: 0, pick: random.below(99), other: 0, thenMs: 0 } as const
    void deal('revokeDevice', holder.up, lost, step)
    return `${holder.name} has lost ${lost.name}`
  }
  if (world.peers.length >= MOST_DEVICES) return null
  const device = world.addPeer(holder, 'elsewhere')
  world.network.setSide(device, world.network.side(holder))
  void link(holder, device)
  return `${holder.name} links ${device.name}`
}

const isLinked = ({ phrase, standing, member, deviceId }: Peer, { up, member: person }: Peer): boolean =>
  phrase === 'elsewhere' &&
  standing === 'member' &&
  member === person &&
  !up?.roster.isRevoked(deviceId, member)
