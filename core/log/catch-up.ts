/**
 * What an entry has to cover can be more logs than one entry may name: a member may have started thousands. The writer then
 * says first, in entries without operations, that it has seen them.
 */
import type { LogId } from '../contract/index.js'
import type { Dependency } from '../ops/operations.js'
import type { Delivery } from './delivery.js'

/**
 * The dependencies of an entry that says so, at most `most`; null where the next entry can name all. What they cover is
 * causally closed: headers depend on nothing, and of the rest it is all that was delivered before something.
 */
export function catchUp(delivery: Delivery, log: LogId, most: number): Dependency[] | null {
  const { deps } = delivery.causality.next(log)
  if (deps.length <= most) return null
  const headers = deps.filter(({ length }) => length === 1)
  const part = headers.length > 0 ? headers.slice(0, most) : firstDelivered(delivery, log, most)
  return [...part].sort((a, b) => (a.log < b.log ? -1 : 1))
}

function firstDelivered({ causality, arrivals }: Delivery, log: LogId, most: number): Dependency[] {
  const lengths = new Map<LogId, number>()
  const index = causality.length(log)
  for (let at = 0; ;) {
    const run = arrivals.from(at, Infinity)
    if (!run) break
    at += run.to - run.from
    if (run.log === log || causality.covered(log, index, run.log) >= run.to) continue
    if (!lengths.has(run.log) && lengths.size >= most) break
    lengths.set(run.log, run.to)
  }
  return [...lengths].map(([other, length]) => ({ log: other, length }))
}
