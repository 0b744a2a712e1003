/** Requests that concern keys and backups. */
import { done, refuse, type SafekeepingRequests } from '../../contract/index.js'
import type { EngineParts } from '../parts.js'
import type { FolderRequest, Handlers } from './handlers.js'

const notYet = () => refuse('BAD_REQUEST', 'This version cannot do this yet.')

export const safekeepingHandlers = ({
  phrases,
  backups
}: EngineParts): Handlers<Extract<FolderRequest, keyof SafekeepingRequests>> => ({
  phraseState: () => done(phrases.state()),
  showPhrase: (request) => phrases.show(request),
  confirmPhrase: (request) => phrases.confirm(request),
  checkPhrase: ({ phrase }) => phrases.check(phrase),
  backup: (request) => backups.backup(request),
  backupStatus: () => done(backups.status()),
  cancelBackup: () => backups.cancel(),
  inspectBackup: ({ path }) => backups.inspect(path),
  recover: notYet,
  recoveries: notYet,
  stopRecovery: notYet
})
