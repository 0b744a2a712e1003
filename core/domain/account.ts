/** What an account may be called. */
import { ACCOUNT_TYPES, LIMITS, refuse, type AccountType, type Outcome } from '../contract/index.js'
import { checkName, checkText } from './text.js'

export const isAccountType = (text: string): text is AccountType =>
  (ACCOUNT_TYPES as readonly string[]).includes(text)

/** One step of a path. A colon separates steps, and two spaces end a name in the journals of hledger and ledger. */
export function checkAccountName(name: string): Outcome<string> {
  const checked = checkName(name, 'account name', LIMITS.nameLength)
  if (!checked.ok) return checked
  if (name.includes(':')) {
    return refuse(
      'BAD_REQUEST',
      `An account's name cannot contain a colon, which separates it from its parent.`,
      {
        what: 'account name'
      }
    )
  }
  if (/\s\s/.test(name)) {
    return refuse('BAD_REQUEST', `The account name has two spaces in a row; leave one.`, {
      what: 'account name'
    })
  }
  return checked
}

/** A short code to sort by; it may be empty. */
export const checkAccountCode = (code: string): Outcome<string> =>
  checkText(code, 'account code', LIMITS.codeLength, 'line')
