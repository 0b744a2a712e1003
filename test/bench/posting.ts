/** Durable posts beside plain Hypercore appends that are as durable; a packed import beside as many blocks. */
import path from 'node:path'
import type { AccountId, LogId } from '../../core/contract/index.js'
import { encodeEntry } from '../../core/ops/codec.js'
import type { Operation } from '../../core/ops/operations.js'
import { packEntries } from '../../core/ops/packing.js'
import type { NewBook } from './books.js'
import { drafts, expectDone, importAll, newBook, OFFLINE, openFolder } from './books.js'
import { DurableCore } from './hypercores.js'
import { medians, rate, timeMs } from './measure.js'
import type { Result } from './report.js'
import { ms, perSecond } from './report.js'

const POSTS = 600
const TOGETHER = 64
const ROUNDS = 6
const IMPORT_ROUNDS = 3
export const IMPORTED = 100_000
/** What the API of Actual Budget imports in a second, durably; measured by the design, not here. */
const ACTUAL_PER_SECOND = 2500

/** The blocks that these transactions become. */
export function blocksOf(book: NewBook, count: number, perEntry: number): Uint8Array[] {
  const ops = drafts(book, count).map((draft): Operation => {
    const { date, payee, note = '', tags = [] } = draft
    const postings = draft.postings.map(({ account, amountMinor, currency }) => ({
      ...{ account, amountMinor, currency },
      value: null,
      note: ''
    }))
    return { kind: 'post', date, payee, note, tags, postings }
  })
  const own = String(book.draft(0).postings[0]?.account as AccountId).split('-')[0] as LogId
  const runs = perEntry === 1 ? ops.map((op) => [op]) : packEntries(ops)
  return runs.map((run, i) =>
    encodeEntry({ version: 1, lamport: i + 2, wallMs: Date.now(), deps: [], ops: run }, own)
  )
}

export async function measurePosts(folder: string): Promise<Result[]> {
  const plain = await DurableCore.open(path.join(folder, 'plain'))
  const { engine, api } = await openFolder(path.join(folder, 'posts'), OFFLINE)
  const book = await newBook(api)
  const blocks = blocksOf(book, POSTS, 1)
  const results: Result[] = []
  for (const [together, work] of [
    [1, 'durable posts, one at a time'],
    [TOGETHER, `durable posts, ${TOGETHER} at a time`]
  ] as const) {
    const { ours, theirs } = await medians(ROUNDS, {
      ours: () =>
        rate(
          POSTS,
          together,
          async (i) => void expectDone(await api.post({ book: book.book, transaction: book.draft(i) }))
        ),
      theirs: () => rate(POSTS, together, (i) => plain.append(blocks[i] as Uint8Array))
    })
    results.push({
      work,
      ours: perSecond(ours),
      peer: 'Hypercore append, as durable',
      theirs: perSecond(theirs),
      ratio: ours / theirs,
      bar: 0.7
    })
  }
  await engine.close()
  await plain.close()
  return results
}

/** Leaves a book of 100,000 transactions in `folder`/large. */
export async function measureImport(
  folder: string
): Promise<{ readonly results: Result[]; readonly book: NewBook }> {
  const plain = await DurableCore.open(path.join(folder, 'plain-import'))
  const books: NewBook[] = []
  let blocks: Uint8Array[] = []
  const { ours: oursMs, theirs: theirsMs } = await medians(IMPORT_ROUNDS, {
    ours: async (round) => {
      const { engine, api } = await openFolder(
        path.join(folder, round === 0 ? 'large' : `large-${round}`),
        OFFLINE
      )
      const book = await newBook(api)
      const rows = drafts(book, IMPORTED)
      blocks = blocksOf(book, IMPORTED, IMPORTED)
      const takenMs = await timeMs(() => importAll(api, book, rows))
      await engine.close()
      books.push(book)
      return takenMs
    },
    theirs: () => timeMs(() => plain.append(blocks))
  })
  await plain.close()
  const [book] = books
  if (!book) throw new Error('nothing was imported')
  const perSecondOurs = (IMPORTED * 1000) / oursMs
  const work = `import of ${IMPORTED.toLocaleString('en')} rows, durable`
  const results: Result[] = [
    {
      work,
      ours: ms(oursMs),
      peer: `Hypercore append of the ${blocks.length} blocks, as durable: nothing checked, nothing indexed`,
      theirs: ms(theirsMs),
      ratio: theirsMs / oursMs,
      bar: null
    },
    {
      work,
      ours: perSecond(perSecondOurs),
      peer: "Actual Budget's API, the design's figure",
      theirs: perSecond(ACTUAL_PER_SECOND),
      ratio: perSecondOurs / ACTUAL_PER_SECOND,
      bar: 20
    }
  ]
  return { results, book }
}

/** A book of fewer transactions, in `folder`/`name`. */
export async function importBook(folder: string, name: string, count: number): Promise<NewBook> {
  const { engine, api } = await openFolder(path.join(folder, name), OFFLINE)
  const book = await newBook(api)
  await importAll(api, book, drafts(book, count))
  await engine.close()
  return book
}
