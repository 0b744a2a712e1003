/** What someone did, as a sentence without its subject: `entered Corner Market`. */
import type { ActivityKind, ActivityRow } from '../../core/contract/index.js'
import type { I18n } from '../i18n/i18n.svelte.js'

/** What one looks for together. */
export const ACTIVITY_GROUPS = {
  entries: ['post', 'amend', 'void', 'adopt'],
  comments: ['comment'],
  accounts: ['createAccount', 'editAccount', 'setBook'],
  people: [
    'invite',
    'revokeInvite',
    'admit',
    'setRole',
    'remove',
    'leave',
    'revokeDevice',
    'nameDevice',
    'rotate'
  ]
} as const satisfies Readonly<Record<string, readonly ActivityKind[]>>
export type ActivityGroup = keyof typeof ACTIVITY_GROUPS

export const isActivityGroup = (text: string | undefined): text is ActivityGroup =>
  text !== undefined && Object.hasOwn(ACTIVITY_GROUPS, text)

export function activitySentence(row: ActivityRow, i18n: I18n): string {
  const values = {
    text: row.text || i18n.text('transactions.noPayee'),
    payee: row.payee || i18n.text('transactions.noPayee'),
    name: row.subject?.name ?? '',
    role: row.role ? i18n.text(`roleIn.${row.role}`) : '',
    count: row.count
  }
  switch (row.kind) {
    case 'void':
    case 'remove':
      return i18n.text(row.text ? `activity.because.${row.kind}` : `activity.did.${row.kind}`, values)
    case 'adopt':
      return i18n.text(
        row.transaction && row.count === 1 ? 'activity.because.adopt' : 'activity.did.adopt',
        values
      )
    case 'setBook':
      return i18n.text(row.text ? 'activity.did.setBook' : 'activity.because.setBook', values)
    default:
      return i18n.text(`activity.did.${row.kind}`, values)
  }
}
