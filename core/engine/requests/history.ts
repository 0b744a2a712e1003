/** Requests about what was done: activity, comments, and what does not count. */
import { done, refuse, type NotCountedRow } from '../../contract/index.js'
import type { NotCounted } from '../../book/book.js'
import { activity, kindOf } from '../activity.js'
import type { BookSession } from '../book-session.js'
import type { EngineParts } from '../parts.js'
import { inSession, one } from './accounts.js'
import type { Handlers } from './handlers.js'

export const historyHandlers = ({
  library
}: EngineParts): Handlers<'notCounted' | 'adopt' | 'comment' | 'activity'> => ({
  notCounted: ({ book }) =>
    inSession(library.session(book), (session) => {
      const rows = session.book.notCounted().map((each) => notCountedRow(session, each))
      return done(rows.reverse())
    }),

  adopt: ({ book, place }) =>
    inSession(library.session(book), async (session) => {
      const allowed = session.allows('adopt')
      if (!allowed.ok) return allowed
      if (session.book.adopted(place))
        return refuse('NOT_ADOPTABLE', 'Someone made this count already.', { place })
      const written = await session.write(() => one(session.book.draftAdopt(place)))
      return written.ok ? done(null) : written
    }),

  comment: ({ book, id, text }) =>
    inSession(library.session(book), async (session) => {
      const allowed = session.allows('comment')
      if (!allowed.ok) return allowed
      const written = await session.write(() => one(session.book.draftComment(id, text)))
      return written.ok ? done(null) : written
    }),

  activity: ({ book, ...filter }) =>
    inSession(library.session(book), async (session) => done(await activity(session, filter)))
})

function notCountedRow(session: BookSession, { place, origin, operation, code }: NotCounted): NotCountedRow {
  const { author, device, wallMs } = origin
  const isChange = operation.kind === 'amend' || operation.kind === 'void'
  const changed = isChange ? operation.replaces.map((id) => session.book.transactionOf(id)) : []
  return {
    place,
    code,
    kind: kindOf(operation, author),
    author,
    authorName: session.roster.memberName(author),
    deviceName: session.deviceName(device),
    wallMs,
    content:
      operation.kind === 'post' || operation.kind === 'amend'
        ? {
            date: operation.date,
            payee: operation.payee,
            note: operation.note,
            postings: session.book.postingRows(operation)
          }
        : null,
    transaction: changed.find((id) => id !== null) ?? null,
    adoptable: session.allows('adopt').ok && session.book.draftAdopt(place).ok ? 'yes' : 'no'
  }
}
