/** Blocks of several logs as honest devices would write them, and entries that a hostile one would. */
import fc from 'fast-check'
import type { DeviceId, LogId, MemberId } from '../../core/contract/index.js'
import { encodeEntry } from '../../core/ops/codec.js'
import type { Dependency, Entry } from '../../core/ops/operations.js'
import { keyNumber } from './operations.js'

export type Vector = ReadonlyMap<LogId, number>

export const LOGS = [0, 1, 2, 3].map((number) => keyNumber<LogId>(number + 1))
export const logAt = (number: number): LogId => LOGS[number % LOGS.length] as LogId
export const AUTHOR = { member: keyNumber<MemberId>(100), device: keyNumber<DeviceId>(101) }

/** A device appends an entry, or takes over all that another one has. */
export type Step =
  | { readonly kind: 'append'; readonly device: number }
  | { readonly kind: 'meet'; readonly device: number; readonly other: number }

export const stepsOf = (most: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('append' as const), device: fc.nat(3) }),
      fc.record({ kind: fc.constant('meet' as const), device: fc.nat(3), other: fc.nat(3) })
    ),
    { maxLength: most }
  )

export interface TrueEntry {
  readonly log: LogId
  readonly index: number
  readonly lamport: number
  readonly deps: readonly Dependency[]
  /** All that it has seen, itself not counted: the naive model stores it whole. */
  readonly past: Vector
}

/** Plays the steps: entries in the order in which they were written, each with its full vector. */
export function playLogs(steps: readonly Step[]): TrueEntry[] {
  const entries: TrueEntry[] = []
  const has = LOGS.map(() => new Map<LogId, number>(LOGS.map((log) => [log, 1])))
  const named = LOGS.map(() => new Map<LogId, number>())
  const lamports = new Map<LogId, number[]>(LOGS.map((log) => [log, [0]]))
  for (const step of steps) {
    const mine = has[step.device] as Map<LogId, number>
    if (step.kind === 'meet') {
      for (const [log, length] of has[step.other] as Map<LogId, number>)
        mine.set(log, Math.max(length, mine.get(log) ?? 0))
      continue
    }
    const log = logAt(step.device)
    const known = named[step.device] as Map<LogId, number>
    const deps = [...mine].filter(([other, length]) => other !== log && length > (known.get(other) ?? 0))
    for (const [other, length] of deps) known.set(other, length)
    const index = mine.get(log) as number
    const seen = [...mine].map(([other, length]) => (lamports.get(other) as number[])[length - 1] as number)
    const lamport = Math.max(...seen) + 1
    entries.push({
      log,
      index,
      lamport,
      deps: deps.map(([other, length]) => ({ log: other, length })).sort((a, b) => (a.log < b.log ? -1 : 1)),
      past: new Map(mine)
    })
    ;(lamports.get(log) as number[]).push(lamport)
    mine.set(log, index + 1)
  }
  return entries
}

export const entryWith = (more: Partial<Entry>): Entry => ({
  version: 1,
  lamport: 1,
  wallMs: 0,
  deps: [],
  ops: [{ kind: 'setBook', name: 'B' }],
  ...more
})

export const blockOf = (log: LogId, more: Partial<Entry>): Uint8Array => encodeEntry(entryWith(more), log)
