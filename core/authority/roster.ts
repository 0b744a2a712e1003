/**
 * Who is a member, in what role, and what each may do: a pure function of the authority operations.
 *
 * Whether an operation counts depends only on its causal past: the author must have been admitted, by someone who was
 * an owner, in entries that the author had seen. So every peer judges alike, whatever came first.
 */
import type { ErrorCode, InviteId, LogId, MemberId, Role } from '../contract/index.js'
import { may } from '../domain/roles.js'
import type { Operation, PlacedEntry } from '../ops/operations.js'

interface Admission {
  readonly role: Role
  readonly name: string
  readonly lamport: number
  readonly log: LogId
  readonly index: number
  readonly operation: number
}

export interface Member {
  readonly member: MemberId
  readonly name: string
  readonly role: Role
}

export interface RosterInvite {
  readonly invite: InviteId
  readonly role: Role
  readonly createdMs: number
  readonly expiresMs: number
  readonly author: MemberId
  readonly state: 'open' | 'used' | 'revoked'
}

/** With where it stands: of two invites with one id, which only a hostile owner makes, the earlier counts. */
type InviteRecord = Omit<RosterInvite, 'state'> & Pick<PlacedEntry, 'log' | 'index' | 'lamport'>

type AuthorityOperation = Extract<Operation, { kind: 'admit' | 'invite' | 'revokeInvite' }>

export class Roster {
  readonly #admissions = new Map<MemberId, Admission[]>()
  readonly #invites = new Map<InviteId, InviteRecord>()
  /** Uses and revocations can come before the invite that they name. */
  readonly #ended = new Map<InviteId, 'used' | 'revoked'>()

  constructor(readonly founder: MemberId) {}

  /** The role that the author had in the causal past of the entry; null if they were no member. */
  roleAt(entry: PlacedEntry, member: MemberId = entry.author): Role | null {
    const seen = (this.#admissions.get(member) ?? []).filter((a) => entry.sees(a.log, a.index))
    return latest(seen)?.role ?? (member === this.founder ? 'owner' : null)
  }

  /** Whether an operation counts (`Judge` of core/book). */
  judge = (entry: PlacedEntry, operation: Operation, owner: MemberId | null): ErrorCode | null => {
    const role = this.roleAt(entry)
    if (!role) return 'NOT_A_MEMBER'
    const whose = owner === null || owner === entry.author ? 'own' : 'others'
    return may(role, operation.kind, whose) ? null : 'NOT_ALLOWED'
  }

  /** Folds the authority operations of an entry; entries come in a causal order. */
  apply(entry: PlacedEntry): void {
    entry.ops.forEach((operation, at) => {
      if (!isAuthority(operation) || this.judge(entry, operation, null)) return
      if (operation.kind === 'admit') this.#admit(entry, operation, at)
      else if (operation.kind === 'revokeInvite') this.#end(operation.invite, 'revoked')
      else this.#invite(entry, operation)
    })
  }

  /** The role now, by all that is known here. */
  role(member: MemberId): Role | null {
    return latest(this.#admissions.get(member) ?? [])?.role ?? (member === this.founder ? 'owner' : null)
  }

  /** All members, the founder first, then by name. The founder is named by an admission of their own. */
  members(): Member[] {
    const ids = new Set([this.founder, ...this.#admissions.keys()])
    const all = [...ids].map((member) => ({
      member,
      name: this.memberName(member),
      role: this.role(member) as Role
    }))
    const order = (m: Member) => (m.member === this.founder ? '' : m.name)
    return all.sort((a, b) => order(a).localeCompare(order(b), 'en') || (a.member < b.member ? -1 : 1))
  }

  memberName(member: MemberId): string {
    return latest(this.#admissions.get(member) ?? [])?.name ?? member.slice(0, 8)
  }

  /** Newest first. */
  invites(): RosterInvite[] {
    const all = [...this.#invites.keys()].map((id) => this.invite(id) as RosterInvite)
    return all.sort((a, b) => b.createdMs - a.createdMs || (a.invite < b.invite ? -1 : 1))
  }

  invite(id: InviteId): RosterInvite | null {
    const record = this.#invites.get(id)
    if (!record) return null
    const { invite, role, createdMs, expiresMs, author } = record
    return { invite, role, createdMs, expiresMs, author, state: this.#ended.get(id) ?? 'open' }
  }

  /** One line a fact, sorted: the part of the book's state digest that is about people. */
  facts(): string[] {
    const lines = [`founder ${this.founder}`]
    for (const [member, admissions] of this.#admissions) {
      for (const a of admissions) {
        lines.push(`admit ${member} ${a.role} ${a.log}-${a.index}-${a.operation} ${JSON.stringify(a.name)}`)
      }
    }
    for (const i of this.invites()) {
      lines.push(`invite ${i.invite} ${i.role} ${i.author} ${i.createdMs} ${i.expiresMs} ${i.state}`)
    }
    return lines.sort()
  }

  #admit(entry: PlacedEntry, operation: Extract<Operation, { kind: 'admit' }>, at: number): void {
    const { log, index, lamport } = entry
    const admission = { role: operation.role, name: operation.name, lamport, log, index, operation: at }
    const all = this.#admissions.get(operation.member)
    if (all) all.push(admission)
    else this.#admissions.set(operation.member, [admission])
    if (operation.invite) this.#end(operation.invite, 'used')
  }

  #invite(entry: PlacedEntry, operation: Extract<Operation, { kind: 'invite' }>): void {
    const { invite, role, expiresMs } = operation
    const { log, index, lamport, author, wallMs: createdMs } = entry
    const record = { invite, role, createdMs, expiresMs, author, log, index, lamport }
    const other = this.#invites.get(invite)
    if (!other || isAfter({ ...other, operation: 0 }, { ...record, operation: 0 }))
      this.#invites.set(invite, record)
  }

  /** Used wins over revoked: the newcomer is in. */
  #end(id: InviteId, how: 'used' | 'revoked'): void {
    if (this.#ended.get(id) !== 'used') this.#ended.set(id, how)
  }
}

const isAuthority = (operation: Operation): operation is AuthorityOperation =>
  operation.kind === 'admit' || operation.kind === 'invite' || operation.kind === 'revokeInvite'

/** The last by (lamport, log, index, operation). */
function latest(admissions: readonly Admission[]): Admission | undefined {
  let best: Admission | undefined
  for (const a of admissions) if (!best || isAfter(a, best)) best = a
  return best
}

type Stand = Pick<Admission, 'lamport' | 'log' | 'index' | 'operation'>

function isAfter(a: Stand, b: Stand): boolean {
  if (a.lamport !== b.lamport) return a.lamport > b.lamport
  if (a.log !== b.log) return a.log > b.log
  return a.index !== b.index ? a.index > b.index : a.operation > b.operation
}
