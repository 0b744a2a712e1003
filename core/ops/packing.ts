/** Splits what one import writes into as few entries as it takes. */
import { LIMITS } from '../contract/index.js'
import { frame } from './codec.js'
import type { Operation } from './operations.js'
import type { State } from './primitives.js'
import { TableWriter } from './table.js'

/** Left free in each block for its head and about 1,500 dependencies. */
const RESERVED_BYTES = 64 * 1024
const KEY_BYTES = 32

/** An upper bound for what an operation adds to a block that holds nothing else. */
export function opSizeBytes(operation: Operation): number {
  const state: State = { start: 0, end: 0, buffer: Buffer.alloc(0) }
  const table = new TableWriter(null)
  frame(operation, table, state)
  return state.end + table.logs.length * KEY_BYTES
}

export interface RunLimits {
  readonly blockBytes: number
  readonly operationsPerEntry: number
}

/**
 * The operations in their order, in runs that each fit an entry, found one after the other as they are asked for. One
 * that is too large for any block is a run of its own, which is refused when it is written.
 */
export function* packRuns(ops: Iterable<Operation>, limits: RunLimits = LIMITS): Generator<Operation[]> {
  const room = limits.blockBytes - Math.min(RESERVED_BYTES, limits.blockBytes >>> 2)
  let run: Operation[] = []
  let state: State = { start: 0, end: 0, buffer: Buffer.alloc(0) }
  let table = new TableWriter(null)
  for (const op of ops) {
    frame(op, table, state)
    const full = state.end + table.logs.length * KEY_BYTES > room || run.length >= limits.operationsPerEntry
    if (full && run.length > 0) {
      yield run
      run = []
      state = { start: 0, end: 0, buffer: Buffer.alloc(0) }
      table = new TableWriter(null)
      frame(op, table, state)
    }
    run.push(op)
  }
  if (run.length > 0) yield run
}

/** All runs at once. */
export const packEntries = (ops: Iterable<Operation>, limits?: RunLimits): Operation[][] => [
  ...packRuns(ops, limits)
]
