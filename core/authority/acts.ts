/** Acts: the operations that are about people and their rights, each with its place and its causal past. */
import type { DeviceId, LogId, MemberId, Role } from '../contract/index.js'
import { isLower } from '../domain/roles.js'
import type { Kept, Operation, PlacedEntry } from '../ops/operations.js'

const KINDS = [
  'invite',
  'openInvite',
  'revokeInvite',
  'admit',
  'setRole',
  'remove',
  'revokeDevice',
  'nameDevice',
  'rotate'
] as const satisfies readonly Operation['kind'][]

export type ActKind = (typeof KINDS)[number]
export type AuthorityOperation = Extract<Operation, { kind: ActKind }>

const IS_ACT: ReadonlySet<string> = new Set(KINDS)

export const isAuthority = (operation: Operation): operation is AuthorityOperation => IS_ACT.has(operation.kind)

/** Where something was written, and what its author had seen then. */
export type Moment = Pick<PlacedEntry, 'log' | 'index' | 'lamport' | 'author' | 'device' | 'sees'>

export interface Act<Of extends AuthorityOperation = AuthorityOperation> extends Moment {
  readonly operation: Of
  /** Number of the operation in its entry. */
  readonly at: number
  readonly wallMs: number
  readonly author: MemberId
}

export type RoleAct = Act<Extract<AuthorityOperation, { kind: 'admit' | 'setRole' | 'remove' }>>

export const actOf = (entry: PlacedEntry, operation: AuthorityOperation, at: number): Act => ({
  operation,
  at,
  log: entry.log,
  index: entry.index,
  lamport: entry.lamport,
  wallMs: entry.wallMs,
  author: entry.author,
  device: entry.device,
  sees: entry.sees
})

/** Whether the act gives or takes a role. */
export const isRoleAct = (act: Act): act is RoleAct =>
  act.operation.kind === 'admit' || act.operation.kind === 'setRole' || act.operation.kind === 'remove'

/** The role that it leaves its member with; null for none. */
export const roleOf = (act: RoleAct): Role | null =>
  act.operation.kind === 'remove' ? null : act.operation.role

/** Whether the act can take rights away from what its author had not seen. */
export const lowers = (act: Act): boolean =>
  act.operation.kind === 'remove' ||
  act.operation.kind === 'revokeDevice' ||
  (act.operation.kind === 'setRole' && act.operation.role !== 'owner')

/** Whether an owner gives up their own ownership. */
export const isStepDown = (act: Act): act is RoleAct =>
  isRoleAct(act) && act.operation.member === act.author && isLower(roleOf(act), 'owner')

/** By (lamport, log, place in the log): an order that every peer shares, and in which causes come first. */
export function compareActs(a: Act, b: Act): number {
  if (a.lamport !== b.lamport) return a.lamport - b.lamport
  if (a.log !== b.log) return a.log < b.log ? -1 : 1
  return a.index - b.index || a.at - b.at
}

/** Whether `later` has the act in its causal past: in an entry before its own, or earlier in its own. */
export function hasSeen(later: Act, act: Act): boolean {
  if (later.log === act.log && later.index === act.index) return later.at > act.at
  return later.log === act.log ? later.index > act.index : later.sees(act.log, act.index)
}

/** The length of a log that an act lets count. */
export function keptOf(kept: readonly Kept[], log: LogId): number {
  return kept.find((each) => each.log === log)?.length ?? 0
}

/** Whether an act that lowers is about this member, or about this device of theirs. */
export function concerns(act: Act, member: MemberId, device: string): boolean {
  const { operation } = act
  if (operation.kind === 'revokeDevice') return operation.device === (device as DeviceId)
  return isRoleAct(act) && act.operation.member === member
}
