/** Two engines that posted apart meet again over loopback, beside two Autobases in one process. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import path from 'node:path'
import DHT from 'hyperdht'
import type { EngineApi, Settings } from '../../core/contract/index.js'
import { mergeOnAutobase } from './autobase-peer.js'
import type { NewBook, OpenBook } from './books.js'
import { drafts, expectDone, importAll, newBook, openFolder } from './books.js'
import { rate, timeMs, until } from './measure.js'
import type { Result } from './report.js'
import { ms } from './report.js'

const EACH = 10_000
const TOGETHER = 64

async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

/** Two engines with one book, both online. */
async function pair(folder: string, network: Partial<Settings['network']>) {
  const first = await openFolder(path.join(folder, 'first'), network)
  const second = await openFolder(path.join(folder, 'second'), network)
  const book = await newBook(first.api)
  const { code } = expectDone(await first.api.createInvite({ book: book.book, role: 'contributor' }))
  expectDone(await second.api.join({ code, memberName: 'Second' }))
  await until('the newcomer is in', async () => {
    for (const { invite, member } of expectDone(await first.api.admissions({ book: book.book }))) {
      await first.api.admit({ book: book.book, invite, member })
    }
    return expectDone(await second.api.joins({})).some(({ step }) => step === 'joined')
  })
  await until('both have the same', () => same(book, first.api, second.api, 0))
  return { first, second, book }
}

async function same({ book }: NewBook, one: EngineApi, other: EngineApi, count: number): Promise<boolean> {
  const [a, b] = await Promise.all([one.syncStatus({ book }), other.syncStatus({ book })])
  return (
    a.ok &&
    b.ok &&
    a.value.transactions === count &&
    b.value.transactions === count &&
    a.value.digest === b.value.digest
  )
}

async function setMode({ api }: OpenBook, mode: 'on' | 'off'): Promise<void> {
  const { network } = expectDone(await api.settings({}))
  expectDone(await api.changeSettings({ network: { ...network, mode } }))
}

/** Milliseconds from going online until both have all, and equal digests. */
async function mergeOurs(
  folder: string,
  network: Partial<Settings['network']>,
  write: (api: EngineApi, book: NewBook) => Promise<unknown>
): Promise<number> {
  const { first, second, book } = await pair(folder, network)
  const both = [first, second]
  for (const each of both) await setMode(each, 'off')
  for (const { api } of both) await write(api, book)
  const takenMs = await timeMs(async () => {
    await Promise.all(both.map((each) => setMode(each, 'on')))
    await until('both have merged', () => same(book, first.api, second.api, EACH * 2))
  })
  for (const { engine } of both) await engine.close()
  return takenMs
}

export async function measureMerge(folder: string): Promise<Result[]> {
  const port = await freePort()
  const node = DHT.bootstrapper(port, '127.0.0.1', { host: '127.0.0.1' })
  await node.fullyBootstrapped()
  const network: Partial<Settings['network']> = {
    host: '127.0.0.1',
    bootstrap: [`127.0.0.1:${port}`]
  }
  const single = await mergeOurs(path.join(folder, 'single'), network, (api, book) =>
    rate(
      EACH,
      TOGETHER,
      async (i) => void expectDone(await api.post({ book: book.book, transaction: book.draft(i) }))
    )
  )
  const packed = await mergeOurs(path.join(folder, 'packed'), network, (api, book) =>
    importAll(api, book, drafts(book, EACH))
  )
  await node.destroy()
  const texts = Array.from({ length: EACH }, (_, i) => `${i} `.padEnd(64, 'x'))
  const theirs = await mergeOnAutobase(path.join(folder, 'autobase'), texts)
  const row = (how: string, ours: number, bar: number): Result => ({
    work: `merge of ${EACH.toLocaleString('en')} + ${EACH.toLocaleString('en')} written apart, ${how}`,
    ours: ms(ours),
    peer: 'Autobase, append-only view',
    theirs: ms(theirs),
    ratio: theirs / ours,
    bar
  })
  return [row('posted one by one', single, 5), row('imported', packed, 50)]
}
