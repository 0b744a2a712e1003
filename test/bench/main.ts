/** `npm run bench`: what the design wants of each number, measured beside its peer on this machine. */
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

async function part(name: string, results: Result[], work: () => Promise<readonly Result[]>): Promise<void> {
  const begunMs = performance.now()
  console.log(`measuring: ${name}`)
  results.push(...(await work()))
  console.log(`  took ${Math.round((performance.now() - begunMs) / 1000)} s`)
}

async function measureAll(folder: string, command: string): Promise<Result[]> {
  const results: Result[] = []
  await part('durable posts', results, () => measurePosts(folder))
  await part('import, opening at 100,000', results, async () => {
    const imported = await measureImport(folder)
    const opened = await measureOpening(command, path.join(folder, 'large'), imported.book.book, IMPORTED)
    return [...imported.results, ...opened]
  })
  await part('opening at 10,000', results, async () => {
    const { book } = await importBook(folder, 'small', SMALL)
    return measureOpening(command, path.join(folder, 'small'), book, SMALL)
  })
  await part('growth', results, () => measureGrowing(path.join(folder, 'growth')))
  await part('blocking', results, () => measureBlocking(path.join(folder, 'blocking')))
  await part('merge', results, () => measureMerge(path.join(folder, 'merge')))
  await part('joining', results, () => measureJoining(path.join(folder, 'joining')))
  return results
}

async function main(): Promise<void> {
  const [root = ''] = process.argv.slice(2)
  const about = machine(root, toolVersions())
  const folder = await mkdtemp(path.join(os.tmpdir(), 'guildbook-bench-'))
  try {
    const table = resultTable(await measureAll(folder, path.join(root, 'out/cli/guildbook.cjs')))
    const text = `# Results\n\nWritten by \`npm run bench\`. Both sides of a row were measured in one run on one machine, except figures marked\nas the design's. Ratios are how many times better Guildbook is; below 1, how much worse.\n\n${about}\n\n${table}\n`
    console.log(`\n${about}\n\n${table}`)
    await writeFile(path.join(root, 'test/bench/RESULTS.md'), text)
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
