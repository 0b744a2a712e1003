import { done, LIMITS, refuse, type BookSummary, type IsoDate } from '../../contract/index.js'
import { isCurrency } from '../../domain/currency.js'
import { checkName } from '../../domain/text.js'
import type { BookSession } from '../book-session.js'
import type { EngineParts } from '../parts.js'
import { foundBook } from '../found-book.js'
import { writeSample } from '../sample-book.js'
import type { Handlers } from './handlers.js'

type BookRequests = 'books' | 'createBook' | 'createSampleBook' | 'forgetBook' | 'renameBook'

export const bookHandlers = (parts: EngineParts): Handlers<BookRequests> => ({
  async books() {
    return done((await parts.library.sessions()).map(summaryOf))
  },

  async createBook({ name, currency, template, language = 'en', memberName }) {
    const named = checkName(name, "book's name", LIMITS.nameLength)
    if (!named.ok) return named
    const member = checkName(memberName, 'your name', LIMITS.nameLength)
    if (!member.ok) return member
    if (!isCurrency(currency)) return unknownCurrency(currency)
    await parts.changeSettings({ memberName })
    const created = await parts.library.create('shared')
    if (!created.ok) return created
    const session = created.value
    const founded = await foundBook(session, { name, currency, template, language, memberName })
    return founded.ok ? done(summaryOf(session)) : founded
  },

  async createSampleBook({ language }) {
    for (const session of await parts.library.sessions()) {
      if (session.kind === 'sample') return done(summaryOf(session))
    }
    const created = await parts.library.create('sample')
    if (!created.ok) return created
    const today = new Date().toISOString().slice(0, 10) as IsoDate
    const written = await writeSample(created.value, language, today)
    return written.ok ? done(summaryOf(created.value)) : written
  },

  async forgetBook({ book, confirmName }) {
    const session = await parts.library.session(book)
    if (!session.ok) return session
    const { name } = session.value.book.summary()
    if (session.value.kind === 'shared' && confirmName.trim() !== name) {
      return refuse('BAD_REQUEST', `Write the book's name to confirm: ${name}`, { name })
    }
    await parts.forget(book)
    return done(null)
  },

  async renameBook({ book, name }) {
    const session = await parts.library.session(book)
    if (!session.ok) return session
    const allowed = session.value.allows('setBook')
    if (!allowed.ok) return allowed
    const written = await session.value.write(() => {
      const drafted = session.value.book.draftSettings({ name })
      return drafted.ok ? done([drafted.value]) : drafted
    })
    return written.ok ? done(summaryOf(session.value)) : written
  }
})

export function summaryOf(session: BookSession): BookSummary {
  const { name, currency, transactions } = session.book.summary()
  const member = session.options.identity.memberId
  const me = { member, name: session.roster.memberName(member), role: session.role }
  return { book: session.id, name, currency, me, kind: session.kind, transactions, farewell: session.farewell }
}

const unknownCurrency = (currency: string) =>
  refuse('CURRENCY_UNKNOWN', `"${currency}" is not a currency code; write one such as EUR.`, { currency })
