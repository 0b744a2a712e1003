/** Operations and the structs that they are on the wire. Throws on what is beyond the limits, in both directions. */
import type { AccountId, IsoDate, MemberId, Place, TransactionId, VersionId } from '../contract/index.js'
import { LIMITS } from '../contract/index.js'
import { currencyOfWire, dateOfWire, keyOfName, nameOfKey, wireOfCurrency, wireOfDate } from './names.js'
import type { Kept, Operation, OperationKind, Posting, Sealed, TransactionContent } from './operations.js'
import type { Encoding } from './primitives.js'
import type { Structs, WireContent, WireKept, WirePlace, WirePosting, WireSealed } from './spec/index.js'
import { getEncoding } from './spec/index.js'
import type { TableReader, TableWriter } from './table.js'

type Of<Kind extends OperationKind> = Extract<Operation, { kind: Kind }>

/** How one kind is written. */
interface Form<Kind extends OperationKind, Struct> {
  /** Its number on the wire; never reused. */
  readonly number: number
  readonly encoding: Encoding<Struct>
  write(operation: Of<Kind>, table: TableWriter): Struct
  read(struct: Struct, table: TableReader): Of<Kind>
}

function form<Kind extends OperationKind, Name extends keyof Structs>(
  number: number,
  name: Name,
  write: (operation: Of<Kind>, table: TableWriter) => Structs[Name],
  read: (struct: Structs[Name], table: TableReader) => Of<Kind>
): Form<Kind, Structs[Name]> {
  return { number, encoding: getEncoding(name), write, read }
}

/** A text within its limit, in UTF-16 units. */
function text(value: string, limit: number): string {
  if (value.length > limit) throw new RangeError(`a text of ${value.length}, longer than ${limit}`)
  return value
}

/** An optional text: present only if it is not empty. */
function some(value: string | null, limit: number): string {
  if (value === null) return ''
  if (value === '') throw new Error('an empty text in place of none')
  return text(value, limit)
}

function few<T>(values: readonly T[], limit: number): readonly T[] {
  if (values.length > limit) throw new RangeError(`a list of ${values.length}, longer than ${limit}`)
  return values
}

const change = (value: string | undefined, limit: number) =>
  value === undefined ? null : { value: text(value, limit) }

const currencyOrNone = (wire: number) => (wire === 0 ? null : currencyOfWire(wire))

function writePosting(posting: Posting, table: TableWriter): WirePosting {
  const { value } = posting
  return {
    account: table.write(posting.account),
    amountMinor: posting.amountMinor,
    currency: wireOfCurrency(posting.currency),
    value: value && { amountMinor: value.amountMinor, currency: wireOfCurrency(value.currency) },
    note: posting.note === '' ? null : text(posting.note, LIMITS.noteLength)
  }
}

function readPosting(wire: WirePosting, table: TableReader): Posting {
  const { value } = wire
  return {
    account: table.read<AccountId>(wire.account),
    amountMinor: wire.amountMinor,
    currency: currencyOfWire(wire.currency),
    value: value && { amountMinor: value.amountMinor, currency: currencyOfWire(value.currency) },
    note: some(wire.note, LIMITS.noteLength)
  }
}

function writeContent(content: TransactionContent, table: TableWriter): WireContent {
  const { postings, tags } = content
  const written: WirePosting[] = []
  for (const posting of few(postings, LIMITS.postingsPerTransaction)) written.push(writePosting(posting, table))
  for (const tag of few(tags, LIMITS.tagsPerTransaction)) text(tag, LIMITS.tagLength)
  return {
    date: wireOfDate(content.date),
    payee: text(content.payee, LIMITS.payeeLength),
    postings: written,
    note: content.note === '' ? null : text(content.note, LIMITS.noteLength),
    tags: tags.length === 0 ? null : tags
  }
}

const NO_TAGS: readonly string[] = Object.freeze([])

