/** The invites of a book, by the acts that stand. */
import type { InviteApproval, InviteId, MemberId, Role } from '../contract/index.js'
import type { Sealed } from '../ops/operations.js'
import { compareActs, type Act } from './acts.js'

export interface RosterInvite {
  readonly invite: InviteId
  readonly role: Role
  readonly createdMs: number
  readonly expiresMs: number
  readonly author: MemberId
  /** How many people it lets in, and who came by it. */
  readonly uses: number
  readonly admitted: readonly MemberId[]
  readonly approval: InviteApproval
  /** Its secret, for each owner at that time. */
  readonly sealed: readonly Sealed[]
  readonly state: 'open' | 'used' | 'revoked'
}

type InviteAct = Act<Extract<Act['operation'], { kind: 'invite' | 'openInvite' }>>

const isInvite = (act: Act): act is InviteAct =>
  act.operation.kind === 'invite' || act.operation.kind === 'openInvite'

export class Invites {
  /** Of two invites with one id, which only a hostile owner makes, the earlier counts. */
  readonly #acts = new Map<InviteId, InviteAct>()
  /** Uses and revocations can come before the invite that they name. */
  readonly #admitted = new Map<InviteId, Set<MemberId>>()
  readonly #revoked = new Set<InviteId>()

  add(act: Act): void {
    const { operation } = act
    if (isInvite(act)) {
      const other = this.#acts.get(act.operation.invite)
      if (!other || compareActs(act, other) < 0) this.#acts.set(act.operation.invite, act)
    } else if (operation.kind === 'revokeInvite') {
      this.#revoked.add(operation.invite)
    } else if (operation.kind === 'admit' && operation.invite) {
      const admitted = this.#admitted.get(operation.invite)
      if (admitted) admitted.add(operation.member)
      else this.#admitted.set(operation.invite, new Set([operation.member]))
    }
  }

  rebuild(standing: Iterable<Act>): void {
    this.#acts.clear()
    this.#admitted.clear()
    this.#revoked.clear()
    for (const act of standing) this.add(act)
  }

  /** Newest first. */
  all(): RosterInvite[] {
    const all = [...this.#acts.values()].map((act) => this.#row(act))
    return all.sort((a, b) => b.createdMs - a.createdMs || (a.invite < b.invite ? -1 : 1))
  }

  one(id: InviteId): RosterInvite | null {
    const act = this.#acts.get(id)
    return act ? this.#row(act) : null
  }

  #row({ operation, wallMs: createdMs, author }: InviteAct): RosterInvite {
    const { invite, role, expiresMs } = operation
    const more =
      operation.kind === 'openInvite'
        ? { uses: operation.uses, approval: operation.approval, sealed: operation.sealed }
        : { uses: 1, approval: 'words' as const, sealed: [] }
    const admitted = [...(this.#admitted.get(invite) ?? [])].sort()
    const state = admitted.length >= more.uses ? 'used' : this.#revoked.has(invite) ? 'revoked' : 'open'
    return { invite, role, createdMs, expiresMs, author, ...more, admitted, state }
  }
}
