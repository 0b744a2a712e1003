import { describe, expect, it } from 'vitest'
import type { DeviceId, LogId, MemberId } from '../../../core/contract/index.js'
import { Roster } from '../../../core/authority/roster.js'
import { Book } from '../../../core/book/book.js'
import { hash } from '../../../core/engine/state-digest.js'
import { LedgerFold } from '../../../core/engine/ledger-fold.js'
import { Delivery } from '../../../core/log/delivery.js'
import { encodeEntry } from '../../../core/ops/codec.js'
import type { Entry, Operation } from '../../../core/ops/operations.js'
import { logAt } from '../../helpers/log-world.js'
import { keyNumber } from '../../helpers/operations.js'

const [founder, ben] = [keyNumber<MemberId>(1), keyNumber<MemberId>(2)]
const device = keyNumber<DeviceId>(3)

/** A book whose last entry is a removal that cuts off what is here, so that it is folded again. */
function scene(read: (blocks: readonly Uint8Array[]) => Promise<readonly Uint8Array[]>) {
  const blocks = new Map<LogId, Uint8Array[]>([logAt(0), logAt(1)].map((log) => [log, [new Uint8Array()]]))
  const fold = new LedgerFold({
    roster: new Roster(founder),
    makeBook: () => new Book({ directory: { memberName: () => '', deviceName: () => '' }, hash }),
    read: (log, from, to) => read((blocks.get(log) ?? []).slice(from, to)),
    changed: () => {}
  })
  const delivery = new Delivery((entry) => fold.apply(entry))
  fold.attach(delivery)
  const write = (number: 0 | 1, ops: readonly Operation[]): void => {
    const log = logAt(number)
    const entry: Entry = { version: 2, wallMs: 0, ops, ...delivery.causality.next(log) }
    blocks.get(log)?.push(encodeEntry(entry, log))
    delivery.write(log, entry)
  }
  for (const [number, member] of [founder, ben].entries()) delivery.addLog(logAt(number), { member, device })
  const admit = (member: MemberId): Operation => ({
    kind: 'admit',
    member,
    role: 'owner',
    name: '',
    invite: null
  })
  write(0, [{ kind: 'setBook', name: 'Before' }, admit(founder), admit(ben)])
  write(1, [{ kind: 'setBook', name: 'By Ben' }])
  expect(fold.book.summary().name).toBe('By Ben')
  write(0, [{ kind: 'remove', member: ben, reason: '', kept: [] }])
  return fold
}

describe('a book that is folded again', () => {
  it('waits for entries that cannot be read yet, lets others have their turns, and goes on', async () => {
    let tries = 0
    const fold = scene((blocks) => {
      tries++
      if (tries === 1) return Promise.resolve([])
      return tries === 2 ? Promise.reject(new Error('the log is closed')) : Promise.resolve(blocks)
    })
    expect(fold.state).toBe('folding')
    await fold.settled()
    expect(tries).toBeGreaterThan(2)
    expect(fold.book.summary().name).toBe('Before')
  })

  it('ends when it is closed, whatever cannot be read', async () => {
    const fold = scene(() => Promise.reject(new Error('the log is closed')))
    await new Promise((resolve) => setTimeout(resolve, 5))
    const settled = fold.settled()
    await fold.close()
    // Waiting for it again and again without a turn for anybody else would keep the app from closing.
    await settled
    await fold.settled()
    expect(fold.book.summary().name).toBe('By Ben')
  })
})
