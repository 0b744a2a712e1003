/** What the fold of a book needs from around it. */
import type { DeviceId, ErrorCode, MemberId } from '../contract/index.js'
import type { Operation, PlacedEntry } from '../ops/operations.js'

/**
 * Says whether an operation, number `at` of its entry, counts: null if it does, else why not. `owner` is the author of
 * the transaction that an amend or void names, null for other operations. A pure function of the entry, its causal past
 * and the acts of authority that stand.
 */
export type Judge = (
  entry: PlacedEntry,
  operation: Operation,
  at: number,
  owner: MemberId | null
) => ErrorCode | null

/** Names of people and devices, for rows. */
export interface Directory {
  memberName(member: MemberId): string
  deviceName(device: DeviceId): string
}
