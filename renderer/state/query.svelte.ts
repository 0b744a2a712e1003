/**
 * An answer of the engine that stays true: asked again when the engine says that it may have changed, and when what
 * was asked for changes. The rows before stay until the new ones are here, so nothing flickers.
 */
import type { Changed, Outcome, Refusal, Topic } from '../../core/contract/index.js'
import type { App } from './app.svelte.js'

export class Query<T> {
  /** The last answer; undefined only before the first one. */
  value: T | undefined = $state.raw()
  refusal: Refusal | null = $state.raw(null)
  readonly #app: App
  readonly #ask: () => Promise<Outcome<T>> | null
  #underWay = false
  #stale = false
  #asked = 0

  /**
   * To be made while a component is set up. `ask` may read runes: when one changes it is called again. It answers
   * null while there is nothing to ask for.
   */
  constructor(app: App, topics: readonly Topic[], ask: () => Promise<Outcome<T>> | null) {
    this.#app = app
    this.#ask = ask
    $effect(() => {
      void app.channels
      void this.#run(ask())
    })
    $effect(() =>
      app.connection.onChanged((event) => {
        if (concerns(event, topics, app.book?.book ?? null)) this.refresh()
      })
    )
  }

  /** Asks again, once more after the one under way. */
  refresh(): void {
    if (this.#underWay) this.#stale = true
    else void this.#run(this.#ask())
  }

  async #run(asked: Promise<Outcome<T>> | null): Promise<void> {
    if (!asked) return
    const turn = ++this.#asked
    this.#underWay = true
    const outcome = await asked
    if (turn !== this.#asked) return
    this.#underWay = false
    if (outcome.ok) {
      this.value = outcome.value
      this.refusal = null
    } else if (outcome.error.code !== 'ENGINE_STOPPED') {
      // A stopped engine is shown once, in the status line; what is on screen still stands.
      this.refusal = outcome.error
    }
    if (this.#stale) {
      this.#stale = false
      if (this.#app.link === 'open') void this.#run(this.#ask())
    }
  }
}

/** Whether an event may change answers on these topics for this book. */
export function concerns(event: Changed, topics: readonly Topic[], book: string | null): boolean {
  if (event.book !== null && book !== null && event.book !== book) return false
  return event.topics.some((topic) => topics.includes(topic))
}
