/** Collects what changed and tells it at most about 20 times a second, however fast changes come. */
import type { BookId, Changed, Topic } from '../contract/index.js'

const QUIET_MS = 50

export class ChangeFeed {
  readonly #listeners = new Set<(event: Changed) => void>()
  readonly #noted = new Map<BookId | null, Set<Topic>>()
  #timer: NodeJS.Timeout | null = null
  #lastMs = 0
  #state: 'open' | 'closed' = 'open'

  /** `first` hears of each change before the subscribers do. */
  constructor(private readonly first: (event: Changed) => void) {}

  subscribe(listener: (event: Changed) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  note(book: BookId | null, topics: readonly Topic[]): void {
    if (this.#state === 'closed') return
    let noted = this.#noted.get(book)
    if (!noted) this.#noted.set(book, (noted = new Set()))
    for (const topic of topics) noted.add(topic)
    this.#timer ??= setTimeout(() => this.#tell(), Math.max(0, this.#lastMs + QUIET_MS - performance.now()))
  }

  close(): void {
    this.#state = 'closed'
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#listeners.clear()
  }

  #tell(): void {
    this.#timer = null
    this.#lastMs = performance.now()
    const events = [...this.#noted].map(([book, topics]): Changed => ({ book, topics: [...topics] }))
    this.#noted.clear()
    for (const event of events) {
      this.first(event)
      for (const listener of this.#listeners) listener(event)
    }
  }
}
