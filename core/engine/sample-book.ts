/** Writes the sample book: made-up entries, never shared. */
import { type CurrencyCode, type Outcome } from '../contract/index.js'
import type { TemplateLanguage } from '../domain/templates.js'
import type { BookSession } from './book-session.js'
import { foundBook } from './found-book.js'

export function writeSample(session: BookSession, language: TemplateLanguage): Promise<Outcome<null>> {
  const name = language === 'en' ? 'Sample book' : '示例账本'
  const memberName = language === 'en' ? 'You' : '你'
  return foundBook(session, {
    name,
    currency: 'EUR' as CurrencyCode,
    template: 'household',
    language,
    memberName
  })
}
