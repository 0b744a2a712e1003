/** The map of handlers, one for each request, in parts by subject. */
import type { AnswerOf, Outcome, RequestName, RequestOf } from '../../contract/index.js'
import type { EngineParts } from '../parts.js'
import { accountHandlers } from './accounts.js'
import { bookHandlers } from './books.js'
import { peopleHandlers } from './people.js'
import { safekeepingHandlers } from './safekeeping.js'
import { settingsHandlers } from './settings.js'
import { transactionHandlers } from './transactions.js'

export type Handler<Name extends RequestName> = (
  request: RequestOf<Name>
) => Promise<Outcome<AnswerOf<Name>>> | Outcome<AnswerOf<Name>>

export type Handlers<Name extends RequestName = RequestName> = { readonly [N in Name]: Handler<N> }

export const handlersOf = (parts: EngineParts): Handlers => ({
  ...settingsHandlers(parts),
  ...bookHandlers(parts),
  ...accountHandlers(parts),
  ...transactionHandlers(parts),
  ...peopleHandlers(parts),
  ...safekeepingHandlers(parts)
})
