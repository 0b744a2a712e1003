/**
 * Entries as blocks: a head, the table of other logs, then each operation as { kind uint, body buffer }. A block has
 * one meaning and an entry one block: what decodes encodes to the same bytes again.
 */
import type { LogId, Outcome } from '../contract/index.js'
import { LIMITS, done, refuse } from '../contract/index.js'
import { keyOfName, nameOfKey } from './names.js'
import type { AnyForm } from './operation-wire.js'
import { formOf, formOfNumber } from './operation-wire.js'
import type { Dependency, Entry, Operation } from './operations.js'
import { ENTRY_VERSION, leastVersion } from './operations.js'
import type { State } from './primitives.js'
import { c } from './primitives.js'
import { getEncoding } from './spec/index.js'
import { TableReader, TableWriter } from './table.js'

const HEAD = getEncoding('@guildbook/entry-head')
const TABLE = getEncoding('@guildbook/entry-table')

interface Frame {
  readonly form: AnyForm
  readonly struct: unknown
  readonly bytes: number
}

const byKey = (a: Dependency, b: Dependency): number => Buffer.compare(keyOfName(a.log), keyOfName(b.log))

/**
 * The block of an entry of log `own`. Dependencies are put in order. Throws on what `decodeEntry` would refuse, since
 * callers validate what people enter; but not on a block above LIMITS.blockBytes, which only shows here: see its length.
 */
export function encodeEntry(entry: Entry, own: LogId): Uint8Array {
  const { version, lamport, wallMs, deps, ops } = entry
  if (version < leastVersion(ops) || version > ENTRY_VERSION)
    throw new RangeError(`not a version that can be written: ${version}`)
  checkCounts(ops.length, deps.length)
  const writer = new TableWriter(own)
  const sorted = deps.length > 1 ? [...deps].sort(byKey) : deps
  for (const [i, dep] of sorted.entries()) {
    if (writer.add(dep.log) !== i + 1) throw new RangeError(`depends twice on a log, or on its own: ${dep.log}`)
  }
  const frames: Frame[] = []
  const state: State = { start: 0, end: 0, buffer: Buffer.alloc(0) }
  for (const op of ops) frames.push(frame(op, writer, state))
  const head = { version, lamport, wallMs, operations: ops.length, dependencies: deps.length }
  const table = { logs: writer.logs, lengths: sorted.map((dep) => dep.length) }
  if (table.lengths.includes(0)) throw new RangeError('depends on nothing of a log')
  HEAD.preencode(state, head)
  TABLE.preencode(state, table)
  state.buffer = Buffer.allocUnsafeSlow(state.end)
  HEAD.encode(state, head)
  TABLE.encode(state, table)
  for (const each of frames) encodeFrame(state, each)
  return state.buffer
}

/** An operation as it will be read: lists that have one order on the wire are put in it. */
export function asRead(operation: Operation): Operation {
  const byName = (a: string, b: string): number => Buffer.compare(keyOfName(a), keyOfName(b))
  if ('kept' in operation) {
    return { ...operation, kept: [...operation.kept].sort((a, b) => byName(a.log, b.log)) }
  }
  if ('sealed' in operation) {
    return { ...operation, sealed: [...operation.sealed].sort((a, b) => byName(a.member, b.member)) }
  }
  return operation
}

/** Adds the size of an operation to `state.end`. */
export function frame(operation: Operation, table: TableWriter, state: State): Frame {
  const form = formOf(operation.kind)
  const struct = form.write(operation as never, table)
  const before = state.end
  form.encoding.preencode(state, struct)
  const bytes = state.end - before
  c.uint.preencode(state, form.number)
  c.uint.preencode(state, bytes)
  return { form, struct, bytes }
}

function encodeFrame(state: State, { form, struct, bytes }: Frame): void {
  c.uint.encode(state, form.number)
  c.uint.encode(state, bytes)
  form.encoding.encode(state, struct)
}

function checkCounts(operations: number, dependencies: number): void {
  if (operations > LIMITS.operationsPerEntry) throw new RangeError(`${operations} operations`)
  if (dependencies > LIMITS.dependenciesPerEntry) throw new RangeError(`${dependencies} dependencies`)
}

/**
 * The entry of a block of log `own`; its work and memory are linear in the block, whatever is in it. Refuses
 * BLOCK_TOO_LARGE, ENTRY_MALFORMED (`details.what`, and `details.byte` where), NEEDS_NEWER_VERSION
 * (`details.version`). Whether it makes sense in its place is for others to judge. The entry keeps no hold of `block`.
 */
export function decodeEntry(block: Uint8Array, own: LogId): Outcome<Entry> {
  const bytes = block.byteLength
  if (bytes > LIMITS.blockBytes) {
    return refuse('BLOCK_TOO_LARGE', `A block of ${bytes} bytes; at most ${LIMITS.blockBytes} are taken.`, {
      bytes
    })
  }
  const state: State = { start: 0, end: bytes, buffer: Buffer.from(block.buffer, block.byteOffset, bytes) }
  try {
    const version = c.uint.decode(state)
    if (version > ENTRY_VERSION) {
      return refuse('NEEDS_NEWER_VERSION', `Entry version ${version} needs a newer Guildbook.`, { version })
    }
    if (version < 1) throw new Error('no such version')
    state.start = 0
    return done(decodeKnown(state, own))
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    return refuse('ENTRY_MALFORMED', `Not an entry: ${what}, near byte ${state.start}.`, {
      what,
      byte: state.start
    })
  }
}

function decodeKnown(state: State, own: LogId): Entry {
  const { version, lamport, wallMs, operations, dependencies } = HEAD.decode(state)
  checkCounts(operations, dependencies)
  const { logs, lengths } = TABLE.decode(state)
  if (lengths.length !== dependencies) throw new Error('not as many dependencies as said')
  const deps = readDependencies(logs, lengths)
  const table = new TableReader(own, logs, deps.length)
  if (operations > state.end - state.start) throw new Error('ends too early')
  const ops: Operation[] = []
  for (let i = 0; i < operations; i++) ops.push(readOperation(state, table))
  if (state.start !== state.end) throw new Error('bytes after the last operation')
  table.finish()
  if (version < leastVersion(ops)) throw new Error('holds what its version does not have')
  return { version, lamport, wallMs, deps, ops }
}

function readDependencies(logs: readonly Uint8Array[], lengths: readonly number[]): Dependency[] {
  return lengths.map((length, i) => {
    const [key, before] = [logs[i], logs[i - 1]]
    if (!key) throw new Error('depends on a log that is not in the table')
    if (before && Buffer.compare(before, key) >= 0) throw new Error('dependencies are not in order')
    if (length === 0) throw new Error('depends on nothing of a log')
    return { log: nameOfKey<LogId>(key), length }
  })
}

function readOperation(state: State, table: TableReader): Operation {
  const form = formOfNumber(c.uint.decode(state))
  if (!form) throw new Error('unknown kind of operation')
  const bytes = c.uint.decode(state)
  const { end } = state
  if (bytes > end - state.start) throw new Error('ends too early')
  state.end = state.start + bytes
  const operation = form.read(form.encoding.decode(state), table)
  if (state.start !== state.end) throw new Error('bytes after the fields of an operation')
  state.end = end
  return operation
}
