/** What is said of requests in more than one place. */
import type { RequestName, Topic } from '../../contract/index.js'

/** Those that change nothing, or nothing more when repeated: they may be asked again, and show nobody's presence. */
export const READING: ReadonlySet<string> = new Set<RequestName>([
  'appInfo',
  'settings',
  'books',
  'accounts',
  'journal',
  'journalPosition',
  'register',
  'transaction',
  'findTransaction',
  'conflicts',
  'trialBalance',
  'payees',
  'exportBook',
  'syncStatus',
  'invites',
  'admissions',
  'joins',
  'lockState',
  'phraseState',
  'checkPhrase',
  'backupStatus',
  'inspectBackup',
  'recoveries',
  'deviceLinks',
  'readCode'
])

/** When everything may be another. */
export const ALL_TOPICS: readonly Topic[] = [
  'books',
  'accounts',
  'transactions',
  'people',
  'sync',
  'joins',
  'settings',
  'lock',
  'phrase',
  'backups',
  'recoveries',
  'device-links'
]
