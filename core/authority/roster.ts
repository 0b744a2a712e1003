/**
 * Who is a member, in what role, on which devices, and whose operations count: a pure function of the acts that came,
 * whatever their order. `decide.ts` says which acts of owners stand, `membership.ts` what that means for a moment.
 */
import {
  LIMITS,
  type DeviceId,
  type ErrorCode,
  type InviteId,
  type LogId,
  type MemberId,
  type Role
} from '../contract/index.js'
import { may } from '../domain/roles.js'
import type { Operation, PlacedEntry } from '../ops/operations.js'
import { placeOf } from '../ops/place.js'
import {
  actOf,
  compareActs,
  concerns,
  hasSeen,
  isAuthority,
  isRoleAct,
  isStepDown,
  keptOf,
  lowers,
  roleOf,
  type Act,
  type ActKind
} from './acts.js'
import { decide, keptBy, lossOf, restsOn, type Decisions, type Grant } from './decide.js'
import { namedDevices } from './devices.js'
import { Invites, type RosterInvite } from './invites.js'
import { Membership, type Standing } from './membership.js'
import { rotationOf, type Rotation } from './rotation.js'

export type { RosterInvite } from './invites.js'

export interface Member {
  readonly member: MemberId
  readonly name: string
  /** The role now, or the last one. */
  readonly role: Role
  readonly standing: 'present' | 'removed' | 'left'
  /** What ended it; null while they are present. */
  readonly ended: Act<Extract<Operation, { kind: 'remove' }>> | null
}

/** Acts that any member may do about themselves; an owner's rest on their ownership like all else they do. */
const ONESELF: ReadonlySet<ActKind> = new Set(['remove', 'revokeDevice', 'nameDevice'])

const isAboutOneself = ({ operation, author }: Act): boolean =>
  ONESELF.has(operation.kind) && (operation.kind !== 'remove' || operation.member === author)

interface KnownLog {
  readonly author: MemberId
  readonly device: string
  /** Index after the last entry that came. */
  length: number
}

export class Roster {
  /** Acts of people who had been made owners, by what they had seen; nobody else's can stand as an owner's. */
  readonly #owners: Act[] = []
  /** Acts about oneself, of anyone. */
  readonly #own: Act[] = []
  /** Of all of these: null, or why it does not stand. */
  #verdicts = new Map<Act, ErrorCode | null>()
  readonly #byPlace = new Map<string, Act>()
  /** Each act's operation as the facts have it, which never changes. */
  readonly #texts = new Map<Act, string>()
  readonly #logs = new Map<LogId, KnownLog>()
  readonly #invites = new Invites()
  #decisions: Decisions
  #membership: Membership

  constructor(readonly founder: MemberId) {
    this.#decisions = decide(founder, [])
    this.#membership = new Membership(founder, [])
  }

