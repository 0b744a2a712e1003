/**
 * Looks through an entry for what it is about, without making every operation of it: one of a thousand operations costs
 * little more than one of one.
 */
import type { LogId } from '../contract/index.js'
import { formOf, kindOfNumber } from './operation-wire.js'
import type { Operation, OperationKind } from './operations.js'
import type { State } from './primitives.js'
import { c } from './primitives.js'
import { getEncoding } from './spec/index.js'
import { TableReader } from './table.js'

const HEAD = getEncoding('@guildbook/entry-head')
const TABLE = getEncoding('@guildbook/entry-table')

export interface Skimmed {
  readonly wallMs: number
  readonly kinds: readonly OperationKind[]
  /** The operation with this number, read now. */
  operation(number: number): Operation
}

/** `block` must be one that `decodeEntry` has taken: nothing is checked again here. */
export function skimEntry(block: Uint8Array, own: LogId): Skimmed {
  const end = block.byteLength
  const buffer = Buffer.from(block.buffer, block.byteOffset, end)
  const state: State = { start: 0, end, buffer }
  const { wallMs, operations } = HEAD.decode(state)
  const { logs } = TABLE.decode(state)
  const kinds: OperationKind[] = []
  const bodies: { readonly start: number; readonly end: number }[] = []
  for (let number = 0; number < operations; number++) {
    const kind = kindOfNumber(c.uint.decode(state))
    if (!kind) throw new Error('unknown kind of operation')
    const bytes = c.uint.decode(state)
    kinds.push(kind)
    bodies.push({ start: state.start, end: state.start + bytes })
    state.start += bytes
  }
  return {
    wallMs,
    kinds,
    operation(number) {
      const form = formOf(kinds[number] as OperationKind)
      // All logs count as referred to: the operations before this one, which would be the first to, are not read.
      const table = new TableReader(own, logs, logs.length)
      return form.read(form.encoding.decode({ ...(bodies[number] as (typeof bodies)[number]), buffer }), table)
    }
  }
}
