/** The rules that must hold when all is healed, and all that was to arrive has arrived. */
import type { LogId } from '../../core/contract/index.js'
import type { Peer } from './peer.js'
import { checkAccounted } from './accounting.js'
import { checkAdoptions } from './adoptions.js'
import { checkCutOff } from './cut-off.js'
import { replay, type Replayed } from './replay.js'
import type { Around } from './around.js'
import type { Run } from './run.js'
import type { Truth } from './truth.js'
import { peopleOf } from './views.js'

/**
 * Who is present is asked of all the entries that there are, wherever they are: everyone who is must have come to the
 * same, whatever they heard first and from whom. Whose admission was lost with the only disk that it was on has to be
 * let in again.
 */
export function checkEnd(peers: readonly Peer[], truth: Truth, around: Around): void {
  const met = knownDevices(peers, truth)
  const all = replayAll(met, around)
  const present = met.filter((peer) => isPresent(peer, all))
  const [first] = present
  for (const peer of present) {
    const { run, name } = peer
    if (run?.state !== 'up' || !first?.run) {
      truth.violate('all converge', `${name} does not run`)
      continue
    }
    const differ = differences(first.run, run, truth)
    if (differ.length > 0) truth.violate('all converge', `${first.name} and ${name}: ${differ.join(', ')}`)
    if (peopleOf(run.roster) !== peopleOf(all.roster)) {
      const what = `${name} says ${peopleOf(run.roster)}, and not ${peopleOf(all.roster)}`
      truth.violate('all agree on who is who', what)
    }
    const [ours, theirs] = [stopsOf(first.run, truth), stopsOf(run, truth)]
    if (ours !== theirs) {
      const what = `${first.name}: ${ours || 'none'}; ${name}: ${theirs || 'none'}`
      truth.violate('a lying log stops alike everywhere', what)
    }
    checkWaits(met, present, peer, truth)
    checkAcknowledged(present, peer, run, truth)
    checkAccounted(peer, run, truth)
    checkAdoptions(peer, run, truth)
    checkCutOff(peer, run, truth)
    checkSecrets(peer, run, { peers, present }, truth)
  }
}

/** All entries of these devices' disks. */
function replayAll(peers: readonly Peer[], { founder, book: id }: Around): Replayed {
  const lengths = new Map<LogId, number>()
  for (const { disk } of peers) {
    for (const log of disk.logs()) lengths.set(log, Math.max(disk.length(log), lengths.get(log) ?? 0))
  }
  const block = (log: LogId, index: number): Uint8Array | undefined => {
    for (const { disk } of peers) {
      const found = disk.block(log, index)
      if (found) return found
    }
    return undefined
  }
  return replay({ founder, id, lengths, block })
}

const isPresent = ({ conduct, member, deviceId }: Peer, { roster }: Replayed): boolean =>
  conduct !== 'rogue' && roster.role(member) !== null && !roster.isRevoked(deviceId, member)

/** The founder's device, and all whose admission can be had from one of these. */
function knownDevices(peers: readonly Peer[], truth: Truth): Peer[] {
  const known = new Set<Peer>()
  for (let before = -1; before < known.size;) {
    before = known.size
    const disks = [...known].map(({ disk }) => disk)
    // One who was welcomed while their admission was being saved has none that was.
    const isIn = ({ admission, member }: Peer): boolean =>
      admission ? truth.isThere(admission, disks) : (peers[0]?.run?.roster.role(member) ?? null) !== null
    for (const peer of peers) {
      const ofMember = peers.filter(({ member }) => member === peer.member)
      if (peer.standing === 'member' && (peer === peers[0] || ofMember.every(isIn))) known.add(peer)
    }
  }
  return [...known]
}

function checkWaits(met: readonly Peer[], present: readonly Peer[], peer: Peer, truth: Truth): void {
  for (const { log, index, on, length } of peer.up?.delivery.waits() ?? []) {
    if (truth.lies.get(log) === index) continue
    // What was on one disk only, and not synced there, is gone: who built on it waits for ever, and was told of nothing.
    const holders = met.filter(({ disk }) => disk.block(on, length - 1))
    if (!holders.some((holder) => present.some((each) => shows(holder, each)))) continue
    const where = `${truth.name(log)}/${index} at ${peer.name}`
    truth.violate('all converge', `${where} waits for ${length} of ${truth.name(on)}`)
  }
}

