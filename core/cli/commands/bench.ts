/** `bench`: a short measurement of this machine, in a temporary folder that is removed afterwards. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import Corestore from 'corestore'
import { clientOver, done } from '../../contract/index.js'
import type {
  AccountId,
  BookId,
  CurrencyCode,
  EngineApi,
  IsoDate,
  Outcome,
  TransactionDraft
} from '../../contract/index.js'
import type { Engine } from '../../engine/engine.js'
import { Durability } from '../../log/durability.js'
import type { Cli } from '../cli.js'
import { UsageError, answer, table } from '../output.js'

const SINGLE_POSTS = 1000
/** Posts under way at once where many people, or one script, post together. */
const TOGETHER = 64
/** Transactions of one `postMany`. */
const PORTION = 2000
/** About what one transaction's entry takes. */
const BLOCK_BYTES = 200

export interface BenchResult {
  readonly transactions: number
  readonly postsPerSecond: number
  readonly postsTogetherPerSecond: number
  readonly appendsPerSecond: number
  readonly appendsTogetherPerSecond: number
  readonly importedPerSecond: number
  readonly openMs: number
  readonly trialBalanceMs: number
}

/** Durable posts against plain Hypercore appends made as durable, packed import, and opening. */
export async function bench(cli: Cli, options: { readonly transactions: string }) {
  if (!/^[1-9]\d{0,6}$/.test(options.transactions)) {
    throw new UsageError(`--transactions is no count: ${options.transactions}`)
  }
  const folder = await mkdtemp(path.join(os.tmpdir(), 'guildbook-bench-'))
  try {
    const appends = await measureAppends(path.join(folder, 'plain'))
    const measured = await measureBook(cli, path.join(folder, 'book'), Number(options.transactions))
    if (!measured.ok) return measured
    const result: BenchResult = { transactions: Number(options.transactions), ...appends, ...measured.value }
    return answer(result, () => benchText(result))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Plain Hypercore, each append synced to disk before it counts. */
async function measureAppends(folder: string) {
  const store = new Corestore(folder)
  await store.ready()
  const core = store.get({ name: 'plain' })
  await core.ready()
  const durability = new Durability(store, folder)
  const append = async (index: number): Promise<void> => {
    await core.append(Buffer.alloc(BLOCK_BYTES, index))
    await durability.synced()
  }
  const appendsPerSecond = await rate(SINGLE_POSTS, 1, append)
  const appendsTogetherPerSecond = await rate(SINGLE_POSTS, TOGETHER, append)
  await durability.close()
  await store.close()
  return { appendsPerSecond, appendsTogetherPerSecond }
}

type Measured = Omit<BenchResult, 'transactions' | 'appendsPerSecond' | 'appendsTogetherPerSecond'>

async function measureBook(cli: Cli, folder: string, transactions: number): Promise<Outcome<Measured>> {
  const { openEngine } = await import('../../engine/open.js')
  const open = (): Promise<Outcome<Engine>> => openEngine({ ...cli.engineOptions('off'), folder })
  const first = await open()
  if (!first.ok) return first
  const api = clientOver(first.value)
  const made = await newBook(api)
  if (!made.ok) return made
  const { book, draft } = made.value

  const post = async (index: number): Promise<void> => {
    expectDone(await api.post({ book, transaction: draft(index) }))
  }
  const postsPerSecond = await rate(SINGLE_POSTS, 1, post)
  const postsTogetherPerSecond = await rate(SINGLE_POSTS, TOGETHER, post)
  const portions = Math.ceil(transactions / PORTION)
  const importedPerSecond =
    PORTION *
    (await rate(portions, 1, async (portion) => {
      const drafts = Array.from({ length: PORTION }, (_, index) => draft(portion * PORTION + index))
      expectDone(await api.postMany({ book, transactions: drafts }))
    }))
  await first.value.close()

  const openedMs = performance.now()
  const second = await open()
  if (!second.ok) return second
  const askedMs = performance.now()
  expectDone(await clientOver(second.value).trialBalance({ book }))
  const answeredMs = performance.now()
  await second.value.close()
  return done({
    postsPerSecond,
    postsTogetherPerSecond,
    importedPerSecond,
    openMs: Math.round(askedMs - openedMs),
    trialBalanceMs: Math.round(answeredMs - askedMs)
  })
}

interface NewBook {
  readonly book: BookId
  draft(index: number): TransactionDraft
}

async function newBook(api: EngineApi): Promise<Outcome<NewBook>> {
  const currency = 'EUR' as CurrencyCode
  const book = await api.createBook({ name: 'Bench', currency, memberName: 'Bench' })
  if (!book.ok) return book
  const add = (name: string, type: 'asset' | 'expense') => api.addAccount({ book: book.value.book, name, type })
  const cash = await add('Cash', 'asset')
  if (!cash.ok) return cash
  const food = await add('Food', 'expense')
  if (!food.ok) return food
  return done({
    book: book.value.book,
    draft: (index) => draftOf(index, food.value.account, cash.value.account)
  })
}

function draftOf(index: number, to: AccountId, from: AccountId): TransactionDraft {
  const currency = 'EUR' as CurrencyCode
  const amountMinor = 100 + (index % 9000)
  const date = new Date(Date.UTC(2020, 0, 1) + (index % 2000) * 86_400_000)
    .toISOString()
    .slice(0, 10) as IsoDate
  return {
    date,
    payee: `Payee ${index % 100}`,
    postings: [
      { account: to, amountMinor, currency },
      { account: from, amountMinor: -amountMinor, currency }
    ]
  }
}

/** How many calls a second, with so many under way at once. */
async function rate(calls: number, together: number, call: (index: number) => Promise<void>): Promise<number> {
  const startMs = performance.now()
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < calls) await call(next++)
  }
  await Promise.all(Array.from({ length: Math.min(together, calls) }, worker))
  return Math.round((calls * 1000) / (performance.now() - startMs))
}

/** What is measured here is always allowed: a refusal is a bug. */
function expectDone(outcome: Outcome<unknown>): void {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`)
}

function benchText(result: BenchResult): string {
  const ratio = (ours: number, theirs: number): string => `${(ours / theirs).toFixed(2)} of plain Hypercore`
  return table(
    [
      [
        'durable posts, one at a time',
        `${result.postsPerSecond}/s`,
        ratio(result.postsPerSecond, result.appendsPerSecond)
      ],
      [
        `durable posts, ${TOGETHER} at a time`,
        `${result.postsTogetherPerSecond}/s`,
        ratio(result.postsTogetherPerSecond, result.appendsTogetherPerSecond)
      ],
      ['import, packed', `${result.importedPerSecond}/s`, ''],
      ['open', `${result.openMs} ms`, ''],
      ['trial balance', `${result.trialBalanceMs} ms`, '']
    ],
    ['left', 'right', 'left']
  )
}
