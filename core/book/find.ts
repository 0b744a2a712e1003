/** Finds a transaction by the beginning of its id, as a person would type it. */
import { done, LIMITS, refuse, type LogId, type Outcome, type TransactionId } from '../contract/index.js'
import { unknownTransaction } from './drafts.js'
import type { State } from './state.js'

/** The log's beginning, the entry's index in full and, where the entry has several, the operation. */
const SHORTENED = /^([a-z0-9]+)-(\d{1,15})(?:-(\d{1,4}))?$/

/**
 * Takes a whole id, of the transaction or of any of its versions; an id of which the log's part is shortened
 * (`ybnd-12-0`, `ybnd-12`); or the beginning of an id. Refuses with TRANSACTION_AMBIGUOUS when it may be several.
 */
export function findTransaction(state: State, prefix: string): Outcome<TransactionId> {
  const typed = prefix.trim()
  const version = state.versions.get(typed)
  if (version) return done(version.transaction.id)
  const short = shortened(state, typed)
  const found = short.size > 0 ? short : beginning(state, typed)
  const [first, second] = found
  if (first && second) {
    return refuse('TRANSACTION_AMBIGUOUS', `"${typed}" may be ${first} or ${second}; write more of it.`, {
      id: typed
    })
  }
  return first ? done(first) : unknownTransaction(typed)
}

function shortened(state: State, typed: string): Set<TransactionId> {
  const found = new Set<TransactionId>()
  const match = SHORTENED.exec(typed)
  if (!match) return found
  const [, logBeginning = '', index, operation] = match
  const add = (log: LogId, at: number): void => {
    const version = state.versions.at(log, Number(index), at)
    if (version) found.add(version.transaction.id)
  }
  for (const log of state.applied.keys()) {
    if (!log.startsWith(logBeginning)) continue
    if (operation !== undefined) add(log, Number(operation))
    else for (let at = 0; at < LIMITS.operationsPerEntry && found.size < 2; at++) add(log, at)
  }
  return found
}

function beginning(state: State, typed: string): Set<TransactionId> {
  const found = new Set<TransactionId>()
  if (typed === '') return found
  for (const { id } of state.ledger.transactions.toArray()) {
    if (!id.startsWith(typed)) continue
    found.add(id)
    if (found.size > 1) break
  }
  return found
}
