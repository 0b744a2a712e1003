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
export const ms = (value: number): string =>
  value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`

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
