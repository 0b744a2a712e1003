/** Real engines on temporary folders, for tests that ask them as a client does. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { clientOver } from '../../core/contract/index.js'
import type {
  AccountRow,
  BookId,
  Changed,
  CurrencyCode,
  EngineApi,
  IsoDate,
  Outcome
} from '../../core/contract/index.js'
import type { Engine, EngineOptions } from '../../core/engine/engine.js'
import { openEngine } from '../../core/engine/open.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'
import { valueOf } from './book-world.js'

export interface OpenEngine {
  readonly engine: Engine
  readonly api: EngineApi
  readonly folder: string
  close(): Promise<void>
}

/** Folders and engines of one test file; everything ends with it. */
export class Engines {
  readonly #folders: string[] = []
  readonly #open = new Set<OpenEngine>()

  async folder(): Promise<string> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'gb-engine-'))
    this.#folders.push(folder)
    return folder
  }

  /** Opens a folder, offline unless told otherwise. */
  async open(options: Partial<EngineOptions> = {}): Promise<OpenEngine> {
    return valueOf(await this.tryOpen(options))
  }

  async tryOpen(options: Partial<EngineOptions> = {}): Promise<Outcome<OpenEngine>> {
    const folder = options.folder ?? (await this.folder())
    const opened = await openEngine({
      keys: PLAIN_KEYS,
      appVersion: '0',
      network: { mode: 'off' },
      ...options,
      folder
    })
    if (!opened.ok) return opened
    const engine = opened.value
    const open: OpenEngine = {
      engine,
      api: clientOver(engine),
      folder,
      close: async () => {
        this.#open.delete(open)
        await engine.close()
      }
    }
    this.#open.add(open)
    return { ok: true, value: open }
  }

  /** Ends everything that is still open, and removes the folders. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((open) => open.close()))
    await Promise.all(this.#folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
  }
}

/** A book called Club, in EUR, with the accounts of a household. */
export async function createBook(api: EngineApi, name = 'Club', memberName = 'Ana'): Promise<BookId> {
  const currency = 'EUR' as CurrencyCode
  return valueOf(await api.createBook({ name, currency, template: 'household', memberName })).book
}

/** Posts one transaction between the first and the last account. */
export async function post(api: EngineApi, book: BookId, payee: string, amountMinor = 100): Promise<void> {
  const accounts = valueOf(await api.accounts({ book }))
  const [first, last] = [accounts[0] as AccountRow, accounts.at(-1) as AccountRow]
  const currency = 'EUR' as CurrencyCode
  const postings = [
    { account: first.account, amountMinor, currency },
    { account: last.account, amountMinor: -amountMinor, currency }
  ]
  valueOf(await api.post({ book, transaction: { date: '2026-03-01' as IsoDate, payee, postings } }))
}

/** All payees of a book, in order of date, then of entry. */
export async function payeesOf(api: EngineApi, book: BookId): Promise<string[]> {
  const page = valueOf(await api.journal({ book, limit: 2000, order: 'oldest' }))
  return page.rows.map((row) => row.payee)
}

/** Resolves when `look` finds something; fails with what it last saw if it never does. */
export async function eventually<T>(what: string, look: () => Promise<T | null>, limitMs = 60_000): Promise<T> {
  const deadlineMs = Date.now() + limitMs
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (Date.now() > deadlineMs) throw new Error(`It never came about: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The next change of these topics. */
export function changeOf(engine: Engine, topic: Changed['topics'][number]): Promise<Changed> {
  return new Promise((resolve) => {
    const stop = engine.subscribe((event) => {
      if (!event.topics.includes(topic)) return
      stop()
      resolve(event)
    })
  })
}
