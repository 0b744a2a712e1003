/**
 * Which acts of owners stand: a function of the set of acts, whatever the order in which they came.
 *
 * Ownership is handed on by *grants*: the founding, and each standing act that makes someone an owner. Grants are taken
 * by seniority (the founding first, then by logical time and log), and of each the acts that rest on it are decided, in
 * the order of logical time. An act stands unless its author had lost the right to it: by an act that they had seen, or
 * by one that stands already and names where their logs end. What stands is never undone by what is decided later, so
 * when owners take each other's rights away at the same time, the more senior one's act holds (OVERRULED is the other's
 * code). Whether their author had seen that their own right was taken is asked of what they had seen, decided in the same
 * way, so that nobody's seniority makes up for what they knew. Stepping down is decided last, the more senior first. No act
 * leaves a book without an owner.
 */
import type { ErrorCode, MemberId } from '../contract/index.js'
import {
  compareActs,
  concerns,
  hasSeen,
  isRoleAct,
  isStepDown,
  keptOf,
  lowers,
  roleOf,
  type Act
} from './acts.js'

/** By act, those that stand by what its author had seen, and can take rights away: what they had seen never changes. */
const standingBefore = new WeakMap<Act, ReadonlySet<Act>>()

/** What makes someone an owner; no act: the founding. */
export interface Grant {
  readonly member: MemberId
  readonly act: Act | null
}

export interface Decisions {
  /** null: it stands. An act that is not in here rests on no grant. */
  readonly verdicts: ReadonlyMap<Act, ErrorCode | null>
  /** By seniority. */
  readonly grants: readonly Grant[]
  /** Acts that stand and can take rights away, in the order in which they were decided. */
  readonly lowering: readonly Act[]
}

export function decide(founder: MemberId, acts: readonly Act[]): Decisions {
  return new Decision(founder, acts).run()
}

class Decision {
  readonly #verdicts = new Map<Act, ErrorCode | null>()
  readonly #grants: Grant[] = []
  readonly #lowering: Act[] = []
  readonly #byAuthor = new Map<MemberId, Act[]>()
  /** Acts that can take rights away from others than their authors. */
  readonly #against: readonly Act[]
  readonly #queue: Grant[]

  constructor(
    private readonly founder: MemberId,
    private readonly acts: readonly Act[]
  ) {
    for (const act of [...acts].sort(compareActs)) {
      const own = this.#byAuthor.get(act.author)
      if (own) own.push(act)
      else this.#byAuthor.set(act.author, [act])
    }
    this.#against = acts.filter((act) => lowers(act) && !isStepDown(act))
    this.#queue = [{ member: founder, act: null }]
  }

