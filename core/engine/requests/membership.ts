/** Requests that change who is who: roles, removal, devices. */
import {
  done,
  LIMITS,
  refuse,
  type DeviceId,
  type LogId,
  type MemberId,
  type Outcome,
  type Role
} from '../../contract/index.js'
import type { Member } from '../../authority/roster.js'
import { checkName } from '../../domain/text.js'
import type { Kept, Operation } from '../../ops/operations.js'
import type { BookSession, Written } from '../book-session.js'
import type { EngineParts } from '../parts.js'
import { inSession } from './accounts.js'
import type { Handlers } from './handlers.js'

type MembershipRequests = 'setRole' | 'removeMember' | 'leaveBook' | 'revokeDevice' | 'renameDevice'

export const membershipHandlers = ({ library }: EngineParts): Handlers<MembershipRequests> => ({
  setRole: ({ book, member, role }) =>
    inSession(library.session(book), (session) => setRole(session, member, role)),

  removeMember: ({ book, member, reason = '', kept }) =>
    inSession(library.session(book), (session) => remove(session, member, reason, kept)),

  leaveBook: ({ book }) =>
    inSession(library.session(book), (session) =>
      remove(session, session.options.identity.memberId, '', undefined)
    ),

  revokeDevice: ({ book, device, kept }) =>
    inSession(library.session(book), async (session) => {
      const revoked = await revokeDevice(session, device, kept)
      return revoked.ok ? revokeElsewhere(await library.sessions(), session, device) : revoked
    }),

  renameDevice: ({ book, device, name }) =>
    inSession(library.session(book), async (session) => {
      const named = checkName(name, "device's name", LIMITS.deviceNameLength)
      if (!named.ok) return named
      const owner = ownerOf(session, device)
      if (!owner.ok) return owner
      const allowed = session.allows('nameDevice', whose(session, owner.value))
      return allowed.ok ? write(session, () => [{ kind: 'nameDevice', device, name }]) : allowed
    })
})

async function setRole(session: BookSession, member: MemberId, role: Role): Promise<Outcome<null>> {
  const allowed = session.allows('setRole')
  if (!allowed.ok) return allowed
  const found = presentMember(session, member)
  if (!found.ok) return found
  if (found.value.role === role) return done(null)
  if (role !== 'owner' && isLastOwner(session, found.value)) return lastOwner
  return write(session, () => [{ kind: 'setRole', member, role, kept: session.roster.logsOf(member) }])
}

async function remove(
  session: BookSession,
  member: MemberId,
  reason: string,
  kept: Readonly<Record<LogId, number>> | undefined
): Promise<Outcome<null>> {
  const isLeaving = member === session.options.identity.memberId
  const allowed = session.allows('remove', isLeaving ? 'own' : 'others')
  if (!allowed.ok) return allowed
  const found = presentMember(session, member)
  if (!found.ok) return found
  if (isLastOwner(session, found.value)) return lastOwner
  return write(session, (place) => {
    const removal: Operation = {
      kind: 'remove',
      member,
      reason,
      kept: keptOf(session, kept, member, null),
      notice: session.belonging.notice({ code: 'MEMBER_REMOVED', member }, place)
    }
    // Who leaves has no say in what comes after them: an owner who stays changes the secret.
    return isLeaving ? [removal] : [removal, session.secrets.rotation(member)]
  })
}

async function revokeDevice(
  session: BookSession,
  device: DeviceId,
  kept: Readonly<Record<LogId, number>> | undefined
): Promise<Outcome<null>> {
  if (device === session.options.identity.deviceId) {
    return refuse('BAD_REQUEST', 'This is the device that you are using: revoke it from another one.')
  }
  const owner = ownerOf(session, device)
  if (!owner.ok) return owner
  const allowed = session.allows('revokeDevice', whose(session, owner.value))
  if (!allowed.ok) return allowed
  if (session.roster.isRevoked(device, owner.value)) {
    return refuse('DEVICE_REVOKED', 'This device was revoked already.', { device })
  }
  return write(session, (place) => {
    const revocation: Operation = {
      kind: 'revokeDevice',
      device,
      kept: keptOf(session, kept, owner.value, device),
      notice: session.belonging.notice({ code: 'DEVICE_REVOKED', device }, place)
    }
    return session.allows('rotate').ok ? [revocation, session.secrets.rotation(device)] : [revocation]
  })
}

/** One's own device is lost in all one's books, and not in the one that happens to be open. */
async function revokeElsewhere(
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
    if (!revoked.ok) return revoked
  }
  return done(null)
}

/** What goes on to count: what was named, else all that has come. */
const keptOf = (
  session: BookSession,
  named: Readonly<Record<LogId, number>> | undefined,
  member: MemberId,
  device: DeviceId | null
): Kept[] =>
  named
    ? (Object.entries(named) as [LogId, number][]).map(([log, length]) => ({ log, length }))
    : session.roster.logsOf(member, device)

/** `make` gets the place of the entry. */
async function write(
  session: BookSession,
  make: (entry: Written) => readonly Operation[]
): Promise<Outcome<null>> {
  const written = await session.write((log, index) => done(make({ log, index })))
  return written.ok ? done(null) : written
}

function presentMember(session: BookSession, member: MemberId): Outcome<Member> {
  const found = session.roster.member(member)
  if (!found) return refuse('MEMBER_UNKNOWN', 'There is no such member in this book.', { member })
  if (found.standing === 'present') return done(found)
  return refuse('MEMBER_REMOVED', `${found.name} is no member any more.`, { member })
}

/** Whose device it is, by what it wrote or said when it was here. */
function ownerOf(session: BookSession, device: DeviceId): Outcome<MemberId> {
  const { deviceId, memberId } = session.options.identity
  if (device === deviceId) return done(memberId)
  const known = session.sightings.one(device)
  return known
    ? done(known.member)
    : refuse('DEVICE_UNKNOWN', 'There is no such device in this book.', { device })
}

const whose = (session: BookSession, member: MemberId): 'own' | 'others' =>
  member === session.options.identity.memberId ? 'own' : 'others'

const isLastOwner = (session: BookSession, { member, role }: Member): boolean =>
  role === 'owner' &&
  !session.roster.present().some((other) => other.role === 'owner' && other.member !== member)

const lastOwner = refuse(
  'LAST_OWNER',
  'The last owner cannot go: nobody could let people in or change roles any more. Make someone else an owner first.'
)
