/**
 * Changes the book's secret where that is due and nobody did it in the same step: when someone left by themselves, or
 * when two removals that did not know of each other each gave the other's removed member the new secret. Any owner's
 * device does it; they take turns by seniority, so that as a rule it is done once.
 */
import { done, refuse } from '../contract/index.js'
import type { BookSession } from './book-session.js'

const FIRST_MS = 250
const TURN_MS = 5_000

export class Healer {
  #timer: NodeJS.Timeout | null = null
  #closed: 'open' | 'closed' = 'open'

  constructor(private readonly session: BookSession) {}

  /** An act of authority came in. */
  look(): void {
    if (this.#timer || this.#closed === 'closed') return
    this.#timer = setTimeout(() => void this.#heal(), FIRST_MS + this.#turn() * TURN_MS)
    this.#timer.unref()
  }

  close(): void {
    this.#closed = 'closed'
    if (this.#timer) clearTimeout(this.#timer)
  }

  async #heal(): Promise<void> {
    this.#timer = null
    const { session } = this
    if (this.#closed === 'closed' || session.kind !== 'shared' || !session.allows('rotate').ok) return
    if (!session.secrets.isDue) return
    await session.write(() =>
      session.secrets.isDue
        ? done([session.secrets.rotation(null)])
        : refuse('OVERRULED', 'Someone did it before.')
    )
  }

  /** 0 for the most senior owner. */
  #turn(): number {
    const owners = this.session.roster.present().filter(({ role }) => role === 'owner')
    return Math.max(
      0,
      owners.findIndex(({ member }) => member === this.session.options.identity.memberId)
    )
  }
}
