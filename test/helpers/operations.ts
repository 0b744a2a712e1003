/** Arbitrary names, operations and entries, of every kind and up to the limits. */
import fc from 'fast-check'
import type {
  AccountId,
  CurrencyCode,
  DeviceId,
  InviteId,
  IsoDate,
  LogId,
  MemberId,
  Place,
  TransactionId,
  VersionId
} from '../../core/contract/index.js'
import { ACCOUNT_TYPES, INVITE_APPROVALS, LIMITS, ROLES } from '../../core/contract/index.js'
import { keyOfName, nameOfKey } from '../../core/ops/names.js'
import { leastVersion, type Entry, type Operation, type Posting } from '../../core/ops/operations.js'

/** The same key for the same number. */
export const keyNumber = <Name extends string>(number: number): Name =>
  nameOfKey<Name>(new Uint8Array(32).fill(number & 0xff, 0, 16).fill(number >>> 8, 16))

const key = <Name extends string>(): fc.Arbitrary<Name> =>
  fc.oneof(
    fc.integer({ min: 0, max: 5 }).map((number) => keyNumber<Name>(number)),
    fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => nameOfKey<Name>(bytes))
  )

const place = <Name extends string>(): fc.Arbitrary<Name> =>
  fc
    .tuple(
      key<LogId>(),
      fc.oneof(fc.nat(300), fc.nat(), fc.constant(999_999_999_999_999)),
      fc.nat(LIMITS.operationsPerEntry - 1)
    )
    .map(([log, index, operation]) => `${log}-${index}-${operation}` as Name)

/** Any Unicode text of at most so many UTF-16 units. */
const text = (longest: number): fc.Arbitrary<string> =>
  fc
    .oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 20 }))
    .map((value) => (value.length > longest ? '\ufffd' : value))

const currency = fc.stringMatching(/^[A-Z]{3}$/) as fc.Arbitrary<CurrencyCode>
const safe = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: -300, max: 300 })).map((n) => n + 0)
const date = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10) as IsoDate)

const money = fc.record({ amountMinor: safe, currency })

const posting: fc.Arbitrary<Posting> = fc.record({
  account: place<AccountId>(),
  amountMinor: safe,
  currency,
  value: fc.option(money),
  note: text(LIMITS.noteLength)
})

const content = {
  date,
  payee: text(LIMITS.payeeLength),
  note: text(LIMITS.noteLength),
  tags: fc.array(text(LIMITS.tagLength), { maxLength: 5 }),
  postings: fc.array(posting, { maxLength: 6 })
}
const replaces = fc.array(place<VersionId>(), { maxLength: 4 })
const role = fc.constantFrom(...ROLES)
const name = text(LIMITS.nameLength)
const kind = <Kind extends Operation['kind']>(value: Kind) => fc.constant(value)

const kept = fc
  .uniqueArray(fc.record({ log: key<LogId>(), length: fc.nat(300) }), {
    selector: ({ log }) => log,
    maxLength: 4
  })
  .map((all) => all.sort((a, b) => Buffer.compare(keyOfName(a.log), keyOfName(b.log))))
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const sealed = fc
  .uniqueArray(fc.record({ member: key<MemberId>(), ephemeral: bytes(32), box: bytes(64) }), {
    selector: ({ member }) => member,
    maxLength: 3
  })
  .map((all) => all.sort((a, b) => Buffer.compare(keyOfName(a.member), keyOfName(b.member))))

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: kind('setBook'), name, currency }, { requiredKeys: ['kind'] }),
  fc.record({ kind: kind('invite'), invite: key<InviteId>(), role, expiresMs: fc.maxSafeNat() }),
  fc.record({ kind: kind('revokeInvite'), invite: key<InviteId>() }),
  fc.record({ kind: kind('admit'), member: key<MemberId>(), role, name, invite: fc.option(key<InviteId>()) }),
  fc.record({
    kind: kind('createAccount'),
    name,
    type: fc.constantFrom(...ACCOUNT_TYPES),
    parent: fc.option(place<AccountId>()),
    code: text(LIMITS.codeLength),
    currency: fc.option(currency)
  }),
  fc.record(
    {
      kind: kind('editAccount'),
      account: place<AccountId>(),
      name,
      parent: fc.option(place<AccountId>()),
      code: text(LIMITS.codeLength),
      state: fc.constantFrom('open' as const, 'closed' as const)
    },
    { requiredKeys: ['kind', 'account'] }
  ),
  { weight: 4, arbitrary: fc.record({ kind: kind('post'), ...content }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('amend'), replaces, ...content }) },
  fc.record({ kind: kind('void'), replaces, reason: text(LIMITS.noteLength) }),
  fc.record({
    kind: kind('openInvite'),
    invite: key<InviteId>(),
    role,
    expiresMs: fc.maxSafeNat(),
    uses: fc.nat(),
    approval: fc.constantFrom(...INVITE_APPROVALS),
    sealed
  }),
  fc.record({ kind: kind('setRole'), member: key<MemberId>(), role, kept }),
  fc.record(
    {
      kind: kind('remove'),
      member: key<MemberId>(),
      reason: text(LIMITS.noteLength),
      kept,
      notice: bytes(64)
    },
    { requiredKeys: ['kind', 'member', 'reason', 'kept'] }
  ),
  fc.record(
    { kind: kind('revokeDevice'), device: key<DeviceId>(), kept, notice: bytes(64) },
    { requiredKeys: ['kind', 'device', 'kept'] }
  ),
  fc.record({ kind: kind('nameDevice'), device: key<DeviceId>(), name: text(LIMITS.deviceNameLength) }),
  fc.record({ kind: kind('rotate'), sealed }),
  fc.record({ kind: kind('adopt'), place: place<Place>() }),
  fc.record({
    kind: kind('comment'),
    transaction: place<TransactionId>(),
    text: text(LIMITS.commentLength)
  })
) as fc.Arbitrary<Operation>

const dependency = fc.record({
  log: key<LogId>(),
  length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(2 ** 53 - 1))
})

/** Entries of `own`, their dependencies in no order. */
export const entryOf = (own: LogId): fc.Arbitrary<Entry> =>
  fc
    .record({
      lamport: fc.maxSafeNat(),
      wallMs: fc.maxSafeNat(),
      deps: fc
        .uniqueArray(dependency, { selector: (dep) => dep.log, maxLength: 5 })
        .map((deps) => deps.filter((dep) => dep.log !== own)),
      ops: fc.array(operation, { maxLength: 8 })
    })
    .map((entry) => ({ version: leastVersion(entry.ops), ...entry }))

/** A plausible posting between two accounts of `log`, for sizes and speed. */
export function plainPost(log: LogId, number: number): Extract<Operation, { kind: 'post' }> {
  const amountMinor = 100 + ((number * 7919) % 90_000)
  const side = (operation: number, amount: number): Posting => ({
    account: `${log}-1-${operation}` as AccountId,
    amountMinor: amount,
    currency: 'EUR' as CurrencyCode,
    value: null,
    note: ''
  })
  const day = new Date(Date.UTC(2025, 0, 1 + (number % 365))).toISOString().slice(0, 10)
  return {
    kind: 'post',
    date: day as IsoDate,
    payee: `Payee ${number % 300}`,
    note: number % 4 === 0 ? `note ${number}` : '',
    tags: [],
    postings: [side(number % 20, amountMinor), side(20 + (number % 7), -amountMinor)]
  }
}
