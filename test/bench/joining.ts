/** A newcomer gets a whole book over loopback, beside plain Hypercore that replicates the same blocks. */
import path from 'node:path'
import Corestore from 'corestore'
import DHT from 'hyperdht'
import Hyperswarm, { type NoiseStream } from 'hyperswarm'
import type { NewBook } from './books.js'
import { OFFLINE, newBook, openFolder, postAll } from './books.js'
import { medians, timeMs, until } from './measure.js'
import { join, openNetwork, untilSame, type Network } from './network.js'
import { blocksOf } from './posting.js'
import type { Result } from './report.js'
import { flat, ms } from './report.js'

const COUNTS = { small: 10_000, large: 100_000 } as const
const AT_ONCE = 1000
const ROUNDS = 2
const TOPIC = Buffer.alloc(32, 7)

/** Milliseconds from the invite's code to equal digests. */
async function joinOurs(folder: string, network: Network, count: number): Promise<number> {
  const alone = await openFolder(path.join(folder, 'first'), OFFLINE)
  const book = await newBook(alone.api)
  await postAll(alone.api, book, count)
  await alone.engine.close()
  const first = await openFolder(path.join(folder, 'first'), network.settings)
  const second = await openFolder(path.join(folder, 'second'), network.settings)
  // It is read, and its network is up, before anyone comes.
  await until('the first is online', async () => {
    const status = await first.api.syncStatus({ book: book.book })
    return status.ok && status.value.network === 'online'
  })
  const takenMs = await timeMs(async () => {
    await join(book, first.api, second.api)
    await untilSame(book, first.api, second.api, count)
  })
  await second.engine.close()
  await first.engine.close()
  return takenMs
}

interface Place {
  readonly store: Corestore
  readonly swarm: Hyperswarm
  readonly dht: DHT
}

function openPlace(folder: string, network: Network): Place {
  const store = new Corestore(folder)
  const dht = new DHT(network.node)
  const swarm = new Hyperswarm({ dht })
  swarm.on('connection', (stream: NoiseStream) => {
    stream.on('error', () => {})
    store.replicate(stream)
  })
  return { store, swarm, dht }
}

async function closePlace({ store, swarm, dht }: Place): Promise<void> {
  await swarm.destroy()
  await dht.destroy()
  await store.close()
}

/** Milliseconds from looking for the other until all blocks are here, nothing of them checked but Hypercore's tree. */
async function replicatePlain(
  folder: string,
  network: Network,
  blocks: readonly Uint8Array[]
): Promise<number> {
  const first = openPlace(path.join(folder, 'first'), network)
  const core = first.store.get({ name: 'plain' })
  await core.ready()
  for (let i = 0; i < blocks.length; i += AT_ONCE) await core.append(blocks.slice(i, i + AT_ONCE))
  await first.swarm.join(TOPIC, { client: false, server: true }).flushed()
  const second = openPlace(path.join(folder, 'second'), network)
  const copy = second.store.get({ key: core.key })
  await copy.ready()
  const takenMs = await timeMs(async () => {
    second.swarm.join(TOPIC, { client: true, server: false })
    copy.download({ start: 0, end: -1 })
    await until('all blocks are here', () => Promise.resolve(copy.contiguousLength === blocks.length))
  })
  await closePlace(second)
  await closePlace(first)
  return takenMs
}

/** A book of which only what would be posted is of interest. */
async function someBook(folder: string): Promise<NewBook> {
  const { engine, api } = await openFolder(folder, OFFLINE)
  const book = await newBook(api)
  await engine.close()
  return book
}

export async function measureJoining(folder: string): Promise<Result[]> {
  const network = await openNetwork()
  const blocks = blocksOf(await someBook(path.join(folder, 'blocks')), COUNTS.large, 1)
  const join = (count: number) => (round: number) =>
    joinOurs(path.join(folder, `${count}-${round}`), network, count)
  const taken = await medians(ROUNDS, {
    small: join(COUNTS.small),
    large: join(COUNTS.large),
    plain: (round) => replicatePlain(path.join(folder, `plain-${round}`), network, blocks)
  })
  await network.close()
  return [
    {
      work: 'a newcomer joins 100,000 transactions that were posted one by one',
      ours: ms(taken.large),
      peer: 'plain Hypercore replicates the same blocks',
      theirs: ms(taken.plain),
      ratio: taken.plain / taken.large,
      bar: 1 / 1.3
    },
    flat('a newcomer joins', 'linear', taken.small, taken.large)
  ]
}
