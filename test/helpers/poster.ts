/**
 * A program for the tests of durability: opens a data folder with the real engine, checks that what was acknowledged
 * before is there, and posts until it is killed.
 *
 * Arguments: the data folder, a file with one acknowledged id a line, how many posts at most. Prints one JSON object a
 * line: `Checked` first, then an `Acknowledged` for each post.
 */
import { open, readFile, type FileHandle } from 'node:fs/promises'
import type {
  AccountRow,
  BookSummary,
  Outcome,
  RequestName,
  TransactionRow,
  TrialBalance
} from '../../core/contract/index.js'
import { openEngine } from '../../core/engine/open.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'

export interface Checked {
  readonly kind: 'checked'
  readonly transactions: number
  /** Acknowledged ids that are not in the book. */
  readonly missing: readonly string[]
  /** Whether every sum of the trial balance is zero. */
  readonly balance: 'zero' | 'off'
}

export interface Acknowledged {
  readonly kind: 'acknowledged'
  readonly id: string
  /** Inode of each file that was synced in this run, and how much of it was there when its last sync began. */
  readonly syncedBytes: Readonly<Record<string, number>>
}

const IN_FLIGHT = 6
const PAUSE_MS = 4

const say = (line: Checked | Acknowledged): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** Notes how much of each file every data sync covers: a write that came later may be lost in a power cut. */
async function watchSyncs(folder: string): Promise<Record<string, number>> {
  const synced: Record<string, number> = {}
  const probe = await open(folder, 'r')
  const handles = Object.getPrototypeOf(probe) as Pick<FileHandle, 'datasync'>
  const datasync = Object.getOwnPropertyDescriptor(handles, 'datasync')?.value as FileHandle['datasync']
  await probe.close()
  handles.datasync = async function (this: FileHandle) {
    const { ino, size } = await this.stat()
    await datasync.call(this)
    synced[ino] = size
  }
  return synced
}

async function main(folder: string, acknowledgedFile: string, most: number): Promise<void> {
  const syncedBytes = await watchSyncs('/')
  const opened = await openEngine({ folder, keys: PLAIN_KEYS, appVersion: '0', network: { mode: 'off' } })
  if (!opened.ok) throw new Error(opened.error.message)
  const engine = opened.value
  const ask = async <T>(name: RequestName, body: unknown): Promise<T> => {
    const answer = (await engine.request(name, body)) as Outcome<T>
    if (!answer.ok) throw new Error(`${name}: ${answer.error.code}: ${answer.error.message}`)
    return answer.value
  }
  const [first] = await ask<BookSummary[]>('books', {})
  const { book } =
    first ??
    (await ask<BookSummary>('createBook', {
      name: 'Kill',
      currency: 'EUR',
      template: 'household',
      memberName: 'Ana'
    }))
  const accounts = (await ask<AccountRow[]>('accounts', { book })).filter(({ state }) => state === 'open')

  const missing: string[] = []
  for (const id of (await readFile(acknowledgedFile, 'utf8')).split('\n').filter(Boolean)) {
    const found = await engine.request('transaction', { book, id })
    if (!found.ok) missing.push(id)
  }
  const { sums } = await ask<TrialBalance>('trialBalance', { book })
  const { total } = await ask<{ total: number }>('journal', { book, limit: 0 })
  const balance = sums.every(({ amountMinor }) => amountMinor === 0n) ? 'zero' : 'off'
  say({ kind: 'checked', transactions: total, missing, balance })

  let number = 0
  const post = async (): Promise<void> => {
    while (number < most) {
      const amountMinor = 1 + (number++ % 9999)
      const row = await ask<TransactionRow>('post', {
        book,
        transaction: {
          date: '2025-03-01',
          payee: `Payee ${number}`,
          postings: [
            { account: accounts[0]?.account, amountMinor, currency: 'EUR' },
            { account: accounts[accounts.length - 1]?.account, amountMinor: -amountMinor, currency: 'EUR' }
          ]
        }
      })
      say({ kind: 'acknowledged', id: row.id, syncedBytes: { ...syncedBytes } })
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, post))
  await engine.close()
}

const [folder = '', acknowledgedFile = '', most = '1000000'] = process.argv.slice(2)
main(folder, acknowledgedFile, Number(most)).catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
