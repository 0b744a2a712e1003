/** Which accounts a few typed letters mean: `gro`, `food gro` and `exp:gro` all find `Expenses:Food:Groceries`. */
import type { AccountRow } from '../../core/contract/index.js'

const MOST = 40

/** Open accounts that fit, the best first; in tree order where they fit alike. */
export function searchAccounts(accounts: readonly AccountRow[], text: string): AccountRow[] {
  const words = text
    .toLowerCase()
    .split(/[\s:]+/)
    .filter(Boolean)
  const found = accounts
    .filter((account) => account.state === 'open')
    .map((account) => ({ account, rank: rankOf(account, words) }))
    .filter(({ rank }) => rank < Infinity)
  found.sort((a, b) => a.rank - b.rank)
  return found.slice(0, MOST).map(({ account }) => account)
}

/** Lower is better; infinite for what does not fit. */
function rankOf(account: AccountRow, words: readonly string[]): number {
  const path = account.path.toLowerCase()
  if (!words.every((word) => path.includes(word) || account.code.toLowerCase().startsWith(word)))
    return Infinity
  const last = words.at(-1)
  if (!last) return account.postings > 0 ? 0 : 1
  const name = account.name.toLowerCase()
  if (name === last || account.code.toLowerCase() === last) return 0
  if (name.startsWith(last)) return 1
  if (path.split(':').some((part) => part.startsWith(last))) return 2
  return 3
}

/** The account that a path written out in full means. */
export const accountAtPath = (accounts: readonly AccountRow[], text: string): AccountRow | undefined =>
  accounts.find((account) => account.path.toLowerCase() === text.trim().toLowerCase())
