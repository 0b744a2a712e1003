/** Where the window is: `#/<book>/<view>?…` or `#/<view>?…`. The hash is the truth, so back and forward work. */
import type { BookId } from '../../core/contract/index.js'

export const BOOK_VIEWS = [
  'overview',
  'transactions',
  'accounts',
  'people',
  'activity',
  'sync',
  'conflicts',
  'settings'
] as const
export type BookView = (typeof BOOK_VIEWS)[number]

/** `home` leads to the book that was open last, or to the welcome. */
export const LOOSE_VIEWS = ['home', 'welcome', 'join', 'recover', 'restore'] as const
export type LooseView = (typeof LOOSE_VIEWS)[number]

export type Params = Readonly<Record<string, string>>

export type Route =
  | { readonly view: LooseView; readonly book: null; readonly params: Params }
  | { readonly view: BookView; readonly book: BookId; readonly params: Params }

const isBookView = (text: string | undefined): text is BookView => BOOK_VIEWS.some((view) => view === text)
const isLooseView = (text: string | undefined): text is LooseView => LOOSE_VIEWS.some((view) => view === text)

/** What cannot be understood leads home. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split('?', 2)
  const params = Object.fromEntries(new URLSearchParams(search))
  const [first, second] = path.split('/')
  if (isLooseView(first)) return { view: first, book: null, params }
  if (first && isBookView(second)) return { view: second, book: first as BookId, params }
  return { view: 'home', book: null, params: {} }
}

export function formatRoute(view: BookView | LooseView, book: BookId | null, params: Params = {}): string {
  const given = Object.entries(params).filter(([, value]) => value !== '')
  const search = new URLSearchParams(given).toString()
  return `#/${book ? `${book}/` : ''}${view}${search ? `?${search}` : ''}`
}
