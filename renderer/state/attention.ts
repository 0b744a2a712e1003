/** What a person should look at now, the gravest first. */
import type {
  AdmissionRow,
  DeviceLinkRow,
  PhraseState,
  Problem,
  SyncStatus
} from '../../core/contract/index.js'
import { agreementOf } from './sync.js'

export type Attention = { readonly grave: boolean } & (
  | { readonly kind: 'differs' }
  | { readonly kind: 'conflicts'; readonly count: number }
  | { readonly kind: 'admission'; readonly name: string }
  | { readonly kind: 'device'; readonly name: string }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'phrase' }
)

/** Being offline and waiting for entries are how the app works, and what is not counted may stay so for ever. */
const QUIET: readonly Problem['kind'][] = ['offline', 'waiting', 'digest-differs', 'not-counted']

export function attentionOf(
  sync: SyncStatus | undefined,
  admissions: readonly AdmissionRow[],
  phrase?: PhraseState,
  links: readonly DeviceLinkRow[] = []
): Attention[] {
  const found: Attention[] = []
  if (sync && agreementOf(sync) === 'differs') found.push({ kind: 'differs', grave: true })
  for (const admission of admissions) found.push({ kind: 'admission', name: admission.name, grave: false })
  for (const { deviceName } of links.flatMap(({ waiting }) => waiting))
    found.push({ kind: 'device', name: deviceName, grave: false })
  if (sync && sync.conflicts > 0) found.push({ kind: 'conflicts', count: sync.conflicts, grave: false })
  for (const problem of sync?.problems ?? []) {
    if (!QUIET.includes(problem.kind))
      found.push({ kind: 'problem', problem, grave: problem.kind === 'forked' })
  }
  // While there is nothing to lose, nothing presses.
  if (phrase?.state === 'unconfirmed' && sync && sync.transactions > 0)
    found.push({ kind: 'phrase', grave: false })
  return found
}
