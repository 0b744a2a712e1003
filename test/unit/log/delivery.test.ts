import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LIMITS, type LogId } from '../../../core/contract/index.js'
import { ENTRY_VERSION } from '../../../core/ops/operations.js'
import { Delivery } from '../../../core/log/delivery.js'
import { placeOf } from '../../../core/ops/place.js'
import { AUTHOR, blockOf, LOGS, logAt, playLogs, stepsOf, type TrueEntry } from '../../helpers/log-world.js'
import { keyNumber } from '../../helpers/operations.js'

const NOWHERE = keyNumber<LogId>(99)
const never = (): boolean => false

/** What a hostile or broken device may put at the end of its log. */
const HOSTILE = [
  'lamport',
  'unclosed',
  'not growing',
  'itself',
  'nowhere',
  'future',
  'garbage',
  'oversize',
  'newer'
] as const
type Hostile = (typeof HOSTILE)[number]

interface Trick {
  readonly kind: Hostile
  readonly device: number
  readonly other: number
}

const tricks = fc.array(fc.record({ kind: fc.constantFrom(...HOSTILE), device: fc.nat(3), other: fc.nat(3) }), {
  maxLength: 5
})

const rawVarint = (log: LogId, more: Parameters<typeof blockOf>[1]): Uint8Array => {
  try {
    return blockOf(log, more)
  } catch {
    // What the encoder will not write is malformed for the decoder too.
    return new Uint8Array([1, 255, 255])
  }
}

function trickBlock({ kind, device, other }: Trick, lengths: Map<LogId, number>): Uint8Array {
  const log = logAt(device)
  const target = logAt(other)
  const length = lengths.get(target) as number
  const on = (name: LogId, at: number) => rawVarint(log, { lamport: 1000, deps: [{ log: name, length: at }] })
  switch (kind) {
    case 'lamport':
      return blockOf(log, { lamport: 999 })
    case 'unclosed':
      return on(target, length)
    case 'not growing':
      return on(target, 1)
    case 'itself':
      return on(log, (lengths.get(log) as number) + 1)
    case 'nowhere':
      return on(NOWHERE, 1)
    case 'future':
      return on(target, length + 2)
    case 'garbage':
      return new Uint8Array([1, 7, 255, 255, 3])
    case 'oversize':
      return new Uint8Array(LIMITS.blockBytes + 1)
    case 'newer':
      return new Uint8Array([ENTRY_VERSION + 1, 1, 2, 3])
  }
}

/** The blocks of each log after its header: true entries, tricks, and what follows the tricks. */
function logsOf(entries: readonly TrueEntry[], played: readonly Trick[]): Map<LogId, Uint8Array[]> {
  const blocks = new Map<LogId, Uint8Array[]>(LOGS.map((log) => [log, []]))
  const of = (log: LogId) => blocks.get(log) as Uint8Array[]
  for (const { log, lamport, deps } of entries) of(log).push(blockOf(log, { lamport, deps }))
  const lengths = () => new Map(LOGS.map((log) => [log, of(log).length + 1]))
  for (const trick of played) {
    of(logAt(trick.device)).push(trickBlock(trick, lengths()))
    // Someone builds on it, and the log goes on.
    const builder = logAt(trick.device + 1)
    const deps = [{ log: logAt(trick.device), length: of(logAt(trick.device)).length + 1 }]
    of(builder).push(blockOf(builder, { lamport: 1001, deps }))
    of(logAt(trick.device)).push(blockOf(logAt(trick.device), { lamport: 1001 }))
  }
  return blocks
}

/** Offers all blocks, each log's in order, the logs mixed as the numbers say. */
function deliverAll(logs: ReadonlyMap<LogId, readonly Uint8Array[]>, order: readonly number[]) {
  const delivered: string[] = []
  const delivery = new Delivery((entry) => delivered.push(placeOf(entry.log, entry.index, 0)))
  const left = new Map([...logs].map(([log, blocks]) => [log, [...blocks]]))
  for (let turn = 0; left.size > 0; turn++) {
    const open = [...left.keys()]
    const log = open[(order[turn % order.length] ?? 0) % open.length] as LogId
    if (!delivery.hasLog(log)) {
      delivery.addLog(log, AUTHOR)
    } else {
      const block = left.get(log)?.shift()
      if (block) delivery.offer(log, block)
      else left.delete(log)
    }
    if ((order[(turn + 1) % order.length] ?? 0) % 3 > 0) while (delivery.run(never) === 'more');
  }
  delivery.run(never)
  return { delivery, delivered }
}

const stopsOf = (delivery: Delivery) =>
  delivery
    .stops()
    .map(({ log, stop }) => `${log} ${stop.kind} ${stop.index} ${stop.code}`)
    .sort()

const orders = fc.array(fc.nat(1000), { minLength: 1, maxLength: 50 })

