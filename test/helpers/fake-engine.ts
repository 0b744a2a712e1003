/** A small engine for tests of what carries requests: it answers whatever the test gives it. */
import { done } from '../../core/contract/index.js'
import type { Changed, Outcome } from '../../core/contract/index.js'
import type { Engine } from '../../core/engine/engine.js'

export interface FakeEngine extends Engine {
  readonly asked: { readonly name: string; readonly body: unknown }[]
  emit(event: Changed): void
  readonly state: 'open' | 'closed'
}

export function fakeEngine(
  answer: (name: string, body: unknown) => Promise<Outcome<unknown>> = (name, body) =>
    Promise.resolve(done({ name, body }))
): FakeEngine {
  const listeners = new Set<(event: Changed) => void>()
  const asked: { name: string; body: unknown }[] = []
  let state: 'open' | 'closed' = 'open'
  return {
    asked,
    get state() {
      return state
    },
    request(name, body) {
      asked.push({ name, body })
      return answer(name, body)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    emit(event) {
      for (const listener of [...listeners]) listener(event)
    },
    close() {
      state = 'closed'
      return Promise.resolve()
    }
  }
}
