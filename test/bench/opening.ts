/** Opening a book and its trial balance, a process each, beside hledger and ledger on its export. */
import { writeFile } from 'node:fs/promises'
import type { BookId, EngineApi } from '../../core/contract/index.js'
import { expectDone, OFFLINE, openFolder } from './books.js'
import type { ProcessRun } from './measure.js'
import { median, percentile, runProcess } from './measure.js'
import type { Result } from './report.js'
import { megabytes, ms } from './report.js'

const ROUNDS = 5

/** Runs programs in turns; of each, the run of median time, or null if it is not installed. */
async function runInTurns<Name extends string>(
  programs: Readonly<Record<Name, readonly [program: string, ...args: string[]]>>
): Promise<Record<Name, ProcessRun | null>> {
  const names = Object.keys(programs) as Name[]
  const runs = new Map<Name, ProcessRun[]>(names.map((name) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const [program, ...args] = programs[name]
      const run = await runProcess(program, args)
      if (run) runs.get(name)?.push(run)
    }
  }
  const middle = (all: readonly ProcessRun[]): ProcessRun | null => {
    const wanted = median(all.map((run) => run.ms))
    return all.find((run) => run.ms === wanted) ?? null
  }
  return Object.fromEntries(names.map((name) => [name, middle(runs.get(name) ?? [])])) as Record<
    Name,
    ProcessRun | null
  >
}

/** `command`: the built `guildbook`. */
export async function measureOpening(
  command: string,
  folder: string,
  book: BookId,
  count: number
): Promise<Result[]> {
  const journal = `${folder}.journal`
  const { engine, api } = await openFolder(folder, OFFLINE)
  await writeFile(journal, expectDone(await api.exportBook({ book, format: 'hledger' })))
  const queries = count >= 100_000 ? await measureQueries(api, book) : []
  await engine.close()

  const work = `open ${count.toLocaleString('en')} transactions, trial balance (whole process)`
  const { ours, ledger, hledger } = await runInTurns({
    ours: [process.execPath, command, '--dir', folder, 'balance'],
    ledger: ['ledger', '-f', journal, 'bal'],
    hledger: ['hledger', '-f', journal, 'bal']
  })
  if (!ours) throw new Error('Node is not there')
  const large = count >= 100_000
  const timed = (peer: string, run: ProcessRun | null, bar: number | null): Result => ({
    work,
    ours: ms(ours.ms),
    peer,
    theirs: run ? ms(run.ms) : 'not installed',
    ratio: run && run.ms / ours.ms,
    bar
  })
  const memory = hledger?.peakBytes && ours.peakBytes ? hledger.peakBytes / ours.peakBytes : null
  return [
    timed(`ledger bal`, ledger, large ? 2 : null),
    timed(`hledger bal`, hledger, null),
    {
      work: `${work}: most memory`,
      ours: ours.peakBytes === null ? 'not told' : megabytes(ours.peakBytes),
      peer: 'hledger bal',
      theirs: hledger?.peakBytes ? megabytes(hledger.peakBytes) : 'not installed',
      ratio: memory,
      bar: large ? 4 : null
    },
    ...queries
  ]
}

function never(): never {
  throw new Error('a book without accounts')
}

const QUERIES = 200
const ALLOWED_MS = 10

/** What views ask, in the engine: what nineteen of twenty do not exceed. */
async function measureQueries(api: EngineApi, book: BookId): Promise<Result[]> {
  const accounts = expectDone(await api.accounts({ book })).map(({ account }) => account)
  const pick = (i: number) => accounts[i % accounts.length] ?? never()
  const asks: Readonly<Record<string, (i: number) => Promise<unknown>>> = {
    'journal page': (i) => api.journal({ book, offset: (i * 491) % 99_000, limit: 100, order: 'newest' }),
    'register page': (i) =>
      api.register({
        book,
        account: pick(i),
        scope: 'own',
        offset: (i * 37) % 9000,
        limit: 100,
        order: 'newest'
      }),
    'trial balance': () => api.trialBalance({ book }),
    accounts: () => api.accounts({ book }),
    payees: (i) => api.payees({ book, text: `Payee ${i % 300}`, limit: 8 }),
    search: (i) => api.journal({ book, filter: { search: `Payee ${i % 300}` }, limit: 100, order: 'newest' })
  }
  const results: Result[] = []
  for (const [name, ask] of Object.entries(asks)) {
    const taken: number[] = []
    for (let i = 0; i < QUERIES; i++) {
      const begunMs = performance.now()
      await ask(i)
      taken.push(performance.now() - begunMs)
    }
    const p95 = percentile(taken, 0.95)
    results.push({
      work: `${name} at 100,000 transactions, p95`,
      ours: `${p95.toFixed(2)} ms`,
      peer: 'bar',
      theirs: `${ALLOWED_MS} ms`,
      ratio: ALLOWED_MS / p95,
      bar: 1
    })
  }
  return results
}