  /**
   * Folds the acts of an entry; entries come in a causal order. `changed`: something that came before counts otherwise
   * now, so that the book has to be folded again.
   */
  apply(entry: PlacedEntry): 'same' | 'changed' {
    let effect: 'same' | 'changed' = 'same'
    entry.ops.forEach((operation, at) => {
      if (isAuthority(operation) && this.#take(actOf(entry, operation, at)) === 'changed') effect = 'changed'
    })
    const log = this.#logs.get(entry.log)
    if (log) log.length = entry.index + 1
    else this.#logs.set(entry.log, { author: entry.author, device: entry.device, length: entry.index + 1 })
    return effect
  }

  /** Whether an operation counts (`Judge` of core/book). */
  judge = (entry: PlacedEntry, operation: Operation, at: number, owner: MemberId | null): ErrorCode | null => {
    if (isAuthority(operation)) {
      const act = this.#byPlace.get(placeOf(entry.log, entry.index, at))
      const verdict = act && this.#verdicts.get(act)
      return verdict === undefined ? (this.standingAt(entry).code ?? 'NOT_ALLOWED') : verdict
    }
    const { role, code } = this.standingAt(entry)
    if (!role) return code
    const whose = owner === null || owner === entry.author ? 'own' : 'others'
    return may(role, operation.kind, whose) ? null : (code ?? 'NOT_ALLOWED')
  }

  /** The role that the author had in the causal past of the entry; null if they were no member. */
  roleAt(entry: PlacedEntry): Role | null {
    return this.standingAt(entry).role
  }

  standingAt(entry: PlacedEntry): Standing {
    return this.#membership.at(entry, this.#isOwnerAct)
  }

  /** The role now, by all that is known here; null for who is no member, or no more. */
  role(member: MemberId): Role | null {
    return this.#membership.roleNow(member)
  }

  /** What revoked a device of a member. */
  revocationsOf(device: DeviceId, member: MemberId): readonly Act[] {
    return this.#membership.revocations(device, member, this.#isOwnerAct)
  }

  isRevoked(device: DeviceId, member: MemberId): boolean {
    return this.revocationsOf(device, member).length > 0
  }

  /** Whether `by` took part in ending what a member, or one of their devices, could do. */
  hasEnded(by: MemberId, member: MemberId, device: DeviceId): boolean {
    const removals = this.#membership.roleActs(member).filter(({ operation }) => operation.kind === 'remove')
    return [...removals, ...this.revocationsOf(device, member)].some(({ author }) => author === by)
  }

  /** Everyone who is or was a member, the founder first, then by name. */
  members(): Member[] {
    const all = this.#membership.members().map((member) => this.member(member))
    const present = all.filter((each) => each !== null)
    const order = (m: Member) => (m.member === this.founder ? '' : m.name)
    return present.sort((a, b) => order(a).localeCompare(order(b), 'en') || (a.member < b.member ? -1 : 1))
  }

  /** null for who never was a member. */
  member(member: MemberId): Member | null {
    const role = this.role(member)
    const name = this.memberName(member)
    if (role) return { member, name, role, standing: 'present', ended: null }
    const acts = [...this.#membership.roleActs(member)].sort(compareActs)
    const removals = acts.filter(({ operation }) => operation.kind === 'remove')
    // Who was let in again, and is out for a removal that this did not know of, is out for that one.
    const isUndone = (removal: Act): boolean =>
      acts.some((act) => act.operation.kind === 'admit' && hasSeen(act, removal))
    const ended = removals.filter((each) => !isUndone(each)).at(-1) ?? removals.at(-1) ?? null
    const last = acts.map(roleOf).filter((each) => each !== null)
    if (last.length === 0 && member !== this.founder) return null
    const standing = ended?.author === member ? 'left' : 'removed'
    return { member, name, role: last.at(-1) ?? 'owner', standing, ended: ended as Member['ended'] }
  }

  /** People who are members now. */
  present(): Member[] {
    return this.members().filter(({ standing }) => standing === 'present')
  }

  /** By the last admission that names them. */
  memberName(member: MemberId): string {
    let name = member.slice(0, 8)
    for (const { operation } of [...this.#membership.roleActs(member)].sort(compareActs)) {
      if (operation.kind === 'admit') name = operation.name
    }
    return name
  }

  /** The name that someone who may gave a device; null if nobody did. */
  deviceName(device: DeviceId, member: MemberId): string | null {
    const named = this.#standing().filter(
      (act) =>
        act.operation.kind === 'nameDevice' &&
        act.operation.device === device &&
        (act.author === member || this.#isOwnerAct(act))
    )
    const last = named.sort(compareActs).at(-1)?.operation
    return last?.kind === 'nameDevice' ? last.name : null
  }

  /** Newest first. */
  invites(): RosterInvite[] {
    return this.#invites.all()
  }

  invite(id: InviteId): RosterInvite | null {
    return this.#invites.one(id)
  }

  /** The newest secret of the book, and whether it has to be changed; null: the founding one. */
  rotation(): Rotation {
    const present = this.present().map(({ member }) => member)
    const reasons = new Map<MemberId | DeviceId, readonly Act[]>()
    for (const member of present) {
      const acts = this.#membership.roleActs(member)
      reasons.set(
        member,
        acts.filter(({ operation }) => operation.kind === 'admit')
      )
    }
    // One that named itself was handed nothing by that.
    for (const [device, act] of this.#namedDevices(present))
      reasons.set(device, act.device === device ? [] : [act])
    return rotationOf(this.#standing(), this.#vainAdmissions(), reasons)
  }

  /**
   * Admissions that do not stand, of people who are not here, by people who are: they did not know better, and handed
   * over the secret. Who was removed meanwhile had none to hand over that is of use now.
   */
  #vainAdmissions(): Act[] {
    return this.#owners.filter(
      (act) =>
        act.operation.kind === 'admit' &&
        this.#verdicts.get(act) !== null &&
        this.role(act.author) !== null &&
        this.role(act.operation.member) === null
    )
  }

  /** Whom a secret has to be sealed for so that these members, on all their devices, can open it. */
  addressees(members: readonly MemberId[]): (MemberId | DeviceId)[] {
    return [...members, ...this.#namedDevices(members).keys()]
  }

  /** Devices of a member that they named themselves and did not revoke: whether or not those have written yet. */
  devicesOf(member: MemberId): DeviceId[] {
    return [...this.#namedDevices([member]).keys()]
  }

  /** Whether a device of the member has said that this one is another of theirs, or this one of itself, and that stands. */
  isNamed(device: DeviceId, member: MemberId): boolean {
    return this.#standing().some(
      ({ author, operation }) =>
        author === member && operation.kind === 'nameDevice' && operation.device === device
    )
  }

  #namedDevices(members: readonly MemberId[]): ReadonlyMap<DeviceId, Act> {
    return namedDevices(this.#standing(), members, (device, member) => this.isRevoked(device, member))
  }

  /**
   * Applied lengths of all logs of a member, or of one of their devices: what is kept when they go, by default. Of more
   * logs than an operation can name, the longest: whoever started thousands can be removed all the same.
   */
  logsOf(member: MemberId | null, device: DeviceId | null = null): { log: LogId; length: number }[] {
    const all: { log: LogId; length: number }[] = []
    for (const [log, { author, device: by, length }] of this.#logs) {
      if ((member === null || author === member) && (device === null || by === device))
        all.push({ log, length })
    }
    return all.length > LIMITS.logsPerCut
      ? all.sort((a, b) => b.length - a.length).slice(0, LIMITS.logsPerCut)
      : all
  }

  /** One line a fact, sorted: the part of the book's state digest that is about people. */
  facts(): string[] {
    const lines = [`founder ${this.founder}`]
    for (const [place, act] of this.#byPlace) {
      const verdict = this.#verdicts.get(act) ?? 'stands'
      lines.push(`${place} ${act.author} ${verdict} ${this.#textOf(act)}`)
    }
    return lines.sort()
  }

  #textOf(act: Act): string {
    let text = this.#texts.get(act)
    if (text === undefined) this.#texts.set(act, (text = JSON.stringify(act.operation, sortedKeys)))
    return text
  }

  #take(act: Act): 'same' | 'changed' {
    const isOwners = this.#wasMadeOwner(act)
    const isOwn = isAboutOneself(act)
    // It can never stand, whatever comes: it is listed by the book, and nothing is kept of it here.
    if (!isOwners && !isOwn) return 'same'
    if (isOwners) this.#owners.push(act)
    if (isOwn) this.#own.push(act)
    this.#byPlace.set(placeOf(act.log, act.index, act.at), act)
    if (isOwners && !lowers(act) && !isStepDown(act)) return this.#takeSimple(act)
    return this.#decideAnew(act)
  }

  /** Whether an act that may or may not stand made the author an owner, as far as they had seen. */
  #wasMadeOwner(act: Act): boolean {
    if (act.author === this.founder) return true
    return this.#owners.some(
      (grant) =>
        isRoleAct(grant) &&
        grant.operation.member === act.author &&
        roleOf(grant) === 'owner' &&
        hasSeen(act, grant)
    )
  }

