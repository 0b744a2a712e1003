/** Writes the sample book: made-up entries, never shared. */
import { done, type IsoDate, type Outcome } from '../contract/index.js'
import { sampleBook } from '../domain/sample.js'
import type { TemplateLanguage } from '../domain/templates.js'
import type { Operation } from '../ops/operations.js'
import { packEntries } from '../ops/packing.js'
import type { BookSession } from './book-session.js'
import { foundBook } from './found-book.js'

/** `last`: the sample's year ends with this day. */
export async function writeSample(
  session: BookSession,
  language: TemplateLanguage,
  last: IsoDate
): Promise<Outcome<null>> {
  const { name, memberName, currency, template, transactions } = sampleBook(last, language)
  const founded = await foundBook(session, { name, currency, template, language, memberName })
  if (!founded.ok) return founded
  const accounts = new Map(session.book.accounts().map(({ path, account }) => [path, account]))
  const ops: Operation[] = []
  for (const { postings, ...rest } of transactions) {
    const drafts = postings.map(({ path, ...posting }) => {
      const account = accounts.get(path)
      if (!account) throw new Error(`the template has no account ${path}`)
      return { ...posting, account }
    })
    const content = session.book.checkDraft({ ...rest, postings: drafts })
    if (!content.ok) return content
    ops.push({ kind: 'post', ...content.value })
  }
  for (const run of packEntries(ops)) {
    const written = await session.write(() => done(run))
    if (!written.ok) return written
  }
  return done(null)
}
