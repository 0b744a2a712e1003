/** The longest time for which the engine answers nobody, as its event loop sees it. */
import type { BookId, EngineApi } from '../../core/contract/index.js'
import { OFFLINE, drafts, expectDone, importAll, newBook, openFolder } from './books.js'
import { longestBlock } from './measure.js'
import type { Result } from './report.js'
import { blockResult } from './report.js'

const COUNT = 100_000

export async function measureBlocking(folder: string): Promise<Result[]> {
  const results: Result[] = []
  const made = await openFolder(folder, OFFLINE)
  const book = await newBook(made.api)
  const rows = drafts(book, COUNT)
  const { blockedMs } = await longestBlock(() => importAll(made.api, book, rows))
  results.push(blockResult('while 100,000 rows are imported', blockedMs))
  await made.engine.close()

  const searched = await blockedBy(folder, book.book, (api) =>
    api.journal({ book: book.book, filter: { search: 'Payee 7' }, limit: 100 })
  )
  results.push(blockResult('while 100,000 transactions are opened', searched.openingMs))
  results.push(blockResult('by the first search after that', searched.askingMs))
  const listed = await blockedBy(folder, book.book, (api) =>
    api.register({ book: book.book, account: book.expenses, scope: 'subtree', limit: 100 })
  )
  results.push(blockResult('by the first register of a subtree after that', listed.askingMs))
  return results
}

/** Opens the book, and asks at once. */
async function blockedBy(
  folder: string,
  book: BookId,
  ask: (api: EngineApi) => Promise<unknown>
): Promise<{ readonly openingMs: number; readonly askingMs: number }> {
  const opening = await longestBlock(async () => {
    const opened = await openFolder(folder, OFFLINE)
    expectDone(await opened.api.trialBalance({ book }))
    return opened
  })
  const { engine, api } = opening.value
  const asking = await longestBlock(() => ask(api))
  await engine.close()
  return { openingMs: opening.blockedMs, askingMs: asking.blockedMs }
}
