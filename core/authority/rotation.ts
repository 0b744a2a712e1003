/** The book's secret: which one is current, and whether it has to be changed. */
import type { DeviceId, MemberId } from '../contract/index.js'
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

/**
 * `leaks`: acts by which someone who is not here was handed the secret. `reasons`: whom the secret is for, and the acts by
 * which, admissions of a member and names of a device. Whoever does either hands over the secrets that they know.
 */
export function rotationOf(
  standing: readonly Act[],
  leaks: readonly Act[],
  reasons: ReadonlyMap<MemberId | DeviceId, readonly Act[]>
): Rotation {
  let last: Act | null = null
  const leaky = [...leaks]
  for (const act of standing) {
    const { kind } = act.operation
    if (kind === 'remove' || kind === 'revokeDevice') leaky.push(act)
    if (kind === 'rotate' && (!last || compareActs(last, act) < 0)) last = act
  }
  if (last?.operation.kind !== 'rotate') return { current: null, due: leaky.length > 0 ? 'yes' : 'no' }
  const act = last
  const { sealed } = last.operation
  const told = new Set<MemberId | DeviceId>(sealed.map(({ member }) => member))
  // Also where the very entry that changed it took someone's admission away for whom it is sealed.
  const isLeaky = leaky.some((each) => !hasSeen(act, each)) || [...told].some((key) => !reasons.has(key))
  // Who was let in, or linked, by someone who knew it was handed it then.
  const isMissing = [...reasons].some(
    ([key, acts]) => !told.has(key) && !acts.some((reason) => hasSeen(reason, act))
  )
  return { current: { act, sealed }, due: isLeaky || isMissing ? 'yes' : 'no' }
}
