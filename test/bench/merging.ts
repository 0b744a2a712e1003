/** Two engines that posted apart meet again over loopback, beside two Autobases in one process. */
import path from 'node:path'
import type { EngineApi } from '../../core/contract/index.js'
import { mergeOnAutobase } from './autobase-peer.js'
import { ask } from './blocking.js'
import type { NewBook } from './books.js'
import { drafts, importAll, postAll, setMode } from './books.js'
import { medians, timeMs } from './measure.js'
import { FOLDERS, openNetwork, pair, untilSame, type Network } from './network.js'
import type { Result } from './report.js'
import { blockResult, ms } from './report.js'

const EACH = 10_000
const ROUNDS = 2

type Write = (api: EngineApi, book: NewBook) => Promise<unknown>

/** Milliseconds from going online until both have all, and equal digests. */
async function merge(folder: string, network: Network, write: Write): Promise<number> {
  const { both, book } = await writtenApart(folder, network, write)
  const [first, second] = both
  const takenMs = await timeMs(async () => {
    await Promise.all(both.map((each) => setMode(each, 'on')))
    await untilSame(book, first.api, second.api, EACH * 2)
  })
  for (const { engine } of both) await engine.close()
  return takenMs
}

/** For how long one of two engines, each in a process of its own, answered nobody while they merged. */
async function mergeBlocks(folder: string, network: Network, write: Write): Promise<number> {
  const { both, book } = await writtenApart(folder, network, write)
  for (const { engine } of both) await engine.close()
  const { settings } = network
  const asked = FOLDERS.map((name) =>
    ask({
      task: 'merge',
      folder: path.join(folder, name),
      book: { book: book.book, expenses: book.expenses },
      count: EACH * 2,
      network: settings
    })
  )
  const told = await Promise.all(asked.map((each) => each.told))
  for (const each of asked) await each.end()
  return Math.max(...told.map(({ blockedMs }) => blockedMs))
}

/** Two engines of one book, offline, with what each of them wrote. */
async function writtenApart(folder: string, network: Network, write: Write) {
  const { first, second, book } = await pair(folder, network)
  const both = [first, second] as const
  for (const each of both) await setMode(each, 'off')
  for (const { api } of both) await write(api, book)
  return { both, book }
}

export async function measureMerge(folder: string): Promise<Result[]> {
  const network = await openNetwork()
  const texts = Array.from({ length: EACH }, (_, i) => `${i} `.padEnd(64, 'x'))
  const singly: Write = (api, book) => postAll(api, book, EACH)
  const packed: Write = (api, book) => importAll(api, book, drafts(book, EACH))
  const ours = (how: string, write: Write) => (round: number) =>
    merge(path.join(folder, `${how}-${round}`), network, write)
  const taken = await medians(ROUNDS, {
    single: ours('single', singly),
    packed: ours('packed', packed),
    autobase: (round) => mergeOnAutobase(path.join(folder, `autobase-${round}`), texts)
  })
  const blocks = [
    await mergeBlocks(path.join(folder, 'blocked-single'), network, singly),
    await mergeBlocks(path.join(folder, 'blocked-packed'), network, packed)
  ]
  await network.close()
  const row = (how: string, oursMs: number, bar: number): Result => ({
    work: `merge of ${EACH.toLocaleString('en')} + ${EACH.toLocaleString('en')} written apart, ${how}`,
    ours: ms(oursMs),
    peer: 'Autobase, append-only view',
    theirs: ms(taken.autobase),
    ratio: taken.autobase / oursMs,
    bar
  })
  return [
    row('posted one by one', taken.single, 5),
    row('imported', taken.packed, 50),
    blockResult('while two engines merge 10,000 + 10,000', Math.max(...blocks))
  ]
}
