/** Requests that concern keys and backups. */
import { done, refuse, type SafekeepingRequests } from '../../contract/index.js'
import type { EngineParts } from '../parts.js'
import type { FolderRequest, Handlers } from './handlers.js'

const notYet = () => refuse('BAD_REQUEST', 'This version cannot do this yet.')

export const safekeepingHandlers = ({
  phrases
}: EngineParts): Handlers<Extract<FolderRequest, keyof SafekeepingRequests>> => ({
  phraseState: () => done(phrases.state()),
  showPhrase: (request) => phrases.show(request),
  confirmPhrase: (request) => phrases.confirm(request),
  checkPhrase: ({ phrase }) => phrases.check(phrase),
  backup: notYet,
  backupStatus: notYet,
  cancelBackup: notYet,
  inspectBackup: notYet,
  restore: notYet,
  recover: notYet,
  recoveries: notYet,
  stopRecovery: notYet
})
