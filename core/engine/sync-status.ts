/** Puts together what is known of the book's members, their devices, and who holds what. */
import type {
  DeviceRow,
  ErrorCode,
  LogId,
  MemberId,
  MemberRow,
  Problem,
  SyncStatus
} from '../contract/index.js'
import type { BookSession } from './book-session.js'
import type { KnownDevice } from './sightings.js'

type Vector = Readonly<Record<LogId, number>>

export function syncStatus(session: BookSession): SyncStatus {
  const vector = session.vector()
  const digest = session.digest.value()
  const { name, transactions } = session.book.summary()
  const members = memberRows(session, vector, digest)
  return {
    book: session.id,
    name,
    network: session.presence.network,
    vector,
    digest,
    transactions,
    conflicts: session.book.conflicts().length,
    members,
    heldBy: heldBy(session, session.lastWritten()),
    pendingEntries: session.intake.pending(),
    problems: problems(session, members)
  }
}

/** Devices of members, this one included, and how many of them hold a place of the book; all hold none. */
export function heldBy(
  session: BookSession,
  place: { readonly log: LogId; readonly index: number } | null
): { readonly devices: number; readonly of: number } {
  const others = presentDevices(session)
  if (!place) return { devices: others.length + 1, of: others.length + 1 }
  const holders = others.filter((device) => (lengthsNow(session, device).get(place.log) ?? 0) > place.index)
  return { devices: holders.length + 1, of: others.length + 1 }
}

/** Devices of everyone who is or was a member, but this one. */
const otherDevices = (session: BookSession): KnownDevice[] =>
  session.sightings
    .all()
    .filter(
      ({ device, member }) => device !== session.options.identity.deviceId && session.roster.member(member)
    )

/** Those of them that get what is new. */
const presentDevices = (session: BookSession): KnownDevice[] =>
  otherDevices(session).filter(
    ({ device, member }) => session.roster.role(member) && !session.roster.isRevoked(device, member)
  )

function lengthsNow(session: BookSession, device: KnownDevice): ReadonlyMap<LogId, number> {
  const connected = session.presence.connected().find((sighting) => sighting.device === device.device)
  // A device that wrote an entry has it, whether or not it ever told.
  const lengths = new Map(connected?.lengths ?? device.lengths)
  for (const log of session.delivery.causality.logs()) {
    if (session.delivery.author(log)?.device !== device.device) continue
    const written = session.delivery.causality.length(log)
    lengths.set(log, Math.max(written, lengths.get(log) ?? 0))
    for (const [other, length] of Object.entries(session.delivery.causality.coveredBy(log)) as [
      LogId,
      number
    ][]) {
      lengths.set(other, Math.max(length, lengths.get(other) ?? 0))
    }
  }
  return lengths
}

function memberRows(session: BookSession, vector: Vector, digest: string): MemberRow[] {
  const me = session.options.identity
  return session.roster.members().map(({ member, name, role, standing, ended }) => ({
    member,
    name,
    role,
    isMe: member === me.memberId ? 'me' : 'other',
    standing,
    ended: ended && {
      byName: session.roster.memberName(ended.author),
      wallMs: ended.wallMs,
      reason: ended.operation.reason
    },
    devices: deviceRows(session, member, vector, digest)
  }))
}

function deviceRows(session: BookSession, member: MemberId, vector: Vector, digest: string): DeviceRow[] {
  const me = session.options.identity
  const rows = otherDevices(session)
    .filter((device) => device.member === member)
    .map((device) => otherDeviceRow(session, device, vector, digest))
  if (member === me.memberId) rows.unshift(thisDeviceRow(session))
  return rows
}

function thisDeviceRow(session: BookSession): DeviceRow {
  const { identity, deviceName } = session.options
  return {
    device: identity.deviceId,
    name: session.roster.deviceName(identity.deviceId, identity.memberId) ?? deviceName,
    platform: process.platform,
    member: identity.memberId,
    isThis: 'this',
    connection: 'this',
    lastSeenMs: null,
    lacksEntries: 0,
    aheadEntries: 0,
    digest: 'equal',
    address: null,
    standing: session.roster.isRevoked(identity.deviceId, identity.memberId) ? 'revoked' : 'present'
  }
}

