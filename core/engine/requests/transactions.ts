import { nextTurn } from '../../log/event-loop.js'
import {
  done,
  LIMITS,
  refuse,
  type Outcome,
  type TransactionId,
  type TransactionRow
} from '../../contract/index.js'
import type { Operation } from '../../ops/operations.js'
import { packRuns } from '../../ops/packing.js'
import { placeOf } from '../../ops/place.js'
import type { BookSession, Written } from '../book-session.js'
import { exportBook } from '../export-book.js'
import type { EngineParts } from '../parts.js'
import { heldBy } from '../sync-status.js'
import { inSlices, slicer, stepwise } from '../slices.js'
import { inSession, one } from './accounts.js'
import type { Handlers } from './handlers.js'

/**
 * What is written and read at once: an entry of so many operations takes some milliseconds to fold, and some tens in a
 * process that has just begun. Half as many would slow an import by a tenth.
 */
const IMPORT_LIMITS = { blockBytes: LIMITS.blockBytes, operationsPerEntry: 512 }

type TransactionRequests =
  | 'post'
  | 'postMany'
  | 'amend'
  | 'void'
  | 'resolve'
  | 'journal'
  | 'journalPosition'
  | 'register'
  | 'transaction'
  | 'findTransaction'
  | 'conflicts'
  | 'trialBalance'
  | 'payees'
  | 'exportBook'

export const transactionHandlers = ({ library }: EngineParts): Handlers<TransactionRequests> => ({
  post: ({ book, transaction }) =>
    inSession(library.session(book), async (session) => {
      const allowed = session.allows('post')
      if (!allowed.ok) return allowed
      const written = await session.write(() => {
        const content = session.book.checkDraft(transaction)
        return content.ok ? done([{ kind: 'post', ...content.value }]) : content
      })
      if (!written.ok) return written
      return transactionRow(session, placeOf<TransactionId>(written.value.log, written.value.index, 0))
    }),

  postMany: ({ book, transactions }) =>
    inSession(library.session(book), async (session) => {
      const allowed = session.allows('post')
      if (!allowed.ok) return allowed
      const ops: Operation[] = []
      const pause = slicer()
      for (const [row, draft] of transactions.entries()) {
        const content = session.book.checkDraft(draft)
        if (!content.ok)
          return refuse(content.error.code, content.error.message, { ...content.error.details, row })
        ops.push({ kind: 'post', ...content.value })
        await pause()
      }
      const writing: Promise<Outcome<Written>>[] = []
      for (const run of packRuns(ops, IMPORT_LIMITS)) {
        // Each becomes part of the book when its turn comes: one of them at a time, and none with the packing.
        await nextTurn()
        writing.push(session.write(() => done(run)))
        await nextTurn()
      }
      const written = await Promise.all(writing)
      const failed = written.find((outcome) => !outcome.ok)
      if (failed && !failed.ok) return failed
      const [first] = written
      if (!first?.ok) throw new Error('nothing was written')
      return done({
        posted: ops.length,
        first: placeOf<TransactionId>(first.value.log, first.value.index, 0)
      })
    }),

  amend: ({ book, id, transaction }) =>
    inSession(library.session(book), (session) =>
      change(session, 'amend', id, () => session.book.draftAmend(id, transaction))
    ),

  void: ({ book, id, reason = '' }) =>
    inSession(library.session(book), (session) =>
      change(session, 'void', id, () => session.book.draftVoid(id, reason))
    ),

  resolve: ({ book, id, keep }) =>
    inSession(library.session(book), (session) =>
      change(session, 'amend', id, () => session.book.draftResolve(id, keep))
    ),

  journal: ({ book, filter = {}, offset, limit, order }) =>
    inSession(library.session(book), async (session) => {
      await stepwise(session.book.preparingJournal(filter))
      return done(session.book.journal(filter, { offset, limit, order }))
    }),

  journalPosition: ({ book, id, filter = {}, order }) =>
    inSession(library.session(book), async (session) => {
      await stepwise(session.book.preparingJournal(filter))
      return done(session.book.journalPosition(id, filter, order))
    }),

  register: ({ book, account, scope, filter = {}, offset, limit, order }) =>
    inSession(library.session(book), async (session) => {
      await stepwise(session.book.preparingRegister(account, scope, filter))
      return done(session.book.register(account, scope, filter, { offset, limit, order }))
    }),

  transaction: ({ book, id }) =>
    inSession(library.session(book), (session) => {
      const detail = session.book.transaction(id)
      if (!detail.ok) return detail
      const { shownIn, ...known } = detail.value
      return done({ ...known, heldBy: heldBy(session, shownIn) })
    }),

  findTransaction: ({ book, prefix }) =>
    inSession(library.session(book), ({ book: b }) => b.findTransaction(prefix)),

  conflicts: ({ book }) => inSession(library.session(book), ({ book: b }) => done(b.conflicts())),

  trialBalance: ({ book, at }) =>
    inSession(library.session(book), async (session) => {
      if (at !== undefined) await inSlices((isTimeUp) => session.book.balanceWork(isTimeUp))
      return done(session.book.trialBalance(at ?? null))
    }),

  payees: ({ book, text, limit }) =>
    inSession(library.session(book), ({ book: b }) => done(b.payees(text, limit))),

  exportBook: ({ book, format }) =>
    inSession(library.session(book), async (session) => done(await exportBook(session, format)))
})

/** Amends or voids: whose transaction it is decides whether the person may. */
async function change(
  session: BookSession,
  action: 'amend' | 'void',
  id: TransactionId,
  draft: () => Outcome<Operation>
): Promise<Outcome<TransactionRow>> {
  const found = session.book.transaction(id)
  if (!found.ok) return found
  const owner = found.value.history[0]?.author
  const allowed = session.allows(action, owner === session.options.identity.memberId ? 'own' : 'others')
  if (!allowed.ok) return allowed
  const written = await session.write(() => one(draft()))
  return written.ok ? transactionRow(session, id) : written
}

function transactionRow(session: BookSession, id: TransactionId): Outcome<TransactionRow> {
  const detail = session.book.transaction(id)
  return detail.ok ? done(detail.value.transaction) : detail
}
