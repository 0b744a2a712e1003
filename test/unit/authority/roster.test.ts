import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  LIMITS,
  ROLES,
  type DeviceId,
  type InviteId,
  type LogId,
  type MemberId,
  type Role
} from '../../../core/contract/index.js'
import { Roster } from '../../../core/authority/roster.js'
import type { Kept, Operation, PlacedEntry } from '../../../core/ops/operations.js'
import { decodeEntry, encodeEntry } from '../../../core/ops/codec.js'
import { entryWith, logAt, playLogs, stepsOf } from '../../helpers/log-world.js'
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
    device: device(number),
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

const device = (number: number): DeviceId => keyNumber<DeviceId>(400 + (number % 4))

const kept = fc
  .array(fc.nat(12), { minLength: 4, maxLength: 4 })
  .map((lengths) => lengths.map((length, number): Kept => ({ log: logAt(number), length })))

const remove = (number: number, kept: readonly Kept[] = []): Operation => ({
  kind: 'remove',
  member: member(number),
  reason: '',
  kept
})

const revoke = (number: number, kept: readonly Kept[] = []): Operation => ({
  kind: 'revokeDevice',
  device: device(number),
  kept
})

/** A new secret for these members. */
const sealedFor = (...numbers: number[]): Operation => ({
  kind: 'rotate',
  sealed: numbers.map((number) => ({
    member: member(number),
    ephemeral: new Uint8Array(32),
    box: new Uint8Array(64)
  }))
})

const authority = fc.oneof(
  fc
    .record({
      number: fc.nat(3),
      role: fc.constantFrom<Role>('owner', 'owner', 'contributor', 'bookkeeper'),
      by: fc.option(fc.nat(2))
    })
    .map(({ number, role, by }) => admit(number, role, `M${number}`, by === null ? null : invite(by))),
  fc
    .record({ at: fc.nat(2), role: fc.constantFrom<Role>('owner', 'owner', 'contributor', 'bookkeeper') })
    .map(({ at, role }): Operation => ({ kind: 'invite', invite: invite(at), role, expiresMs: 9 })),
  fc.nat(2).map((at): Operation => ({ kind: 'revokeInvite', invite: invite(at) })),
  fc
    .record({ number: fc.nat(3), role: fc.constantFrom(...ROLES), kept })
    .map(({ number, role, kept }): Operation => ({ kind: 'setRole', member: member(number), role, kept })),
  fc.record({ number: fc.nat(3), kept }).map(({ number, kept }) => remove(number, kept)),
  fc.record({ number: fc.nat(3), kept }).map(({ number, kept }) => revoke(number, kept)),
  fc.nat(3).map((number): Operation => ({ kind: 'nameDevice', device: device(number), name: 'Phone' })),
  fc.constant<Operation>({ kind: 'rotate', sealed: [] })
)

/** What the first entry says, so that there are people who can do something. */
const FIRST = [admit(0, 'owner'), admit(1, 'owner'), admit(2, 'owner'), admit(3, 'contributor')]

/** What four people wrote, in an order in which it could have come. */
const histories = fc
  .tuple(stepsOf(50), fc.array(authority, { minLength: 1, maxLength: 20 }))
  .map(([steps, ops]) =>
    playLogs(steps).map((entry, at): PlacedEntry => {
      const number = [0, 1, 2, 3].findIndex((each) => logAt(each) === entry.log)
      const made = at === 0 ? [...FIRST, ...ops.slice(0, 1)] : [ops[at % ops.length] as Operation]
      return {
        ...entryOf(number, entry.index, entry.lamport, made),
        sees: (other, index) => (entry.past.get(other) ?? 0) > index
      }
    })
  )

/** What counts, of acts and of what every member may write. */
const verdictsOf = (roster: Roster, entries: readonly PlacedEntry[]) =>
  entries.map((entry) => [
    ...entry.ops.map((operation, at) => roster.judge(entry, operation, at, null)),
    roster.judge(entry, plainPost(entry.log, 1), 99, null)
  ])

