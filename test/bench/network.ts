/** A hash table of our own on loopback, and engines that find each other through it. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import path from 'node:path'
import DHT from 'hyperdht'
import type { EngineApi, Settings } from '../../core/contract/index.js'
import type { NewBook, OpenBook } from './books.js'
import { expectDone, newBook, openFolder } from './books.js'
import { until } from './measure.js'

const LOOPBACK = '127.0.0.1'

export interface Network {
  readonly settings: Partial<Settings['network']>
  /** Options of a node that finds the others through it. */
  readonly node: { readonly bootstrap: { host: string; port: number }[]; host: string; firewalled: false }
  close(): Promise<void>
}

export async function openNetwork(): Promise<Network> {
  const port = await freePort()
  const table = DHT.bootstrapper(port, LOOPBACK, { host: LOOPBACK })
  await table.fullyBootstrapped()
  return {
    settings: { host: LOOPBACK, bootstrap: [`${LOOPBACK}:${port}`] },
    node: { bootstrap: [{ host: LOOPBACK, port }], host: LOOPBACK, firewalled: false },
    close: () => table.destroy()
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, LOOPBACK)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

/** Those of the engines of a pair. */
export const FOLDERS = ['first', 'second'] as const

export interface Pair {
  readonly first: OpenBook
  readonly second: OpenBook
  readonly book: NewBook
}

/** Two engines with one empty book, both online. */
export async function pair(folder: string, network: Network): Promise<Pair> {
  const first = await openFolder(path.join(folder, FOLDERS[0]), network.settings)
  const second = await openFolder(path.join(folder, FOLDERS[1]), network.settings)
  const book = await newBook(first.api)
  await join(book, first.api, second.api)
  await untilSame(book, first.api, second.api, 0)
  return { first, second, book }
}

/** Lets the second in; resolves when it is a member. */
export async function join({ book }: NewBook, first: EngineApi, second: EngineApi): Promise<void> {
  const { code } = expectDone(await first.createInvite({ book, role: 'contributor' }))
  expectDone(await second.join({ code, memberName: 'Second' }))
  await until('the newcomer was admitted', async () => {
    for (const { invite, member } of expectDone(await first.admissions({ book }))) {
      await first.admit({ book, invite, member })
    }
    const [row] = expectDone(await second.joins({}))
    return row?.step === 'receiving' || row?.step === 'joined'
  })
}

/** Resolves when both have that many transactions, and equal digests. */
export async function untilSame(
  { book }: NewBook,
  one: EngineApi,
  other: EngineApi,
  count: number
): Promise<void> {
  const has = async (api: EngineApi): Promise<boolean> =>
    expectDone(await api.books({})).some((row) => row.book === book && row.transactions === count)
  await until('both have all', async () => (await has(one)) && (await has(other)))
  await until('both have the same', async () => {
    const [a, b] = await Promise.all([one.syncStatus({ book }), other.syncStatus({ book })])
    return expectDone(a).digest === expectDone(b).digest
  })
}
