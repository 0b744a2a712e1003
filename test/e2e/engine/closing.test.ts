/** Closing does not wait for a network that does not answer, and leaves nothing open. */
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookSummary } from '../../../core/contract/index.js'
import { INVITE_SECRET_BYTES, inviteCode } from '../../../core/identity/invite-code.js'
import { startNetwork } from '../../../core/sync/network.js'
import { valueOf } from '../../helpers/book-world.js'
import { openInProcess } from '../../helpers/engine-process.js'
import { openHere, World, type Device, type OpenFolder } from '../../helpers/engines.js'
import { buildProgram } from '../../helpers/program.js'

let world: World
let program: string

beforeAll(async () => {
  world = await World.open()
  program = await buildProgram('engine-program')
}, 60_000)

afterAll(async () => {
  await world.end()
  await rm(program, { force: true })
  await rm(`${program}.map`, { force: true })
})

/** Nobody is there: what is asked of it is given up after some seconds. */
const NOBODY = { mode: 'on', host: '127.0.0.1', port: 0, bootstrap: ['127.0.0.1:9'] } as const

/** A device that shares a book and waits for others, and that nobody answers. */
async function lonely(name: string, open: OpenFolder): Promise<Device> {
  const device = await world.device(name, (folder) => open(folder, NOBODY))
  await device.invite(await device.createBook())
  await device.join(inviteCode(randomBytes(INVITE_SECRET_BYTES)))
  return device
}

describe('an engine whose network does not answer', () => {
  it('closes, goes offline and forgets before a look-up is given up', async () => {
    const ana = await lonely('Ana', openHere)
    const [elm] = await ana.ask('books', {})
    const book = (elm as BookSummary).book
    const dht = valueOf(startNetwork(NOBODY))
    const givenUp = dht.fullyBootstrapped().then(() => 'given up')
    const allOfIt = async (): Promise<string> => {
      await ana.restart()
      await ana.ask('changeSettings', { network: { ...NOBODY, mode: 'off' } })
      await ana.ask('forgetBook', { book, confirmName: 'Elm Street' })
      await ana.stop()
      return 'done'
    }
    expect(await Promise.race([givenUp, allOfIt()])).toBe('done')
    await dht.destroy({ force: true })
  })

  it('leaves nothing open that would keep its process', async () => {
    const ben = await lonely('Ben', openInProcess(program))
    await ben.stop()
  })
})
