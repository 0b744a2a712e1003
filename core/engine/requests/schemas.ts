/** The shape of every request, checked before anything is done with it. What is said here of size is said in LIMITS. */
import * as v from 'valibot'
import {
  ACCOUNT_TYPES,
  ACTIVITY_KINDS,
  INVITE_APPROVALS,
  LIMITS,
  ROLES,
  TEMPLATES,
  type AccountId,
  type BookId,
  type CurrencyCode,
  type DeviceId,
  type DeviceLinkId,
  type InviteId,
  type IsoDate,
  type MemberId,
  type Place,
  type RequestName,
  type RequestOf,
  type TransactionId,
  type VersionId
} from '../../contract/index.js'
import { SettingsChangeSchema } from '../settings-file.js'
import { SAFEKEEPING_SCHEMAS } from './safekeeping-schemas.js'

/** A name made elsewhere; whether it names anything is for the book to say. */
const name = <T extends string>() => v.custom<T>((value) => typeof value === 'string' && value.length <= 128)
const text = (length: number) => v.pipe(v.string(), v.maxLength(length))
const whole = v.pipe(v.number(), v.safeInteger())
const optional = <S extends v.GenericSchema>(schema: S) => v.optional(v.union([schema, v.undefined_()]))
const order = optional(v.picklist(['newest', 'oldest']))

const book = name<BookId>()
const account = name<AccountId>()
const id = name<TransactionId>()
const date = name<IsoDate>()
const currency = name<CurrencyCode>()
const invite = name<InviteId>()
const member = name<MemberId>()
const device = name<DeviceId>()
const deviceLink = name<DeviceLinkId>()
const expiresInMs = optional(v.pipe(whole, v.minValue(1_000), v.maxValue(365 * 24 * 60 * 60 * 1000)))
/** 32 bytes as z-base-32: of the 260 bits the last four are zero. */
const log = v.pipe(v.string(), v.regex(/^[ybndrfg8ejkmcpqxot1uwisza345h769]{51}[yo]$/))
const kept = optional(v.pipe(v.record(log, v.pipe(whole, v.minValue(0))), v.maxEntries(LIMITS.logsPerCut)))
const inBook = v.strictObject({ book })
const nothing = v.strictObject({})

const money = v.strictObject({ amountMinor: whole, currency })
export const DraftSchema = v.strictObject({
  date,
  payee: text(LIMITS.payeeLength),
  note: optional(text(LIMITS.noteLength)),
  tags: optional(v.pipe(v.array(text(LIMITS.tagLength)), v.maxLength(LIMITS.tagsPerTransaction))),
  postings: v.pipe(
    v.array(
      v.strictObject({
        account,
        amountMinor: whole,
        currency,
        value: optional(money),
        note: optional(text(LIMITS.noteLength))
      })
    ),
    v.maxLength(LIMITS.postingsPerTransaction)
  )
})

const filterWithoutAccount = {
  from: optional(date),
  to: optional(date),
  search: optional(text(LIMITS.searchLength)),
  state: optional(v.picklist(['posted', 'void', 'any'])),
  conflict: optional(v.literal('open'))
}
const filter = optional(v.strictObject({ ...filterWithoutAccount, account: optional(account) }))
const page = {
  offset: optional(v.pipe(whole, v.minValue(0))),
  limit: v.pipe(whole, v.minValue(0), v.maxValue(LIMITS.pageRows)),
  order
}

const rows = <Row extends v.GenericSchema>(row: Row) =>
  v.pipe(v.array(row), v.minLength(1), v.maxLength(LIMITS.operationsPerEntry))

/** An import with whatever rows. */
export const ImportSchema = v.strictObject({ book, transactions: rows(v.unknown()) })

