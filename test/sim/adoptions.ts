/**
 * What several people adopted before they heard of each other: it counts once, in its own place, and is shown as adopted by
 * the one whose adoption is first by logical time and log, of those that count. Worked out anew from the entries.
 */
import type { LogId, MemberId, Place } from '../../core/contract/index.js'
import { operationsOf } from './accounting.js'
import type { Peer } from './peer.js'
import type { Run } from './run.js'
import type { Truth } from './truth.js'
import { PAGE } from './views.js'

interface Adoption {
  readonly by: MemberId
  readonly log: LogId
  readonly index: number
  readonly lamport: number
}

export function checkAdoptions(peer: Peer, run: Run, truth: Truth): void {
  const shown = adoptersShown(run)
  for (const [place, adoptions] of adoptionsOf(peer, run, truth)) {
    const first = adoptions.sort(compare)[0] as Adoption
    if (adoptions.length > 1) peer.around.tally.count('adopted by several')
    const adopters = shown.get(place)
    // An account has no such list: that it counts is asked elsewhere.
    if (!adopters || (adopters.length === 1 && adopters[0] === first.by)) continue
    const what = `${peer.name} shows that ${adopters.map((each) => each?.slice(0, 6)).join()} adopted ${place}`
    truth.violate('what is adopted twice counts once', `${what}, and not ${first.by.slice(0, 6)}`)
  }
}

/** By what they adopt, the adoptions that count. */
function adoptionsOf(peer: Peer, run: Run, truth: Truth): Map<Place, Adoption[]> {
  const all = new Map<Place, Adoption[]>()
  for (const { log, index, place, operation } of operationsOf(peer, run)) {
    const by = run.delivery.author(log)?.member
    if (operation.kind !== 'adopt' || !by || run.book.reasonAt(place) !== null) continue
    const adoption = { by, log, index, lamport: truth.lamport(log, index) }
    all.set(operation.place, [...(all.get(operation.place) ?? []), adoption])
  }
  return all
}

/** By the place of each version, who is shown to have adopted it; as often as it is shown. */
function adoptersShown({ book }: Run): Map<Place, (MemberId | null)[]> {
  const shown = new Map<Place, (MemberId | null)[]>()
  for (const { id } of book.journal({}, PAGE).rows) {
    const detail = book.transaction(id)
    for (const { version, adoptedBy } of detail.ok ? detail.value.history : []) {
      const place = version as string as Place
      shown.set(place, [...(shown.get(place) ?? []), adoptedBy?.member ?? null])
    }
  }
  return shown
}

const compare = (a: Adoption, b: Adoption): number =>
  a.lamport - b.lamport || (a.log < b.log ? -1 : a.log > b.log ? 1 : a.index - b.index)
