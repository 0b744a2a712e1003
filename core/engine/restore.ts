/**
 * Brings a backup back. First all of it is read and checked in a folder beside the books (`restoring`); renaming that
 * folder (to `restored`) is the moment at which it counts; moving its parts into place can then be repeated after a crash
 * as often as it takes.
 */
import { Buffer } from 'node:buffer'
import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { done, type LogId, type Outcome, type RequestOf } from '../contract/index.js'
import { keyFromZ32 } from '../identity/bytes.js'
import { bookIdOf } from '../identity/certificates.js'
import { readPhrase } from '../identity/phrase.js'
import { StoreFiller } from '../log/store-copy.js'
import { foundingFromMessage } from '../sync/proofs.js'
import { damaged, tooNew, type KeptSettings, type Manifest } from './backup-format.js'
import { seedOf } from './backup-phrase.js'
import { BackupFile, type BackupOpener } from './backup-reader.js'
import { checkCancelled, type Run } from './backup-run.js'
import { BookSession } from './book-session.js'
import { readIfThere, removeFolder, syncFolder, writeWhole } from './files.js'
import { newDeviceOf, openIdentity, replaceIdentity } from './identity-file.js'
import { clearFormer } from './former-identity.js'
import type { Stretcher } from './passphrase.js'
import type { SettingsFile } from './settings-file.js'
import type { Vault } from './vault.js'

export interface RestoreOptions extends RequestOf<'restore'> {
  readonly folder: string
  readonly vault: Vault
  readonly stretcher?: Stretcher | undefined
  readonly deviceName: string
}

/** A backup that was read and checked, and waits to be made this folder's. */
export interface Staged {
  readonly madeMs: number
}

type ManifestBook = Manifest['books'][number]

const stagingIn = (folder: string): string => join(folder, 'restoring')
const stagedIn = (folder: string): string => join(folder, 'restored')

/** Reads and checks all of a backup. Nothing that was here is changed; a refusal leaves nothing behind. */
export async function stageRestore(o: RestoreOptions, run: Run): Promise<Outcome<Staged>> {
  const staging = stagingIn(o.folder)
  await removeFolder(staging)
  const staged = await stage(o, staging, run).catch(async (error: unknown) => {
    await removeFolder(staging)
    throw error
  })
  if (!staged.ok) await removeFolder(staging)
  return staged
}

/** Makes what was staged this folder's. Nothing of the folder may be open. */
export async function commitRestore(folder: string, settings: SettingsFile): Promise<void> {
  await rename(stagingIn(folder), stagedIn(folder))
  await syncFolder(folder)
  await finishRestore(folder, settings)
}

export const dropStaged = (folder: string): Promise<void> => removeFolder(stagingIn(folder))

/** Moves what was restored into place, if anything was; also after a crash while it was being moved. */
export async function finishRestore(folder: string, settings: SettingsFile): Promise<void> {
  await dropStaged(folder)
  const staged = stagedIn(folder)
  const restored = v.safeParse(
    v.object({ books: v.array(v.string()) }),
    await readJson(join(staged, 'books.json'))
  )
  if (!restored.success) return
  const books = join(folder, 'books')
  await mkdir(books, { recursive: true, mode: 0o700 })
  await clearFormer(folder, restored.output.books)
  for (const name of await namesIn(join(staged, 'books')))
    await move(join(staged, 'books', name), join(books, name))
  const kept = (await readJson(join(staged, 'settings.json'))) as KeptSettings | null
  if (kept) await settings.change({ ...kept, network: { ...settings.current.network, ...kept.network } })
  if (await readIfThere(join(staged, 'identity.sealed')))
    await rename(join(staged, 'identity.sealed'), join(folder, 'identity.sealed'))
  await syncFolder(books)
  await syncFolder(folder)
  await removeFolder(staged)
}

async function stage(o: RestoreOptions, staging: string, run: Run): Promise<Outcome<Staged>> {
  const opener = openerOf(o.by)
  if (!opener.ok) return opener
  const file = await BackupFile.open(o.path)
  if (!file.ok) return file
  try {
    const key = await file.value.key(opener.value, o.stretcher)
    if (!key.ok) return key
    const manifest = await extract(file.value, key.value, staging, run)
    if (!manifest.ok) return manifest
    const given = 'memberSeed' in opener.value ? opener.value.memberSeed : null
    const seed = seedOf(manifest.value, file.value.header, file.value.bound, given)
    if (!seed) return damaged('none of your devices made it')
    // Who brings the phrase has it written down.
    const phrase = 'phrase' in o.by ? 'confirmed' : manifest.value.phrase
    await replaceIdentity(o.vault, staging, newDeviceOf(seed, phrase))
    const checked = await checkBooks(o, staging, manifest.value, run)
    if (!checked.ok) return checked
    const { settings, books, madeMs } = manifest.value
    await writeWhole(join(staging, 'settings.json'), Buffer.from(JSON.stringify(settings)))
    const names = books.map(({ book }) => book)
    await writeWhole(join(staging, 'books.json'), Buffer.from(JSON.stringify({ books: names })))
    await syncFolders(staging, books)
    return done({ madeMs })
  } finally {
    await file.value.close()
  }
}

