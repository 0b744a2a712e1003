/** The map of handlers, one for each request, in parts by subject. */
import type { AnswerOf, Outcome, RequestName, RequestOf } from '../../contract/index.js'
import type { EngineParts } from '../parts.js'
import { accountHandlers } from './accounts.js'
import { bookHandlers } from './books.js'
import { historyHandlers } from './history.js'
import { membershipHandlers } from './membership.js'
import { peopleHandlers } from './people.js'
import { safekeepingHandlers } from './safekeeping.js'
import { settingsHandlers } from './settings.js'
import { transactionHandlers } from './transactions.js'

export type Handler<Name extends RequestName> = (
  request: RequestOf<Name>
) => Promise<Outcome<AnswerOf<Name>>> | Outcome<AnswerOf<Name>>

export type Handlers<Name extends RequestName = RequestName> = { readonly [N in Name]: Handler<N> }

/** Requests of the folder as such: answered also while it is locked, or change what is behind it. */
const OF_HOLDER = [
  'appInfo',
  'lockState',
  'unlock',
  'lock',
  'stayUnlocked',
  'setPassphrase',
  'removePassphrase',
  'restore',
  'recover'
] as const satisfies readonly RequestName[]

export type HolderRequest = (typeof OF_HOLDER)[number]
/** Requests of what is in the folder: answered while it is unlocked. */
export type FolderRequest = Exclude<RequestName, HolderRequest>

export const isOfFolder = (name: RequestName): name is FolderRequest =>
  !(OF_HOLDER as readonly RequestName[]).includes(name)

export const handlersOf = (parts: EngineParts): Handlers<FolderRequest> => ({
  ...settingsHandlers(parts),
  ...bookHandlers(parts),
  ...accountHandlers(parts),
  ...transactionHandlers(parts),
  ...membershipHandlers(parts),
  ...historyHandlers(parts),
  ...peopleHandlers(parts),
  ...safekeepingHandlers(parts)
})
