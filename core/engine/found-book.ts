/** The first entry of a book. */
import { done, type CurrencyCode, type LogId, type Outcome, type Template } from '../contract/index.js'
import { templateAccounts, type AccountSeed, type TemplateLanguage } from '../domain/templates.js'
import type { Operation } from '../ops/operations.js'
import { placeOf } from '../ops/place.js'
import type { BookSession } from './book-session.js'

export interface Founding {
  readonly name: string
  readonly currency: CurrencyCode
  readonly template: Template | undefined
  readonly language: TemplateLanguage
  readonly memberName: string
}

/** The first entry of a book: its name and currency, its founder's name, and the template's accounts. */
export async function foundBook(session: BookSession, founding: Founding): Promise<Outcome<null>> {
  const { name, currency, template, language, memberName } = founding
  const member = session.options.identity.memberId
  const written = await session.write((log, index) => {
    const ops: Operation[] = [
      { kind: 'setBook', name, currency },
      { kind: 'admit', member, role: 'owner', name: memberName, invite: null }
    ]
    if (template) addAccounts(ops, templateAccounts(template, language), { log, index })
    return done(ops)
  })
  return written.ok ? done(null) : written
}

/** Adds the accounts of a tree, each naming its parent by the place that it will have in this entry. */
function addAccounts(
  ops: Operation[],
  seeds: readonly AccountSeed[],
  at: { readonly log: LogId; readonly index: number },
  parent: Extract<Operation, { kind: 'createAccount' }>['parent'] = null
): void {
  for (const { name, type, code, children } of seeds) {
    const place = placeOf<NonNullable<typeof parent>>(at.log, at.index, ops.length)
    ops.push({ kind: 'createAccount', name, type, parent, code, currency: null })
    addAccounts(ops, children, at, place)
  }
}
