/** The book's secret: which one is current, and whether it has to be changed. */
import type { MemberId } from '../contract/index.js'
import type { Sealed } from '../ops/operations.js'
import { compareActs, hasSeen, type Act } from './acts.js'

export interface Rotation {
  /** The last change of the secret; null: the founding secret is current. */
  readonly current: { readonly act: Act; readonly sealed: readonly Sealed[] } | null
  /**
   * `yes`: someone who has gone can have the current secret, or someone who is here was not told it: two changes that
   * did not know of each other. An owner's device then changes it again.
   */
  readonly due: 'yes' | 'no'
}

/** `admissions`: those of each present member. Whoever admits hands over the secrets that they know. */
export function rotationOf(
  standing: readonly Act[],
  admissions: ReadonlyMap<MemberId, readonly Act[]>
): Rotation {
  let last: Act | null = null
  const removals: Act[] = []
  for (const act of standing) {
    const { kind } = act.operation
    if (kind === 'remove' || kind === 'revokeDevice') removals.push(act)
    if (kind === 'rotate' && (!last || compareActs(last, act) < 0)) last = act
  }
  if (last?.operation.kind !== 'rotate') return { current: null, due: removals.length > 0 ? 'yes' : 'no' }
  const act = last
  const { sealed } = last.operation
  const told = new Set(sealed.map(({ member }) => member))
  const isLeaky = removals.some((removal) => !hasSeen(act, removal))
  const isMissing = [...admissions].some(
    ([member, acts]) => !told.has(member) && !acts.some((admission) => hasSeen(admission, act))
  )
  return { current: { act, sealed }, due: isLeaky || isMissing ? 'yes' : 'no' }
}