  run(): Decisions {
    do this.#takeGrants()
    while (this.#decideStepDown())
    return { verdicts: this.#verdicts, grants: this.#grants, lowering: this.#lowering }
  }

  #takeGrants(): void {
    for (let grant = this.#next(); grant; grant = this.#next()) {
      if (!this.#grants.includes(grant)) this.#grants.push(grant)
      for (const act of this.#byAuthor.get(grant.member) ?? []) {
        if (this.#verdicts.get(act) === null || !restsOn(act, grant)) continue
        if (isStepDown(act) || this.#waits(act, grant)) continue
        const loss = lossOf(act, grant, this.#lowering) ?? this.#knownLoss(act, grant)
        this.#settle(act, loss ?? (this.#leavesAnOwner(act) ? null : 'LAST_OWNER'))
      }
    }
  }

  /** The most senior grant that waits. */
  #next(): Grant | undefined {
    let best: Grant | undefined
    for (const grant of this.#queue) if (!best || isSenior(grant, best)) best = grant
    if (best) this.#queue.splice(this.#queue.indexOf(best), 1)
    return best
  }

  /** An act after its author stepped down says nothing before that is decided. */
  #waits(act: Act, grant: Grant): boolean {
    return (this.#byAuthor.get(act.author) ?? []).some(
      (own) =>
        isStepDown(own) &&
        !this.#verdicts.has(own) &&
        hasSeen(act, own) &&
        !(grant.act && hasSeen(grant.act, own))
    )
  }

  /** Why its author had lost the right to it by all that they had seen; null where the act itself takes that back. */
  #knownLoss(act: Act, grant: Grant): ErrorCode | null {
    const losses = this.#against.filter(
      (low) =>
        low.author !== act.author &&
        concerns(low, act.author, act.device) &&
        hasSeen(act, low) &&
        !(isRoleAct(low) && grant.act && hasSeen(grant.act, low)) &&
        !cutsOff(act, low)
    )
    if (losses.length === 0) return null
    let standing = standingBefore.get(act)
    if (!standing) {
      const past = this.acts.filter((each) => hasSeen(act, each))
      standingBefore.set(act, (standing = new Set(decide(this.founder, past).lowering)))
    }
    const known = losses.find((low) => standing.has(low))
    return known ? codeOfLoss(known) : null
  }

  #settle(act: Act, verdict: ErrorCode | null): void {
    this.#verdicts.set(act, verdict)
    if (verdict) return
    if (lowers(act)) this.#lowering.push(act)
    if (isRoleAct(act) && roleOf(act) === 'owner') this.#queue.push({ member: act.operation.member, act })
  }

  /** Decides one owner's stepping down, the most senior one's first; says whether there was one. */
  #decideStepDown(): boolean {
    for (const grant of this.#grants) {
      for (const act of this.#byAuthor.get(grant.member) ?? []) {
        if (!isStepDown(act) || this.#verdicts.has(act) || !restsOn(act, grant)) continue
        this.#settle(act, this.#lossByAll(act) ?? (this.#leavesAnOwner(act) ? null : 'LAST_OWNER'))
        // What the same person did after it can be decided now.
        this.#queue.push(...this.#grants.filter(({ member }) => member === act.author))
        return true
      }
    }
    return false
  }

  /** Why its author had no right to it by any grant. */
  #lossByAll(act: Act): ErrorCode | null {
    const losses = this.#grants
      .filter((grant) => restsOn(act, grant))
      .map((grant) => lossOf(act, grant, this.#lowering))
    return losses.includes(null) ? null : (losses[0] ?? 'NOT_ALLOWED')
  }

  #leavesAnOwner(act: Act): boolean {
    if (!lowers(act)) return true
    return [...this.#grants, ...this.#queue].some((grant) => isInForce(grant, [...this.#lowering, act]))
  }
}

/** Whether the act's author had this grant when they acted. */
export const restsOn = (act: Act, { member, act: granted }: Grant): boolean =>
  act.author === member && (granted === null || hasSeen(act, granted))

/** Whether someone is an owner by this grant, once all of these acts are known to them. */
export const isInForce = ({ member, act: granted }: Grant, lowering: readonly Act[]): boolean =>
  !lowering.some(
    (low) => isRoleAct(low) && low.operation.member === member && !(granted && hasSeen(granted, low))
  )

/** Why the author of an act had lost the right to it, by acts that stand already; null if they had not. */
export function lossOf(act: Act, grant: Grant, lowering: readonly Act[]): ErrorCode | null {
  for (const low of lowering) {
    if (!concerns(low, act.author, act.device) || low === act) continue
    // Granted again since.
    if (isRoleAct(low) && grant.act && hasSeen(grant.act, low)) continue
    if (hasSeen(act, low)) return codeOfLoss(low)
    // Also where it was seen: whoever names less than they know takes back what is beyond.
    if (act.index >= keptOf(keptBy(low), act.log)) return 'OVERRULED'
  }
  return null
}

/** Whether an act takes back what another one did: by naming less of its log. */
const cutsOff = (act: Act, other: Act): boolean =>
  lowers(act) && concerns(act, other.author, other.device) && other.index >= keptOf(keptBy(act), other.log)

export function codeOfLoss({ operation }: Act): ErrorCode {
  if (operation.kind === 'remove') return 'MEMBER_REMOVED'
  return operation.kind === 'revokeDevice' ? 'DEVICE_REVOKED' : 'NOT_ALLOWED'
}

export const keptBy = ({ operation }: Act) => ('kept' in operation ? operation.kept : [])

function isSenior(a: Grant, b: Grant): boolean {
  if (a.act === null || b.act === null) return a.act === null && b.act !== null
  return compareActs(a.act, b.act) < 0
}
