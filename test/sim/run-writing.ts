/** What a run writes with: a store over the simulated disk, the file of the writer's state, and the product's writer. */
import type { LogSecrets } from '../../core/log/secrets.js'
import type { FolderOrigin } from '../../core/log/store.js'
import { LogWriter, type WriterOptions, type WriterState, type WriterStateFile } from '../../core/log/writer.js'
import type { Around } from './around.js'
import type { Io } from './io.js'
import type { Peer } from './peer.js'
import { SimStore } from './store.js'
import { asNext, asPresent } from './versions.js'

/** How long the disk takes for a small file, at most. */
export const STATE_MS = 20
const WRITTEN_AS_NEXT = 0.3
const UNCOUNTED = 0.2

/** A device in one of its runs. */
export interface Device {
  readonly peer: Peer
  readonly around: Around
  readonly io: Io
  readonly origin: FolderOrigin
}

type WriterParts = Pick<WriterOptions, 'store' | 'intake' | 'delivery' | 'state'>

/** The store of a run: what is written goes to the device's disk, and to the others. */
export function makeStore({ peer, around, origin, io }: Device, secrets: LogSecrets): SimStore {
  const { random, truth } = around
  return new SimStore({
    disk: peer.disk,
    io,
    writers: around.writers,
    secrets,
    origin,
    asWritten: (block, index) =>
      index > 0 && peer.version === 'next' && random.chance(WRITTEN_AS_NEXT) ? asNext(block) : block,
    asRead: (block) => (peer.version === 'next' ? asPresent(block) : block),
    uncounted: () => (random.chance(UNCOUNTED) ? random.below(4) : 0),
    appended: (log, index) => {
      truth.has(peer.name, log, index, peer.disk.block(log, index) as Uint8Array)
      around.spread(peer, log, index)
    },
    opened: (log) => around.opened(peer, log)
  })
}

/** The writer's state, in a file of its own. */
export function makeStateFile({ peer, around, origin, io }: Device): WriterStateFile {
  const { parts, tally } = around
  const load = (): WriterState | null => {
    const state = parts.loadState(peer.disk)
    if (state) tally.count(`segment was ${origin === 'moved' ? 'moved' : state.mark}`)
    return state
  }
  const save = (state: WriterState): void => {
    around.truth.nameLog(state.log, `${peer.name}${state.segment}`)
    tally.count(`segment ${state.mark === 'closed' ? 'closed' : state.length > 0 ? 'continued' : 'begun'}`)
    peer.disk.writerState = state
  }
  return {
    load: () => io.read(STATE_MS, load),
    save: (state) => io.write(STATE_MS, () => save(state))
  }
}

/** The product's writer, over these. */
export function makeWriter({ peer, around }: Device, parts: WriterParts): LogWriter {
  const { scheduler, random } = around
  return new LogWriter({
    ...parts,
    founding: around.founding,
    certificate: peer.identity.certificate,
    device: peer.identity.device,
    now: () => peer.clockMs(scheduler.nowMs),
    randomBytes: (count) => random.bytes(count)
  })
}
