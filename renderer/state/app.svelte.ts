/** What the whole window shares: the engine, the books, where we are, how it looks, and what is being saved. */
import type {
  AppInfo,
  BookId,
  BookSummary,
  Changed,
  EngineApi,
  LockState,
  Outcome,
  Refusal,
  Settings
} from '../../core/contract/index.js'
import { I18n, resolveLanguage } from '../i18n/i18n.svelte.js'
import { systemLanguages } from '../i18n/system-languages.js'
import { Commands } from './commands.js'
import type { Connection, LinkState } from './connection.js'
import { Router } from './router.svelte.js'
import { Unfinished } from './unfinished.js'

const LAST_BOOK_KEY = 'guildbook:last-book'

export class App {
  readonly connection: Connection
  readonly api: EngineApi
  readonly router = new Router()
  readonly commands = new Commands()
  readonly i18n = new I18n()
  readonly unfinished = new Unfinished()

  link: LinkState = $state('connecting')
  /** How many channels there have been: answers of an earlier one may be out of date. */
  channels = $state(0)
  books: readonly BookSummary[] | undefined = $state.raw()
  settings: Settings | undefined = $state.raw()
  /** Whether the folder's passphrase has to be given before anything can be shown. */
  lock: LockState | undefined = $state.raw()
  info: AppInfo | undefined = $state.raw()
  /** Why nothing can be shown at all: the engine answers, but refuses (keys locked, folder in use). */
  trouble: Refusal | null = $state.raw(null)
  /** Writes that the engine has not confirmed yet. */
  saving = $state(0)
  /** The last thing worth saying aloud. */
  spoken = $state('')
  /** A code from a link that opened the app, until the join view takes it. */
  joinCode = $state('')
  helpOpen = $state(false)

  /** The book in the address, else none. */
  readonly book = $derived.by(() => this.books?.find((book) => book.book === this.router.current.book) ?? null)

  constructor(connection: Connection) {
    this.connection = connection
    this.api = connection.api
    connection.onLink((state) => {
      this.link = state
      if (state === 'open') {
        this.channels += 1
        void this.refresh()
      }
    })
    connection.onChanged((event) => this.#onChanged(event))
  }

  /** Asks for everything that no single view owns. */
  async refresh(): Promise<void> {
    const lock = await this.api.lockState({})
    if (lock.ok) this.#applyLock(lock.value)
    if (this.lock?.state === 'locked') return
    const [books, settings, info] = await Promise.all([
      this.api.books({}),
      this.api.settings({}),
      this.api.appInfo({})
    ])
    const refused = [books, settings, info].find((outcome) => !outcome.ok)
    this.trouble = refused && !refused.ok && refused.error.code !== 'ENGINE_STOPPED' ? refused.error : null
    if (books.ok) this.books = books.value
    if (info.ok) this.info = info.value
    if (settings.ok) this.#applySettings(settings.value)
  }

  async changeSettings(change: Partial<Settings>): Promise<Outcome<Settings>> {
    const outcome = await this.api.changeSettings(change)
    if (outcome.ok) this.#applySettings(outcome.value)
    return outcome
  }

  /** A request that writes: counted in the status line until the engine says that it is durable. */
  async write<T>(request: Promise<Outcome<T>>): Promise<Outcome<T>> {
    this.saving += 1
    try {
      return await request
    } finally {
      this.saving -= 1
    }
  }

  async lockNow(): Promise<void> {
    const locked = await this.api.lock({})
    if (locked.ok) this.#applyLock(locked.value)
  }

  say(text: string): void {
    this.spoken = ''
    queueMicrotask(() => (this.spoken = text))
  }

  open(book: BookId): void {
    this.remember(book)
    this.router.go('overview', book)
  }

  remember(book: BookId): void {
    window.localStorage.setItem(LAST_BOOK_KEY, book)
  }

  /** The book that was open last, or the first. */
  homeBook(): BookSummary | null {
    const last = window.localStorage.getItem(LAST_BOOK_KEY)
    return this.books?.find((book) => book.book === last) ?? this.books?.[0] ?? null
  }

  async refreshBooks(): Promise<void> {
    const books = await this.api.books({})
    if (books.ok) this.books = books.value
  }

  #onChanged(event: Changed): void {
    if (event.topics.includes('lock')) return void this.refresh()
    if (event.topics.includes('books') || event.topics.includes('transactions')) void this.refreshBooks()
    if (event.topics.includes('settings')) {
      void this.api.settings({}).then((settings) => settings.ok && this.#applySettings(settings.value))
    }
  }

  /** A locked window knows nothing of what it showed before. */
  #applyLock(lock: LockState): void {
    this.lock = lock
    if (lock.state === 'unlocked') return
    this.books = undefined
    this.settings = undefined
    this.trouble = null
    this.#applyAppearance(lock.appearance)
  }

  #applySettings(settings: Settings): void {
    this.settings = settings
    this.#applyAppearance(settings)
  }

  #applyAppearance(settings: LockState['appearance']): void {
    const language = resolveLanguage(settings.language, systemLanguages())
    this.i18n.use(language)
    const root = document.documentElement
    root.lang = language
    root.dataset['density'] = settings.density
    window.guildbook?.setAppearance({ language, theme: settings.theme })
  }
}
