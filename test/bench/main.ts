/**
 * `npm run bench`: what the design wants of each number, measured beside its peer on this machine. Only some parts, and
 * nothing written down, with their names: `npm run bench -- merge blocking`.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { measureBlocking } from './blocking.js'
import { measureGrowing } from './growing.js'
import { measureJoining } from './joining.js'
import { measureMerge } from './merging.js'
import { measureOpening } from './opening.js'
import { IMPORTED, importBook, measureImport, measurePosts } from './posting.js'
import { timeMs } from './measure.js'
import type { Result } from './report.js'
import { machine, resultTable } from './report.js'

const SMALL = 10_000

/** First lines of what the tools say of themselves. */
function toolVersions(): string[] {
  return ['hledger', 'ledger'].map((tool) => {
    try {
      const [line = ''] = execFileSync(tool, ['--version'], { encoding: 'utf8' }).split('\n')
      return line.split(',')[0] ?? tool
    } catch {
      return `no ${tool}`
    }
  })
}

/** In the order in which they are measured. `command`: the program of the command line. */
const PARTS: Readonly<Record<string, (folder: string, command: string) => Promise<readonly Result[]>>> = {
  posts: (folder) => measurePosts(folder),
  large: async (folder, command) => {
    const { results, book } = await measureImport(folder)
    const opened = await measureOpening(command, path.join(folder, 'large'), book.book, IMPORTED)
    return [...results, ...opened]
  },
  small: async (folder, command) => {
    const { book } = await importBook(folder, 'small', SMALL)
    return measureOpening(command, path.join(folder, 'small'), book, SMALL)
  },
  growth: (folder) => measureGrowing(path.join(folder, 'growth')),
  blocking: (folder) => measureBlocking(path.join(folder, 'blocking')),
  merge: (folder) => measureMerge(path.join(folder, 'merge')),
  joining: (folder) => measureJoining(path.join(folder, 'joining'))
}

async function measure(names: readonly string[], folder: string, command: string): Promise<Result[]> {
  const results: Result[] = []
  for (const name of names) {
    const work = PARTS[name]
    if (!work) throw new Error(`There is no part "${name}": ${Object.keys(PARTS).join(', ')}.`)
    console.log(`measuring: ${name}`)
    const takenMs = await timeMs(async () => void results.push(...(await work(folder, command))))
    console.log(`  took ${Math.round(takenMs / 1000)} s`)
  }
  return results
}

async function main(): Promise<void> {
  const [root = '', ...named] = process.argv.slice(2)
  const about = machine(root, toolVersions())
  const folder = await mkdtemp(path.join(os.tmpdir(), 'guildbook-bench-'))
  try {
    const names = named.length > 0 ? named : Object.keys(PARTS)
    const table = resultTable(await measure(names, folder, path.join(root, 'out/cli/guildbook.cjs')))
    const text = `# Results\n\nWritten by \`npm run bench\`. Both sides of a row were measured in one run on one machine, except figures marked\nas the design's. Ratios are how many times better Guildbook is; below 1, how much worse.\n\n${about}\n\n${table}\n`
    console.log(`\n${about}\n\n${table}`)
    if (named.length === 0) await writeFile(path.join(root, 'test/bench/RESULTS.md'), text)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

// Nothing here holds on to the process: a leaked handle should not keep a measurement from ending.
main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  }
)
