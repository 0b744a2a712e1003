/** Two engines that posted apart meet again over loopback, beside two Autobases in one process. */
import path from 'node:path'
import type { EngineApi } from '../../core/contract/index.js'
import { mergeOnAutobase } from './autobase-peer.js'
import type { NewBook, OpenBook } from './books.js'
import { drafts, expectDone, importAll, postAll } from './books.js'
import { longestBlock, medians, timeMs } from './measure.js'
import { openNetwork, pair, untilSame, type Network } from './network.js'
import type { Result } from './report.js'
import { blockResult, ms } from './report.js'

const EACH = 10_000
const ROUNDS = 2

async function setMode({ api }: OpenBook, mode: 'on' | 'off'): Promise<void> {
  const { network } = expectDone(await api.settings({}))
  expectDone(await api.changeSettings({ network: { ...network, mode } }))
}

interface Merge {
  /** From going online until both have all, and equal digests. */
  readonly takenMs: number
  readonly blockedMs: number
}

async function merge(
  folder: string,
  network: Network,
  write: (api: EngineApi, book: NewBook) => Promise<unknown>
): Promise<Merge> {
  const { first, second, book } = await pair(folder, network)
  const both = [first, second]
  for (const each of both) await setMode(each, 'off')
  for (const { api } of both) await write(api, book)
  const { value: takenMs, blockedMs } = await longestBlock(() =>
    timeMs(async () => {
      await Promise.all(both.map((each) => setMode(each, 'on')))
      await untilSame(book, first.api, second.api, EACH * 2)
    })
  )
  for (const { engine } of both) await engine.close()
  return { takenMs, blockedMs }
}

export async function measureMerge(folder: string): Promise<Result[]> {
  const network = await openNetwork()
  const texts = Array.from({ length: EACH }, (_, i) => `${i} `.padEnd(64, 'x'))
  const blocks: number[] = []
  const ours = (how: string, write: Parameters<typeof merge>[2]) => async (round: number) => {
    const { takenMs, blockedMs } = await merge(path.join(folder, `${how}-${round}`), network, write)
    blocks.push(blockedMs)
    return takenMs
  }
  const taken = await medians(ROUNDS, {
    single: ours('single', (api, book) => postAll(api, book, EACH)),
    packed: ours('packed', (api, book) => importAll(api, book, drafts(book, EACH))),
    autobase: (round) => mergeOnAutobase(path.join(folder, `autobase-${round}`), texts)
  })
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
    blockResult('while merging, two engines in one process', Math.max(...blocks))
  ]
}