/**
 * Whether one device gives another what that lacks: among those who are present, and by one who is told farewell. Not by
 * one who was let in by somebody who could not: they are no member to the others, never were, and may think so of them.
 */
function shows(from: Peer, to: Peer): boolean {
  const [there, back] = [to.up?.belonging.standingOf(from.remote), from.up?.belonging.standingOf(to.remote)]
  return there === 'present' || (typeof there === 'object' && back === 'present')
}

const stopsOf = (run: Run, truth: Truth): string =>
  run.delivery
    .stops()
    .map(({ log, stop }) => `${truth.name(log)}/${stop.index} ${stop.kind} ${stop.code}`)
    .sort()
    .join(', ')

/**
 * Logs of which one has more than the other. Not one of which there is nothing but the header, by someone who is to go and
 * told its secret to one device alone: what says who else was to go by that secret waits for what is lost.
 */
function differences(one: Run, other: Run, truth: Truth): string[] {
  const [a, b] = [one.vector(), other.vector()]
  const isLocked = (log: LogId): boolean =>
    [one, other].some(({ intake }) =>
      intake.refused().some((each) => each.log === log && each.code === 'SECRET_UNKNOWN')
    )
  return ([...new Set([...Object.keys(a), ...Object.keys(b)])] as LogId[])
    .filter((log) => a[log] !== b[log] && !((a[log] ?? b[log]) === 1 && isLocked(log)))
    .map((log) => `${truth.name(log)} ${a[log]} and ${b[log]}`)
}

/** What someone who is present was told is saved is with everyone who is present. */
function checkAcknowledged(present: readonly Peer[], peer: Peer, run: Run, truth: Truth): void {
  const vector = run.vector()
  const disks = present.map(({ disk }) => disk)
  for (const entry of truth.acknowledged) {
    const { log, index } = entry
    if (present.every(({ name }) => name !== entry.peer)) continue
    if ((vector[log] ?? 0) > index || truth.isLost(entry, disks)) continue
    const what = `${truth.name(log)}/${index}, which ${entry.peer} was told is saved`
    truth.violate('what was acknowledged is kept', `${peer.name} does not have ${what}`)
  }
}

/** One with its member's key opens what is sealed for that, revoked or not; one that was linked does not. */
const isRevokedLink = ({ phrase, deviceId, member }: Peer, { roster }: Run): boolean =>
  phrase === 'elsewhere' && roster.isRevoked(deviceId, member)

/** Everyone who is present writes with a secret that they have and that nobody has who has gone. */
function checkSecrets(
  peer: Peer,
  run: Run,
  { peers, present }: { readonly peers: readonly Peer[]; readonly present: readonly Peer[] },
  truth: Truth
): void {
  const { current, due } = run.roster.rotation()
  // Where the devices of all owners were revoked it waits for one of them to come with a new one.
  const canChange = peers.some(({ up, conduct }) => conduct === 'honest' && up?.allows('rotate').ok)
  if (due === 'yes' && canChange)
    truth.violate('secrets change when someone goes', `a change is due, says ${peer.name}`)
  const epoch = current ? `${current.act.log}-${current.act.index}-${current.act.at}` : 'founding'
  if (run.epoch !== epoch) {
    truth.violate('secrets change when someone goes', `${peer.name} does not write with the current secret`)
  }
  if (epoch === 'founding' || (due === 'yes' && !canChange)) return
  const disks = present.map(({ disk }) => disk)
  for (const each of peers) {
    const { name, member, run: other } = each
    const isOut = !run.roster.role(member) || isRevokedLink(each, run)
    if (!isOut || truth.betrayed.has(`${epoch} ${member}`)) continue
    if (!other?.secrets.all().some((secret) => secret.epoch === epoch)) continue
    // They were let in by an entry that was lost with the only disk that it was on: nobody knows that they were told.
    const admission = truth.handed.get(`${epoch} ${member}`)
    if (admission && !truth.isThere(admission, disks)) continue
    truth.violate('secrets change when someone goes', `${name} has gone and knows the current secret`)
  }
}
