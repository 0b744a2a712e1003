/**
 * Devices that are revoked: in one book, and where they are one's own in all one's books, also in those that come to this
 * device later.
 */
import { done, refuse, type DeviceId, type LogId, type MemberId, type Outcome } from '../contract/index.js'
import type { Kept, Operation } from '../ops/operations.js'
import type { BookSession, Written } from './book-session.js'
import type { Identity } from './identity-file.js'

export async function revokeDevice(
  session: BookSession,
  device: DeviceId,
  kept: Readonly<Record<LogId, number>> | undefined
): Promise<Outcome<null>> {
  if (device === session.options.identity.deviceId) {
    return refuse('BAD_REQUEST', 'This is the device that you are using: revoke it from another one.')
  }
  return write(session, (place) => {
    const owner = ownerOf(session, device)
    if (!owner.ok) return owner
    const allowed = session.allows('revokeDevice', whose(session, owner.value))
    if (!allowed.ok) return allowed
    if (session.roster.isRevoked(device, owner.value)) {
      return refuse('DEVICE_REVOKED', 'This device was revoked already.', { device })
    }
    const revocation: Operation = {
      kind: 'revokeDevice',
      device,
      kept: keptOf(session, kept, owner.value, device),
      notice: session.belonging.notice({ code: 'DEVICE_REVOKED', device }, place)
    }
    return done(session.allows('rotate').ok ? [revocation, session.secrets.rotation(device)] : [revocation])
  })
}

/** One's own device is lost in all one's books, and not in the one that happens to be open. */
export async function revokeElsewhere(
  sessions: readonly BookSession[],
  here: BookSession,
  device: DeviceId
): Promise<Outcome<null>> {
  for (const session of sessions) {
    const owner = ownerOf(session, device)
    const isMine = owner.ok && whose(session, owner.value) === 'own'
    if (session === here || !isMine || session.roster.isRevoked(device, owner.value)) continue
    if (!session.allows('revokeDevice', 'own').ok) continue
    const revoked = await revokeDevice(session, device, undefined)
    // `revokeInLaterBooks` may be doing the same, and have come first: then it is done.
    if (!revoked.ok && revoked.error.code !== 'DEVICE_REVOKED') return revoked
  }
  return done(null)
}

/** What goes on to count: what was named, else all that has come. */
export const keptOf = (
  session: BookSession,
  named: Readonly<Record<LogId, number>> | undefined,
  member: MemberId,
  device: DeviceId | null
): Kept[] =>
  named
    ? (Object.entries(named) as [LogId, number][]).map(([log, length]) => ({ log, length }))
    : session.roster.logsOf(member, device)

/** `make` gets the place of the entry, and sees the book as the entry will: what it asks of that still holds then. */
export async function write(
  session: BookSession,
  make: (entry: Written) => Outcome<readonly Operation[]>
): Promise<Outcome<null>> {
  const written = await session.write((log, index) => make({ log, index }))
  return written.ok ? done(null) : written
}

/**
 * Whether this person revoked a device of theirs, in any book: the other side of that may not have come to all of them yet.
 * That an owner of one book sent it away from there is nothing to the person's other books.
 */
export const isLost = (
  device: DeviceId,
  sessions: readonly BookSession[],
  { memberId }: Pick<Identity, 'memberId'>
): boolean =>
  sessions.some(({ roster }) =>
    roster.revocationsOf(device, memberId).some(({ author }) => author === memberId)
  )

/**
 * A device that this one revoked is revoked in books that came here since, too. Only by the device that did it: what
 * another device of this person says could be the word of the one that was lost.
 */
export async function revokeInLaterBooks(
  sessions: readonly BookSession[],
  { memberId, deviceId }: Pick<Identity, 'memberId' | 'deviceId'>
): Promise<void> {
  const mine = sessions.map(({ roster, sightings }) =>
    sightings
      .all()
      .filter(({ member, device }) => member === memberId && device !== deviceId)
      .map(({ device }) => ({ device, by: roster.revocationsOf(device, memberId).map((act) => act.device) }))
  )
  const revoked = new Set(mine.flat().flatMap(({ device, by }) => (by.includes(deviceId) ? [device] : [])))
  for (const [at, session] of sessions.entries()) {
    for (const { device, by } of mine[at] ?? []) {
      if (!revoked.has(device) || by.length > 0 || !session.allows('revokeDevice', 'own').ok) continue
      await revokeDevice(session, device, undefined)
    }
  }
}

/** Whose device it is, by what it wrote or said when it was here. */
export function ownerOf(session: BookSession, device: DeviceId): Outcome<MemberId> {
  const { deviceId, memberId } = session.options.identity
  if (device === deviceId) return done(memberId)
  const known = session.sightings.one(device)
  return known
    ? done(known.member)
    : refuse('DEVICE_UNKNOWN', 'There is no such device in this book.', { device })
}

export const whose = (session: BookSession, member: MemberId): 'own' | 'others' =>
  member === session.options.identity.memberId ? 'own' : 'others'
