/** What a device's run needs of the world that it is in, and what it is asked to write. */
import {
  done,
  refuse,
  type BookId,
  type DeviceId,
  type LogId,
  type MemberId,
  type Outcome
} from '../../core/contract/index.js'
import type { KnownDevice } from '../../core/engine/sightings.js'
import type { FoundingCertificate } from '../../core/identity/certificates.js'
import type { Operation } from '../../core/ops/operations.js'
import type { Parts } from './parts.js'
import type { Peer } from './peer.js'
import type { Random } from './random.js'
import type { Scheduler } from './scheduler.js'
import type { Writers } from './store.js'
import type { Tally } from './tally.js'
import type { Truth } from './truth.js'

/** What a run needs from the world that it is in. */
export interface Around {
  readonly scheduler: Scheduler
  /** For delays and interruptions. */
  readonly random: Random
  readonly truth: Truth
  readonly tally: Tally
  readonly writers: Writers
  readonly parts: Parts
  readonly founding: FoundingCertificate
  readonly book: BookId
  readonly founder: MemberId
  /** The book's founding secret. */
  readonly secret: Uint8Array
  readonly deviceOf: (device: DeviceId) => KnownDevice | null
  /** A block came to be on the peer's disk. */
  readonly spread: (peer: Peer, log: LogId, index: number) => void
  /** The peer replicates a log from now on. */
  readonly opened: (peer: Peer, log: LogId) => void
  /** The peer has news to tell. */
  readonly tell: (peer: Peer) => void
  /** A disk of the peer was told to fail, or its power to go. */
  readonly cutPower: (peer: Peer) => void
  readonly restart: (peer: Peer) => void
  readonly note: (line: string) => void
}

/** Makes operations that fit the book as it is when they are written. */
export type Make = (log: LogId, index: number) => Outcome<readonly Operation[]>

/** What `make` says when there is nothing to do it to. */
export const nothingToDo = (): Outcome<never> => refuse('TRANSACTION_UNKNOWN', 'There is nothing to do it to.')
export const operations = (ops: readonly Operation[]): Outcome<readonly Operation[]> => done(ops)
