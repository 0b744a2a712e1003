/** Which secret new logs are written with, as acts come in. */
import { expect, it } from 'vitest'
import { Roster } from '../../../core/authority/roster.js'
import type { DeviceId, LogId, MemberId } from '../../../core/contract/index.js'
import { BookSecrets } from '../../../core/engine/book-secrets.js'
import { LogSecrets } from '../../../core/log/secrets.js'
import type { LogStore } from '../../../core/log/store.js'
import type { Operation, PlacedEntry } from '../../../core/ops/operations.js'
import { keyNumber } from '../../helpers/operations.js'

const [ana, ben] = [keyNumber<MemberId>(200), keyNumber<MemberId>(201)]
const [anas, bens] = [keyNumber<LogId>(1), keyNumber<LogId>(2)]
const admit = (member: MemberId): Operation => ({
  kind: 'admit',
  member,
  role: 'owner',
  name: 'M',
  invite: null
})

const entry = (
  log: LogId,
  index: number,
  ops: readonly Operation[],
  sees: PlacedEntry['sees']
): PlacedEntry => ({
  log,
  index,
  lamport: index,
  wallMs: 0,
  author: log === anas ? ana : ben,
  device: keyNumber<DeviceId>(log === anas ? 300 : 301),
  ops,
  sees
})

it('goes back to the secret of before when a change of it turns out not to stand', () => {
  const known = new LogSecrets(new Uint8Array(32).fill(1))
  const store = {
    get secrets() {
      return known.all
    },
    learnProved: known.learnProved.bind(known),
    writeWith: known.writeWith.bind(known)
  }
  const roster = new Roster(ana)
  const secrets = new BookSecrets({
    store: store as unknown as LogStore,
    roster,
    identity: { open: () => new Uint8Array(32).fill(2) },
    save: () => {},
    learned: () => {}
  })
  const take = (each: PlacedEntry): void => {
    roster.apply(each)
    secrets.note(each)
  }
  take(entry(anas, 1, [admit(ana), admit(ben)], () => false))
  take(entry(bens, 1, [{ kind: 'rotate', sealed: [] }], (log) => log === anas))
  expect(known.current.epoch).not.toBe('founding')
  // Ana, the senior one, takes Ben's ownership from before that away.
  take(entry(anas, 2, [{ kind: 'setRole', member: ben, role: 'viewer', kept: [] }], () => false))
  expect(known.current.epoch).toBe('founding')
})
