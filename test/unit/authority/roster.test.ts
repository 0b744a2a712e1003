import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InviteId, LogId, MemberId, Role } from '../../../core/contract/index.js'
import { Roster } from '../../../core/authority/roster.js'
import type { Operation, PlacedEntry } from '../../../core/ops/operations.js'
import { AUTHOR, logAt, playLogs, stepsOf } from '../../helpers/log-world.js'
import { keyNumber, plainPost } from '../../helpers/operations.js'

/** Member number n writes log number n; number 0 founded the book. */
const member = (number: number): MemberId => keyNumber<MemberId>(200 + (number % 4))
const invite = (number: number): InviteId => keyNumber<InviteId>(300 + number)

const admit = (number: number, role: Role, name = `M${number}`, by: InviteId | null = null): Operation => ({
  kind: 'admit',
  member: member(number),
  role,
  name,
  invite: by
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
    log,
    index,
    lamport,
    wallMs: lamport,
    author: member(number),
    device: AUTHOR.device,
    ops,
    sees: (other: LogId, at: number) =>
      (other === log && at < index) || seen.some((e) => (e.log === other && at <= e.index) || e.sees(other, at))
  }
}

const rosterOf = (entries: readonly PlacedEntry[]): Roster => {
  const roster = new Roster(member(0))
  for (const entry of entries) roster.apply(entry)
  return roster
}

const authority = fc.oneof(
  fc
    .record({
      number: fc.nat(3),
      role: fc.constantFrom<Role>('owner', 'contributor'),
      by: fc.option(fc.nat(2))
    })
    .map(({ number, role, by }) => admit(number, role, `M${number}`, by === null ? null : invite(by))),
  fc
    .record({ at: fc.nat(2), role: fc.constantFrom<Role>('owner', 'contributor') })
    .map(({ at, role }): Operation => ({ kind: 'invite', invite: invite(at), role, expiresMs: 9 })),
  fc.nat(2).map((at): Operation => ({ kind: 'revokeInvite', invite: invite(at) }))
)

describe('the roster', () => {
  it('is the same in every causal order', () => {
    fc.assert(
      fc.property(
        stepsOf(50),
        fc.array(authority, { minLength: 1, maxLength: 20 }),
        fc.array(fc.nat(1000), { minLength: 1 }),
        (steps, ops, order) => {
          const entries = playLogs(steps).map((entry, at): PlacedEntry => ({
            ...entryOf(0, entry.index, entry.lamport, [ops[at % ops.length] as Operation]),
            log: entry.log,
            author: member([0, 1, 2, 3].findIndex((number) => logAt(number) === entry.log)),
            sees: (other, index) => (entry.past.get(other) ?? 0) > index
          }))
          const inOrder = rosterOf(entries)
          const shuffled: PlacedEntry[] = []
          const left = [...entries]
          for (let turn = 0; left.length > 0; turn++) {
            const ready = left.filter((e) => !left.some((o) => o !== e && e.sees(o.log, o.index)))
            const next = ready[(order[turn % order.length] as number) % ready.length] as PlacedEntry
            left.splice(left.indexOf(next), 1)
            shuffled.push(next)
          }
          const other = rosterOf(shuffled)
          expect(other.facts()).toEqual(inOrder.facts())
          expect(other.members()).toEqual(inOrder.members())
          expect(other.invites()).toEqual(inOrder.invites())
        }
      )
    )
  })

  it('lets owners admit and invite, contributors not, strangers nothing', () => {
    const first = entryOf(0, 1, 1, [admit(0, 'owner', 'Ana'), admit(1, 'contributor')])
    const theirs = entryOf(
      1,
      1,
      2,
      [
        admit(2, 'owner'),
        admit(1, 'owner'),
        { kind: 'invite', invite: invite(1), role: 'owner', expiresMs: 9 }
      ],
      [first]
    )
    const strange = entryOf(3, 1, 2, [admit(3, 'owner')], [first])
    const roster = rosterOf([first, theirs, strange])
    expect(roster.members().map(({ name, role }) => `${name} ${role}`)).toEqual(['Ana owner', 'M1 contributor'])
    expect(roster.invites()).toEqual([])
    const post = plainPost(logAt(0), 1)
    expect(roster.judge(theirs, post, null)).toBeNull()
    expect(roster.judge(strange, post, null)).toBe('NOT_A_MEMBER')
    expect(roster.judge(theirs, admit(2, 'owner'), null)).toBe('NOT_ALLOWED')
    const amend: Operation = { ...post, kind: 'amend', replaces: [] }
    expect(roster.judge(theirs, amend, member(1))).toBeNull()
    expect(roster.judge(theirs, amend, member(0))).toBe('NOT_ALLOWED')
    expect(roster.judge(first, amend, member(1))).toBeNull()
  })

  it('judges an entry by what its author had seen, not by what came since', () => {
    const first = entryOf(0, 1, 1, [admit(1, 'contributor')])
    const raised = entryOf(0, 2, 2, [admit(1, 'owner')])
    const before = entryOf(1, 1, 2, [admit(2, 'contributor')], [first])
    const after = entryOf(1, 2, 3, [admit(3, 'contributor')], [raised])
    const roster = rosterOf([first, raised, before, after])
    expect(roster.roleAt(before)).toBe('contributor')
    expect(roster.roleAt(after)).toBe('owner')
    expect([roster.role(member(2)), roster.role(member(3))]).toEqual([null, 'contributor'])
  })

  it('takes the later of two admissions, and the earlier of two invites of one name', () => {
    const one = entryOf(0, 1, 1, [
      admit(1, 'owner', 'Old'),
      { kind: 'invite', invite: invite(0), role: 'contributor', expiresMs: 5 }
    ])
    const two = entryOf(0, 2, 2, [
      admit(1, 'contributor', 'New'),
      { kind: 'invite', invite: invite(0), role: 'owner', expiresMs: 7 }
    ])
    for (const order of [
      [one, two],
      [two, one]
    ]) {
      const roster = rosterOf(order)
      expect(roster.memberName(member(1))).toBe('New')
      expect(roster.role(member(1))).toBe('contributor')
      expect(roster.invite(invite(0))).toMatchObject({ role: 'contributor', expiresMs: 5, state: 'open' })
    }
  })

  it('calls an invite used when someone came in by it, revoked or not', () => {
    const made = entryOf(0, 1, 1, [{ kind: 'invite', invite: invite(0), role: 'contributor', expiresMs: 5 }])
    const revoked = entryOf(0, 2, 2, [{ kind: 'revokeInvite', invite: invite(0) }])
    const used = entryOf(0, 3, 3, [admit(1, 'contributor', 'Ben', invite(0))])
    expect(rosterOf([made]).invite(invite(0))?.state).toBe('open')
    expect(rosterOf([made, revoked]).invite(invite(0))?.state).toBe('revoked')
    expect(rosterOf([made, revoked, used]).invite(invite(0))?.state).toBe('used')
    expect(rosterOf([used, made, revoked]).invite(invite(0))?.state).toBe('used')
    expect(rosterOf([]).invite(invite(0))).toBeNull()
  })
})
