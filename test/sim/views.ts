/** All that a book shows, and what its digest is, as one text each: equal for equal states. */
import type { Roster } from '../../core/authority/roster.js'
import type { Book } from '../../core/book/book.js'
import { hash } from './parts.js'

export const PAGE = { limit: 2000, order: 'oldest' } as const

/** As `BookSession.digest`. */
export function digestOf(book: Book, roster: Roster): string {
  const people = Buffer.from(roster.facts().join('\n'), 'utf8')
  return `${book.digest()} ${Buffer.from(hash(people)).toString('hex')}`
}

/** Lists, balances, conflicts and people, which are kept up to date beside the state that the digest covers. */
export function viewOf(book: Book, roster: Roster): string {
  const accounts = book.accounts()
  const { rows } = book.journal({}, PAGE)
  const parts = [
    book.summary(),
    accounts,
    rows,
    rows.map(({ id }) => book.transaction(id)),
    book.conflicts(),
    book.trialBalance(),
    book.payees('', 20),
    book.notCounted(),
    accounts.map(({ account }) => book.register(account, 'subtree', {}, PAGE).rows.at(-1)?.balanceMinor),
    peopleOf(roster),
    roster.invites()
  ]
  return JSON.stringify(parts, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
}

/** Who is or was a member, in what role, and how it ended. */
export const peopleOf = (roster: Roster): string =>
  roster
    .members()
    .map(({ member, name, role, standing }) => `${name} ${member.slice(0, 6)} ${role} ${standing}`)
    .join(', ')
