/** What a book of ten times as many transactions costs: posts and register pages the same, opening ten times as much. */
import path from 'node:path'
import type { AccountId } from '../../core/contract/index.js'
import type { NewBook, OpenBook } from './books.js'
import { OFFLINE, drafts, expectDone, importAll, newBook, openFolder } from './books.js'
import { medians, percentile, timeMs } from './measure.js'
import type { Result } from './report.js'
import { flat } from './report.js'

const COUNTS = { small: 10_000, large: 100_000 } as const
const POSTS = 200
const PAGES = 100
const ROUNDS = 5

interface Grown extends OpenBook {
  readonly book: NewBook
  readonly account: AccountId
  readonly count: number
}

async function grow(folder: string, count: number): Promise<Grown> {
  const open = await openFolder(folder, OFFLINE)
  const book = await newBook(open.api)
  await importAll(open.api, book, drafts(book, count))
  const account = book.draft(0).postings[1]?.account as AccountId
  return { ...open, book, account, count }
}

/** Milliseconds for one post, one after the other. */
async function post({ api, book }: Grown): Promise<number> {
  const takenMs = await timeMs(async () => {
    for (let i = 0; i < POSTS; i++) {
      expectDone(await api.post({ book: book.book, transaction: book.draft(i) }))
    }
  })
  return takenMs / POSTS
}

/** Milliseconds for a page of a register, the 95th percentile. */
async function page({ api, book, account, count }: Grown): Promise<number> {
  const taken: number[] = []
  for (let i = 0; i < PAGES; i++) {
    const offset = (i * 7919) % (count - 100)
    const request = { book: book.book, account, scope: 'own', offset, limit: 100, order: 'newest' } as const
    taken.push(await timeMs(async () => expectDone(await api.register(request))))
  }
  return percentile(taken, 0.95)
}

export async function measureGrowing(folder: string): Promise<Result[]> {
  const small = await grow(path.join(folder, 'small'), COUNTS.small)
  const large = await grow(path.join(folder, 'large'), COUNTS.large)
  const taken = await medians(ROUNDS, {
    smallPost: () => post(small),
    largePost: () => post(large),
    smallPage: () => page(small),
    largePage: () => page(large)
  })
  await small.engine.close()
  await large.engine.close()
  const open =
    (name: string, { book }: Grown) =>
    async (): Promise<number> => {
      const begunMs = performance.now()
      const { engine, api } = await openFolder(path.join(folder, name), OFFLINE)
      expectDone(await api.trialBalance({ book: book.book }))
      const takenMs = performance.now() - begunMs
      await engine.close()
      return takenMs
    }
  const opened = await medians(ROUNDS, { small: open('small', small), large: open('large', large) })
  return [
    flat('a durable post', 'flat', taken.smallPost, taken.largePost),
    flat('a register page, p95', 'flat', taken.smallPage, taken.largePage),
    flat('opening, in a running process', 'linear', opened.small, opened.large)
  ]
}
