/** Whom a device takes for a member of the book. */
import { describe, expect, it } from 'vitest'
import { Roster } from '../../../core/authority/roster.js'
import type { DeviceId, MemberId } from '../../../core/contract/index.js'
import { Belonging, type BelongingOptions } from '../../../core/engine/belonging.js'
import { keyOf } from '../../../core/identity/certificates.js'
import type { Operation, PlacedEntry } from '../../../core/ops/operations.js'
import { toHex } from '../../../core/sync/messages.js'
import { logAt } from '../../helpers/log-world.js'
import { keyNumber } from '../../helpers/operations.js'

const [founder, me, inviter] = [1, 2, 3].map((number) => keyNumber<MemberId>(200 + number)) as [
  MemberId,
  MemberId,
  MemberId
]
const device = keyNumber<DeviceId>(400)

const admit = (member: MemberId, role: 'owner' | 'contributor'): Operation => ({
  ...{ kind: 'admit', member, role, name: 'Somebody', invite: null }
})
const entryOf = (index: number, ops: readonly Operation[]): PlacedEntry => ({
  ...{ log: logAt(1), index, lamport: index, wallMs: index, author: founder, ops },
  device: keyNumber<DeviceId>(401),
  sees: (log, at) => log === logAt(1) && at < index
})

/** What a device of `me` knows that `inviter` let in, once it has read these entries of the founder's. */
function standingOfInviter(entries: readonly PlacedEntry[]): unknown {
  const roster = new Roster(founder)
  for (const entry of entries) roster.apply(entry)
  const options = {
    ...{
      roster,
      intake: {},
      delivery: {},
      store: {},
      keep: () => {},
      dismissed: () => {},
      writing: () => null
    },
    identity: { memberId: me, deviceId: device },
    file: () => ({ farewell: null, inviter: toHex(keyOf(inviter)) })
  }
  return new Belonging(options as unknown as BelongingOptions).standingOf({ member: inviter, device })
}

describe('whoever let this device in', () => {
  it('is taken for a member until it has read who is one', () => {
    expect(standingOfInviter([])).toBe('present')
    expect(standingOfInviter([entryOf(1, [admit(founder, 'owner')])])).toBe('present')
  })

  it('is one after that where the book says so, and nobody where it does not', () => {
    const mine = [entryOf(1, [admit(founder, 'owner')]), entryOf(2, [admit(me, 'contributor')])]
    expect(standingOfInviter(mine)).toBe('unknown')
    expect(standingOfInviter([...mine, entryOf(3, [admit(inviter, 'owner')])])).toBe('present')
  })
})
