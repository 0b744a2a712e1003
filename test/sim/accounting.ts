/** What became of every operation: counted, or listed with a reason. */
import type { LogId, Place } from '../../core/contract/index.js'
import { decodeEntry } from '../../core/ops/codec.js'
import type { Operation } from '../../core/ops/operations.js'
import { placeOf } from '../../core/ops/place.js'
import type { Peer } from './peer.js'
import type { Run } from './run.js'
import type { Truth } from './truth.js'
import { asPresent } from './versions.js'
import { PAGE } from './views.js'

export interface Found {
  readonly log: LogId
  readonly index: number
  readonly place: Place
  readonly operation: Operation
}

/** Every operation that a device has applied. */
export function* operationsOf({ disk }: Peer, run: Run): Generator<Found> {
  for (const [log, length] of Object.entries(run.vector()) as [LogId, number][]) {
    for (let index = 1; index < length; index++) {
      const entry = decodeEntry(asPresent(disk.block(log, index) as Uint8Array), log)
      for (const [number, operation] of (entry.ok ? entry.value.ops : []).entries()) {
        yield { log, index, place: placeOf<Place>(log, index, number), operation }
      }
    }
  }
}

export function checkAccounted(peer: Peer, run: Run, truth: Truth): void {
  const known = knownPlaces(run)
  for (const { log, place, operation } of operationsOf(peer, run)) {
    if (known.has(place) || isAccountedByName(run, operation)) continue
    const what = `${operation.kind} at ${truth.name(log)}${place.slice(log.length)}`
    truth.violate('what was delivered is counted or listed', `${peer.name} says nothing of ${what}`)
  }
}

/** The places of all operations that the book and the roster say something about. */
function knownPlaces({ book, roster }: Run): Set<string> {
  const places = new Set<string>(book.notCounted().map(({ place }) => place))
  for (const row of book.journal({}, PAGE).rows) {
    const detail = book.transaction(row.id)
    if (!detail.ok) continue
    for (const { version } of detail.value.history) places.add(version)
    for (const { comment } of detail.value.comments) places.add(comment)
  }
  const writes = [book.settingsHistory()]
  for (const { account } of book.accounts()) {
    places.add(account)
    writes.push(book.accountHistory(account))
  }
  for (const { origin, operation } of writes.flat()) places.add(placeOf(origin.log, origin.index, operation))
  for (const { place, verdict } of factsOf(roster.facts())) if (verdict === 'stands') places.add(place)
  return places
}

export interface Fact {
  readonly place: Place
  readonly author: string
  readonly verdict: string
  readonly operation: Operation
}

/** What the roster says about each act. */
export function factsOf(lines: readonly string[]): Fact[] {
  const facts: Fact[] = []
  for (const line of lines) {
    const [place = '', author = '', verdict = '', ...rest] = line.split(' ')
    if (place !== 'founder') {
      const operation = JSON.parse(rest.join(' ')) as Operation
      facts.push({ place: place as Place, author, verdict, operation })
    }
  }
  return facts
}

/** An invite, and its end, stand under the invite's name; an adoption under what it adopts. */
function isAccountedByName({ book, roster }: Run, operation: Operation): boolean {
  if (operation.kind === 'adopt') return book.adopted(operation.place) !== null
  if (operation.kind === 'invite') return roster.invite(operation.invite) !== null
  return operation.kind === 'revokeInvite' && roster.invite(operation.invite)?.state === 'revoked'
}
