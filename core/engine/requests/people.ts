import { done, LIMITS, type DeviceLinkId, type InviteId } from '../../contract/index.js'
import { checkName } from '../../domain/text.js'
import { parseCode } from '../../identity/invite-code.js'
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
  | 'readCode'
  | 'join'
  | 'joins'
  | 'cancelJoin'
  | 'linkDevice'
  | 'deviceLinks'
  | 'withdrawDeviceLink'
  | 'confirmDevice'
  | 'refuseDevice'

export const peopleHandlers = ({
  library,
  invites,
  joins,
  arrivals,
  links,
  settings,
  changeSettings
}: EngineParts): Handlers<PeopleRequests> => ({
  syncStatus: ({ book }) =>
    inSession(library.session(book), async (session) => {
      await session.digest.settled()
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

  readCode({ code }) {
    const read = parseCode(code)
    return read.ok ? done({ kind: read.value.kind }) : read
  },

  async join({ code, memberName = '', deviceName = settings.current.deviceName }) {
    const read = parseCode(code)
    if (!read.ok) return read
    const { kind, secret } = read.value
    if (kind === 'device-link') {
      const named = checkName(deviceName, "this device's name", LIMITS.deviceNameLength)
      return named.ok ? arrivals.arrive(secret, deviceName) : named
    }
    const name = checkName(memberName, 'your name', LIMITS.nameLength)
    if (!name.ok) return name
    const row = await joins.join(secret, memberName)
    if (row.ok) await changeSettings({ memberName })
    return row
  },

  joins: async () => done([...(await arrivals.rows()), ...(await joins.rows())]),

  async cancelJoin({ invite }) {
    const cancelled = await arrivals.cancel(invite as DeviceLinkId)
    return cancelled.ok ? cancelled : joins.cancel(invite as InviteId)
  },

  linkDevice: ({ expiresInMs }) => links.create(expiresInMs),
  deviceLinks: () => done(links.rows()),
  withdrawDeviceLink: ({ id }) => links.withdraw(id),
  confirmDevice: ({ id, device }) => links.confirm(id, device),
  refuseDevice: ({ id, device }) => links.refuse(id, device)
})