function openerOf(by: RestoreOptions['by']): Outcome<BackupOpener> {
  if ('passphrase' in by) return done(by)
  const phrase = readPhrase(by.phrase)
  return phrase.ok ? done({ memberSeed: phrase.value.seed }) : phrase
}

/** Writes the stores of all books below `staging`, while it reads and checks the file to its end. */
async function extract(
  file: BackupFile,
  key: Uint8Array,
  staging: string,
  run: Run
): Promise<Outcome<Manifest>> {
  let manifest: Manifest | null = null
  let ended = 0
  let store: StoreFiller | null = null
  let pairs = 0
  try {
    for await (const record of file.records(key)) {
      checkCancelled(run)
      if (!record.ok) return record
      const book: ManifestBook | undefined = manifest?.books[ended]
      switch (record.value.kind) {
        case 'manifest': {
          if (manifest) return damaged('it has two lists of books')
          const checked = checkManifest(record.value.manifest)
          if (!checked.ok) return checked
          manifest = checked.value
          break
        }
        case 'pair':
          if (!book) return damaged('it holds more than its books')
          store ??= await StoreFiller.open(storeIn(staging, book))
          await store.add(record.value)
          if (++pairs % 1000 === 0) run.tell('reading', file.share)
          break
        case 'end':
          if (!book || record.value.pairs !== pairs) return damaged('a book is not whole')
          await store?.close()
          store = null
          pairs = 0
          ended++
          break
      }
    }
  } finally {
    await store?.close()
  }
  if (!manifest || ended !== manifest.books.length) return damaged('books are missing')
  return done(manifest)
}

const storeIn = (staging: string, { book }: ManifestBook): string => join(staging, 'books', book, 'store')

/** Each book is named once, by what it is. */
function checkManifest(manifest: Manifest): Outcome<Manifest> {
  const names = new Set(manifest.books.map(({ book }) => book))
  const areNamed = manifest.books.every(
    ({ book, file }) => keyFromZ32(book) && bookIdOf(foundingFromMessage(file.founding)) === book
  )
  if (names.size !== manifest.books.length || !areNamed)
    return damaged('a book is not the one that it is called')
  return done(manifest)
}

/** Opens each book as it will be opened, and sees that it comes to what it was when it was copied. */
async function checkBooks(
  o: RestoreOptions,
  staging: string,
  manifest: Manifest,
  run: Run
): Promise<Outcome<null>> {
  const identity = await openIdentity(o.vault, staging)
  for (const [index, book] of manifest.books.entries()) {
    checkCancelled(run)
    run.tell('checking', index / manifest.books.length)
    const folder = join(staging, 'books', book.book)
    const file = { ...book.file }
    await o.vault.write(join(folder, 'book.sealed'), file)
    const opened = await BookSession.open({
      folder,
      file,
      vault: o.vault,
      identity,
      deviceName: o.deviceName
    })
    if (!opened.ok) return opened
    const checked = await checkBook(opened.value, book)
    await opened.value.close()
    if (!checked.ok) return checked
  }
  return done(null)
}

async function checkBook(session: BookSession, book: ManifestBook): Promise<Outcome<null>> {
  const vector = session.vector()
  const lacks = Object.entries(book.vector).some(([log, length]) => (vector[log as LogId] ?? 0) < length)
  if (lacks) {
    const isPaused = session.delivery.stops().some(({ stop }) => stop.kind === 'paused')
    return isPaused ? tooNew() : damaged(`entries of ${book.name} are missing`)
  }
  const isSame = Object.keys(vector).length === Object.keys(book.vector).length && !grew(vector, book.vector)
  if (isSame && book.digest !== null && (await session.digest.settled()) !== book.digest)
    return damaged(`${book.name} is not what it was`)
  return done(null)
}

const grew = (now: Readonly<Record<LogId, number>>, then: Readonly<Record<string, number>>): boolean =>
  Object.entries(now).some(([log, length]) => length > (then[log] ?? 0))

/** Files are synced as they are written; that they are in their folders is not, yet. */
async function syncFolders(staging: string, books: readonly ManifestBook[]): Promise<void> {
  for (const book of books) await syncFolder(storeIn(staging, book))
  if (books.length > 0) await syncFolder(join(staging, 'books'))
  await syncFolder(staging)
}

async function move(from: string, to: string): Promise<void> {
  await removeFolder(to)
  await rename(from, to)
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])

async function readJson(path: string): Promise<unknown> {
  const bytes = await readIfThere(path)
  return bytes && (JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown)
}