describe('delivery', () => {
  it('delivers all that is true, each entry after all that it has seen, in any order of arrival', () => {
    fc.assert(
      fc.property(stepsOf(60), orders, (steps, order) => {
        const entries = playLogs(steps)
        const { delivery, delivered } = deliverAll(logsOf(entries, []), order)
        expect(delivered).toHaveLength(entries.length)
        expect(delivery.stops()).toEqual([])
        expect(delivery.waits()).toEqual([])
        const at = new Map(delivered.map((place, position) => [place, position]))
        for (const { log, index, past } of entries) {
          for (const [other, length] of past) {
            if (length < 2) continue
            const before = at.get(placeOf(other, length - 1, 0)) as number
            expect(before).toBeLessThan(at.get(placeOf(log, index, 0)) as number)
          }
        }
      })
    )
  })

  it('stops hostile logs at the same entry for the same reason, in any order of arrival', () => {
    fc.assert(
      fc.property(stepsOf(40), tricks, orders, orders, (steps, played, one, other) => {
        const logs = logsOf(playLogs(steps), played)
        const a = deliverAll(logs, one)
        const b = deliverAll(logs, other)
        expect([...a.delivered].sort()).toEqual([...b.delivered].sort())
        expect(stopsOf(a.delivery)).toEqual(stopsOf(b.delivery))
        expect(a.delivery.causality.vector()).toEqual(b.delivery.causality.vector())
        for (const { log, stop } of a.delivery.stops()) {
          expect(a.delivery.causality.length(log)).toBeLessThanOrEqual(stop.index)
        }
      }),
      { numRuns: 300 }
    )
  })

  it('stops at each kind of bad entry by its name', () => {
    const [a, b, c] = [logAt(0), logAt(1), logAt(2)]
    const codeAfter = (block: Uint8Array): string => {
      const { delivery } = deliverAll(
        new Map([
          [a, [blockOf(a, { lamport: 1 })]],
          [b, [blockOf(b, { lamport: 2, deps: [{ log: a, length: 2 }] })]],
          [c, [block, blockOf(c, { lamport: 1 })]]
        ]),
        [0, 1, 2]
      )
      expect(delivery.causality.length(a)).toBe(2)
      expect(delivery.causality.length(b)).toBe(2)
      expect(delivery.causality.length(c)).toBe(1)
      const [stop] = delivery.stops()
      return stop ? `${stop.stop.kind} ${stop.stop.index} ${stop.stop.code}` : 'waits'
    }
    expect(codeAfter(blockOf(c, { lamport: 7 }))).toBe('quarantined 1 LAMPORT_WRONG')
    expect(codeAfter(blockOf(c, { lamport: 3, deps: [{ log: b, length: 2 }] }))).toBe(
      'quarantined 1 DEPENDENCY_NOT_CLOSED'
    )
    expect(codeAfter(blockOf(c, { lamport: 1, deps: [{ log: NOWHERE, length: 1 }] }))).toBe('waits')
    expect(codeAfter(new Uint8Array([1, 7, 255]))).toBe('quarantined 1 ENTRY_MALFORMED')
    expect(codeAfter(new Uint8Array())).toBe('quarantined 1 ENTRY_MALFORMED')
    expect(codeAfter(new Uint8Array(LIMITS.blockBytes + 1))).toBe('quarantined 1 BLOCK_TOO_LARGE')
    expect(codeAfter(new Uint8Array([ENTRY_VERSION + 1, 0]))).toBe('paused 1 NEEDS_NEWER_VERSION')
  })

  it('stops what builds on a stopped entry, and lets what builds on a paused one wait', () => {
    const [a, b] = [logAt(0), logAt(1)]
    const builder = blockOf(b, { lamport: 9, deps: [{ log: a, length: 2 }] })
    const bad = deliverAll(
      new Map([
        [a, [new Uint8Array([1])]],
        [b, [builder]]
      ]),
      [1, 0]
    )
    expect(
      bad.delivery
        .stops()
        .map(({ stop }) => stop.code)
        .sort()
    ).toEqual(['DEPENDS_ON_QUARANTINED', 'ENTRY_MALFORMED'])
    const newer = deliverAll(
      new Map([
        [a, [new Uint8Array([ENTRY_VERSION + 1])]],
        [b, [builder]]
      ]),
      [1, 0]
    )
    expect(newer.delivery.stops().map(({ stop }) => stop.kind)).toEqual(['paused'])
    expect(newer.delivery.waits()).toEqual([{ log: b, index: 1, on: a, length: 2 }])
  })

  it('lacks all logs that its next entry names, and waits for the first of them', () => {
    const [a, b, c] = [logAt(0), logAt(1), logAt(2)]
    const delivery = new Delivery(() => undefined)
    delivery.addLog(a, AUTHOR)
    const deps = [b, c].map((log) => ({ log, length: 1 }))
    delivery.offer(a, blockOf(a, { deps, lamport: 1 }))
    delivery.run(() => false)
    const lacking = delivery.lacking()
    expect(lacking.map(({ log }) => log)).toEqual([a, a])
    expect(new Set(lacking.map(({ on }) => on))).toEqual(new Set([b, c]))
    expect(delivery.waits().map(({ on }) => on)).toEqual([lacking[0]?.on])
  })

  it('keeps a bounded lot of what waits', () => {
    const log = logAt(0)
    const delivery = new Delivery(() => undefined)
    delivery.addLog(log, AUTHOR)
    let offered = 0
    delivery.offer(log, blockOf(log, { lamport: 1, deps: [{ log: NOWHERE, length: 1 }] }))
    while (delivery.wantsMore(log) && offered++ < 5000)
      delivery.offer(log, blockOf(log, { lamport: 1 + offered }))
    expect(offered).toBeLessThan(1100)
    expect(delivery.run(never)).toBe('idle')
    expect(delivery.wantsMore(log)).toBe(false)
    expect(delivery.pending()).toBeLessThan(1100)
    delivery.addLog(NOWHERE, AUTHOR)
    delivery.run(never)
    expect(delivery.wantsMore(log)).toBe(true)
  })
})
