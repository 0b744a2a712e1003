/** Values by the place of an operation. Keeps no string per value: at 100,000 of them that is megabytes. */
import { LIMITS, type LogId } from '../contract/index.js'
import { parsePlace } from '../ops/place.js'
import type { Placed } from './model.js'

export class ByPlace<Value> {
  readonly #logs = new Map<LogId, Map<number, Value>>()

  /** By a place as it is written; null for what is none, or has nothing. */
  get(place: string): Value | null {
    const parts = parsePlace(place)
    return parts && this.at(parts.log, parts.index, parts.operation)
  }

  at(log: LogId, index: number, operation: number): Value | null {
    if (operation >= LIMITS.operationsPerEntry) return null
    return this.#logs.get(log)?.get(index * LIMITS.operationsPerEntry + operation) ?? null
  }

  set({ origin, operation }: Placed, value: Value): void {
    let log = this.#logs.get(origin.log)
    if (!log) this.#logs.set(origin.log, (log = new Map()))
    log.set(origin.index * LIMITS.operationsPerEntry + operation, value)
  }
}
