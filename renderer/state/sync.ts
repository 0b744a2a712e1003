/** What the sync status means to a person. */
import type { DeviceRow, MemberRow, Problem, SyncStatus } from '../../core/contract/index.js'

export const devicesOf = (sync: SyncStatus): DeviceRow[] =>
  sync.members.flatMap((member) => [...member.devices])

/**
 * `differs`: another device has the same entries and another state: an alarm. `agrees`: at least one other device has
 * said that it has the very same books. `unknown`: the others have yet to be met, or lack something. `alone`: there are
 * no others.
 */
export function agreementOf(sync: SyncStatus): 'agrees' | 'differs' | 'unknown' | 'alone' {
  const others = devicesOf(sync).filter((device) => device.isThis === 'other')
  if (others.some((device) => device.digest === 'different')) return 'differs'
  if (sync.problems.some((problem) => problem.kind === 'digest-differs')) return 'differs'
  if (others.some((device) => device.digest === 'equal')) return 'agrees'
  return others.length > 0 ? 'unknown' : 'alone'
}

/** How much was written that does not count; it is listed under People. */
export const notCountedIn = (sync: SyncStatus): number =>
  sync.problems.filter((problem) => problem.kind === 'not-counted').length

/** What is told one by one: not that books differ, which is told above all else, nor what has a list of its own. */
export const problemsIn = (sync: SyncStatus): Problem[] =>
  sync.problems.filter((problem) => problem.kind !== 'digest-differs' && problem.kind !== 'not-counted')

const isConnected = (member: MemberRow): boolean =>
  member.devices.some((device) => device.isThis === 'other' && device.connection === 'connected')

/** Members with a device that is connected now, oneself by another device included. */
export const connectedNames = (sync: SyncStatus): string[] =>
  sync.members.filter(isConnected).map((m) => m.name)
