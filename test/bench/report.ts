/** The results as a table: what was measured beside whom, the ratio, the bar, and by how much it is missed. */
import os from 'node:os'
import { readFileSync } from 'node:fs'

export interface Result {
  readonly work: string
  readonly ours: string
  readonly peer: string
  readonly theirs: string
  /** How many times better than the peer; null where the peer is not here. */
  readonly ratio: number | null
  /** The ratio that is wanted; null where none was set. */
  readonly bar: number | null
  readonly note?: string
}

export const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`
export const ms = (value: number): string => {
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`
  return value < 10 ? `${value.toFixed(2)} ms` : `${Math.round(value)} ms`
}
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`

const ALLOWED_BLOCK_MS = 50

/** A row on how long the engine answered nobody. */
export const blockResult = (when: string, blockedMs: number): Result => ({
  work: `longest time without an answer ${when}`,
  ours: `${blockedMs.toFixed(1)} ms`,
  peer: 'bar',
  theirs: `${ALLOWED_BLOCK_MS} ms`,
  ratio: ALLOWED_BLOCK_MS / blockedMs,
  bar: 1
})

/** What noise and the caches of a processor may add where nothing should. */
const GROWTH_SHARE = 0.8

/** A row on what ten times as many transactions cost: as much as before, or ten times as much. */
export const flat = (work: string, shape: 'flat' | 'linear', smallMs: number, largeMs: number): Result => {
  const wantedMs = shape === 'flat' ? smallMs : smallMs * 10
  return {
    work: `${work} at 100,000 transactions (${shape})`,
    ours: ms(largeMs),
    peer: shape === 'flat' ? 'at 10,000' : 'ten times that at 10,000',
    theirs: ms(wantedMs),
    ratio: wantedMs / largeMs,
    bar: GROWTH_SHARE
  }
}

const times = (ratio: number): string => `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2)}×`

function verdict({ ratio, bar }: Result): string {
  if (ratio === null) return 'peer not installed'
  if (bar === null) return 'no bar'
  return ratio >= bar ? 'reached' : `missed: needs ${times(bar / ratio)} as much`
}

export function resultTable(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.work,
    result.ours,
    `${result.theirs} (${result.peer})`,
    result.ratio === null ? '' : times(result.ratio),
    result.bar === null ? '' : `≥ ${times(result.bar)}`,
    verdict(result)
  ])
  const head = ['work', 'Guildbook', 'peer', 'times better', 'bar', '']
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return lines.join('\n')
}

const versionOf = (root: string, name: string): string =>
  (JSON.parse(readFileSync(`${root}/node_modules/${name}/package.json`, 'utf8')) as { version: string }).version

export function machine(root: string, tools: readonly string[]): string {
  const cpus = os.cpus()
  const libraries = ['hypercore', 'corestore', 'autobase', 'rocksdb-native'].map(
    (name) => `${name} ${versionOf(root, name)}`
  )
  return [
    `- ${cpus[0]?.model.trim() ?? 'unknown processor'}, ${cpus.length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    `- ${os.type()} ${os.release()}, Node ${process.versions.node}`,
    `- ${[...libraries, ...tools].join(', ')}`,
    `- load when it began: ${os
      .loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')}`
  ].join('\n')
}
