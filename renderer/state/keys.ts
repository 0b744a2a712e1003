/** Keys that work everywhere: one key, or `g` and then one. They never act while something is being typed. */
import type { App } from './app.svelte.js'
import type { BookView } from './route.js'

const GO: Readonly<Record<string, BookView>> = {
  o: 'overview',
  t: 'transactions',
  a: 'accounts',
  p: 'people',
  y: 'activity',
  s: 'sync',
  c: 'conflicts'
}
/** How long after `g` the second key may come. */
const SEQUENCE_MS = 1200

let goPressedAtMs = 0

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

const inOverlay = (): boolean =>
  document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null

export function handleKeys(event: KeyboardEvent, app: App): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
  if (isTyping(event.target) || inOverlay()) return
  const book = app.book
  if (book && performance.now() - goPressedAtMs < SEQUENCE_MS) {
    goPressedAtMs = 0
    const view = GO[event.key]
    if (view) {
      event.preventDefault()
      return app.router.go(view, book.book)
    }
  }
  if (event.key === 'g') goPressedAtMs = performance.now()
  else if (event.key === '?') app.helpOpen = true
  else if (event.key === 'n' && book) startEntry(app)
  else if (event.key === '/' && book) startSearch(app)
  else return
  event.preventDefault()
}

/** The entry row of the open table, else that of the journal. */
export function startEntry(app: App): void {
  if (app.commands.run('new-entry') || !app.book) return
  app.router.go('transactions', app.book.book, { entry: 'new' })
}

export function startSearch(app: App): void {
  if (app.commands.run('search') || !app.book) return
  app.router.go('transactions', app.book.book, { find: 'on' })
}
