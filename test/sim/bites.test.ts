/** Shows that the simulator bites: each of these bugs, put into the parts of its peers, is found within a few seeds. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { lowers } from '../../core/authority/acts.js'
import { Membership } from '../../core/authority/membership.js'
import { Fields, type FieldWrite } from '../../core/book/model.js'
import { Rows } from '../../core/book/rows.js'
import { Belonging } from '../../core/engine/belonging.js'
import { done } from '../../core/contract/index.js'
import type { WriterState } from '../../core/log/writer.js'
import { Disk } from './disk.js'
import { PARTS, type Parts } from './parts.js'
import type { Violation } from './truth.js'
import { simulate, type SimOptions } from './world.js'

const STEPS = 60

/** Plays the seeds from 1 on until one finds the rule broken. Says which seed that was; null if none did. */
async function findsBroken(
  rule: Violation['rule'],
  seeds: number,
  parts: Partial<Parts>,
  phones: SimOptions['phones'] = 'seldom'
): Promise<number | null> {
  for (let seed = 1; seed <= seeds; seed++) {
    const options = { seed, peers: 2 + (seed % 4), steps: STEPS, phones, parts: { ...PARTS, ...parts } }
    const { violations } = await simulate(options)
    if (violations.some((violation) => violation.rule === rule)) return seed
  }
  return null
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the simulator finds', { timeout: 300_000 }, () => {
  it('a tie that goes to what came last, within 20 seeds', async () => {
    lastToComeWins()
    expect(await findsBroken('equal vectors, equal digests', 20, {})).not.toBeNull()
  })

  it('a segment that is written again after a crash, within 20 seeds', async () => {
    const reopened = (state: WriterState, disk: Disk): WriterState => ({
      ...state,
      mark: 'closed',
      length: disk.length(state.log)
    })
    const loadState: Parts['loadState'] = (disk) => disk.writerState && reopened(disk.writerState, disk)
    expect(await findsBroken('no log forks', 20, { loadState })).not.toBeNull()
  })

  it('a sync in four that is said to be done and is not, within 20 seeds', async () => {
    class ForgetfulDisk extends Disk {
      #syncs = 0

      override sync(): void {
        if (++this.#syncs % 4 !== 0) super.sync()
      }
    }
    const disk = () => new ForgetfulDisk()
    expect(await findsBroken('what was acknowledged is kept', 20, { disk })).not.toBeNull()
  })

  it('a cut that is skipped, within 20 seeds', async () => {
    nothingIsCutOff()
    expect(await findsBroken('what was cut off does not count', 20, {})).not.toBeNull()
  })

  it('a logical time that is not checked, within 30 seeds', async () => {
    const delivery: Parts['delivery'] = (deliver) => {
      const made = PARTS.delivery(deliver)
      const check = made.causality.check.bind(made.causality)
      made.causality.check = (log, entry) => {
        const checked = check(log, entry)
        return checked.ok || checked.error.code !== 'LAMPORT_WRONG' ? checked : done(null)
      }
      return made
    }
    expect(await findsBroken('lies are not taken', 30, { delivery })).not.toBeNull()
  })

  it('a linked device that is let in though it was revoked, within 20 seeds with many of them', async () => {
    revokedDevicesAreLetIn()
    expect(await findsBroken('secrets change when someone goes', 20, {}, 'often')).not.toBeNull()
  })

  it('a second adoption that is shown as the first where it came first, within 60 seeds', async () => {
    firstToComeAdopted()
    expect(await findsBroken('what is adopted twice counts once', 60, {})).not.toBeNull()
  })
})

/** Of several who adopted the same, the one whose adoption came first here is shown. */
function firstToComeAdopted(): void {
  const version = Rows.prototype.version
  vi.spyOn(Rows.prototype, 'version').mockImplementation(function (this: Rows, each) {
    const author = each.adoptions?.[0]?.author
    return { ...version.call(this, each), ...(author && { adoptedBy: { member: author, name: '' } }) }
  })
}

/** A device that was revoked is let in as if it were any of its person's. */
function revokedDevicesAreLetIn(): void {
  const standingOf = Belonging.prototype.standingOf
  vi.spyOn(Belonging.prototype, 'standingOf').mockImplementation(function (this: Belonging, remote) {
    const standing = standingOf.call(this, remote)
    return typeof standing === 'object' && standing.code === 'DEVICE_REVOKED' ? 'present' : standing
  })
}

/** Counts what someone wrote without knowing that they were removed, whatever is kept of their logs. */
function nothingIsCutOff(): void {
  const at = Membership.prototype.at
  vi.spyOn(Membership.prototype, 'at').mockImplementation(function (this: Membership, moment, isOwnerAct) {
    const standing = at.call(this, moment, isOwnerAct)
    const isTold = this.roleActs(moment.author).some((act) => moment.sees(act.log, act.index) && lowers(act))
    return standing.code === 'MEMBER_REMOVED' && !isTold ? { role: 'bookkeeper', code: null } : standing
  })
}

/** Of two settings of a field at one logical time, the one that arrived later holds. */
function lastToComeWins(): void {
  const came = new WeakMap<FieldWrite, number>()
  let count = 0
  const write = Fields.prototype.write
  const isAfter = (a: FieldWrite, b: FieldWrite): boolean =>
    a.origin.lamport !== b.origin.lamport
      ? a.origin.lamport > b.origin.lamport
      : (came.get(a) ?? 0) > (came.get(b) ?? 0)
  vi.spyOn(Fields.prototype, 'write').mockImplementation(function (this: Fields, each) {
    came.set(each, count++)
    write.call(this, each)
  })
  vi.spyOn(Fields.prototype, 'latest').mockImplementation(function (this: Fields, field) {
    const all = this.history.filter((each) => each.field === field)
    return all.reduce<FieldWrite | null>((best, each) => (best && isAfter(best, each) ? best : each), null)
  })
  vi.spyOn(Fields.prototype, 'value').mockImplementation(function (this: Fields, field) {
    return this.latest(field)?.value ?? null
  })
}