function otherDeviceRow(session: BookSession, device: KnownDevice, vector: Vector, digest: string): DeviceRow {
  const sighting = session.presence.connected().find((s) => s.device === device.device)
  const lengths = lengthsNow(session, device)
  const isKnown = device.seenMs !== null || lengths.size > 0
  return {
    device: device.device,
    name: session.deviceName(device.device),
    platform: device.platform,
    member: device.member,
    isThis: 'other',
    connection: sighting ? 'connected' : 'away',
    lastSeenMs: sighting?.seenMs ?? device.seenMs,
    lacksEntries: isKnown ? missing(vector, (log) => lengths.get(log) ?? 0) : null,
    aheadEntries: isKnown ? missing(Object.fromEntries(lengths) as Vector, (log) => vector[log] ?? 0) : null,
    digest: sighting ? compareDigests(vector, digest, sighting) : 'unknown',
    address: sighting?.address ?? null,
    standing: session.roster.isRevoked(device.device, device.member) ? 'revoked' : 'present'
  }
}

/** A log's header is no entry: whoever lacks the first entry of a log lacks one. */
const entries = (length: number): number => Math.max(0, length - 1)

const missing = (has: Vector, lengthOf: (log: LogId) => number): number =>
  (Object.entries(has) as [LogId, number][]).reduce(
    (sum, [log, length]) => sum + Math.max(0, entries(length) - entries(lengthOf(log))),
    0
  )

/** Digests say something only where both have applied the very same entries. */
function compareDigests(
  vector: Vector,
  digest: string,
  other: { readonly lengths: ReadonlyMap<LogId, number>; readonly digest: string | null }
): DeviceRow['digest'] {
  const logs = Object.entries(vector) as [LogId, number][]
  const isSame =
    other.digest !== null &&
    logs.length === other.lengths.size &&
    logs.every(([log, length]) => other.lengths.get(log) === length)
  if (!isSame) return 'unknown'
  return other.digest === digest ? 'equal' : 'different'
}

function problems(session: BookSession, members: readonly MemberRow[]): Problem[] {
  const nameOf = (member: MemberId) => session.roster.memberName(member)
  const all: Problem[] = []
  const add = (
    kind: Problem['kind'],
    code: ErrorCode,
    message: string,
    where: { log?: LogId; index?: number; member?: MemberId | undefined } = {}
  ) =>
    all.push({
      kind,
      code,
      message,
      log: where.log ?? null,
      index: where.index ?? null,
      member: where.member ?? null,
      memberName: where.member ? nameOf(where.member) : null
    })

  if (session.failure) add('offline', 'STORAGE_FAILED', session.failure)
  for (const { log, author, stop } of session.delivery.stops()) {
    add(stop.kind, stop.code, stop.message, { log, index: stop.index, member: author.member })
  }
  for (const { log, author, code, message } of session.intake.refused()) {
    const member = author?.member
    add(refusedKind(code), code, message, { log, index: session.delivery.causality.length(log), member })
  }
  for (const { log, index, on, length } of session.delivery.waits()) {
    const message = `Entry ${index} waits for ${length} entries of log ${on}.`
    add('waiting', 'DEPENDENCY_INVALID', message, { log, index, member: session.delivery.author(log)?.member })
  }
  for (const { origin, code } of session.book.notCounted()) {
    const { log, index, author } = origin
    add('not-counted', code, 'An operation is listed and not counted.', { log, index, member: author })
  }
  for (const { devices, member } of members) {
    for (const device of devices.filter((d) => d.digest === 'different')) {
      const message = `${device.name} has the same entries and another result. Do not rely on either until this is settled.`
      add('digest-differs', 'INTERNAL', message, { member })
    }
  }
  return all
}

function refusedKind(code: ErrorCode): Problem['kind'] {
  if (code === 'LOG_FORKED') return 'forked'
  if (code === 'SECRET_UNKNOWN') return 'waiting'
  return code === 'NEEDS_NEWER_VERSION' ? 'paused' : 'quarantined'
}
