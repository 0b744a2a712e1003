/** Requests that concern keys and backups. */
import { done, type SafekeepingRequests } from '../../contract/index.js'
import type { EngineParts } from '../parts.js'
import type { FolderRequest, Handlers } from './handlers.js'

export const safekeepingHandlers = ({
  phrases,
  backups,
  recovery
}: EngineParts): Handlers<Extract<FolderRequest, keyof SafekeepingRequests>> => ({
  phraseState: () => done(phrases.state()),
  showPhrase: (request) => phrases.show(request),
  confirmPhrase: (request) => phrases.confirm(request),
  checkPhrase: ({ phrase }) => phrases.check(phrase),
  backup: (request) => backups.backup(request),
  backupStatus: () => done(backups.status()),
  cancelBackup: () => backups.cancel(),
  inspectBackup: ({ path }) => backups.inspect(path),
  recoveries: async () => done(await recovery.status()),
  stopRecovery: async () => done(await recovery.stop())
})
