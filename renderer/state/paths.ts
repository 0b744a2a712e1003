/** Accounts as a table shows them: `Expenses:Food:Groceries` is plain enough as `Groceries`. */
import type { AccountId, PostingRow } from '../../core/contract/index.js'

export const leafOf = (path: string): string => path.slice(path.lastIndexOf(':') + 1)

const unique = (items: readonly string[]): string[] => [...new Set(items)]

/** Where the money of a transaction came from and where it went. */
export function flowOf(postings: readonly PostingRow[]): { from: string[]; to: string[] } {
  return {
    from: unique(postings.filter((posting) => posting.amountMinor < 0).map((posting) => posting.path)),
    to: unique(postings.filter((posting) => posting.amountMinor >= 0).map((posting) => posting.path))
  }
}

/** The accounts on the other side of a posting. */
export function counterpartsOf(postings: readonly PostingRow[], own: number): string[] {
  const posting = postings[own]
  const others = postings.filter((_, index) => index !== own)
  const across = others.filter((other) => Math.sign(other.amountMinor) !== Math.sign(posting?.amountMinor ?? 0))
  return unique((across.length > 0 ? across : others).map((other) => other.path))
}

/** How much a transaction moves, per currency: the sum of its positive postings. */
export function movedOf(postings: readonly PostingRow[]): Pick<PostingRow, 'amountMinor' | 'currency'>[] {
  const moved = new Map<PostingRow['currency'], number>()
  for (const posting of postings) {
    if (posting.amountMinor > 0) {
      const { amountMinor, currency } = posting.value ?? posting
      moved.set(currency, (moved.get(currency) ?? 0) + amountMinor)
    }
  }
  return [...moved].map(([currency, amountMinor]) => ({ currency, amountMinor }))
}

export const touches = (postings: readonly PostingRow[], account: AccountId): boolean =>
  postings.some((posting) => posting.account === account)
