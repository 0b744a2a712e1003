/** Checks the shape of a request; that of a long import row by row, so that others have a turn meanwhile. */
import * as v from 'valibot'
import { done, refuse, type Outcome, type RequestName } from '../../contract/index.js'
import { slicer } from '../slices.js'
import { DraftSchema, ImportSchema, SCHEMAS } from './schemas.js'

/** Rows that are checked at once. */
const FEW = 64

/** Refuses with BAD_REQUEST what is not of the shape, and says the first thing that is wrong and where. */
export function checkShape(name: RequestName, body: unknown): Outcome<unknown> | Promise<Outcome<unknown>> {
  // A list without elements would pass for an object without entries.
  if (Array.isArray(body)) return refuse('BAD_REQUEST', 'A request is no list.', { request: name })
  if (name === 'postMany' && isLong(body)) return checkRows(body)
  const checked = v.safeParse(SCHEMAS[name] as v.GenericSchema, body)
  return checked.success ? done(checked.output) : wrong(name, checked.issues)
}

const isLong = (body: unknown): boolean =>
  typeof body === 'object' &&
  body !== null &&
  'transactions' in body &&
  Array.isArray(body.transactions) &&
  body.transactions.length > FEW

async function checkRows(body: unknown): Promise<Outcome<unknown>> {
  const around = v.safeParse(ImportSchema, body)
  if (!around.success) return wrong('postMany', around.issues)
  const transactions: unknown[] = []
  const pause = slicer()
  for (const [index, row] of around.output.transactions.entries()) {
    const checked = v.safeParse(DraftSchema, row)
    if (!checked.success) return wrong('postMany', checked.issues, `transactions.${index}`)
    transactions.push(checked.output)
    await pause()
  }
  return done({ ...around.output, transactions })
}

/** What is wrong first, and where: below `place`, if that is given. */
function wrong(
  request: RequestName,
  issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]],
  place?: string
): Outcome<never> {
  const path = [place, v.getDotPath(issues[0])].filter(Boolean).join('.')
  const { message } = issues[0]
  return refuse('BAD_REQUEST', path ? `${path}: ${message}` : message, { request })
}
