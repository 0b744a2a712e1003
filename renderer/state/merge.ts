/** Putting a transaction together from the versions of a conflict, field by field. */
import type { TransactionDraft, VersionRow } from '../../core/contract/index.js'
import type { Field } from './versions.js'

export type MergeField = Exclude<Field, 'state'>

/** For each field, the index of the version it is taken from; the first where none is named. */
export type MergeChoice = Readonly<Partial<Record<MergeField, number>>>

export function mergeVersions(heads: readonly VersionRow[], choice: MergeChoice): TransactionDraft {
  const from = (field: MergeField): VersionRow => (heads[choice[field] ?? 0] ?? heads[0]) as VersionRow
  return {
    date: from('date').date,
    payee: from('payee').payee,
    note: from('note').note,
    tags: [...from('tags').tags],
    postings: from('postings').postings.map(({ account, amountMinor, currency, value, note }) => ({
      account,
      amountMinor,
      currency,
      ...(value ? { value: { ...value } } : {}),
      ...(note ? { note } : {})
    }))
  }
}
