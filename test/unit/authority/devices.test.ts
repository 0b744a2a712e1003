/** Devices that their members named: for whom a secret is sealed beside the members, and when it has to be changed for one. */
import { describe, expect, it } from 'vitest'
import { LIMITS, type DeviceId, type LogId, type MemberId } from '../../../core/contract/index.js'
import { MOST_DEVICES, namedDevices } from '../../../core/authority/devices.js'
import { actOf, type AuthorityOperation } from '../../../core/authority/acts.js'
import { Roster } from '../../../core/authority/roster.js'
import type { Operation, PlacedEntry } from '../../../core/ops/operations.js'
import { logAt } from '../../helpers/log-world.js'
import { keyNumber } from '../../helpers/operations.js'

const member = (number: number): MemberId => keyNumber<MemberId>(200 + number)
const phone = (number: number): DeviceId => keyNumber<DeviceId>(600 + number)

const admit = (number: number): Operation => ({
  ...{ kind: 'admit', member: member(number), role: number === 0 ? 'owner' : 'contributor' },
  ...{ name: `M${number}`, invite: null }
})
const name = (device: DeviceId): Operation => ({ kind: 'nameDevice', device, name: 'Phone' })
const revoke = (device: DeviceId): Operation => ({ kind: 'revokeDevice', device, kept: [] })
const rotate = (...keys: readonly (MemberId | DeviceId)[]): Operation => ({
  kind: 'rotate',
  sealed: keys.map((key) => ({
    ...{ member: key as MemberId, ephemeral: new Uint8Array(32), box: new Uint8Array(64) }
  }))
})

/** An entry of a member's own log that has seen these entries, and all before in its own log. */
function entryOf(
  number: number,
  index: number,
  lamport: number,
  ops: readonly Operation[],
  seen: readonly PlacedEntry[] = []
): PlacedEntry {
  const log = logAt(number)
  return {
    ...{ log, index, lamport, wallMs: lamport, author: member(number), ops },
    device: keyNumber<DeviceId>(400 + number),
    sees: (other: LogId, at: number) =>
      (other === log && at < index) || seen.some((e) => (e.log === other && at <= e.index) || e.sees(other, at))
  }
}

function rosterOf(entries: readonly PlacedEntry[]): Roster {
  const roster = new Roster(member(0))
  for (const entry of entries) roster.apply(entry)
  return roster
}

const founded = entryOf(0, 1, 1, [admit(0), admit(1)])

describe('a device that its member named', () => {
  it('is one that secrets are sealed for, until it is revoked; what others call it makes it nobody’s', () => {
    const named = entryOf(1, 1, 2, [name(phone(1))], [founded])
    const roster = rosterOf([founded, named])
    expect(roster.devicesOf(member(1))).toEqual([phone(1)])
    expect(roster.devicesOf(member(0))).toEqual([])
    expect(roster.addressees([member(0), member(1)])).toEqual([member(0), member(1), phone(1)])
    expect(roster.addressees([member(0)])).toEqual([member(0)])
    // An owner may give it a name. It is the member's for all that.
    roster.apply(entryOf(0, 2, 3, [name(phone(1)), name(phone(2))], [named]))
    expect(roster.addressees([member(1)])).toEqual([member(1), phone(1)])
    roster.apply(entryOf(1, 2, 4, [revoke(phone(1))], [named]))
    expect(roster.addressees([member(1)])).toEqual([member(1)])
  })

  it('has to be told a secret by a change of it that knew of the device, or by who named it', () => {
    const changed = entryOf(0, 2, 2, [rotate(member(0), member(1))])
    const unaware = entryOf(1, 1, 2, [name(phone(1))], [founded])
    const aware = entryOf(1, 1, 3, [name(phone(1))], [changed])
    expect(rosterOf([founded, changed]).rotation().due).toBe('no')
    expect(rosterOf([founded, changed, aware]).rotation().due).toBe('no')
    const roster = rosterOf([founded, changed, unaware])
    expect(roster.rotation().due).toBe('yes')
    // Another name later tells it nothing.
    roster.apply(entryOf(1, 2, 4, [name(phone(1))], [changed]))
    expect(roster.rotation().due).toBe('yes')
    roster.apply(entryOf(0, 3, 5, [rotate(...roster.addressees([member(0), member(1)]))], [unaware]))
    expect(roster.rotation().due).toBe('no')
  })

  it('and that names itself, as nobody else’s word for it stands, has to be told whatever it had seen', () => {
    const changed = entryOf(0, 2, 2, [rotate(member(0), member(1))])
    const itself = { ...entryOf(1, 1, 3, [name(phone(1))], [founded, changed]), device: phone(1) }
    const roster = rosterOf([founded, changed, itself])
    expect(roster.isNamed(phone(1), member(1))).toBe(true)
    expect(roster.isNamed(phone(1), member(0))).toBe(false)
    expect(roster.rotation().due).toBe('yes')
    roster.apply(entryOf(0, 3, 4, [rotate(...roster.addressees([member(0), member(1)]))], [itself]))
    expect(roster.rotation().due).toBe('no')
  })

  it('counts to a number that a secret can be sealed for, whoever names how many', () => {
    const many = Array.from({ length: 40 }, (_, index) => name(phone(index)))
    const entry = entryOf(1, 1, 2, many, [founded])
    const roster = rosterOf([founded, entry])
    expect(roster.devicesOf(member(1))).toEqual(
      Array.from({ length: MOST_DEVICES }, (_, index) => phone(index))
    )
    // The first ones count: whoever revokes one makes room.
    roster.apply(entryOf(1, 2, 3, [revoke(phone(0))], [entry]))
    expect(roster.devicesOf(member(1))).toContain(phone(MOST_DEVICES))

    const members = Array.from({ length: 250 }, (_, index) => keyNumber<MemberId>(2000 + index))
    const acts = members.flatMap((author, number) =>
      [0, 1].map((index) => {
        const operation = name(keyNumber<DeviceId>(4000 + 2 * number + index)) as AuthorityOperation
        return actOf({ ...entryOf(0, 1, 1, []), author }, operation, 2 * number + index)
      })
    )
    const named = namedDevices(acts, members, () => false)
    expect(members.length + named.size).toBe(LIMITS.membersPerSecret)
  })
})