function readTags(tags: readonly string[] | null): readonly string[] {
  if (tags === null) return NO_TAGS
  if (tags.length === 0) throw new Error('an empty list in place of none')
  for (const tag of few(tags, LIMITS.tagsPerTransaction)) text(tag, LIMITS.tagLength)
  return tags
}

function readPostings(wires: readonly WirePosting[], table: TableReader): readonly Posting[] {
  const postings: Posting[] = []
  for (const wire of few(wires, LIMITS.postingsPerTransaction)) postings.push(readPosting(wire, table))
  return postings
}

const readDate = (wire: number): IsoDate => dateOfWire(wire)

const writePlaces = (places: readonly Place[], table: TableWriter): readonly WirePlace[] =>
  few(places, LIMITS.replacesPerVersion).map((place) => table.write(place))

const readPlaces = (wires: readonly WirePlace[], table: TableReader): readonly VersionId[] =>
  few(wires, LIMITS.replacesPerVersion).map((wire) => table.read<VersionId>(wire))

/** In the order of the logs' keys, so that there is one way to write them. */
function writeKept(kept: readonly Kept[], table: TableWriter): WireKept[] {
  const sorted = [...few(kept, LIMITS.logsPerCut)].sort((a, b) => byKey(a.log, b.log))
  sorted.forEach(({ log }, i) => ascending(sorted[i - 1]?.log, log))
  return sorted.map(({ log, length }) => ({ log: table.add(log), length }))
}

function readKept(wires: readonly WireKept[], table: TableReader): Kept[] {
  const kept = few(wires, LIMITS.logsPerCut).map(({ log, length }) => ({ log: table.log(log), length }))
  kept.forEach(({ log }, i) => ascending(kept[i - 1]?.log, log))
  return kept
}

const writeSealed = (sealed: readonly Sealed[]): WireSealed[] => {
  const sorted = [...few(sealed, LIMITS.membersPerSecret)].sort((a, b) => byKey(a.member, b.member))
  sorted.forEach(({ member }, i) => ascending(sorted[i - 1]?.member, member))
  return sorted.map(({ member, ephemeral, box }) => ({ member: keyOfName(member), ephemeral, box }))
}

function readSealed(wires: readonly WireSealed[]): Sealed[] {
  // Copies: an entry keeps no hold of its block.
  const sealed = few(wires, LIMITS.membersPerSecret).map(({ member, ephemeral, box }) => ({
    member: nameOfKey<MemberId>(member),
    ephemeral: Uint8Array.from(ephemeral),
    box: Uint8Array.from(box)
  }))
  sealed.forEach(({ member }, i) => ascending(sealed[i - 1]?.member, member))
  return sealed
}

const byKey = (a: string, b: string): number => Buffer.compare(keyOfName(a), keyOfName(b))

function ascending(before: string | undefined, name: string): void {
  if (before !== undefined && byKey(before, name) >= 0) throw new RangeError('keys are not in order')
}

