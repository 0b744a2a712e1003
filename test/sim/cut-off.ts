/**
 * What someone wrote beyond what a removal, or the end of a device, keeps of their logs: it never counts, unless someone
 * adopted it, or its author had seen that they were let in again. Of acts of owners those stand that were decided before
 * the cut: by a more senior grant, or by the same one and earlier. Worked out anew from the acts that stand.
 */
import type { LogId, MemberId, Place } from '../../core/contract/index.js'
import { isAuthority } from '../../core/authority/acts.js'
import type { Kept } from '../../core/ops/operations.js'
import { parsePlace } from '../../core/ops/place.js'
import { factsOf, operationsOf, type Fact } from './accounting.js'
import type { Peer } from './peer.js'
import type { Run } from './run.js'
import type { Truth } from './truth.js'

/** An act that stands, or one that is looked at. */
interface Point {
  readonly log: LogId
  readonly index: number
  readonly at: number
  readonly lamport: number
  readonly author: string
}

type Standing = Fact & Point

interface Cut {
  readonly act: Standing
  readonly kept: readonly Kept[]
  /** Whether it is about what this device of this member writes. */
  readonly concerns: (member: string, device: string) => boolean
}

export function checkCutOff(peer: Peer, run: Run, truth: Truth): void {
  const acts = standingActs(run, truth)
  const grants = acts.filter(makesOwner).sort(compare)
  const order = (point: Point, which: 'first' | 'last'): number => {
    const own = [...(point.author === run.roster.founder ? [-1] : [])]
    for (const [number, grant] of grants.entries()) {
      if (memberOf(grant) === point.author && hasSeen(run, point, grant)) own.push(number)
    }
    return own.at(which === 'first' ? 0 : -1) ?? Infinity
  }
  const cuts = acts.flatMap((act) => cutOf(act, run) ?? [])
  for (const { log, index, place, operation } of operationsOf(peer, run)) {
    const author = run.delivery.author(log)
    if (!author) continue
    const at = parsePlace(place)?.operation ?? 0
    const point = { log, index, at, lamport: truth.lamport(log, index), author: author.member }
    for (const { act, kept, concerns } of cuts) {
      if (!concerns(author.member, author.device) || act.place === place) continue
      const length = kept.find((each) => each.log === log)?.length ?? 0
      if (index < length || isListed(run, place) || isBack(run, acts, point, act)) continue
      if (isAuthority(operation)) {
        const last = isStepDown(act) ? Infinity : order(act, 'last')
        const first = order(point, 'first')
        if (first < last || (first === last && compare(point, act) < 0)) continue
      }
      const what = `${operation.kind} at ${truth.name(log)}/${index}, beyond ${length}, by ${truth.name(act.log)}/${act.index}`
      truth.violate('what was cut off does not count', `${peer.name} counts ${what}`)
    }
  }
}

function standingActs(run: Run, truth: Truth): Standing[] {
  const acts: Standing[] = []
  for (const fact of factsOf(run.roster.facts())) {
    const place = parsePlace(fact.place)
    if (fact.verdict !== 'stands' || !place) continue
    const { log, index, operation: at } = place
    acts.push({ ...fact, log, index, at, lamport: truth.lamport(log, index) })
  }
  return acts
}

function cutOf(act: Standing, { roster }: Run): Cut | null {
  const { operation, author } = act
  if (operation.kind === 'remove')
    return { act, kept: operation.kept, concerns: (member) => member === operation.member }
  if (operation.kind !== 'revokeDevice') return null
  // What an owner does just when they are one no more stands as anyone's does: for their own devices.
  const concerns = (member: string, device: string): boolean =>
    device === operation.device &&
    (member === author ||
      roster.revocationsOf(operation.device, member as MemberId).some((each) => isAt(each, act)))
  return { act, kept: operation.kept, concerns }
}

const memberOf = ({ operation }: Fact): string | null => ('member' in operation ? operation.member : null)

const makesOwner = ({ operation }: Fact): boolean =>
  (operation.kind === 'admit' || operation.kind === 'setRole') && operation.role === 'owner'

/** That is decided after all else that owners do. */
const isStepDown = ({ operation, author }: Fact): boolean =>
  operation.kind === 'remove' && operation.member === author

/** Whether the author of something had seen that they were let in again, or got a role again. */
const isBack = (run: Run, acts: readonly Standing[], point: Point, cut: Standing): boolean =>
  acts.some(
    (act) =>
      cut.operation.kind === 'remove' &&
      (act.operation.kind === 'admit' || act.operation.kind === 'setRole') &&
      act.operation.member === point.author &&
      hasSeen(run, point, act) &&
      hasSeen(run, act, cut)
  )

const isAt = (a: Pick<Point, 'log' | 'index' | 'at'>, b: Point): boolean =>
  a.log === b.log && a.index === b.index && a.at === b.at

const isListed = ({ book }: Run, place: Place): boolean =>
  book.reasonAt(place) !== null || book.adopted(place) !== null

function hasSeen(run: Run, later: Point, { log, index, at }: Point): boolean {
  if (later.log !== log) return run.delivery.causality.sees(later.log, later.index, log, index)
  return later.index > index || (later.index === index && later.at > at)
}

function compare(a: Point, b: Point): number {
  if (a.lamport !== b.lamport) return a.lamport - b.lamport
  if (a.log !== b.log) return a.log < b.log ? -1 : 1
  return a.index - b.index || a.at - b.at
}
