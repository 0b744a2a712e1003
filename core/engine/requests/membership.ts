/** Requests that change who is who: roles, removal, devices. */
import {
  done,
  LIMITS,
  refuse,
  type LogId,
  type MemberId,
  type Outcome,
  type Role
} from '../../contract/index.js'
import type { Member } from '../../authority/roster.js'
import { checkName } from '../../domain/text.js'
import type { Operation } from '../../ops/operations.js'
import type { BookSession } from '../book-session.js'
import { keptOf, ownerOf, revokeDevice, revokeElsewhere, whose, write } from '../device-revocation.js'
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
      return write(session, () => {
        const owner = ownerOf(session, device)
        if (!owner.ok) return owner
        const allowed = session.allows('nameDevice', whose(session, owner.value))
        return allowed.ok ? done([{ kind: 'nameDevice', device, name }]) : allowed
      })
    })
})

async function setRole(session: BookSession, member: MemberId, role: Role): Promise<Outcome<null>> {
  const whoCan = (): Outcome<Member> => {
    const allowed = session.allows('setRole')
    if (!allowed.ok) return allowed
    const found = presentMember(session, member)
    return found.ok && role !== 'owner' && isLastOwner(session, found.value) ? lastOwner : found
  }
  const now = whoCan()
  if (!now.ok) return now
  if (now.value.role === role) return done(null)
  return write(session, () => {
    const then = whoCan()
    return then.ok ? done([{ kind: 'setRole', member, role, kept: session.roster.logsOf(member) }]) : then
  })
}

async function remove(
  session: BookSession,
  member: MemberId,
  reason: string,
  kept: Readonly<Record<LogId, number>> | undefined
): Promise<Outcome<null>> {
  const isLeaving = member === session.options.identity.memberId
  return write(session, (place) => {
    const allowed = session.allows('remove', isLeaving ? 'own' : 'others')
    if (!allowed.ok) return allowed
    const found = presentMember(session, member)
    if (!found.ok) return found
    if (isLastOwner(session, found.value)) return lastOwner
    const removal: Operation = {
      kind: 'remove',
      member,
      reason,
      kept: keptOf(session, kept, member, null),
      notice: session.belonging.notice({ code: 'MEMBER_REMOVED', member }, place)
    }
    // Who leaves has no say in what comes after them: an owner who stays changes the secret.
    return done(isLeaving ? [removal] : [removal, session.secrets.rotation(member)])
  })
}

function presentMember(session: BookSession, member: MemberId): Outcome<Member> {
  const found = session.roster.member(member)
  if (!found) return refuse('MEMBER_UNKNOWN', 'There is no such member in this book.', { member })
  if (found.standing === 'present') return done(found)
  return refuse('MEMBER_REMOVED', `${found.name} is no member any more.`, { member })
}

const isLastOwner = (session: BookSession, { member, role }: Member): boolean =>
  role === 'owner' &&
  !session.roster.present().some((other) => other.role === 'owner' && other.member !== member)

const lastOwner = refuse(
  'LAST_OWNER',
  'The last owner cannot go: nobody could let people in or change roles any more. Make someone else an owner first.'
)
