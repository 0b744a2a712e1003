/**
 * The sign that an account's balance is shown with: what it is there to hold counts as more. A debit is positive in
 * the book; so what is owed, earned or put in (liability, income, equity) is turned around where an account speaks
 * for itself: in the tree, in its register, in the overview. The lines of an entry keep the book's sign.
 */
import type { AccountType } from '../../core/contract/index.js'

const TURNED: readonly AccountType[] = ['liability', 'equity', 'income']

export function natural<Amount extends number | bigint>(type: AccountType, amountMinor: Amount): Amount {
  if (!TURNED.includes(type) || !amountMinor) return amountMinor
  return -amountMinor as Amount
}
