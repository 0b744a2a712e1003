/** Finds what a person named: a book, an account, a transaction, a version. Never guesses between two. */
import { done, refuse } from '../contract/index.js'
import type {
  AccountRow,
  BookId,
  BookSummary,
  ConflictRow,
  EngineApi,
  Outcome,
  TransactionId,
  VersionId
} from '../contract/index.js'

/** By id, by the beginning of an id, or by name; without any of these, the only book there is. */
export async function findBook(api: EngineApi, named: string | undefined): Promise<Outcome<BookSummary>> {
  const books = await api.books({})
  if (!books.ok) return books
  if (books.value.length === 0) {
    return refuse('BOOK_UNKNOWN', 'There is no book here yet. Make one with "guildbook create", or join one.')
  }
  if (named === undefined) {
    const only = books.value.length === 1 ? books.value[0] : undefined
    if (only) return done(only)
    return refuse(
      'BOOK_AMBIGUOUS',
      `There are several books here; say which with --book: ${list(books.value)}.`
    )
  }
  const found = firstThatMatch(books.value, [
    (book) => book.book === named,
    (book) => book.name === named,
    (book) => fold(book.name) === fold(named),
    (book) => named.length >= 4 && book.book.startsWith(named.toLowerCase())
  ])
  if (found.length === 1 && found[0]) return done(found[0])
  if (found.length > 1) {
    return refuse('BOOK_AMBIGUOUS', `"${named}" is more than one book; name it by its id: ${list(found)}.`, {
      named
    })
  }
  return refuse('BOOK_UNKNOWN', `There is no book "${named}" here. There are: ${list(books.value)}.`, { named })
}

/** By its full path, `Expenses:Food`; capitals matter only where two differ in nothing else. */
export function findAccount(accounts: readonly AccountRow[], path: string): Outcome<AccountRow> {
  const found = firstThatMatch(accounts, [
    (account) => account.path === path,
    (account) => fold(account.path) === fold(path)
  ])
  if (found.length === 1 && found[0]) return done(found[0])
  if (found.length > 1) {
    const paths = found.map((account) => account.path).join(', ')
    return refuse('ACCOUNT_AMBIGUOUS', `"${path}" is more than one account: ${paths}.`, { account: path })
  }
  const like = accounts.filter((account) => fold(account.path).endsWith(fold(path))).slice(0, 3)
  const hint = like.length > 0 ? ` Did you mean ${like.map((account) => account.path).join(' or ')}?` : ''
  return refuse('ACCOUNT_UNKNOWN', `There is no account "${path}".${hint}`, { account: path })
}

/** By its id or an unambiguous beginning of it. */
export function findTransaction(api: EngineApi, book: BookId, named: string): Promise<Outcome<TransactionId>> {
  return api.findTransaction({ book, prefix: named })
}

/** A place as people see and type it: the beginning of its log, and the rest in full. */
export const shortId = (place: string): string => place.slice(0, SHORT_LOG) + place.slice(place.indexOf('-'))
const SHORT_LOG = 6

/** One of a conflict's heads: by its id or the beginning of it, or by its number as `conflicts` lists it. */
export function findHead(conflict: ConflictRow, named: string): Outcome<VersionId> {
  const numbered = /^[1-9]\d?$/.test(named) ? conflict.heads[Number(named) - 1] : undefined
  if (numbered) return done(numbered.version)
  const found = firstThatMatch(conflict.heads, [
    (head) => head.version === named,
    (head) => head.version.startsWith(named),
    (head) => shortId(head.version).startsWith(named)
  ])
  if (found.length === 1 && found[0]) return done(found[0].version)
  const choice = conflict.heads.map((head) => shortId(head.version)).join(', ')
  return refuse('VERSION_UNKNOWN', `"${named}" is not one of the versions in conflict: ${choice}.`, { named })
}

/** What the first of the tests finds that finds anything. */
function firstThatMatch<T>(items: readonly T[], tests: readonly ((item: T) => boolean)[]): readonly T[] {
  for (const test of tests) {
    const found = items.filter(test)
    if (found.length > 0) return found
  }
  return []
}

const fold = (text: string): string => text.normalize('NFC').toLowerCase()

const list = (books: readonly BookSummary[]): string =>
  books.map((book) => `${book.name} (${book.book.slice(0, 8)})`).join(', ')
