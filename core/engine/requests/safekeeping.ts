/** Requests that concern keys and backups. */
import { refuse, type SafekeepingRequests } from '../../contract/index.js'
import type { EngineParts } from '../parts.js'
import type { Handlers } from './handlers.js'

const notYet = () => refuse('BAD_REQUEST', 'This version cannot do this yet.')

export const safekeepingHandlers = (_parts: EngineParts): Handlers<keyof SafekeepingRequests> => ({
  lockState: notYet,
  unlock: notYet,
  lock: notYet,
  stayUnlocked: notYet,
  setPassphrase: notYet,
  removePassphrase: notYet,
  phraseState: notYet,
  showPhrase: notYet,
  confirmPhrase: notYet,
  checkPhrase: notYet,
  backup: notYet,
  backupStatus: notYet,
  cancelBackup: notYet,
  inspectBackup: notYet,
  restore: notYet,
  recover: notYet,
  recoveries: notYet,
  stopRecovery: notYet
})
