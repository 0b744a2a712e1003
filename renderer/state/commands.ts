/**
 * What keys and menus can ask of whichever view is open. A view says what it can do while it is there; the newest
 * one to say so is asked.
 */
export type ViewCommand = 'new-entry' | 'search'

export class Commands {
  readonly #handlers = new Map<ViewCommand, (() => void)[]>()

  /** Gives back what takes the handler away again, as an effect wants it. */
  handle(command: ViewCommand, handler: () => void): () => void {
    const handlers = this.#handlers.get(command) ?? []
    handlers.push(handler)
    this.#handlers.set(command, handlers)
    return () => {
      const index = handlers.indexOf(handler)
      if (index >= 0) handlers.splice(index, 1)
    }
  }

  /** Whether some view took it. */
  run(command: ViewCommand): boolean {
    const handler = this.#handlers.get(command)?.at(-1)
    handler?.()
    return handler !== undefined
  }
}