  /** What takes nothing from anyone changes nothing that was decided. */
  #takeSimple(act: Act): 'same' | 'changed' {
    const knowsOfLoss = this.#owners.some(
      (low) => lowers(low) && concerns(low, act.author, act.device) && hasSeen(act, low)
    )
    if (knowsOfLoss) return this.#decideAnew(act)
    const { grants, lowering } = this.#decisions
    const losses = grants
      .filter((grant) => restsOn(act, grant))
      .map((grant) =>
        lossOf(
          act,
          grant,
          lowering.filter((low) => isDecidedBefore(low, act, grant, grants))
        )
      )
    if (!losses.includes(null)) return this.#decideAnew(act)
    if (isRoleAct(act) && roleOf(act) === 'owner') return this.#decideAnew(act)
    this.#verdicts.set(act, null)
    ;(this.#decisions.verdicts as Map<Act, ErrorCode | null>).set(act, null)
    this.#membership.add(act)
    this.#invites.add(act)
    return 'same'
  }

  #decideAnew(act: Act): 'same' | 'changed' {
    const before = this.#verdicts
    this.#decisions = decide(this.founder, this.#owners)
    const standing = this.#owners.filter(this.#isOwnerAct)
    this.#membership = new Membership(this.founder, standing)
    this.#invites.rebuild(standing)
    this.#verdicts = new Map(
      this.#owners.map((each) => [each, this.#decisions.verdicts.get(each) ?? 'NOT_ALLOWED'])
    )
    for (const each of standing) this.#verdicts.set(each, null)
    this.#decideOwn()
    const isOtherwise = [...before].some(([each, verdict]) => this.#verdicts.get(each) !== verdict)
    const stands = this.#verdicts.get(act) === null
    return isOtherwise || (stands && this.#binds(act)) ? 'changed' : 'same'
  }

  /**
   * Acts about oneself that do not stand as an owner's: they do if their author was a member, by what owners did and by
   * what of their own comes earlier in the order of acts.
   */
  #decideOwn(): void {
    for (const act of this.#own.sort(compareActs)) {
      if (this.#isOwnerAct(act)) continue
      const { role, code } = this.#membership.at(act, this.#isOwnerAct)
      const isLast = act.operation.kind === 'remove' && (role === 'owner' || this.#isOnlyOwner(act.author))
      const why = isLast && role !== 'owner' ? 'LAST_OWNER' : (this.#verdicts.get(act) ?? code ?? 'NOT_ALLOWED')
      const verdict = role && !isLast ? null : why
      this.#verdicts.set(act, verdict)
      if (verdict === null) this.#membership.add(act)
    }
  }

  /** Also one who was made that while they were leaving. */
  #isOnlyOwner(member: MemberId): boolean {
    const membership = this.#membership
    const owners = membership.members().filter((each) => membership.roleNow(each) === 'owner')
    return owners.length === 1 && owners[0] === member
  }

  /** Whether an act that stands takes away from what has come already. */
  #binds(act: Act): boolean {
    if (!lowers(act)) return false
    const { operation } = act
    for (const [log, { author, device, length }] of this.#logs) {
      const isTheirs =
        operation.kind === 'revokeDevice'
          ? device === operation.device
          : isRoleAct(act) && author === act.operation.member
      if (isTheirs && length > keptOf(keptBy(act), log)) return true
    }
    return false
  }

  #standing(): Act[] {
    return [...this.#byPlace.values()].filter((act) => this.#verdicts.get(act) === null)
  }

  readonly #isOwnerAct = (act: Act): boolean => this.#decisions.verdicts.get(act) === null
}

/** Of two acts, that by the more senior grant is decided first, then that of the earlier logical time. */
function isDecidedBefore(low: Act, act: Act, grant: Grant, grants: readonly Grant[]): boolean {
  const first = grants.findIndex((each) => restsOn(low, each))
  const own = grants.indexOf(grant)
  return first < own || (first === own && compareActs(low, act) < 0) || hasSeen(act, low)
}

/** Keys in order, bytes as hex: one text for one meaning. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
