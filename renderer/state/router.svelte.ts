/** The route as a rune, and the ways to change it. */
import type { BookId } from '../../core/contract/index.js'
import { formatRoute, parseRoute, type BookView, type LooseView, type Params, type Route } from './route.js'

export class Router {
  current: Route = $state.raw(parseRoute(window.location.hash))

  constructor() {
    window.addEventListener('hashchange', () => (this.current = parseRoute(window.location.hash)))
  }

  /** A step that back undoes. */
  go(view: LooseView): void
  go(view: BookView, book: BookId, params?: Params): void
  go(view: BookView | LooseView, book: BookId | null = null, params: Params = {}): void {
    const hash = formatRoute(view, book, params)
    if (hash === window.location.hash) return
    window.location.hash = hash
    this.current = parseRoute(hash)
  }

  /** Takes the place of the present step: for typing in a search field, and for being sent on. */
  replace(view: LooseView): void
  replace(view: BookView, book: BookId, params?: Params): void
  replace(view: BookView | LooseView, book: BookId | null = null, params: Params = {}): void {
    const hash = formatRoute(view, book, params)
    window.history.replaceState(null, '', hash)
    this.current = parseRoute(hash)
  }

  /** The same view with some parameters changed; an empty one goes away. */
  adjust(params: Params, step: 'push' | 'replace' = 'push'): void {
    const route = this.current
    if (!route.book) return
    const next = { ...route.params, ...params }
    if (step === 'push') this.go(route.view, route.book, next)
    else this.replace(route.view, route.book, next)
  }
}
