import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { LogId } from '../../../core/contract/index.js'
import { Delivery } from '../../../core/log/delivery.js'
import { Intake } from '../../../core/log/intake.js'
import type { LogStore } from '../../../core/log/store.js'
import { BOOK } from '../../helpers/logs.js'
import { keyNumber } from '../../helpers/operations.js'

/** A log whose first block is no header, and of which another history is found while that block is read. */
class ForkingCore extends EventEmitter {
  readonly length = 1

  download(): void {}

  getUserData(): Promise<null> {
    return Promise.resolve(null)
  }

  get(): Promise<Buffer> {
    this.emit('conflict')
    return Promise.resolve(Buffer.from('no header'))
  }
}

describe('a fork', () => {
  it('stays reported when the header that is read meanwhile is refused', async () => {
    const log = keyNumber<LogId>(1)
    const core = new ForkingCore()
    const store = {
      secrets: [{}],
      forks: { get: () => null },
      isPart: () => false,
      open: () => Promise.resolve(core),
      async firstBlock(_: unknown, isIt: (block: Uint8Array) => boolean) {
        const block = await core.get()
        return isIt(block) ? block : null
      }
    } as unknown as LogStore
    const intake = new Intake(store, new Delivery(() => {}), BOOK)
    await intake.add(log)
    await intake.settled()
    expect(intake.refused().map((refused) => [refused.log, refused.code])).toEqual([[log, 'LOG_FORKED']])
    await intake.close()
  })
})
