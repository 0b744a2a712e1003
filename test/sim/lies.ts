/** A member's device with a valid key that writes what no honest one would. */
import type { LogId } from '../../core/contract/index.js'
import type { FoundingCertificate } from '../../core/identity/certificates.js'
import type { Causality } from '../../core/log/causality.js'
import { makeHeader } from '../../core/log/header.js'
import { encodeEntry } from '../../core/ops/codec.js'
import type { Dependency, Operation } from '../../core/ops/operations.js'
import { nameOfKey } from '../../core/ops/names.js'
import type { Peer } from './peer.js'
import type { Random } from './random.js'
import type { Step } from './steps.js'
import type { Writers } from './store.js'
import type { Truth } from './truth.js'

const LIES = ['lamport', 'not growing', 'garbage', 'nowhere', 'lamport'] as const
type Lie = (typeof LIES)[number] | 'unclosed'

const OPS: readonly Operation[] = [{ kind: 'setBook', name: 'Lie' }]
const NO_LOG = nameOfKey<LogId>(new Uint8Array(32).fill(7))

/** What a liar needs of the world. */
export interface LieOptions {
  readonly peer: Peer
  readonly step: Step
  readonly truth: Truth
  readonly founding: FoundingCertificate
  readonly writers: Writers
  /** The book's. */
  readonly secret: Uint8Array
  /** For the key of another log. */
  readonly random: Random
  readonly spread: (log: LogId, index: number) => void
}

/**
 * Puts a lie, and something after it, at the end of the log that the device writes; at times also begins a log of which
 * the first entry builds on the lie. From then on the device is rogue: it passes blocks on, and does nothing more. Says
 * what it did, null if it could not.
 */
export function tellLie({
  peer,
  step,
  truth,
  founding,
  writers,
  secret,
  random,
  spread
}: LieOptions): string | null {
  const log = peer.up?.log
  const causality = peer.up?.delivery.causality
  if (!log || !causality) return null
  const index = peer.disk.length(log)
  if (causality.length(log) !== index) return null
  // Where a past can be hidden it mostly is: it seldom can.
  const unclosed = step.pick % 4 === 0 ? null : lieBlock('unclosed', log, causality, truth)
  const lie = unclosed ? 'unclosed' : (LIES[step.pick % LIES.length] as Lie)
  const block = unclosed ?? lieBlock(lie, log, causality, truth)
  if (!block) return null
  const put = (to: LogId, at: number, blocks: readonly Uint8Array[]): void =>
    blocks.forEach((each, offset) => {
      peer.disk.write(to, at + offset, each)
      truth.has(peer.name, to, at + offset, each)
      spread(to, at + offset)
    })
  peer.conduct = 'rogue'
  truth.lies.set(log, index)
  const after = encodeEntry({ version: 1, lamport: 1_000_000, wallMs: 0, deps: [], ops: OPS }, log)
  put(log, index, [block, after])
  const what = `lies (${lie}) at ${truth.name(log)}/${index}`
  if (step.other % 2 === 0) return what
  const other = writers.add(random.bytes(32), secret)
  truth.nameLog(other, `${peer.name}x`)
  truth.lies.set(other, 1)
  put(other, 0, [headerOf(peer, founding, other), builtOn(log, index + 2, other)])
  return `${what}, and builds on it`
}

function headerOf({ identity }: Peer, founding: FoundingCertificate, log: LogId): Uint8Array {
  const { certificate, device } = identity
  return makeHeader({ founding, certificate, device, log, segment: 1_000, previous: null })
}

const builtOn = (log: LogId, length: number, own: LogId): Uint8Array =>
  encodeEntry({ version: 1, lamport: 1_000_001, wallMs: 0, deps: [{ log, length }], ops: OPS }, own)

function lieBlock(lie: Lie, log: LogId, causality: Causality, truth: Truth): Uint8Array | null {
  const { deps, lamport } = causality.next(log)
  const block = (told: { readonly deps?: readonly Dependency[]; readonly lamport?: number }): Uint8Array =>
    encodeEntry({ version: 1, lamport, wallMs: 0, deps, ops: OPS, ...told }, log)
  switch (lie) {
    case 'lamport':
      return block({ lamport: lamport + 7 })
    case 'garbage':
      return new Uint8Array([1, 7, 255, 255, 3])
    case 'nowhere':
      return block({ deps: [{ log: NO_LOG, length: 3 }] })
    case 'not growing': {
      const known = Object.entries(causality.coveredBy(log))[0] as [LogId, number] | undefined
      return known ? block({ deps: [{ log: known[0], length: known[1] }] }) : null
    }
    case 'unclosed': {
      const dep = deps.find((one) => isUnclosed(log, one, causality))
      if (!dep) return null
      // The right logical time for what it names: the missing part alone is wrong.
      const own = truth.lamport(log, causality.length(log) - 1)
      return block({ deps: [dep], lamport: 1 + Math.max(own, truth.lamport(dep.log, dep.length - 1)) })
    }
  }
}

function isUnclosed(log: LogId, dep: Dependency, causality: Causality): boolean {
  const checked = causality.check(log, { deps: [dep], lamport: 0 })
  return !checked.ok && checked.error.code === 'DEPENDENCY_NOT_CLOSED'
}
