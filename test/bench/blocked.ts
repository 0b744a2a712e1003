/**
 * A process of its own that does one thing with an engine, and says for how long it answered nobody meanwhile. With
 * nothing else in the process, as in life.
 */
import '../../core/engine/thread-pool.js'
import type { BookId, IsoDate, Settings } from '../../core/contract/index.js'
import type { NewBook, OpenBook } from './books.js'
import { OFFLINE, drafts, expectDone, importAll, newBook, openFolder, setMode } from './books.js'
import { longestBlock, until } from './measure.js'

/** About as often as a window would. */
const ASK_EVERY_MS = 100
const PASSPHRASE = 'correct horse battery staple'

/** What is asked of the process, as JSON in its only argument. */
export interface Asked {
  readonly task: keyof typeof TASKS
  readonly folder: string
  readonly book?: Pick<NewBook, 'book' | 'expenses'>
  /** Transactions to import, or to wait for. */
  readonly count?: number
  /** The backup's file. */
  readonly file?: string
  readonly network?: Partial<Settings['network']>
}

/** What it says, as JSON in a line. */
export interface Told {
  readonly blockedMs: number
  readonly book?: Pick<NewBook, 'book' | 'expenses'>
}

type Task = (asked: Asked) => Promise<Told>

const bookOf = ({ book }: Asked): Pick<NewBook, 'book' | 'expenses'> => {
  if (!book) throw new Error('which book?')
  return book
}

const blockedBy = async (work: () => Promise<unknown>): Promise<Told> => {
  const { blockedMs } = await longestBlock(work)
  return { blockedMs }
}

const openAndAsk = async (asked: Asked): Promise<OpenBook> => {
  const opened = await openFolder(asked.folder, asked.network ?? OFFLINE)
  expectDone(await opened.api.trialBalance({ book: bookOf(asked).book }))
  return opened
}

/** Asks something right after opening. */
const first =
  (ask: (opened: OpenBook, book: BookId, asked: Asked) => Promise<unknown>): Task =>
  async (asked) => {
    const opened = await openAndAsk(asked)
    const told = await blockedBy(() => ask(opened, bookOf(asked).book, asked))
    await opened.engine.close()
    return told
  }

const TASKS = {
  import: async ({ folder, count = 0 }) => {
    const { engine, api } = await openFolder(folder, OFFLINE)
    const { book, expenses, draft } = await newBook(api)
    const rows = drafts({ book, expenses, draft }, count)
    const told = await blockedBy(() => importAll(api, { book, expenses, draft }, rows))
    await engine.close()
    return { ...told, book: { book, expenses } }
  },
  open: async (asked) => {
    const { value, blockedMs } = await longestBlock(() => openAndAsk(asked))
    await value.engine.close()
    return { blockedMs }
  },
  search: first(({ api }, book) => api.journal({ book, filter: { search: 'Payee 7' }, limit: 100 })),
  register: first(({ api }, book, asked) =>
    api.register({ book, account: bookOf(asked).expenses, scope: 'subtree', limit: 100 })
  ),
  balance: first(({ api }, book) => api.trialBalance({ book, at: '2023-06-30' as IsoDate })),
  backup: first(async ({ api }, _book, { file = '' }) =>
    expectDone(await api.backup({ path: file, passphrase: PASSPHRASE, replace: 'yes' }))
  ),
  restore: async ({ folder, file = '' }) => {
    const { engine, api } = await openFolder(folder, OFFLINE)
    const told = await blockedBy(async () =>
      expectDone(await api.restore({ path: file, by: { passphrase: PASSPHRASE } }))
    )
    expectDone(await api.setPassphrase({ passphrase: PASSPHRASE }))
    await engine.close()
    return told
  },
  unlock: async ({ folder }) => {
    const { engine, api } = await openFolder(folder, OFFLINE)
    const told = await blockedBy(async () => expectDone(await api.unlock({ passphrase: PASSPHRASE })))
    await engine.close()
    return told
  },
  /** Goes online, until it has as many transactions as there are; ends when its input does. */
  merge: async (asked) => {
    const { count = 0 } = asked
    const { book } = bookOf(asked)
    const opened = await openAndAsk(asked)
    const told = await blockedBy(async () => {
      await setMode(opened, 'on')
      const isHere = async (): Promise<boolean> =>
        expectDone(await opened.api.books({})).some((row) => row.book === book && row.transactions === count)
      await until('all is here', isHere, ASK_EVERY_MS)
    })
    tell(told)
    for await (const _ of process.stdin);
    await opened.engine.close()
    return told
  }
} satisfies Record<string, Task>

const tell = (told: Told): void => void process.stdout.write(`${JSON.stringify(told)}\n`)

async function main(): Promise<void> {
  const asked = JSON.parse(process.argv[2] ?? '') as Asked
  const told = await TASKS[asked.task](asked)
  if (asked.task !== 'merge') tell(told)
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  }
)
