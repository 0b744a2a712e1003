/** What was acknowledged stays: through `kill -9` and power cuts, again and again, and without a fork. */
import { spawn } from 'node:child_process'
import { appendFile, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openReplica, type Replica } from '../helpers/replica.js'
import { buildProgram } from '../helpers/program.js'
import type { Acknowledged, Checked } from '../helpers/poster.js'

const ROUNDS = Number(process.env['GUILDBOOK_KILL_ROUNDS'] ?? 200)
const POWER_CUTS = Math.ceil(ROUNDS / 8)
const SEED = Number(process.env['GUILDBOOK_SEED'] ?? Date.now() % 2 ** 31)
const MINUTES = 60_000

let program: string
const folders: string[] = []

beforeAll(async () => {
  program = await buildProgram('poster')
}, 2 * MINUTES)

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
  await rm(program, { force: true })
  await rm(`${program}.map`, { force: true })
})

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'gb-kill-'))
  folders.push(folder)
  await writeFile(path.join(folder, 'acknowledged'), '')
  return folder
}

interface Round {
  readonly checked: Checked | null
  readonly acknowledged: readonly Acknowledged[]
}

/** How long after a moment the program is killed. */
interface Kill {
  readonly after: 'start' | 'checked'
  readonly delayMs: number
}

/** Runs the program until it is killed, or to its end without `kill`. Fails if it ends by itself before. */
async function runRound(folder: string, kill: Kill | null, most = 1_000_000): Promise<Round> {
  const acknowledgedFile = path.join(folder, 'acknowledged')
  const child = spawn(process.execPath, [program, path.join(folder, 'data'), acknowledgedFile, String(most)], {
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let stderr = ''
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString('utf8')))
  let checked: Checked | null = null
  const acknowledged: Acknowledged[] = []
  const killLater = () => void setTimeout(() => child.kill('SIGKILL'), kill?.delayMs)
  if (kill?.after === 'start') killLater()
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Checked | Acknowledged
    if (line.kind === 'acknowledged') acknowledged.push(line)
    else {
      checked = line
      if (kill?.after === 'checked') killLater()
    }
  })
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)))
  expect({ stderr, signal }).toEqual({ stderr: '', signal: kill ? 'SIGKILL' : null })
  await appendFile(acknowledgedFile, acknowledged.map(({ id }) => `${id}\n`).join(''))
  return { checked, acknowledged }
}

function expectWhole(round: Round, atLeast: number): void {
  if (!round.checked) return
  expect(round.checked.missing).toEqual([])
  expect(round.checked.balance).toBe('zero')
  expect(round.checked.transactions).toBeGreaterThanOrEqual(atLeast)
}

/** What a power cut leaves: of each file of the write-ahead log, what the last acknowledged sync covered. */
async function cutPower(storeFolder: string, last: Acknowledged): Promise<number> {
  const folder = path.join(storeFolder, 'db')
  let lostBytes = 0
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.log'))) {
    const { ino, size } = await stat(path.join(folder, file))
    const kept = last.syncedBytes[ino]
    if (kept === undefined || kept >= size) continue
    await truncate(path.join(folder, file), kept)
    lostBytes += size - kept
  }
  return lostBytes
}

describe('what was acknowledged', () => {
  it(
    `is there after ${ROUNDS} kills at any moment, and no log forked`,
    async () => {
      console.log(`seed of the kills: ${SEED}`)
      const next = random(SEED)
      const folder = await newFolder()
      let replica: Replica | null = null
      let sum = 0
      let checks = 0
      // A book to begin with, ended properly.
      sum += (await runRound(folder, null, 5)).acknowledged.length
      for (let number = 1; number <= ROUNDS; number++) {
        const after = next() < 0.2 ? 'start' : 'checked'
        const round = await runRound(folder, { after, delayMs: Math.floor(next() * 170) })
        expectWhole(round, sum)
        if (round.checked) checks++
        sum += round.acknowledged.length
        if (number % 10 === 0) {
          replica ??= await openReplica(path.join(folder, 'data'), path.join(folder, 'replica'))
          await replica.catchUp()
        }
      }
      const last = await runRound(folder, null, 1)
      expectWhole(last, sum)
      replica ??= await openReplica(path.join(folder, 'data'), path.join(folder, 'replica'))
      const { conflicts, ours, theirs, pending } = await replica.catchUp()
      await replica.close()
      console.log(`${sum} posts acknowledged, ${checks} of ${ROUNDS} killed runs checked the book`)
      expect(conflicts).toBe(0)
      expect(pending).toBe(0)
      expect(ours).toBe(theirs)
      expect(checks).toBeGreaterThan(ROUNDS / 2)
      expect(sum).toBeGreaterThan(ROUNDS)
    },
    15 * MINUTES
  )

  it(
    `is there after ${POWER_CUTS} power cuts, and no log forked though a peer had seen what was lost`,
    async () => {
      console.log(`seed of the power cuts: ${SEED}`)
      const next = random(SEED + 1)
      const folder = await newFolder()
      const data = path.join(folder, 'data')
      let sum = (await runRound(folder, null, 5)).acknowledged.length
      const replica = await openReplica(data, path.join(folder, 'replica'))
      let lostBytes = 0
      for (let number = 1; number <= POWER_CUTS; number++) {
        const round = await runRound(folder, { after: 'checked', delayMs: 20 + Math.floor(next() * 150) })
        expectWhole(round, sum)
        sum += round.acknowledged.length
        const last = round.acknowledged.at(-1)
        if (!last) continue
        // A peer has all of it, from a copy, since reading the store itself would sync it.
        if (number % 3 === 0) await replica.catchUpWithCopy()
        lostBytes += await cutPower(replica.storeFolder, last)
      }
      const last = await runRound(folder, null, 1)
      expectWhole(last, sum)
      const { conflicts, ours, theirs, pending } = await replica.catchUp()
      await replica.close()
      console.log(`${sum} posts acknowledged, ${lostBytes} bytes lost that nobody was promised`)
      expect(conflicts).toBe(0)
      expect(pending).toBe(0)
      expect(ours).toBe(theirs)
    },
    5 * MINUTES
  )
})