describe('the roster', () => {
  it('is the same in every causal order', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.nat(1000), { minLength: 1 }), (entries, order) => {
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
        expect(other.rotation().due).toBe(inOrder.rotation().due)
        expect(verdictsOf(other, entries)).toEqual(verdictsOf(inOrder, entries))
        expect(inOrder.present().some(({ role }) => role === 'owner')).toBe(true)
      })
    )
  })

  it('says of an entry the same whatever it was asked before', () => {
    fc.assert(
      fc.property(histories, (entries) => {
        const [onwards, backwards] = [rosterOf(entries), rosterOf(entries)]
        const last = verdictsOf(backwards, [...entries].reverse())
        expect(verdictsOf(onwards, entries)).toEqual(last.reverse())
      })
    )
  })

  it('says when an entry makes anything before it count otherwise', () => {
    fc.assert(
      fc.property(histories, (entries) => {
        const roster = new Roster(member(0))
        let before: ReturnType<typeof verdictsOf> = []
        for (const [at, entry] of entries.entries()) {
          const effect = roster.apply(entry)
          const verdicts = verdictsOf(roster, entries.slice(0, at + 1))
          if (effect === 'same') expect(verdicts.slice(0, at)).toEqual(before)
          before = verdicts
        }
      })
    )
  })

  it('counts what someone does who has seen all just if it says that they are an owner', () => {
    fc.assert(
      fc.property(histories, fc.nat(3), (entries, number) => {
        const roster = rosterOf(entries)
        const isOwner = roster.role(member(number)) === 'owner'
        const log = keyNumber<LogId>(900)
        const fresh = keyNumber<DeviceId>(901)
        const last = { ...entryOf(number, 1, 1_000, [sealedFor()]), log, device: fresh, sees: () => true }
        roster.apply(last)
        expect(roster.judge(last, sealedFor(), 0, null) === null).toBe(isOwner)
      })
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
    expect(roster.judge(theirs, post, 0, null)).toBeNull()
    expect(roster.judge(strange, post, 0, null)).toBe('NOT_A_MEMBER')
    expect(roster.judge(theirs, theirs.ops[0] as Operation, 0, null)).toBe('NOT_ALLOWED')
    const amend: Operation = { ...post, kind: 'amend', replaces: [] }
    expect(roster.judge(theirs, amend, 0, member(1))).toBeNull()
    expect(roster.judge(theirs, amend, 0, member(0))).toBe('NOT_ALLOWED')
    expect(roster.judge(first, amend, 0, member(1))).toBeNull()
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

  it('names people by the later of two admissions, which takes no role away, and takes the earlier of two invites', () => {
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
      expect(roster.role(member(1))).toBe('owner')
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

  it('wants the secret changed where someone is back whom nobody handed it', () => {
    const ops = [admit(0, 'owner'), admit(1, 'viewer')]
    const removal = entryOf(0, 2, 2, [remove(1), sealedFor(0)])
    const roster = rosterOf([entryOf(0, 1, 1, ops), removal])
    expect(roster.rotation().due).toBe('no')
    const admitted = rosterOf([entryOf(0, 1, 1, ops), removal, entryOf(0, 3, 3, [admit(1, 'viewer')])])
    expect(admitted.rotation().due).toBe('no')
    roster.apply(entryOf(0, 3, 3, [{ kind: 'setRole', member: member(1), role: 'viewer', kept: [] }]))
    expect(roster.role(member(1))).toBe('viewer')
    expect(roster.rotation().due).toBe('yes')
    roster.apply(entryOf(0, 4, 4, [sealedFor(0, 1)]))
    expect(roster.rotation().due).toBe('no')
  })

  it('wants the secret changed where someone was let in, and handed it, whose admission does not stand', () => {
    const first = entryOf(0, 1, 1, [admit(0, 'owner'), admit(1, 'owner')])
    const demotion = entryOf(0, 2, 2, [
      { kind: 'setRole', member: member(1), role: 'viewer', kept: [{ log: logAt(1), length: 1 }] }
    ])
    const unaware = entryOf(1, 1, 2, [admit(2, 'contributor')], [first])
    const roster = rosterOf([first, unaware, demotion])
    expect([1, 2].map((number) => roster.role(member(number)))).toEqual(['viewer', null])
    expect(roster.rotation().due).toBe('yes')
    roster.apply(entryOf(0, 3, 3, [sealedFor(0, 1)]))
    expect(roster.rotation().due).toBe('yes')
    roster.apply(entryOf(0, 4, 4, [sealedFor(0, 1)], [unaware]))
    expect(roster.rotation().due).toBe('no')
    // Whoever is removed was told no secret since: what they do with the old one is of no interest.
    const removal = rosterOf([first, unaware, entryOf(0, 2, 2, [remove(1), sealedFor(0)])])
    expect(removal.rotation().due).toBe('no')
  })

  it('names as many logs of a member as one operation can, and the longest of them', () => {
    const roster = rosterOf([entryOf(0, 1, 1, [admit(1, 'contributor')])])
    for (let number = 0; number < 5_000; number++) {
      const log = keyNumber<LogId>(1_000 + number)
      const index = number === 4_321 ? 2 : 1
      roster.apply({ ...entryOf(1, index, 2, []), log, sees: () => true })
    }
    const kept = roster.logsOf(member(1))
    expect(kept).toHaveLength(LIMITS.logsPerCut)
    expect(kept[0]).toEqual({ log: keyNumber<LogId>(5_321), length: 3 })
    const removal: Operation = { kind: 'remove', member: member(1), reason: '', kept }
    expect(decodeEntry(encodeEntry(entryWith({ version: 2, ops: [removal] }), logAt(0)), logAt(0)).ok).toBe(
      true
    )
  })

  it('wants the secret changed where it is sealed for who goes with the one who let them in', () => {
    const first = entryOf(0, 1, 1, [admit(0, 'owner'), admit(1, 'owner')])
    const theirs = entryOf(1, 1, 2, [admit(2, 'viewer')], [first])
    const removal = entryOf(0, 2, 3, [remove(1, [{ log: logAt(1), length: 1 }]), sealedFor(0, 2)], [theirs])
    const roster = rosterOf([first, theirs, removal])
    expect(roster.role(member(2))).toBeNull()
    expect(roster.rotation().due).toBe('yes')
    roster.apply(entryOf(0, 3, 4, [sealedFor(0)]))
    expect(roster.rotation().due).toBe('no')
  })

  describe('of owners who disagree', () => {
    const first = entryOf(0, 1, 1, [admit(0, 'owner', 'Ana'), admit(1, 'owner'), admit(2, 'owner')])
    const seen = [
      { log: logAt(0), length: 2 },
      { log: logAt(1), length: 2 },
      { log: logAt(2), length: 2 }
    ]
    const bothWays = (...entries: PlacedEntry[]) => [
      rosterOf([first, ...entries]),
      rosterOf([first, ...entries.reverse()])
    ]
    const roles = (roster: Roster) => [0, 1, 2].map((number) => roster.role(member(number)))

    it('lets the more senior removal hold when two remove each other', () => {
      const junior = entryOf(2, 1, 2, [remove(1, seen)], [first])
      const senior = entryOf(1, 1, 2, [remove(2, [])], [first])
      for (const roster of bothWays(junior, senior)) {
        expect(roles(roster)).toEqual(['owner', 'owner', null])
        expect(roster.judge(junior, junior.ops[0] as Operation, 0, null)).toBe('OVERRULED')
      }
    })

    it('gives nothing for an act that is dated back', () => {
      // It hides that its author knows of the removal, and stands early in logical time.
      const removal = entryOf(0, 2, 9, [remove(2, [])], [first])
      const back = entryOf(2, 1, 2, [remove(0, []), admit(3, 'owner')], [first])
      for (const roster of bothWays(removal, back)) {
        expect(roles(roster)).toEqual(['owner', 'owner', null])
        expect(roster.role(member(3))).toBeNull()
      }
    })

    it('removes someone who is promoted at the same time', () => {
      const promotes = entryOf(
        1,
        1,
        2,
        [{ kind: 'setRole', member: member(2), role: 'owner', kept: [] }],
        [first]
      )
      const removes = entryOf(0, 2, 2, [remove(2, seen)], [first])
      for (const roster of bothWays(promotes, removes)) expect(roster.role(member(2))).toBeNull()
    })

    it('lets one who was removed come back by an admission that knows of it', () => {
      const removes = entryOf(0, 2, 2, [remove(2, [])], [first])
      const invited = entryOf(0, 3, 3, [admit(2, 'viewer')], [first])
      const late = entryOf(2, 1, 2, [], [first])
      const back = entryOf(2, 2, 4, [], [invited])
      const roster = rosterOf([first, removes, invited, late, back])
      expect(roster.role(member(2))).toBe('viewer')
      expect(roster.standingAt(late)).toEqual({ role: null, code: 'MEMBER_REMOVED' })
      expect(roster.roleAt(back)).toBe('viewer')
    })

    it('says of one who was let in again and is out all the same which removal that did not know of', () => {
      const early = entryOf(1, 1, 2, [remove(2, seen)], [first])
      const late = entryOf(0, 2, 9, [remove(2, seen)], [first])
      const back = entryOf(0, 3, 10, [admit(2, 'viewer')], [late])
      for (const entries of [
        [first, early, late, back],
        [first, late, back, early]
      ]) {
        const { standing, ended } = rosterOf(entries).member(member(2))!
        expect([standing, ended?.log, ended?.index]).toEqual(['removed', logAt(1), 1])
      }
    })

    it('gives one who comes back no role that they were given while they were being removed', () => {
      const promotes = entryOf(
        1,
        1,
        2,
        [{ kind: 'setRole', member: member(2), role: 'owner', kept: [] }],
        [first]
      )
      const removes = entryOf(0, 2, 2, [remove(2, [])], [first])
      const invited = entryOf(0, 3, 3, [admit(2, 'viewer')], [first])
      const roster = rosterOf([first, promotes, removes, invited])
      expect(roster.role(member(2))).toBe('viewer')
    })

    it('never lets the last owner go, and of two who leave at the same time the senior one', () => {
      const ana = entryOf(0, 2, 3, [remove(0, seen)], [first])
      const gone = entryOf(0, 3, 4, [remove(2, seen)], [first])
      const ben = entryOf(1, 1, 2, [remove(1, seen)], [first, gone])
      const roster = rosterOf([first, ana, gone, ben])
      expect(roles(roster)).toEqual([null, null, 'owner'])
      const alone = rosterOf([entryOf(0, 1, 1, [admit(0, 'owner')]), entryOf(0, 2, 2, [remove(0, seen)])])
      expect(alone.role(member(0))).toBe('owner')
      const apart = [
        entryOf(0, 1, 1, [admit(0, 'owner'), admit(1, 'owner')]),
        entryOf(0, 2, 2, [remove(0, seen)])
      ] as const
      const other = entryOf(1, 1, 2, [remove(1, seen)], [apart[0]])
      const both = rosterOf([...apart, other])
      expect([both.role(member(0)), both.role(member(1))]).toEqual([null, 'owner'])
      expect(both.judge(other, other.ops[0] as Operation, 0, null)).toBe('LAST_OWNER')
    })
  })

  it('keeps the last of three owners of whom each takes the next one’s right', () => {
    const first = entryOf(0, 1, 1, [admit(0, 'owner'), admit(1, 'owner'), admit(2, 'owner')])
    const second = entryOf(2, 1, 2, [remove(1)], [first])
    const kept = [{ log: logAt(2), length: 2 }]
    const senior = entryOf(0, 2, 3, [{ kind: 'setRole', member: member(2), role: 'viewer', kept }], [second])
    const junior = entryOf(1, 1, 2, [remove(0, [{ log: logAt(0), length: 3 }])], [first])
    for (const entries of [
      [first, second, senior, junior],
      [first, junior, second, senior]
    ]) {
      const roster = rosterOf(entries)
      expect([0, 1, 2].map((number) => roster.role(member(number)))).toEqual([null, 'owner', 'viewer'])
      expect(roster.judge(second, remove(1), 0, null)).toBe('LAST_OWNER')
    }
  })

  it('keeps one who is made the only owner while they are leaving', () => {
    const first = entryOf(0, 1, 1, [admit(0, 'owner'), admit(1, 'contributor')])
    const leaves = entryOf(1, 1, 2, [remove(1)], [first])
    const hands = entryOf(0, 2, 2, [{ kind: 'setRole', member: member(1), role: 'owner', kept: [] }], [first])
    const steps = entryOf(0, 3, 3, [{ kind: 'setRole', member: member(0), role: 'viewer', kept: [] }], [first])
    for (const entries of [
      [first, leaves, hands, steps],
      [first, hands, steps, leaves]
    ]) {
      const roster = rosterOf(entries)
      expect([roster.role(member(0)), roster.role(member(1))]).toEqual(['viewer', 'owner'])
      expect(roster.judge(leaves, remove(1), 0, null)).toBe('LAST_OWNER')
    }
  })

  describe('of what is cut off', () => {
    const first = entryOf(0, 1, 1, [admit(0, 'owner'), admit(1, 'contributor')])
    const posts = [2, 3, 4].map((lamport, at) => entryOf(1, at + 1, lamport, [], [first]))
    const post = plainPost(logAt(1), 1)

    it('keeps the named length and says when what came before has to be judged again', () => {
      const roster = rosterOf([first, ...posts])
      const removal = entryOf(0, 2, 9, [remove(1, [{ log: logAt(1), length: 3 }])], [first])
      expect(roster.apply(removal)).toBe('changed')
      const codes = posts.map((entry) => roster.judge(entry, post, 0, null))
      expect(codes).toEqual([null, null, 'MEMBER_REMOVED'])
      const later = rosterOf([first, ...posts.slice(0, 2)])
      expect(later.apply(removal)).toBe('same')
      expect(roster.member(member(1))).toMatchObject({ standing: 'removed', role: 'contributor' })
    })

    it('says of what takes the author’s own right that they know of it: then they had lost it', () => {
      const owners = entryOf(0, 1, 1, [admit(0, 'owner'), admit(1, 'owner'), admit(2, 'owner')])
      const lower = (number: number, ...kept: Kept[]): Operation => ({
        kind: 'setRole',
        member: member(number),
        role: 'viewer',
        kept
      })
      const theirs = entryOf(1, 1, 2, [lower(0, { log: logAt(0), length: 2 })], [owners])
      const rolesAfter = (...ops: Operation[]): (Role | null)[] => {
        const roster = rosterOf([owners, theirs, entryOf(0, 2, 3, ops, [theirs])])
        return [0, 1, 2].map((number) => roster.role(member(number)))
      }
      expect(rolesAfter(lower(1, { log: logAt(1), length: 2 }))).toEqual(['viewer', 'owner', 'owner'])
      expect(rolesAfter(lower(2))).toEqual(['viewer', 'owner', 'owner'])
      const late = entryOf(0, 2, 3, [admit(3, 'viewer')], [theirs])
      expect(rosterOf([owners, theirs, late]).role(member(3))).toBeNull()
      // Whoever is senior and does not keep it undoes it; after that they can do the rest.
      expect(rolesAfter(lower(1, { log: logAt(1), length: 1 }))).toEqual(['owner', 'viewer', 'owner'])
      expect(rolesAfter(lower(1), lower(2))).toEqual(['owner', 'viewer', 'viewer'])
      // What they had seen and had overruled took nothing, and does not put off what they do to others.
      const undone = entryOf(0, 2, 2, [lower(1)], [owners])
      const beyond = entryOf(2, 1, 2, [admit(3, 'viewer')], [owners])
      const removes = entryOf(0, 3, 3, [remove(2, [{ log: logAt(2), length: 1 }])], [undone, theirs])
      expect(rosterOf([owners, undone, theirs, beyond, removes]).role(member(3))).toBeNull()
    })

    it('undoes acts beyond it, also those that whoever removes their author had seen', () => {
      const owners = entryOf(0, 1, 1, [admit(0, 'owner'), admit(1, 'owner')])
      const theirs = entryOf(1, 1, 2, [admit(2, 'contributor')], [owners])
      const last = entryOf(1, 2, 3, [admit(3, 'owner')], [owners])
      const removal = entryOf(0, 2, 4, [remove(1, [{ log: logAt(1), length: 2 }])], [owners, last])
      const roster = rosterOf([owners, theirs, last])
      expect(roster.role(member(3))).toBe('owner')
      expect(roster.apply(removal)).toBe('changed')
      expect([2, 3].map((number) => roster.role(member(number)))).toEqual(['contributor', null])
      expect(roster.judge(last, last.ops[0] as Operation, 0, null)).toBe('OVERRULED')
    })

    it('lowers what a demotion had not seen, and lets people leave and revoke their own devices', () => {
      const demoted = entryOf(
        0,
        2,
        9,
        [{ kind: 'setRole', member: member(1), role: 'viewer', kept: [{ log: logAt(1), length: 2 }] }],
        [first]
      )
      const roster = rosterOf([first, ...posts, demoted])
      expect(posts.map((entry) => roster.judge(entry, post, 0, null))).toEqual([
        null,
        'NOT_ALLOWED',
        'NOT_ALLOWED'
      ])
      const leaves = entryOf(1, 4, 5, [remove(1, [{ log: logAt(1), length: 4 }])], [first])
      expect(rosterOf([first, ...posts, leaves]).member(member(1))?.standing).toBe('left')
      const revokes = entryOf(1, 4, 5, [revoke(3, []), revoke(0, [])], [first])
      const own = rosterOf([first, ...posts, revokes])
      expect(own.isRevoked(device(3), member(1))).toBe(true)
      expect(own.isRevoked(device(0), member(0))).toBe(false)
    })
  })
})
