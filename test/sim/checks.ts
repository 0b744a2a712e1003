/** The rules that must hold at any time, asked of the peers after every round. */
import type { LogId } from '../../core/contract/index.js'
import type { Peer } from './peer.js'
import { replay } from './replay.js'
import type { Around } from './around.js'
import type { Run } from './run.js'
import type { Truth } from './truth.js'
import { digestOf, PAGE, peopleOf, viewOf } from './views.js'

export function checkRound(peers: readonly Peer[], truth: Truth): void {
  for (const peer of peers) {
    const { run } = peer
    if (!run) continue
    const digest = run.digest()
    if (digest !== null) truth.digest(peer.name, run.vector(), digest)
    for (const { currency, amountMinor } of run.book.trialBalance().sums) {
      if (amountMinor === 0n) continue
      truth.violate('the trial balance is zero', `${amountMinor} ${currency} left over at ${peer.name}`)
    }
    if (!run.roster.present().some(({ role }) => role === 'owner')) {
      truth.violate('someone owns the book', `nobody does, says ${peer.name}: ${peopleOf(run.roster)}`)
    }
    for (const log of run.forked) truth.violate('no log forks', `${truth.name(log)} at ${peer.name}`)
    checkStops(peer, run, truth)
  }
}

/** What everyone shows: equal where vectors are, and what the entries make if they are folded the plain way. */
export function checkViews(peers: readonly Peer[], truth: Truth, around: Around): void {
  for (const peer of peers) {
    const { name, run } = peer
    if (run?.state !== 'up' || run.isFolding) continue
    checkBalances(name, run, truth)
    truth.view(name, run.vector(), viewOf(run.book, run.roster))
    checkFold(peer, run, truth, around)
  }
}

function checkFold({ name, disk }: Peer, run: Run, truth: Truth, { founder, book: id }: Around): void {
  const lengths = new Map(Object.entries(run.vector()) as [LogId, number][])
  // What is being written is delivered before it is on the disk.
  for (const [log, length] of lengths) if (disk.contiguousLength(log) < length) return
  const plain = replay({ founder, id, lengths, block: (log, index) => disk.block(log, index) })
  if (peopleOf(plain.roster) !== peopleOf(run.roster)) {
    const what = `${name} says ${peopleOf(run.roster)}, and not ${peopleOf(plain.roster)}`
    truth.violate('the fold is what its entries make', what)
  }
  if (digestOf(plain.book, plain.roster) !== run.digest()) {
    const what = difference(run, plain) ?? 'nothing that is shown'
    truth.violate('the fold is what its entries make', `${name} has another digest: ${what}`)
  }
}

/** Something that two folds of the same entries show differently. */
function difference(...folds: readonly [Fold, Fold]): string | null {
  const [ours, theirs] = folds.map(linesOf) as [string[], string[]]
  return ours.find((line) => !theirs.includes(line)) ?? theirs.find((line) => !ours.includes(line)) ?? null
}

type Fold = Pick<Run, 'roster' | 'book'>

const linesOf = ({ roster, book }: Fold): string[] => [
  ...roster.facts(),
  ...book.notCounted().map((row) => JSON.stringify(row)),
  ...book.journal({}, PAGE).rows.map(({ id }) => JSON.stringify(book.transaction(id)))
]

/** Balances are kept up to date as entries come; added up anew from what is shown, they are the same. */
function checkBalances(name: string, { book }: Run, truth: Truth): void {
  const sums = new Map<string, bigint>()
  for (const { state, postings } of book.journal({}, PAGE).rows) {
    for (const { account, currency, amountMinor } of state === 'void' ? [] : postings) {
      const key = `${account} ${currency}`
      sums.set(key, (sums.get(key) ?? 0n) + BigInt(amountMinor))
    }
  }
  for (const { account, path, own } of book.accounts()) {
    for (const { currency, amountMinor } of own) {
      const key = `${account} ${currency}`
      const sum = sums.get(key) ?? 0n
      sums.delete(key)
      if (sum === amountMinor) continue
      truth.violate('balances are sums', `${path} at ${name}: ${amountMinor} ${currency}, and not ${sum}`)
    }
  }
  for (const [key, sum] of sums) {
    if (sum !== 0n) truth.violate('balances are sums', `${key} at ${name}: nothing, and not ${sum}`)
  }
}

/** An honest log is never quarantined; one that lies is, at the lie and not before. */
function checkStops(peer: Peer, run: Run, truth: Truth): void {
  for (const { log, stop } of run.delivery.stops()) {
    if (stop.kind === 'paused' && peer.version === 'present') continue
    const lie = truth.lies.get(log)
    if (stop.kind === 'quarantined' && stop.index === lie) continue
    const where = `${truth.name(log)}/${stop.index} at ${peer.name}`
    truth.violate('honest logs go on', `${where}: ${stop.kind}, ${stop.code}`)
  }
}
