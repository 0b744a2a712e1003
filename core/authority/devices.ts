/**
 * Devices that their members named. A device that was linked does not have the member's key: whatever is sealed for the
 * member is sealed for it too. Linking names it, so that all know of it before it has written anything.
 */
import { LIMITS, type DeviceId, type MemberId } from '../contract/index.js'
import { compareActs, type Act } from './acts.js'

/** More than this nobody has, and a member who names more harms only the last of them. */
export const MOST_DEVICES = 16

/**
 * By device, the act in which its own member, one of `members`, first named it; those named first come first. At most so
 * many that a secret can be sealed for all of `members` and for them.
 */
export function namedDevices(
  standing: readonly Act[],
  members: readonly MemberId[],
  isRevoked: (device: DeviceId, member: MemberId) => boolean
): ReadonlyMap<DeviceId, Act> {
  const counts = new Map(members.map((member) => [member, 0]))
  const named = new Map<DeviceId, Act>()
  for (const act of [...standing].sort(compareActs)) {
    const { operation, author } = act
    const count = counts.get(author)
    if (operation.kind !== 'nameDevice' || count === undefined || count >= MOST_DEVICES) continue
    if (members.length + named.size >= LIMITS.membersPerSecret) break
    if (named.has(operation.device) || isRevoked(operation.device, author)) continue
    named.set(operation.device, act)
    counts.set(author, count + 1)
  }
  return named
}
