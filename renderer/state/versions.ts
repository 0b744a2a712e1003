/** What changed between two versions of a transaction, field by field. */
import type { PostingRow, VersionRow } from '../../core/contract/index.js'

export type Field = 'state' | 'date' | 'payee' | 'note' | 'tags' | 'postings'

export type Change =
  | { readonly field: Exclude<Field, 'postings'>; readonly before: string; readonly after: string }
  | {
      readonly field: 'postings'
      readonly removed: readonly PostingRow[]
      readonly added: readonly PostingRow[]
    }

/** Equal text means an equal posting. */
const postingKey = (posting: PostingRow): string =>
  JSON.stringify([posting.account, posting.amountMinor, posting.currency, posting.value, posting.note])

/** The postings of `left` that `right` has not, each as often as it is missing. */
function without(left: readonly PostingRow[], right: readonly PostingRow[]): PostingRow[] {
  const there = right.map(postingKey)
  return left.filter((posting) => {
    const at = there.indexOf(postingKey(posting))
    if (at >= 0) there.splice(at, 1)
    return at < 0
  })
}

export function changesBetween(before: VersionRow, after: VersionRow): Change[] {
  const changes: Change[] = []
  if (after.kind === 'void' || before.kind === 'void') {
    if (after.kind !== before.kind) changes.push({ field: 'state', before: before.kind, after: after.kind })
    if (after.kind === 'void') return changes
  }
  for (const field of ['date', 'payee', 'note'] as const) {
    if (before[field] !== after[field]) changes.push({ field, before: before[field], after: after[field] })
  }
  const tags = [before, after].map((version) => version.tags.map((tag) => `#${tag}`).join(' ')) as [
    string,
    string
  ]
  if (tags[0] !== tags[1]) changes.push({ field: 'tags', before: tags[0], after: tags[1] })
  const removed = without(before.postings, after.postings)
  const added = without(after.postings, before.postings)
  if (removed.length + added.length > 0) changes.push({ field: 'postings', removed, added })
  return changes
}

/** The fields in which versions differ, for marking them side by side. */
export const differingFields = (versions: readonly VersionRow[]): Set<Field> =>
  new Set(
    versions
      .slice(1)
      .flatMap((version) => changesBetween(versions[0] as VersionRow, version).map((c) => c.field))
  )
