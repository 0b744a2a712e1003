/**
 * What a member does with an app that was tampered with, in logs that are whole: writes as if much of what happened were
 * not known to them. No peer can tell that from someone who was offline; what owners name as kept settles it.
 */
import type { LogId, MemberId } from '../../core/contract/index.js'
import type { FoundingCertificate } from '../../core/identity/certificates.js'
import { makeHeader } from '../../core/log/header.js'
import { encodeEntry } from '../../core/ops/codec.js'
import { leastVersion, type Operation } from '../../core/ops/operations.js'
import { overreach } from './overreach.js'
import type { Peer } from './peer.js'
import type { Random } from './random.js'
import type { Run } from './run.js'
import type { Step } from './steps.js'
import type { Writers } from './store.js'
import type { Truth } from './truth.js'

export interface BackdateOptions {
  readonly peer: Peer
  readonly run: Run
  readonly step: Step
  readonly truth: Truth
  readonly founding: FoundingCertificate
  readonly secret: Uint8Array
  readonly writers: Writers
  readonly random: Random
  readonly spread: (log: LogId, index: number) => void
}

/** Begins a log whose first entry has seen nothing but one old entry and its past. Says what was done. */
export function backdate(o: BackdateOptions): string | null {
  const { peer, run, step, truth, founding, secret, writers, random } = o
  const old = oldEntry(run, step)
  const past = old && truth.past(old.log, old.index)
  if (!old || !past) return null
  const log = writers.add(random.bytes(32), secret)
  truth.nameLog(log, `${peer.name}y${step.other % 100}`)
  const deps = [...past.vector].map(([other, length]) => ({ log: other, length }))
  const covered = deps.filter(({ log: other }) => other !== old.log)
  const ops = [deedOf(run, peer, step)]
  const entry = {
    version: leastVersion(ops),
    lamport: past.lamport + 1,
    wallMs: 0,
    deps: [...covered, { log: old.log, length: old.index + 1 }],
    ops
  }
  const { certificate, device } = peer.identity
  const header = makeHeader({ founding, certificate, device, log, segment: 2_000, previous: null })
  for (const [index, block] of [header, encodeEntry(entry, log)].entries()) {
    peer.disk.write(log, index, block)
    truth.has(peer.name, log, index, block)
    o.spread(log, index)
  }
  run.follow(log)
  return `backdates ${ops[0]?.kind} to after ${truth.name(old.log)}/${old.index}, as ${truth.name(log)}/1`
}

function oldEntry(run: Run, { pick, other }: Step): { readonly log: LogId; readonly index: number } | null {
  const logs = (Object.entries(run.vector()) as [LogId, number][]).filter(([, length]) => length > 1)
  const [log, length] = logs[pick % Math.max(1, logs.length)] ?? []
  return log && length ? { log, index: 1 + (other % (length - 1)) } : null
}

/** Mostly about people: that is where it could hurt. */
function deedOf(run: Run, peer: Peer, step: Step): Operation {
  const { pick, other } = step
  const people = run.roster.members()
  const { member } = people[other % people.length] as { readonly member: MemberId }
  const kept = pick % 2 === 0 ? run.roster.logsOf(member) : []
  switch (pick % 5) {
    case 0:
    case 1:
      return { kind: 'remove', member, reason: 'backdated', kept }
    case 2:
      return { kind: 'setRole', member: peer.member, role: 'owner', kept: [] }
    case 3:
      return { kind: 'admit', member: peer.member, role: 'owner', name: peer.name, invite: null }
    default:
      return overreach(run, peer, step)
  }
}
