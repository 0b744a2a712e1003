/** How often what a world can be in was met. */
import type { Peer } from './peer.js'
import type { Tally } from './tally.js'
import { PAGE } from './views.js'

/** What the peers are in just now. */
export function tallyRound(peers: readonly Peer[], tally: Tally): void {
  for (const { run } of peers) {
    if (!run) continue
    tally.count(`round: ${run.state}`)
    if (run.isFolding) tally.count('round: folding')
    tally.count('round: transactions in conflict', run.book.conflicts().length)
    tally.count('round: logs that wait', run.delivery.waits().length)
    tally.count('round: logs that are locked', run.locked())
    for (const { stop } of run.delivery.stops()) tally.count(`round: log ${stop.kind}`)
  }
}

/** What became of it all, as those see it who see most. */
export function tallyEnd(peers: readonly Peer[], tally: Tally): void {
  const runs = peers.flatMap(({ run }) => (run ? [run] : []))
  const entries = (run: (typeof runs)[number]): number =>
    Object.values(run.vector()).reduce((sum, length) => sum + length, 0)
  const [run] = runs.sort((a, b) => entries(b) - entries(a))
  if (!run) return
  const { book, roster, delivery } = run
  tally.count('worlds')
  tally.count(book.conflicts().length > 0 ? 'worlds that end in conflict' : 'worlds that end without conflict')
  for (const { code } of book.notCounted()) tally.count(`not counted: ${code}`)
  for (const { stop } of delivery.stops()) tally.count(`stopped: ${stop.code}`)
  for (const { role, standing } of roster.members()) tally.count(`member: ${standing} ${role}`)
  for (const { state } of roster.invites()) tally.count(`invite: ${state}`)
  for (const fact of roster.facts()) {
    const [, , verdict, json = ''] = fact.split(' ')
    const kind = /"kind":"(\w+)"/.exec(json)?.[1]
    if (kind) tally.count(`act: ${kind} ${verdict}`)
  }
  for (const { id } of book.journal({}, PAGE).rows) {
    const detail = book.transaction(id)
    const adopted = detail.ok ? detail.value.history.filter(({ adoptedBy }) => adoptedBy !== null) : []
    tally.count('versions that were adopted', adopted.length)
  }
  for (const { phrase, deviceId, member } of peers)
    if (phrase === 'elsewhere' && roster.isRevoked(deviceId, member))
      tally.count('linked device that was revoked')
  tally.count('logs', Object.keys(run.vector()).length)
}
