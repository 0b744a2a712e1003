/**
 * The role that someone had at a moment, by the acts that stand. What they had seen says which role they had; an act
 * that takes rights away also binds what they wrote beyond the lengths that it names without having seen it.
 */
import type { ErrorCode, LogId, MemberId, Role } from '../contract/index.js'
import { isLower } from '../domain/roles.js'
import { hasSeen, keptOf, lowers, roleOf, type Act, type Moment, type RoleAct } from './acts.js'
import { codeOfLoss, keptBy } from './decide.js'

/** `code`: why there is no role, or a lower one than there was. */
export interface Standing {
  readonly role: Role | null
  readonly code: ErrorCode | null
}

type Revocation = Act & { readonly operation: { readonly kind: 'revokeDevice' } }

/** What stands about one person. */
interface Dossier {
  readonly roleActs: RoleAct[]
  /** Logs of theirs that had seen all role acts, so many of them, at an entry: what comes later in such a log has too. */
  readonly settled: Map<LogId, { readonly acts: number; readonly index: number; readonly standing: Standing }>
}

export class Membership {
  readonly #dossiers = new Map<MemberId, Dossier>()
  readonly #revocations = new Map<string, Revocation[]>()

  constructor(
    private readonly founder: MemberId,
    standing: Iterable<Act>
  ) {
    for (const act of standing) this.add(act)
  }

  /** Takes one more act that stands. */
  add(act: Act): void {
    const { operation } = act
    if (operation.kind === 'admit' || operation.kind === 'setRole' || operation.kind === 'remove') {
      this.#dossier(operation.member).roleActs.push(act as RoleAct)
    } else if (operation.kind === 'revokeDevice') {
      const known = this.#revocations.get(operation.device)
      if (known) known.push(act as Revocation)
      else this.#revocations.set(operation.device, [act as Revocation])
    }
  }

  /** Everyone who ever was a member, the founder included. */
  members(): MemberId[] {
    return [...new Set([this.founder, ...this.#dossiers.keys()])]
  }

  roleActs(member: MemberId): readonly RoleAct[] {
    return this.#dossiers.get(member)?.roleActs ?? []
  }

  /** Revocations of a device that bind a member: by an owner (which `isOwnerAct` says), or by themselves. */
  revocations(device: string, member: MemberId, isOwnerAct: (act: Act) => boolean): readonly Revocation[] {
    const all = this.#revocations.get(device) ?? []
    return all.filter((act) => act.author === member || isOwnerAct(act))
  }

  /** The role now: with all that is known seen. */
  roleNow(member: MemberId): Role | null {
    return roleBy(this.roleActs(member), member === this.founder)
  }

  /** The role that an entry of this member was written with; `except`: the act itself, where one is judged. */
  at(moment: Moment, isOwnerAct: (act: Act) => boolean): Standing {
    const { author, log, index } = moment
    const { roleActs, settled } = this.#dossier(author)
    const revoked = this.#revokedAt(moment, isOwnerAct)
    if (revoked) return revoked
    const known = settled.get(log)
    // Entries are not asked for in their order: an act can be decided anew long before the book is folded again.
    if (known?.acts === roleActs.length && known.index <= index) return known.standing
    const seen = roleActs.filter((act) => moment.sees(act.log, act.index))
    const standing = this.#standing(moment, seen)
    if (seen.length === roleActs.length) settled.set(log, { acts: seen.length, index, standing })
    return standing
  }

  #standing(moment: Moment, seen: readonly RoleAct[]): Standing {
    const { author, log, index } = moment
    let role = roleBy(seen, author === this.founder)
    if (role === null) {
      const code = seen.some((act) => act.operation.kind === 'remove') ? 'MEMBER_REMOVED' : 'NOT_A_MEMBER'
      return { role, code }
    }
    let code: ErrorCode | null = null
    for (const act of this.roleActs(author)) {
      if (!lowers(act) || seen.includes(act) || index < keptOf(keptBy(act), log)) continue
      // An act in the same entry, or one that this moment's author had made.
      if (act.log === log && act.index <= index) continue
      if (!isLower(roleOf(act), role)) continue
      role = roleOf(act)
      code = codeOfLoss(act)
      if (role === null) break
    }
    return { role, code }
  }

  #revokedAt({ author, device, log, index, sees }: Moment, isOwnerAct: (act: Act) => boolean): Standing | null {
    if (!this.#revocations.has(device)) return null
    for (const act of this.revocations(device, author, isOwnerAct)) {
      const isBound = sees(act.log, act.index) || index >= keptOf(act.operation.kept, log)
      if (isBound && !(act.log === log && act.index >= index)) return { role: null, code: 'DEVICE_REVOKED' }
    }
    return null
  }

  #dossier(member: MemberId): Dossier {
    let dossier = this.#dossiers.get(member)
    if (!dossier) this.#dossiers.set(member, (dossier = { roleActs: [], settled: new Map() }))
    return dossier
  }
}

/**
 * What role these acts leave someone with. A removal ends the membership, and whatever else did not know of it: who comes
 * back has what the admission gives that knew of all removals, and what was changed since. Of that, what nobody who acted
 * later had to do with is looked at: of several role changes at the same time the lowest role counts, and an admission
 * gives a role only to someone who has none.
 */
function roleBy(acts: readonly RoleAct[], isFounder: boolean): Role | null {
  const removals = acts.filter(({ operation }) => operation.kind === 'remove')
  const since = acts.filter((act) => removals.every((removal) => hasSeen(act, removal)))
  const heads = since.filter((act) => !since.some((later) => supersedes(later, act)))
  const changes = heads.filter(({ operation }) => operation.kind !== 'admit')
  if (changes.length > 0) return changes.map(roleOf).reduce((a, b) => (isLower(a, b) ? a : b))
  const admissions = heads.map(roleOf)
  const first: Role | null = isFounder && removals.length === 0 ? 'owner' : null
  return admissions.reduce((a, b) => (isLower(a, b) ? b : a), first)
}

const supersedes = (later: RoleAct, act: RoleAct): boolean =>
  later !== act && later.operation.kind !== 'admit' && hasSeen(later, act)