const FORMS: { readonly [Kind in OperationKind]: unknown } = {
  setBook: form<'setBook', '@guildbook/set-book'>(
    1,
    '@guildbook/set-book',
    ({ name, currency }) => ({
      name: change(name, LIMITS.nameLength),
      currency: currency === undefined ? 0 : wireOfCurrency(currency)
    }),
    ({ name, currency }) => ({
      kind: 'setBook',
      ...(name && { name: text(name.value, LIMITS.nameLength) }),
      ...(currency !== 0 && { currency: currencyOfWire(currency) })
    })
  ),
  invite: form<'invite', '@guildbook/invite'>(
    2,
    '@guildbook/invite',
    ({ invite, role, expiresMs }) => ({ invite: keyOfName(invite), role, expiresMs }),
    ({ invite, role, expiresMs }) => ({ kind: 'invite', invite: nameOfKey(invite), role, expiresMs })
  ),
  revokeInvite: form<'revokeInvite', '@guildbook/revoke-invite'>(
    3,
    '@guildbook/revoke-invite',
    ({ invite }) => ({ invite: keyOfName(invite) }),
    ({ invite }) => ({ kind: 'revokeInvite', invite: nameOfKey(invite) })
  ),
  admit: form<'admit', '@guildbook/admit'>(
    4,
    '@guildbook/admit',
    ({ member, role, name, invite }) => ({
      member: keyOfName(member),
      role,
      name: text(name, LIMITS.nameLength),
      invite: invite && keyOfName(invite)
    }),
    ({ member, role, name, invite }) => ({
      kind: 'admit',
      member: nameOfKey(member),
      role,
      name: text(name, LIMITS.nameLength),
      invite: invite && nameOfKey(invite)
    })
  ),
  createAccount: form<'createAccount', '@guildbook/create-account'>(
    5,
    '@guildbook/create-account',
    ({ name, type, parent, code, currency }, table) => ({
      name: text(name, LIMITS.nameLength),
      type,
      code: text(code, LIMITS.codeLength),
      parent: parent && table.write(parent),
      currency: currency === null ? 0 : wireOfCurrency(currency)
    }),
    ({ name, type, parent, code, currency }, table) => ({
      kind: 'createAccount',
      name: text(name, LIMITS.nameLength),
      type,
      parent: parent && table.read<AccountId>(parent),
      code: text(code, LIMITS.codeLength),
      currency: currencyOrNone(currency)
    })
  ),
  editAccount: form<'editAccount', '@guildbook/edit-account'>(
    6,
    '@guildbook/edit-account',
    ({ account, name, parent, code, state }, table) => ({
      account: table.write(account),
      name: change(name, LIMITS.nameLength),
      parent: parent === undefined ? null : { value: parent && table.write(parent) },
      code: change(code, LIMITS.codeLength),
      state: state ?? null
    }),
    ({ account, name, parent, code, state }, table) => ({
      kind: 'editAccount',
      account: table.read<AccountId>(account),
      ...(name && { name: text(name.value, LIMITS.nameLength) }),
      ...(parent && { parent: parent.value && table.read<AccountId>(parent.value) }),
      ...(code && { code: text(code.value, LIMITS.codeLength) }),
      ...(state && { state })
    })
  ),
  post: form<'post', '@guildbook/post'>(7, '@guildbook/post', writeContent, (wire, table) => ({
    kind: 'post',
    date: readDate(wire.date),
    payee: text(wire.payee, LIMITS.payeeLength),
    note: some(wire.note, LIMITS.noteLength),
    tags: readTags(wire.tags),
    postings: readPostings(wire.postings, table)
  })),
  amend: form<'amend', '@guildbook/amend'>(
    8,
    '@guildbook/amend',
    (operation, table) => {
      const replaces = writePlaces(operation.replaces, table)
      return { replaces, ...writeContent(operation, table) }
    },
    (wire, table) => ({
      kind: 'amend',
      replaces: readPlaces(wire.replaces, table),
      date: readDate(wire.date),
      payee: text(wire.payee, LIMITS.payeeLength),
      note: some(wire.note, LIMITS.noteLength),
      tags: readTags(wire.tags),
      postings: readPostings(wire.postings, table)
    })
  ),
  void: form<'void', '@guildbook/void'>(
    9,
    '@guildbook/void',
    ({ replaces, reason }, table) => ({
      replaces: writePlaces(replaces, table),
      reason: text(reason, LIMITS.noteLength)
    }),
    ({ replaces, reason }, table) => ({
      kind: 'void',
      replaces: readPlaces(replaces, table),
      reason: text(reason, LIMITS.noteLength)
    })
  ),
  openInvite: form<'openInvite', '@guildbook/open-invite'>(
    10,
    '@guildbook/open-invite',
    ({ invite, sealed, role, expiresMs, uses, approval }) => ({
      invite: keyOfName(invite),
      role,
      expiresMs,
      uses,
      approval,
      sealed: writeSealed(sealed)
    }),
    ({ invite, sealed, role, expiresMs, uses, approval }) => ({
      kind: 'openInvite',
      invite: nameOfKey(invite),
      role,
      expiresMs,
      uses,
      approval,
      sealed: readSealed(sealed)
    })
  ),
  setRole: form<'setRole', '@guildbook/set-role'>(
    11,
    '@guildbook/set-role',
    ({ member, role, kept }, table) => ({ member: keyOfName(member), role, kept: writeKept(kept, table) }),
    ({ member, role, kept }, table) => ({
      kind: 'setRole',
      member: nameOfKey(member),
      role,
      kept: readKept(kept, table)
    })
  ),
  remove: form<'remove', '@guildbook/remove'>(
    12,
    '@guildbook/remove',
    ({ member, reason, kept, notice }, table) => ({
      member: keyOfName(member),
      reason: text(reason, LIMITS.noteLength),
      kept: writeKept(kept, table),
      notice: notice ?? null
    }),
    ({ member, reason, kept, notice }, table) => ({
      kind: 'remove',
      member: nameOfKey(member),
      reason: text(reason, LIMITS.noteLength),
      kept: readKept(kept, table),
      ...(notice && { notice: Uint8Array.from(notice) })
    })
  ),
  revokeDevice: form<'revokeDevice', '@guildbook/revoke-device'>(
    13,
    '@guildbook/revoke-device',
    ({ device, kept, notice }, table) => ({
      device: keyOfName(device),
      kept: writeKept(kept, table),
      notice: notice ?? null
    }),
    ({ device, kept, notice }, table) => ({
      kind: 'revokeDevice',
      device: nameOfKey(device),
      kept: readKept(kept, table),
      ...(notice && { notice: Uint8Array.from(notice) })
    })
  ),
  nameDevice: form<'nameDevice', '@guildbook/name-device'>(
    14,
    '@guildbook/name-device',
    ({ device, name }) => ({ device: keyOfName(device), name: text(name, LIMITS.deviceNameLength) }),
    ({ device, name }) => ({
      kind: 'nameDevice',
      device: nameOfKey(device),
      name: text(name, LIMITS.deviceNameLength)
    })
  ),
  rotate: form<'rotate', '@guildbook/rotate'>(
    15,
    '@guildbook/rotate',
    ({ sealed }) => ({ sealed: writeSealed(sealed) }),
    ({ sealed }) => ({ kind: 'rotate', sealed: readSealed(sealed) })
  ),
  adopt: form<'adopt', '@guildbook/adopt'>(
    16,
    '@guildbook/adopt',
    ({ place }, table) => ({ place: table.write(place) }),
    ({ place }, table) => ({ kind: 'adopt', place: table.read(place) })
  ),
  comment: form<'comment', '@guildbook/comment'>(
    17,
    '@guildbook/comment',
    (operation, table) => ({
      transaction: table.write(operation.transaction),
      text: text(operation.text, LIMITS.commentLength)
    }),
    (wire, table) => ({
      kind: 'comment',
      transaction: table.read<TransactionId>(wire.transaction),
      text: text(wire.text, LIMITS.commentLength)
    })
  )
}

/** A form whose kind and struct belong together, though the type no longer says which they are. */
export type AnyForm = Form<OperationKind, unknown>

export const formOf = (kind: OperationKind): AnyForm => FORMS[kind] as AnyForm

const BY_NUMBER: readonly (AnyForm | undefined)[] = (() => {
  const forms: AnyForm[] = []
  for (const each of Object.values(FORMS) as AnyForm[]) forms[each.number] = each
  return forms
})()

export const formOfNumber = (number: number): AnyForm | undefined => BY_NUMBER[number]

const KINDS: readonly (OperationKind | undefined)[] = (() => {
  const kinds: OperationKind[] = []
  for (const kind of Object.keys(FORMS) as OperationKind[]) kinds[formOf(kind).number] = kind
  return kinds
})()

export const kindOfNumber = (number: number): OperationKind | undefined => KINDS[number]