export const SCHEMAS = {
  appInfo: nothing,
  settings: nothing,
  changeSettings: SettingsChangeSchema,

  books: nothing,
  createBook: v.strictObject({
    name: text(LIMITS.nameLength),
    currency,
    template: optional(v.picklist(TEMPLATES)),
    language: optional(v.picklist(['en', 'zh-Hans'])),
    memberName: text(LIMITS.nameLength)
  }),
  createSampleBook: v.strictObject({ language: v.picklist(['en', 'zh-Hans']) }),
  forgetBook: v.strictObject({ book, confirmName: text(LIMITS.nameLength) }),
  renameBook: v.strictObject({ book, name: text(LIMITS.nameLength) }),

  accounts: inBook,
  addAccount: v.strictObject({
    book,
    name: text(LIMITS.nameLength),
    type: v.picklist(ACCOUNT_TYPES),
    parent: optional(account),
    code: optional(text(LIMITS.codeLength)),
    currency: optional(currency)
  }),
  editAccount: v.strictObject({
    book,
    account,
    name: optional(text(LIMITS.nameLength)),
    parent: optional(v.nullable(account)),
    code: optional(text(LIMITS.codeLength)),
    state: optional(v.picklist(['open', 'closed']))
  }),

  post: v.strictObject({ book, transaction: DraftSchema }),
  postMany: v.strictObject({
    book,
    transactions: rows(DraftSchema)
  }),
  amend: v.strictObject({ book, id, transaction: DraftSchema }),
  void: v.strictObject({ book, id, reason: optional(text(LIMITS.noteLength)) }),
  resolve: v.strictObject({
    book,
    id,
    keep: v.union([v.strictObject({ version: name<VersionId>() }), v.strictObject({ merged: DraftSchema })])
  }),

  journal: v.strictObject({ book, filter, ...page }),
  journalPosition: v.strictObject({ book, id, filter, order }),
  register: v.strictObject({
    book,
    account,
    scope: v.picklist(['own', 'subtree']),
    filter: optional(v.strictObject(filterWithoutAccount)),
    ...page
  }),
  transaction: v.strictObject({ book, id }),
  findTransaction: v.strictObject({ book, prefix: text(128) }),
  conflicts: inBook,
  trialBalance: v.strictObject({ book, at: optional(date) }),
  payees: v.strictObject({
    book,
    text: text(LIMITS.payeeLength),
    limit: v.pipe(whole, v.minValue(0), v.maxValue(100))
  }),
  exportBook: v.strictObject({ book, format: v.picklist(['hledger', 'json']) }),

  syncStatus: inBook,
  createInvite: v.strictObject({
    book,
    role: v.picklist(ROLES),
    expiresInMs,
    uses: optional(v.pipe(whole, v.minValue(1), v.maxValue(LIMITS.usesPerInvite))),
    approval: optional(v.picklist(INVITE_APPROVALS))
  }),
  invites: inBook,
  revokeInvite: v.strictObject({ book, invite }),
  admissions: inBook,
  admit: v.strictObject({ book, invite, member: name<MemberId>() }),
  refuseAdmission: v.strictObject({ book, invite, member: name<MemberId>() }),
  setRole: v.strictObject({ book, member, role: v.picklist(ROLES) }),
  removeMember: v.strictObject({ book, member, reason: optional(text(LIMITS.noteLength)), kept }),
  leaveBook: inBook,
  revokeDevice: v.strictObject({ book, device, kept }),
  renameDevice: v.strictObject({ book, device, name: text(LIMITS.deviceNameLength) }),
  notCounted: inBook,
  adopt: v.strictObject({ book, place: name<Place>() }),
  comment: v.strictObject({ book, id, text: text(LIMITS.commentLength) }),
  activity: v.strictObject({
    book,
    member: optional(member),
    kinds: optional(v.pipe(v.array(v.picklist(ACTIVITY_KINDS)), v.maxLength(ACTIVITY_KINDS.length))),
    before: optional(v.pipe(whole, v.minValue(0))),
    limit: v.pipe(whole, v.minValue(1), v.maxValue(200))
  }),
  readCode: v.strictObject({ code: text(512) }),
  join: v.strictObject({
    code: text(512),
    memberName: optional(text(LIMITS.nameLength)),
    deviceName: optional(text(LIMITS.deviceNameLength))
  }),
  joins: nothing,
  cancelJoin: v.strictObject({ invite: name<InviteId | DeviceLinkId>() }),
  linkDevice: v.strictObject({ expiresInMs }),
  deviceLinks: nothing,
  withdrawDeviceLink: v.strictObject({ id: deviceLink }),
  confirmDevice: v.strictObject({ id: deviceLink, device }),
  refuseDevice: v.strictObject({ id: deviceLink, device }),

  ...SAFEKEEPING_SCHEMAS
} satisfies { readonly [Name in RequestName]: v.GenericSchema<unknown, RequestOf<Name>> }
