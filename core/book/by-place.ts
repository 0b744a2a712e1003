/** Values by the place of an operation. Keeps no string and no number per value: at 100,000 of them that is megabytes. */
import type { LogId } from '../contract/index.js'
import { parsePlace } from '../ops/place.js'
import type { Placed } from './model.js'

/** What the operations of one entry have: by their number, or the value itself where it is that of the first alone. */
type Slot<Value> = Value | (Value | undefined)[] | undefined

export class ByPlace<Value extends object> {
  /** For each log, by the index of the entry. */
  readonly #logs = new Map<LogId, Slot<Value>[]>()

  /** By a place as it is written; null for what is none, or has nothing. */
  get(place: string): Value | null {
    const parts = parsePlace(place)
    return parts && this.at(parts.log, parts.index, parts.operation)
  }

  at(log: LogId, index: number, operation: number): Value | null {
    const slot = this.#logs.get(log)?.[index]
    if (slot === undefined) return null
    if (Array.isArray(slot)) return slot[operation] ?? null
    return operation === 0 ? slot : null
  }

  /** All that the operations of one entry have. */
  within(log: LogId, index: number): readonly Value[] {
    const slot = this.#logs.get(log)?.[index]
    if (slot === undefined) return []
    return Array.isArray(slot) ? slot.filter((value) => value !== undefined) : [slot]
  }

  set({ origin, operation }: Placed, value: Value): void {
    let log = this.#logs.get(origin.log)
    if (!log) this.#logs.set(origin.log, (log = []))
    const slot = log[origin.index]
    if (Array.isArray(slot)) slot[operation] = value
    else if (operation === 0) log[origin.index] = value
    else log[origin.index] = withOperation(slot, operation, value)
  }
}

function withOperation<Value>(
  first: Value | undefined,
  operation: number,
  value: Value
): (Value | undefined)[] {
  const slot: (Value | undefined)[] = [first]
  slot[operation] = value
  return slot
}
