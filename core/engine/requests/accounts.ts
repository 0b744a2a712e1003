import { done, type AccountId, type AccountRow, type Outcome } from '../../contract/index.js'
import type { Operation } from '../../ops/operations.js'
import { placeOf } from '../../ops/place.js'
import type { BookSession } from '../book-session.js'
import type { EngineParts } from '../parts.js'
import type { Handlers } from './handlers.js'

export const accountHandlers = ({
  library
}: EngineParts): Handlers<'accounts' | 'addAccount' | 'editAccount'> => ({
  async accounts({ book }) {
    const session = await library.session(book)
    return session.ok ? done(session.value.book.accounts()) : session
  },

  async addAccount({ book, name, type, parent, code, currency }) {
    return inSession(library.session(book), async (session) => {
      const allowed = session.allows('createAccount')
      if (!allowed.ok) return allowed
      const written = await session.write(() =>
        one(session.book.draftAccount({ name, type, parent: parent ?? null, code, currency: currency ?? null }))
      )
      if (!written.ok) return written
      return row(session, placeOf<AccountId>(written.value.log, written.value.index, 0))
    })
  },

  async editAccount({ book, account, ...changes }) {
    return inSession(library.session(book), async (session) => {
      const allowed = session.allows('editAccount')
      if (!allowed.ok) return allowed
      const written = await session.write(() => one(session.book.draftAccountEdit(account, changes)))
      return written.ok ? row(session, account) : written
    })
  }
})

function row(session: BookSession, account: AccountId): Outcome<AccountRow> {
  const found = session.book.accounts().find((a) => a.account === account)
  if (!found) throw new Error(`an account that was just written is not there: ${account}`)
  return done(found)
}

/** One operation as an entry's. */
export const one = (drafted: Outcome<Operation>): Outcome<readonly Operation[]> =>
  drafted.ok ? done([drafted.value]) : drafted

/** Goes on with an open book, or says why it is not open. */
export async function inSession<T>(
  opening: Promise<Outcome<BookSession>>,
  work: (session: BookSession) => Promise<Outcome<T>> | Outcome<T>
): Promise<Outcome<T>> {
  const session = await opening
  return session.ok ? work(session.value) : session
}
