/** Someone has got hold of the code and stands where the inviter should: the words on the two screens differ. */
import { randomBytes } from 'node:crypto'
import type HyperDHT from 'hyperdht'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Settings } from '../../../core/contract/index.js'
import { found } from '../../../core/identity/certificates.js'
import { parseInvite } from '../../../core/identity/invite-code.js'
import { keyPairOf } from '../../../core/identity/keys.js'
import { startNetwork, startSwarm } from '../../../core/sync/network.js'
import { Inviter, wordsOfKnock, type InviteRecord } from '../../../core/sync/pairing-inviter.js'
import { toHex } from '../../../core/sync/messages.js'
import { valueOf } from '../../helpers/book-world.js'
import { World, type Device } from '../../helpers/engines.js'

const PATIENCE = { timeout: 20_000, interval: 20 }

let world: World
beforeAll(async () => void (world = await World.open()))
afterAll(() => world.end())

/** Answers an invite as its inviter would, with a key of its own. */
class Impostor {
  readonly key = keyPairOf(randomBytes(32))
  readonly #dht: HyperDHT
  readonly #swarm: Hyperswarm
  readonly #inviter: Inviter
  /** All that ever knocked, as it was kept. */
  readonly records: InviteRecord[] = []

  constructor(code: string, network: Settings['network']) {
    this.#dht = valueOf(startNetwork(network))
    this.#swarm = startSwarm(this.#dht)
    const secret = toHex(valueOf(parseInvite(code)))
    const expiresMs = Date.now() + 60_000
    this.#inviter = new Inviter({
      swarm: this.#swarm,
      record: { invite: 'any' as never, secret, role: 'owner', expiresMs, knocks: [] },
      save: async (record) => void this.records.push(record),
      ended: () => null,
      isAdmitted: () => false,
      revealed: () => {},
      about: () => ({ inviter: this.key.publicKey, inviterName: 'Ana', bookName: 'Elm Street' }),
      welcome: () => ({
        founding: found(this.key, randomBytes(32), 1),
        secret: randomBytes(32),
        later: [],
        logs: []
      }),
      randomBytes
    })
    this.#swarm.on('connection', (stream: NoiseStream) => {
      stream.on('error', () => {})
      this.#inviter.attend(stream)
    })
  }

  /** The words that it would have to show. */
  words(): string[] | null {
    const record = this.records.at(-1)
    const knock = record?.knocks[0]
    return record && knock ? wordsOfKnock(record, knock, this.key.publicKey) : null
  }

  async end(): Promise<void> {
    await this.#inviter.end()
    await this.#swarm.destroy()
    await this.#dht.destroy()
  }
}

const words = async (newcomer: Device, isSo: (words: readonly string[]) => boolean) => {
  const [row] = await newcomer.until('joins', {}, (rows) => isSo(rows[0]?.words ?? []))
  return row?.words as readonly string[]
}

it('and what was opened to the impostor is never used with the inviter', async () => {
  const ana = await world.device('Ana')
  const book = await ana.createBook()
  const { code } = await ana.invite(book)
  await ana.stop()
  const impostor = new Impostor(code, { mode: 'on', port: 0, ...world.network } as Settings['network'])
  const ben = await world.device('Ben')
  await ben.join(code)
  const first = await words(ben, ({ length }) => length === 4)
  await vi.waitFor(() => expect(impostor.words()).toEqual(first), PATIENCE)
  await impostor.end()

  await ana.start()
  const seen = await ana.until('admissions', { book }, (rows) => rows.some(({ name }) => name === 'Ben'))
  const second = await words(ben, (now) => now.join() === seen[0]?.words.join())
  expect(second).not.toEqual(first)

  // Were the commitment the same, the impostor would know what it hides when it answers the next time.
  const [knock] = impostor.records.at(-1)?.knocks ?? []
  const again = new Impostor(code, { mode: 'on', port: 0, ...world.network } as Settings['network'])
  await ana.stop()
  await ben.restart()
  const third = await words(ben, (now) => now.length === 4 && now.join() !== second.join())
  await vi.waitFor(() => expect(again.words()).toEqual(third), PATIENCE)
  await again.end()
  expect(again.records.at(-1)?.knocks[0]?.commitment).not.toBe(knock?.commitment)
  await ana.start()
  const [waits] = await ana.until('admissions', { book }, (rows) =>
    rows.some((row) => row.connection === 'connected')
  )
  await words(ben, (now) => now.join() === waits?.words.join())
  await ana.admit(book, 'Ben')
  await ben.joined(book)
})
