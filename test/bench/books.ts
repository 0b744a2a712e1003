/** Engines and books to measure. */
import path from 'node:path'
import type {
  AccountId,
  BookId,
  CurrencyCode,
  EngineApi,
  IsoDate,
  Outcome,
  Settings,
  TransactionDraft
} from '../../core/contract/index.js'
import { clientOver, LIMITS } from '../../core/contract/index.js'
import type { Engine } from '../../core/engine/engine.js'
import { openEngine } from '../../core/engine/open.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'
import { childStretcher } from '../../core/engine/stretchers.js'
import { rate } from './measure.js'

const EUR = 'EUR' as CurrencyCode
export const OFFLINE: Partial<Settings['network']> = { mode: 'off' }

/** What is measured is always allowed: a refusal is a bug. */
export function expectDone<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`)
  return outcome.value
}

export interface OpenBook {
  readonly engine: Engine
  readonly api: EngineApi
}

/** The command's, which is built along with the bench. */
const stretcher = childStretcher(() => path.join(import.meta.dirname, '../cli/stretcher.cjs'))

export async function openFolder(folder: string, network: Partial<Settings['network']>): Promise<OpenBook> {
  const options = { folder, keys: PLAIN_KEYS, appVersion: 'bench', stretcher, network }
  const engine = expectDone(await openEngine(options))
  return { engine, api: clientOver(engine) }
}

export async function setMode({ api }: OpenBook, mode: 'on' | 'off'): Promise<void> {
  const { network } = expectDone(await api.settings({}))
  expectDone(await api.changeSettings({ network: { ...network, mode } }))
}

export interface NewBook {
  readonly book: BookId
  /** The account above all expenses. */
  readonly expenses: AccountId
  readonly draft: (index: number) => TransactionDraft
}

const EXPENSES = [
  'Rent',
  'Groceries',
  'Transport',
  'Tools',
  'Insurance',
  'Events',
  'Fees',
  'Travel',
  'Office',
  'Other'
]

/** A book with a bank account and ten kinds of expenses. */
export async function newBook(api: EngineApi): Promise<NewBook> {
  const { book } = expectDone(await api.createBook({ name: 'Bench', currency: EUR, memberName: 'Bench' }))
  const bank = expectDone(await api.addAccount({ book, name: 'Bank', type: 'asset' })).account
  const parent = expectDone(await api.addAccount({ book, name: 'Expenses', type: 'expense' })).account
  const kinds: AccountId[] = []
  for (const name of EXPENSES)
    kinds.push(expectDone(await api.addAccount({ book, name, type: 'expense', parent })).account)
  const draft = (index: number) => draftOf(index, kinds[index % kinds.length] as AccountId, bank)
  return { book, expenses: parent, draft }
}

/** Transactions spread over five years, 300 payees, a note on every fourth. */
function draftOf(index: number, to: AccountId, from: AccountId): TransactionDraft {
  const amountMinor = 100 + ((index * 7919) % 90_000)
  return {
    date: new Date(Date.UTC(2020, 0, 1 + ((index * 37) % 1826))).toISOString().slice(0, 10) as IsoDate,
    payee: `Payee ${index % 300}`,
    note: index % 4 === 0 ? `Invoice ${index}` : '',
    postings: [
      { account: to, amountMinor, currency: EUR },
      { account: from, amountMinor: -amountMinor, currency: EUR }
    ]
  }
}

export const drafts = ({ draft }: NewBook, count: number, first = 0): TransactionDraft[] =>
  Array.from({ length: count }, (_, index) => draft(first + index))

/** Posts transactions one by one, many of them under way at once. */
export async function postAll(api: EngineApi, { book, draft }: NewBook, count: number): Promise<void> {
  await rate(count, 64, async (i) => void expectDone(await api.post({ book, transaction: draft(i) })))
}

/** Imports transactions in as few requests as are taken, one after the other. */
export async function importAll(
  api: EngineApi,
  { book }: NewBook,
  rows: readonly TransactionDraft[]
): Promise<void> {
  for (let i = 0; i < rows.length; i += LIMITS.operationsPerEntry) {
    expectDone(await api.postMany({ book, transactions: rows.slice(i, i + LIMITS.operationsPerEntry) }))
  }
}
