/** What can happen to a device, to the network, and by the people: whether it can now, and how it goes. */
import { backdate } from './rogue.js'
import type { DiskCopy } from './disk.js'
import { doings, isDoing, mayDo } from './doings.js'
import { tellLie } from './lies.js'
import type { Network } from './network.js'
import type { Peer } from './peer.js'
import type { Step, StepKind } from './steps.js'
import type { AppVersion } from './versions.js'
import type { World } from './world.js'

const SKEW_MS = 40 * 365 * 86_400_000
/** Within so many moments of output a planned fault comes: about as many as starting a segment and two entries have. */
const MOMENTS = 14
/** Devices of a world, those that come by backups included. */
const MOST_DEVICES = 14

/** Whether this can happen to the device, or be done by whoever sits at it. */
export function isPossible(world: World, peer: Peer, kind: StepKind): boolean {
  if (isDoing(kind)) return peer.up !== null && mayDo(peer, peer.up, kind)
  switch (kind) {
    case 'partition':
    case 'heal':
    case 'pace':
    case 'clock':
      return true
    case 'crash':
      return peer.run !== null
    case 'crashSoon':
    case 'crashWhenSaved':
    case 'failDisk':
      return peer.up !== null && peer.faults.planned === null
    case 'restart':
    case 'upgrade':
      return peer.up !== null
    case 'start':
      return peer.standing === 'member' && peer.run === null
    case 'copy':
      return peer.standing === 'member'
    case 'restoreCopy':
      return peer.copy !== null && peer.conduct !== 'rogue'
    case 'restoreBackup':
      return (
        peer.copy !== null &&
        peer.phrase === 'here' &&
        peer.conduct !== 'rogue' &&
        world.peers.length < MOST_DEVICES
      )
    case 'lie':
      // One that lies is enough to learn from.
      return peer.up !== null && peer !== world.peers[0] && world.truth.lies.size === 0
    case 'backdate':
      return peer.up !== null && peer.conduct === 'tampered'
    case 'smuggle':
      return peer.standing === 'member' && peer.conduct !== 'honest'
  }
}

/** Does the step; says what was done where nothing else does. */
export function happen(world: World, peer: Peer, step: Step): string | null {
  const { network, chance, peers } = world
  const { kind, pick } = step
  if (isDoing(kind)) {
    if (peer.up) doings(world, peer, peer.up, kind, step)
    return null
  }
  switch (kind) {
    case 'crash':
      return crash(world, peer)
    case 'failDisk':
      peer.faults.plan('disk', 1 + (pick % MOMENTS))
      return null
    case 'crashSoon':
      peer.faults.plan('power', 1 + (pick % MOMENTS))
      return null
    case 'crashWhenSaved':
      peer.faults.plan('power when saved', 1 + (pick % 2))
      return null
    case 'start':
      peer.start()
      return 'starts'
    case 'restart':
    case 'upgrade':
      return restart(world, peer, kind === 'upgrade' ? 'next' : peer.version)
    case 'copy':
      peer.copy = peer.disk.copy()
      return 'is copied'
    case 'restoreCopy':
      return restoreCopy(world, peer)
    case 'restoreBackup':
      return restoreBackup(world, peer)
    case 'clock':
      peer.skewMs = Math.round(((pick % 2001) / 1000 - 1) * SKEW_MS)
      return `has a clock that is off by ${Math.round(peer.skewMs / 86_400_000)} days`
    case 'partition':
      for (const each of peers) network.setSide(each, chance.below(2 + (pick % 2)))
      return sides(world)
    case 'heal':
      for (const each of peers) network.setSide(each, 0)
      return 'and all others reach each other'
    case 'pace':
      network.setPace(peer, pick % 2 === 0 ? 'slow' : 'fast')
      return `is ${pick % 2 === 0 ? 'slow' : 'fast'}`
    case 'lie':
      return tellLie({ ...evil(world, peer), peer, step })
    case 'backdate':
      return peer.up && backdate({ ...evil(world, peer), peer, run: peer.up, step })
    case 'smuggle':
      return smuggle(world, peer, step)
  }
}

export function crash({ network, tally, chance }: World, peer: Peer): string {
  network.drop(peer)
  if (peer.run?.state !== 'up') tally.count(`crash while ${peer.run?.state}`)
  if (peer.run?.isFolding) tally.count('crash while folding')
  const lost = peer.crash(chance)
  tally.count(lost > 0 ? 'crash that lost blocks' : 'crash that lost nothing')
  return `crashes and loses ${lost} blocks`
}

export function restart({ network }: World, peer: Peer, version: AppVersion): string {
  const did = version === peer.version ? 'restarts' : 'restarts as the next version'
  network.drop(peer)
  peer.restart(version)
  return did
}

function restoreCopy({ network, truth }: World, peer: Peer): string {
  network.drop(peer)
  const copy = peer.copy as DiskCopy
  peer.copy = null
  peer.restoreCopy(copy)
  truth.orphan(peer.name, peer.disk)
  return 'is gone, and an older copy takes its place'
}

/** A backup is restored as a new device of the same person, which never goes on with the old one's segment. */
function restoreBackup(world: World, peer: Peer): string {
  const copy = peer.copy as DiskCopy
  const device = world.addPeer(peer)
  device.disk.restore({ ...copy, writerState: null })
  device.admission = peer.admission
  device.standing = 'member'
  world.network.setSide(device, world.network.side(peer))
  device.start()
  return `has its backup restored, as ${device.name}`
}

/** Somebody carries what one who broke the rules has to a device that would not talk to theirs. */
function smuggle({ peers, network }: World, peer: Peer, { pick }: Step): string | null {
  const others = peers.filter((each) => each !== peer && each.up && network.reaches(each, peer))
  const to = others[pick % Math.max(1, others.length)]
  if (!to) return null
  network.smuggle(peer, to)
  return `has what it wrote carried to ${to.name}`
}

/** What those who break the rules need of the world. */
const evil = ({ truth, around, chance, network }: World, peer: Peer) => ({
  truth,
  founding: around.founding,
  writers: around.writers,
  secret: around.secret,
  random: chance,
  spread: (log: Parameters<Network['spread']>[1], index: number) => network.spread(peer, log, index)
})

function sides({ peers, network }: World): string {
  const groups = [0, 1, 2].map((side) => peers.filter((peer) => network.side(peer) === side))
  return `is in a network of ${groups.map((group) => group.map(({ name }) => name).join('')).join(' | ')}`
}
