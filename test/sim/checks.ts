/** The rules that must hold, asked of the peers: some after every round, some when all is healed. */
import type { LogId } from '../../core/contract/index.js'
import { decodeEntry } from '../../core/ops/codec.js'
import type { Operation } from '../../core/ops/operations.js'
import { placeOf } from '../../core/ops/place.js'
import type { Peer } from './peer.js'
import type { Run } from './run.js'
import type { Tally } from './tally.js'
import type { Truth } from './truth.js'
import { asPresent } from './versions.js'

const PAGE = { limit: 2000, order: 'oldest' } as const

/** What holds at any time. */
export function checkRound(peers: readonly Peer[], truth: Truth): void {
  for (const peer of peers) {
    const { run } = peer
    if (!run) continue
    truth.digest(peer.name, run.vector(), run.digest())
    for (const { currency, amountMinor } of run.book.trialBalance().sums) {
      if (amountMinor === 0n) continue
      truth.violate('the trial balance is zero', `${amountMinor} ${currency} left over at ${peer.name}`)
    }
    for (const log of run.forked) truth.violate('no log forks', `${truth.name(log)} at ${peer.name}`)
    checkStops(peer, run, truth)
  }
}

/** Lists, balances and conflicts, which are kept up to date beside the state that the digest covers. */
export function checkViews(peers: readonly Peer[], truth: Truth): void {
  for (const { name, run } of peers) {
    if (!run) continue
    const { book } = run
    const accounts = book.accounts()
    checkBalances(name, run, truth)
    const parts = [
      book.summary(),
      accounts,
      book.journal({}, PAGE),
      book.conflicts(),
      book.trialBalance(),
      book.payees('', 20),
      book.notCounted(),
      accounts.map(({ account }) => book.register(account, 'subtree', {}, PAGE).rows.at(-1)?.balanceMinor),
      run.roster.members()
    ]
    const text = JSON.stringify(parts, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
    truth.view(name, run.vector(), text)
  }
}

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

/**
 * What holds when everything was healed, and all that was to arrive has arrived. Whose admission was lost with the only
 * disk that it was on has to be let in again.
 */
export function checkEnd(peers: readonly Peer[], truth: Truth): void {
  const met = knownDevices(peers, truth)
  const honest = met.filter(({ conduct }) => conduct === 'honest')
  const [first] = honest
  for (const peer of honest) {
    const { run } = peer
    if (!run || !first?.run) {
      truth.violate('all converge', `${peer.name} does not run`)
      continue
    }
    const differ = differences(first.run.vector(), run.vector(), truth)
    if (differ.length > 0) truth.violate('all converge', `${first.name} and ${peer.name}: ${differ.join(', ')}`)
    const [ours, theirs] = [stopsOf(first.run, truth), stopsOf(run, truth)]
    if (ours !== theirs) {
      const what = `${first.name}: ${ours || 'none'}; ${peer.name}: ${theirs || 'none'}`
      truth.violate('a lying log stops alike everywhere', what)
    }
    checkWaits(met, peer, run, truth)
    checkAcknowledged(met, peer, run, truth)
    checkAccounted(peer, run, truth)
  }
}

/** What the peers are in just now. */
export function tallyRound(peers: readonly Peer[], tally: Tally): void {
  for (const { run } of peers) {
    if (!run) continue
    tally.count(`round: ${run.state}`)
    tally.count('round: transactions in conflict', run.book.conflicts().length)
    tally.count('round: logs that wait', run.delivery.waits().length)
    for (const { stop } of run.delivery.stops()) tally.count(`round: log ${stop.kind}`)
  }
}

/** What became of it all, as one peer sees it. */
export function tallyEnd(peers: readonly Peer[], tally: Tally): void {
  const run = peers[0]?.run
  if (!run) return
  tally.count('worlds')
  tally.count(
    run.book.conflicts().length > 0 ? 'worlds that end in conflict' : 'worlds that end without conflict'
  )
  for (const { code } of run.book.notCounted()) tally.count(`not counted: ${code}`)
  for (const { stop } of run.delivery.stops()) tally.count(`stopped: ${stop.code}`)
  for (const { role } of run.roster.members()) tally.count(`member: ${role}`)
  for (const { state } of run.roster.invites()) tally.count(`invite: ${state}`)
  tally.count('logs', Object.keys(run.vector()).length)
}

/** The founder's device, and all whose admission can be had from one of these. */
function knownDevices(peers: readonly Peer[], truth: Truth): Peer[] {
  const known = new Set<Peer>()
  for (let before = -1; before < known.size;) {
    before = known.size
    const disks = [...known].map(({ disk }) => disk)
    // One who was welcomed while their admission was being saved has none that was.
    const isIn = ({ admission, member }: Peer): boolean =>
      admission ? truth.isThere(admission, disks) : (peers[0]?.run?.roster.role(member) ?? null) !== null
    for (const peer of peers) {
      const ofMember = peers.filter(({ member }) => member === peer.member)
      if (peer.standing === 'member' && ofMember.every(isIn)) known.add(peer)
    }
  }
  return [...known]
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

function checkWaits(peers: readonly Peer[], peer: Peer, run: Run, truth: Truth): void {
  for (const { log, index, on, length } of run.delivery.waits()) {
    if (truth.lies.get(log) === index) continue
    // What was on one disk only, and not synced there, is gone: who built on it waits for ever, and was told of nothing.
    if (peers.every(({ disk }) => !disk.block(on, length - 1))) continue
    const where = `${truth.name(log)}/${index} at ${peer.name}`
    truth.violate('all converge', `${where} waits for ${length} of ${truth.name(on)}`)
  }
}

const stopsOf = (run: Run, truth: Truth): string =>
  run.delivery
    .stops()
    .map(({ log, stop }) => `${truth.name(log)}/${stop.index} ${stop.kind} ${stop.code}`)
    .sort()
    .join(', ')

function differences(
  a: Readonly<Record<LogId, number>>,
  b: Readonly<Record<LogId, number>>,
  truth: Truth
): string[] {
  const logs = new Set([...Object.keys(a), ...Object.keys(b)] as LogId[])
  return [...logs].filter((log) => a[log] !== b[log]).map((log) => `${truth.name(log)} ${a[log]} and ${b[log]}`)
}

function checkAcknowledged(peers: readonly Peer[], peer: Peer, run: Run, truth: Truth): void {
  const vector = run.vector()
  const disks = peers.map(({ disk }) => disk)
  for (const entry of truth.acknowledged) {
    const { log, index } = entry
    // Whose admission was lost has to be let in again, and what they wrote comes with them.
    if (peers.every(({ name }) => name !== entry.peer)) continue
    if ((vector[log] ?? 0) > index || truth.isLost(entry, disks)) continue
    const what = `${truth.name(log)}/${index}, which ${entry.peer} was told is saved`
    truth.violate('what was acknowledged is kept', `${peer.name} does not have ${what}`)
  }
}

/** Every operation of every entry is counted, or listed with a reason. */
function checkAccounted(peer: Peer, run: Run, truth: Truth): void {
  const known = knownPlaces(run)
  for (const [log, length] of Object.entries(run.vector()) as [LogId, number][]) {
    for (let index = 1; index < length; index++) {
      const entry = decodeEntry(asPresent(peer.disk.block(log, index) as Uint8Array), log)
      for (const [number, operation] of (entry.ok ? entry.value.ops : []).entries()) {
        const place = placeOf<string & ReturnType<typeof placeOf>>(log, index, number)
        if (known.has(place) || isAccountedByName(run, operation)) continue
        const what = `${operation.kind} at ${truth.name(log)}/${index}/${number}`
        truth.violate('what was delivered is counted or listed', `${peer.name} says nothing of ${what}`)
      }
    }
  }
}

/** The places of all operations that the book and the roster say something about. */
function knownPlaces({ book, roster }: Run): Set<string> {
  const places = new Set<string>(book.notCounted().map(({ place }) => place))
  for (const row of book.journal({}, PAGE).rows) {
    const detail = book.transaction(row.id)
    if (detail.ok) for (const { version } of detail.value.history) places.add(version)
  }
  const writes = [book.settingsHistory()]
  for (const { account } of book.accounts()) {
    places.add(account)
    writes.push(book.accountHistory(account))
  }
  for (const { origin, operation } of writes.flat()) places.add(placeOf(origin.log, origin.index, operation))
  for (const fact of roster.facts()) {
    const [place = ''] = fact.split(' ')
    places.add(place)
  }
  return places
}

/** An invite, and its end, stand under the invite's name. */
function isAccountedByName({ roster }: Run, operation: Operation): boolean {
  if (operation.kind === 'invite') return roster.invite(operation.invite) !== null
  return operation.kind === 'revokeInvite' && roster.invite(operation.invite)?.state !== 'open'
}
