/**
 * A log with two histories, once it is known where they part: honest devices that had seen different halves, and built
 * on them, deliver all of each other's entries, and the shared part of the log, in whatever order these come.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogId } from '../../../core/contract/index.js'
import { Delivery } from '../../../core/log/delivery.js'
import { AUTHOR, blockOf, LOGS, logAt } from '../../helpers/log-world.js'

/** The log that forks; the logs after it are honest. */
const FORKED = logAt(0)
const HONEST = [1, 2, 3]
/** Which of the two histories each device sees: those of the writer's two selves, and three honest ones. */
type Actor = 'one' | 'other' | 1 | 2 | 3
const SIDES: Record<Actor, 'one' | 'other'> = { one: 'one', other: 'other', 1: 'one', 2: 'one', 3: 'other' }

interface Step {
  readonly actor: Actor
  /** Whom it takes all from; itself: it appends. */
  readonly from: Actor
}

const actor = fc.constantFrom<Actor>('one', 'other', 1, 2, 3)
const stepsOf = (most: number) => fc.array(fc.record({ actor, from: actor }), { maxLength: most })

class Player {
  has: Map<LogId, number>
  named = new Map<LogId, number>()
  constructor(has?: ReadonlyMap<LogId, number>) {
    this.has = new Map(has ?? LOGS.map((log) => [log, 1]))
  }
}

/** Plays before the fork, during it, and after all honest devices know of it. Blocks after each header. */
function play(phases: readonly [readonly Step[], readonly Step[], readonly Step[]]) {
  const blocks = new Map<LogId, Uint8Array[]>(LOGS.map((log) => [log, []]))
  const lamports = new Map<string, number>()
  const players = new Map<Actor, Player>()
  const player = (who: Actor): Player => players.get(who) ?? players.set(who, new Player()).get(who)!
  const logOf = (who: Actor): LogId => (typeof who === 'number' ? logAt(who) : FORKED)
  let shared = Infinity

  const lamportOf = (side: 'one' | 'other', log: LogId, index: number): number =>
    lamports.get(`${log === FORKED && index >= shared ? side : ''} ${log} ${index}`) ?? 0

  const append = (who: Actor): void => {
    const { has, named } = player(who)
    const [log, side] = [logOf(who), SIDES[who]]
    const deps = [...has]
      .filter(([other, length]) => other !== log && length > (named.get(other) ?? 0))
      .map(([other, length]) => ({ log: other, length }))
      .sort((a, b) => (a.log < b.log ? -1 : 1))
    for (const dep of deps) named.set(dep.log, dep.length)
    const index = has.get(log) as number
    const own = lamportOf(side, log, index - 1)
    const lamport = 1 + Math.max(own, ...deps.map((dep) => lamportOf(side, dep.log, dep.length - 1)))
    lamports.set(`${log === FORKED && index >= shared ? side : ''} ${log} ${index}`, lamport)
    has.set(log, index + 1)
    const block = blockOf(log, { lamport, deps })
    if (log !== FORKED || index < shared) (blocks.get(log) as Uint8Array[])[index - 1] = block
  }

  const meet = (who: Actor, from: Actor): void => {
    const mine = player(who).has
    for (const [log, length] of player(from).has) mine.set(log, Math.max(length, mine.get(log) ?? 0))
  }

  // Until the fork its writer is one.
  const asOne = (who: Actor): Actor => (who === 'other' ? 'one' : who)
  for (const { actor: who, from } of phases[0]) {
    if (asOne(who) === asOne(from)) append(asOne(who))
    else meet(asOne(who), asOne(from))
  }
  shared = player('one').has.get(FORKED) as number
  const { has, named } = player('one')
  const twin = new Player(has)
  twin.named = new Map(named)
  players.set('other', twin)
  for (const { actor: who, from } of phases[1]) {
    if (who === from) append(who)
    else if (SIDES[who] === SIDES[from]) meet(who, from)
  }
  for (const who of HONEST as Actor[]) {
    const mine = player(who).has
    mine.set(FORKED, Math.min(shared, mine.get(FORKED) as number))
  }
  for (const { actor: who, from } of phases[2]) {
    if (typeof who === 'string' || typeof from === 'string') continue
    if (who === from) append(who)
    else meet(who, from)
  }
  return { blocks, shared }
}

function deliverAll(
  logs: ReadonlyMap<LogId, readonly Uint8Array[]>,
  order: readonly number[],
  shared: number
): Delivery {
  const delivery = new Delivery(
    () => {},
    (log) => (log === FORKED ? shared : Infinity)
  )
  const left = new Map([...logs].map(([log, blocks]) => [log, [...blocks]]))
  for (let turn = 0; left.size > 0; turn++) {
    const open = [...left.keys()]
    const log = open[(order[turn % order.length] ?? 0) % open.length] as LogId
    const block = left.get(log)?.shift()
    if (!delivery.hasLog(log)) delivery.addLog(log, AUTHOR)
    if (block) delivery.offer(log, block)
    else left.delete(log)
    if (turn % 2 === 0) delivery.run(() => false)
  }
  delivery.run(() => false)
  return delivery
}

const orders = fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 })

describe('a log with two histories', () => {
  it('counts as far as they are one, and all that honest devices built on either counts', () => {
    fc.assert(
      fc.property(
        stepsOf(30),
        stepsOf(40),
        stepsOf(30),
        orders,
        orders,
        (before, during, after, one, other) => {
          const { blocks, shared } = play([before, during, after])
          const [a, b] = [deliverAll(blocks, one, shared), deliverAll(blocks, other, shared)]
          for (const delivery of [a, b]) {
            expect(delivery.waits()).toEqual([])
            expect(delivery.stops().map(({ log, stop }) => [log, stop.index, stop.code])).toEqual([
              [FORKED, shared, 'LOG_FORKED']
            ])
            for (const [log, all] of blocks) expect(delivery.causality.length(log)).toBe(all.length + 1)
          }
          expect(a.causality.vector()).toEqual(b.causality.vector())
        }
      ),
      { numRuns: 1000 }
    )
  })

  it('gives nobody else leave to lie about their logical time', () => {
    const honest = logAt(1)
    const lie = (lamport: number, length: number) => {
      const delivery = deliverAll(
        new Map([
          [FORKED, [blockOf(FORKED, { lamport: 1 })]],
          [honest, [blockOf(honest, { lamport, deps: [{ log: FORKED, length }] })]]
        ]),
        [0, 1],
        2
      )
      return delivery.stops().flatMap(({ log, stop }) => (log === honest ? [stop.code] : []))
    }
    // It saw three blocks beyond the shared two: each may have added one.
    for (const lamport of [2, 3, 4, 5]) expect(lie(lamport, 5)).toEqual([])
    for (const lamport of [1, 6]) expect(lie(lamport, 5)).toEqual(['LAMPORT_WRONG'])
    expect(lie(2, 2)).toEqual([])
    expect(lie(3, 2)).toEqual(['LAMPORT_WRONG'])
  })
})
