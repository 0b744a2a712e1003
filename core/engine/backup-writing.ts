/** What goes into a backup, in its order. */
import type { BookId, LogId } from '../contract/index.js'
import { pairsOf } from '../log/store-copy.js'
import type { Manifest } from './backup-format.js'
import { authorshipOf } from './backup-phrase.js'
import { checkCancelled, type Run } from './backup-run.js'
import { BackupWriter, type BackupKeys } from './backup-writer.js'
import type { BookSession } from './book-session.js'
import type { Identity } from './identity-file.js'
import type { Library } from './library.js'
import type { SettingsFile } from './settings-file.js'

export interface WritingOptions {
  readonly path: string
  readonly madeMs: number
  readonly keys: BackupKeys
  readonly library: Library
  readonly identity: Identity
  readonly settings: SettingsFile
}

type ManifestBook = Manifest['books'][number]

export interface Written {
  readonly sizeBytes: number
  readonly books: number
  /** Books that cannot be opened. */
  readonly leftOut: number
}

const TRIES = 5
/** A block takes about so many pairs: itself, its node of the tree, and a share of the others. */
const PAIRS_PER_BLOCK = 3

/** Writes all shared books of the library to a new file. Leaves nothing behind if it throws. */
export async function writeBackup(o: WritingOptions, run: Run): Promise<Written> {
  const { sessions, leftOut } = await sharedBooks(o.library)
  const writer = await BackupWriter.begin(o.path, o.keys, o.madeMs)
  try {
    await writer.add({ kind: 'manifest', manifest: await manifestOf(o, sessions, writer.bound) })
    const progress = new Progress(sessions, run)
    for (const session of sessions) await addBook(writer, session, progress)
    return { sizeBytes: await writer.finish(), books: sessions.length, leftOut }
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

/** Sample books are made up, and stay out. */
async function sharedBooks(library: Library): Promise<{ sessions: BookSession[]; leftOut: number }> {
  const ids: readonly BookId[] = await library.ids()
  const sessions = await library.sessions()
  return { sessions: sessions.filter(({ kind }) => kind === 'shared'), leftOut: ids.length - sessions.length }
}

async function manifestOf(
  o: WritingOptions,
  sessions: readonly BookSession[],
  bound: Uint8Array
): Promise<Manifest> {
  const { memberName, language, theme, density, network } = o.settings.current
  const books: Manifest['books'] = []
  for (const session of sessions) {
    // What this device was told concerns another one, once it is restored.
    const file = { ...session.file, farewell: null }
    const { name } = session.book.summary()
    books.push({ book: session.id, name, file, ...(await storedState(session)) })
  }
  return {
    madeMs: o.madeMs,
    ...authorshipOf(o.keys.maker, bound),
    phrase: o.identity.phrase === 'confirmed' ? 'confirmed' : 'unconfirmed',
    settings: {
      memberName,
      language,
      theme,
      density,
      network: { mode: network.mode, bootstrap: [...network.bootstrap] }
    },
    books
  }
}

/**
 * What of a book is in its logs on disk, at least. An entry of this device is part of the book a moment before it is
 * stored; under a steady stream of them there is always one, and then no digest that belongs to what is stored.
 */
async function storedState(session: BookSession): Promise<Pick<ManifestBook, 'vector' | 'digest'>> {
  for (let left = TRIES; ; left--) {
    await session.digest.settled()
    const stored = session.intake.lengths()
    const vector: Record<string, number> = {}
    let unstored = 0
    for (const [log, length] of Object.entries(session.vector()) as [LogId, number][]) {
      vector[log] = Math.min(length, stored.get(log) ?? 0)
      unstored += length - vector[log]
    }
    if (unstored === 0) return { vector, digest: session.digest.value() }
    if (left === 0) return { vector, digest: null }
    await session.store.durability.synced()
  }
}

async function addBook(writer: BackupWriter, session: BookSession, progress: Progress): Promise<void> {
  let pairs = 0
  for await (const { key, value } of pairsOf(session.store)) {
    await writer.add({ kind: 'pair', key, value })
    pairs++
    progress.step()
  }
  await writer.add({ kind: 'end', pairs })
}

/** Counts pairs against what there will be, roughly; notices when it should stop. */
class Progress {
  readonly #most: number
  #pairs = 0

  constructor(
    sessions: readonly BookSession[],
    private readonly run: Run
  ) {
    const blocks = sessions.flatMap(({ intake }) => [...intake.lengths().values()])
    this.#most = Math.max(1, PAIRS_PER_BLOCK * blocks.reduce((sum, length) => sum + length, 0))
  }

  step(): void {
    checkCancelled(this.run)
    if (++this.#pairs % 1000 === 0) this.run.tell('writing', Math.min(0.99, this.#pairs / this.#most))
  }
}
