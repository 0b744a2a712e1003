/** What people do with a running app: whether it lets them, and what it makes of it. */
import type { Place } from '../../core/contract/index.js'
import type { Action } from '../../core/domain/roles.js'
import { deedOf } from './bookkeeping.js'
import { link, linkable } from './linking.js'
import type { Peer } from './peer.js'
import { adopt, adoptable, adoptAt, admit, comment, deal, invite, revokeInvite, type Deal } from './people.js'
import type { Run } from './run.js'
import type { Step, StepKind } from './steps.js'
import type { World } from './world.js'

/** Which right each needs; null: none. */
const RIGHTS = {
  post: 'post',
  batch: 'post',
  amend: 'amend',
  void: 'void',
  resolve: 'amend',
  addAccount: 'createAccount',
  editAccount: 'editAccount',
  renameBook: 'setBook',
  comment: 'comment',
  adopt: 'adopt',
  adoptTwice: 'adopt',
  invite: 'invite',
  revokeInvite: 'revokeInvite',
  admit: 'admit',
  setRole: 'setRole',
  remove: 'setRole',
  leave: 'remove',
  revokeDevice: 'revokeDevice',
  nameDevice: 'nameDevice',
  link: null,
  quarrel: 'setRole',
  clash: 'amend',
  overreach: null
} as const satisfies Partial<Record<StepKind, Action | null>>

export type Doing = keyof typeof RIGHTS

export const isDoing = (kind: StepKind): kind is Doing => kind in RIGHTS

export function mayDo(peer: Peer, run: Run, kind: Doing): boolean {
  if (kind === 'link' && !(peer.phrase === 'here' && run.role !== null)) return false
  if (peer.conduct === 'rogue' || run.book.accounts().length === 0) return false
  const right = RIGHTS[kind]
  return right === null ? run.role !== null || peer.conduct === 'tampered' : run.lets(right).ok
}

export function doings(world: World, peer: Peer, run: Run, kind: Doing, step: Step): void {
  switch (kind) {
    case 'invite':
      return invite(run, step, world.chance)
    case 'revokeInvite':
      return revokeInvite(run, step)
    case 'admit':
      return letIn(world, peer, run, step)
    case 'comment':
      return void comment(run, step)
    case 'adopt':
      return void adopt(run, step)
    case 'adoptTwice':
      return adoptTwice(world, run, step)
    case 'link':
      return linkOne(world, peer, step)
    case 'clash':
      return clash(world, step)
    case 'quarrel':
      return quarrel(world, peer, run, step)
    case 'setRole':
    case 'remove':
    case 'leave':
    case 'revokeDevice':
    case 'nameDevice':
      return about(world, peer, run, kind, step)
    default:
      void run.save(kind, deedOf(kind, run, peer, step))
  }
}

/** Somebody new, somebody who was removed, or one more device of somebody who is in. */
function letIn({ peers, network }: World, peer: Peer, run: Run, step: Step): void {
  const knock = peers.filter(
    (each) =>
      each !== peer &&
      each.phrase === 'here' &&
      network.reaches(peer, each) &&
      !run.roster.isRevoked(each.deviceId, each.member) &&
      (each.standing === 'stranger' || !run.roster.role(each.member))
  )
  const newcomer = knock[step.pick % Math.max(1, knock.length)]
  if (newcomer) void admit(peer, newcomer, step)
}

function linkOne({ peers, network }: World, peer: Peer, step: Step): void {
  const able = linkable(peer, peers, (other) => network.reaches(peer, other))
  const device = able[step.pick % Math.max(1, able.length)]
  if (device) void link(peer, device)
}

/** Up to three people adopt the same of what is listed, before they hear of each other. */
function adoptTwice({ peers }: World, run: Run, step: Step): void {
  const able = peers.flatMap((each) => (each.up && mayDo(each, each.up, 'adopt') ? [each.up] : []))
  const adopters = (place: Place): Run[] =>
    able.filter((each) => adoptable(each).some((row) => row.place === place))
  const listed = adoptable(run).filter(({ place }) => adopters(place).length > 1)
  const chosen = listed[step.pick % Math.max(1, listed.length)]
  if (!chosen) return
  for (const each of adopters(chosen.place).slice(0, 3)) void adoptAt(each, chosen)
}

function about({ peers }: World, peer: Peer, run: Run, kind: Deal, step: Step): void {
  const known = peers.filter(({ standing, member }) => standing === 'member' && run.roster.role(member))
  const own = known.filter(({ member }) => member === peer.member)
  const others = known.filter(({ member }) => member !== peer.member)
  const isOwn = kind === 'leave' || kind === 'nameDevice' || (kind === 'revokeDevice' && step.other % 2 === 0)
  const choice = isOwn ? own : kind === 'setRole' ? known : others
  const whom = choice[step.pick % Math.max(1, choice.length)]
  if (whom) void deal(kind, run, whom, step)
}

const CLASHES = ['amend', 'editAccount', 'renameBook', 'void', 'resolve'] as const

/** Up to three people change the same thing, each in their own way, before they hear of each other. */
function clash({ peers }: World, step: Step): void {
  const kind = CLASHES[step.pick % CLASHES.length] as (typeof CLASHES)[number]
  const able = peers.filter((each) => each.up && mayDo(each, each.up, kind))
  for (let number = 0; number < Math.min(3, able.length); number++) {
    const peer = able[(step.peer + number) % able.length] as Peer
    const own = kind === 'editAccount' || kind === 'renameBook' ? 'other' : 'pick'
    void peer.up?.save(kind, deedOf(kind, peer.up, peer, { ...step, [own]: step[own] + 13 * number }))
  }
}

/** Two owners undo each other, or disagree about a third person, before they hear of each other. */
function quarrel({ peers }: World, peer: Peer, run: Run, step: Step): void {
  const owners = peers.filter(
    (each) => each.member !== peer.member && each.up && mayDo(each, each.up, 'setRole')
  )
  const other = owners[step.other % Math.max(1, owners.length)]
  if (!other?.up) return
  const others = peers.filter(
    (each) => each.standing === 'member' && each.member !== peer.member && each.member !== other.member
  )
  const third = others[step.pick % Math.max(1, others.length)] ?? other
  switch (step.pick % 6) {
    case 0:
    case 1:
      void deal('remove', run, other, step)
      return void deal('remove', other.up, peer, step)
    case 2:
      void deal('setRole', run, third, { ...step, other: 0 })
      return void deal('remove', other.up, third, step)
    case 3:
      void deal('setRole', run, other, { ...step, other: 3 })
      return void deal('setRole', other.up, peer, { ...step, other: 5 })
    case 4:
      void deal('leave', run, peer, step)
      return void deal('leave', other.up, other, step)
    default:
      void deal('remove', run, other, step)
      return void deal('setRole', other.up, third, { ...step, other: 0 })
  }
}
