/**
 * The table of logs of one entry, by which places are written short. Logs stand in it once, in the order in which they
 * are first referred to (those depended on first), so that an entry has one encoding only.
 */
import type { LogId, Place } from '../contract/index.js'
import { LIMITS } from '../contract/index.js'
import { keyOfName, nameOfKey } from './names.js'
import { parsePlace, placeOf } from './place.js'
import type { WirePlace } from './spec/index.js'

/** Collects logs while an entry is written. */
export class TableWriter {
  readonly logs: Uint8Array[] = []
  readonly #numbers = new Map<LogId, number>()
  readonly #places = new Map<Place, WirePlace>()

  constructor(own: LogId | null) {
    if (own !== null) this.#numbers.set(own, 0)
  }

  add(log: LogId): number {
    const known = this.#numbers.get(log)
    if (known !== undefined) return known
    this.logs.push(keyOfName(log))
    this.#numbers.set(log, this.logs.length)
    return this.logs.length
  }

  write(place: Place): WirePlace {
    const known = this.#places.get(place)
    if (known !== undefined) return known
    const parts = parsePlace(place)
    if (!parts || parts.operation >= LIMITS.operationsPerEntry) throw new RangeError(`not a place: ${place}`)
    const written = { log: this.add(parts.log), index: parts.index, operation: parts.operation }
    this.#places.set(place, written)
    return written
  }
}

const SLOTS = 512

/** Resolves places while an entry is read, and checks the order of the table. */
export class TableReader {
  readonly #logs: LogId[]
  readonly #slots: (WirePlace & { place: Place })[] = []
  #used: number

  /** `used` of the logs are depended on, and so referred to already. Throws on a log that stands twice. */
  constructor(own: LogId, keys: readonly Uint8Array[], used: number) {
    this.#logs = [own, ...keys.map((key) => nameOfKey<LogId>(key))]
    this.#used = used
    if (new Set(this.#logs).size !== this.#logs.length) throw new Error('a log stands twice in the table')
  }

  log(number: number): LogId {
    if (number > this.#used) {
      if (number !== this.#used + 1 || number >= this.#logs.length) throw new Error('no such log in the table')
      this.#used = number
    }
    return this.#logs[number] as LogId
  }

  read<P extends Place>(wire: WirePlace): P {
    const { log, index, operation } = wire
    const slot = (log * 31 + index * 17 + operation) % SLOTS
    const kept = this.#slots[slot]
    if (kept !== undefined && kept.index === index && kept.operation === operation && kept.log === log) {
      return kept.place as P
    }
    if (operation >= LIMITS.operationsPerEntry) throw new Error('no such operation')
    if (index >= 1e15) throw new Error('no such entry')
    const place = placeOf<P>(this.log(log), index, operation)
    this.#slots[slot] = { log, index, operation, place }
    return place
  }

  /** Throws if the table holds logs that nothing refers to. */
  finish(): void {
    if (this.#used !== this.#logs.length - 1) throw new Error('a log in the table is not referred to')
  }
}
