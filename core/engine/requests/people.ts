import { done, LIMITS } from '../../contract/index.js'
import { checkName } from '../../domain/text.js'
import type { EngineParts } from '../parts.js'
import { syncStatus } from '../sync-status.js'
import { inSession } from './accounts.js'
import type { Handlers } from './handlers.js'

type PeopleRequests =
  | 'syncStatus'
  | 'createInvite'
  | 'invites'
  | 'revokeInvite'
  | 'admissions'
  | 'admit'
  | 'refuseAdmission'
  | 'join'
  | 'joins'
  | 'cancelJoin'

export const peopleHandlers = ({
  library,
  invites,
  joins,
  changeSettings
}: EngineParts): Handlers<PeopleRequests> => ({
  syncStatus: ({ book }) =>
    inSession(library.session(book), async (session) => {
      await session.digestSettled()
      return done(syncStatus(session))
    }),

  createInvite: ({ book, ...terms }) =>
    inSession(library.session(book), async (session) => (await invites(session)).create(terms)),

  invites: ({ book }) =>
    inSession(library.session(book), async (session) => done((await invites(session)).rows())),

  revokeInvite: ({ book, invite }) =>
    inSession(library.session(book), async (session) => (await invites(session)).revoke(invite)),

  admissions: ({ book }) =>
    inSession(library.session(book), async (session) => done((await invites(session)).admissions())),

  admit: ({ book, invite, member }) =>
    inSession(library.session(book), async (session) => (await invites(session)).admit(invite, member)),

  refuseAdmission: ({ book, invite, member }) =>
    inSession(library.session(book), async (session) => (await invites(session)).refuse(invite, member)),

  async join({ code, memberName }) {
    const name = checkName(memberName, 'your name', LIMITS.nameLength)
    if (!name.ok) return name
    const row = await joins.join(code, memberName)
    if (row.ok) await changeSettings({ memberName })
    return row
  },

  joins: async () => done(await joins.rows()),

  cancelJoin: ({ invite }) => joins.cancel(invite)
})
