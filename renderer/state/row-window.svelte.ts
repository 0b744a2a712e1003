/**
 * The rows of a long list that are on screen, and some around them. Rows are fetched by the page; when the list
 * changes, the pages in view are fetched again while the old rows stay.
 */
import type { Changed, Outcome, Page, Refusal } from '../../core/contract/index.js'
import type { App } from './app.svelte.js'
import { concerns } from './query.svelte.js'

const PAGE_ROWS = 200
/** Pages kept beside those in view: scrolling back is instant, and memory stays bounded. */
const PAGES_KEPT = 12

export type FetchPage<Row> = (offset: number, limit: number) => Promise<Outcome<Page<Row>>>

export class RowWindow<Row> {
  total = $state(0)
  /** False until the first answer: nothing is known, not even that the list is empty. */
  known = $state(false)
  refusal: Refusal | null = $state.raw(null)
  #pages: ReadonlyMap<number, readonly Row[]> = $state.raw(new Map())
  #fetch: FetchPage<Row> | null = null
  /** Goes up whenever the list may be another one: later answers to earlier questions are dropped. */
  #generation = 0
  #stale = new Set<number>()
  readonly #underWay = new Set<number>()
  #first = 0
  #last = 0

  constructor(app: App) {
    $effect(() =>
      app.connection.onChanged((event: Changed) => {
        if (concerns(event, ['transactions', 'accounts'], app.book?.book ?? null)) this.refresh()
      })
    )
  }

  /** Shows another list (a filter changed, another account). The rows before stay until its first page is here. */
  show(fetch: FetchPage<Row>): void {
    this.#fetch = fetch
    this.#first = 0
    this.#last = 0
    this.refresh()
  }

  /** The same list, which may have changed. */
  refresh(): void {
    this.#generation += 1
    this.#stale = new Set(this.#pages.keys())
    this.#underWay.clear()
    this.#loadVisible()
  }

  /** The rows that are on screen now, both included. */
  look(first: number, last: number): void {
    this.#first = first
    this.#last = last
    this.#loadVisible()
  }

  row(index: number): Row | undefined {
    return this.#pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS]
  }

  #loadVisible(): void {
    const from = Math.floor(this.#first / PAGE_ROWS)
    const to = Math.floor(this.#last / PAGE_ROWS)
    for (let page = from; page <= to; page++) {
      const here = this.#pages.has(page) && !this.#stale.has(page)
      if (!here && !this.#underWay.has(page)) void this.#load(page)
    }
  }

  async #load(page: number): Promise<void> {
    const fetch = this.#fetch
    if (!fetch) return
    const generation = this.#generation
    this.#underWay.add(page)
    const outcome = await fetch(page * PAGE_ROWS, PAGE_ROWS)
    if (generation !== this.#generation) return
    this.#underWay.delete(page)
    if (!outcome.ok) {
      if (outcome.error.code !== 'ENGINE_STOPPED') this.refusal = outcome.error
      return
    }
    this.refusal = null
    this.known = true
    this.total = outcome.value.total
    this.#stale.delete(page)
    const pages = new Map(this.#pages)
    pages.set(page, outcome.value.rows)
    this.#pages = this.#trim(pages)
  }

  /** Lets go of what is far away, and of what may be wrong and is not in view. */
  #trim(pages: Map<number, readonly Row[]>): ReadonlyMap<number, readonly Row[]> {
    const middle = Math.floor((this.#first + this.#last) / 2 / PAGE_ROWS)
    const byDistance = [...pages.keys()].sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))
    for (const page of byDistance.slice(PAGES_KEPT)) pages.delete(page)
    const from = Math.floor(this.#first / PAGE_ROWS)
    const to = Math.floor(this.#last / PAGE_ROWS)
    for (const page of [...pages.keys()]) {
      if (this.#stale.has(page) && (page < from || page > to)) {
        pages.delete(page)
        this.#stale.delete(page)
      }
    }
    return pages
  }
}
