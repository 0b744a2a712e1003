/** The books of one data folder: opened when first asked for, each once. */
import { randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type HyperDHT from 'hyperdht'
import { done, refuse, type BookId, type Outcome, type Topic } from '../contract/index.js'
import { bookIdOf } from '../identity/certificates.js'
import { keyFromZ32 } from '../identity/bytes.js'
import { toHex } from '../sync/messages.js'
import { foundingFromMessage, foundingToMessage } from '../sync/proofs.js'
import { BookSession } from './book-session.js'
import { removeFolder } from './files.js'
import type { Identity } from './identity-file.js'
import { BookFile, readSealed } from './sealed-files.js'
import type { SettingsFile } from './settings-file.js'
import type { Vault } from './vault.js'

export interface LibraryEvents {
  changed: [BookId | null, readonly Topic[]]
  /** A book was opened, and is read. */
  opened: [BookSession]
}

export class Library extends EventEmitter<LibraryEvents> {
  readonly #sessions = new Map<BookId, Promise<Outcome<BookSession>>>()
  #online: ((session: BookSession) => void) | null = null
  #state: 'open' | 'closed' = 'open'

  constructor(
    private readonly folder: string,
    private readonly vault: Vault,
    private readonly identity: Identity,
    private readonly settings: SettingsFile
  ) {
    super()
  }

  /** Ids of all books that are kept here. */
  async ids(): Promise<BookId[]> {
    const names = await readdir(this.#booksFolder).catch(() => [])
    return names.filter((name) => keyFromZ32(name)).sort() as BookId[]
  }

  /** Refuses with BOOK_UNKNOWN, or whatever keeps the book from being opened. */
  async session(id: BookId): Promise<Outcome<BookSession>> {
    if (this.#state === 'closed') return refuse('ENGINE_STOPPED', 'Guildbook is closing.', { executed: 'no' })
    const known = this.#sessions.get(id)
    if (known) return known
    const opening = this.#open(id)
    this.#sessions.set(id, opening)
    const opened = await opening
    if (!opened.ok) this.#sessions.delete(id)
    return opened
  }

  /** A book, if it is open or is just being opened. */
  async opened(id: BookId): Promise<BookSession | null> {
    const session = await this.#sessions.get(id)
    return session?.ok ? session.value : null
  }

  /** All books that can be opened. */
  async sessions(): Promise<BookSession[]> {
    const opened = await Promise.all((await this.ids()).map((id) => this.session(id)))
    return opened.flatMap((outcome) => (outcome.ok ? [outcome.value] : []))
  }

  /** Founds a book: it is on disk, and empty. */
  async create(kind: BookFile['kind']): Promise<Outcome<BookSession>> {
    const founding = await this.identity.founding()
    if (!founding.ok) return founding
    const file: BookFile = {
      founding: foundingToMessage(founding.value),
      secret: toHex(randomBytes(32)),
      kind,
      inviter: null,
      logs: []
    }
    return this.adopt(file)
  }

  /** Keeps a book that this device was let into. One that is here already takes in what is new. */
  async adopt(file: BookFile): Promise<Outcome<BookSession>> {
    const id = bookIdOf(foundingFromMessage(file.founding))
    const isKnown = (await this.#read(id)) !== null
    if (!isKnown) await this.vault.write(this.#bookFile(id), file)
    const session = await this.session(id)
    if (isKnown && session.ok) await session.value.welcomeBack(file)
    this.emit('changed', null, ['books'])
    return session
  }

  /** Closes a book and opens it again; whoever asks for it meanwhile waits. `until`: what is to be waited for first. */
  async reopen(id: BookId, until: Promise<unknown>): Promise<void> {
    const session = await this.opened(id)
    if (!session || this.#state === 'closed') return
    const reopening = until.then(async () => {
      await session.close()
      return this.#open(id)
    })
    this.#sessions.set(id, reopening)
    const opened = await reopening
    if (!opened.ok) this.#sessions.delete(id)
    this.emit('changed', id, ['transactions', 'accounts', 'people', 'sync'])
  }

  /** Removes this device's copy, for good. */
  async forget(id: BookId): Promise<void> {
    const session = await this.opened(id)
    // Until nothing is left, it is not opened again.
    this.#sessions.set(id, Promise.resolve(unknown(id)))
    if (session) await session.close()
    await removeFolder(join(this.#booksFolder, id))
    this.#sessions.delete(id)
    this.emit('changed', null, ['books'])
  }

  /** Opens all books and goes online with each, and with those that are opened later. */
  async goOnline(dht: HyperDHT): Promise<void> {
    const { BookSwarm } = await import('../sync/swarm.js')
    const online = (session: BookSession) => {
      if (session.kind === 'shared') session.presence.goOnline(dht, (options) => new BookSwarm(options))
    }
    this.#online = online
    for (const session of await this.sessions()) if (this.#online === online) online(session)
  }

  async goOffline(): Promise<void> {
    this.#online = null
    await Promise.all((await this.#allOpened()).map((session) => session.presence.goOffline()))
  }

  async close(): Promise<void> {
    this.#state = 'closed'
    await Promise.all((await this.#allOpened()).map((session) => session.close()))
    this.#sessions.clear()
  }

  async #allOpened(): Promise<BookSession[]> {
    const outcomes = await Promise.all(this.#sessions.values())
    return outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []))
  }

  async #open(id: BookId): Promise<Outcome<BookSession>> {
    const file = await this.#read(id)
    if (!file) return unknown(id)
    const opened = await BookSession.open({
      folder: join(this.#booksFolder, id),
      file,
      vault: this.vault,
      identity: this.identity,
      deviceName: this.settings.current.deviceName
    })
    if (!opened.ok) return opened
    const session = opened.value
    session.on('changed', (topics) => this.emit('changed', id, topics))
    this.emit('opened', session)
    this.#online?.(session)
    return done(session)
  }

  async #read(id: BookId): Promise<BookFile | null> {
    if (!keyFromZ32(id)) return null
    const file = await readSealed(this.vault, this.#bookFile(id), BookFile)
    const isThis = file && bookIdOf(foundingFromMessage(file.founding)) === id
    return isThis ? file : null
  }

  get #booksFolder(): string {
    return join(this.folder, 'books')
  }

  #bookFile(id: BookId): string {
    return join(this.#booksFolder, id, 'book.sealed')
  }
}

const unknown = (book: BookId) => refuse('BOOK_UNKNOWN', 'There is no such book in this folder.', { book })

/** Where a book keeps its own files. */
export const fileOfBook = (session: BookSession, name: string): string => join(session.options.folder, name)
