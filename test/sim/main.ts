/**
 * `npm run sim -- --seed N --peers P --steps S`: plays one world. `npm run sim:soak -- --minutes M`: plays world after
 * world from a seed on. Exit codes: 0, 1 when a rule was broken, 2 for usage.
 */
import { parseArgs } from 'node:util'
import { describeFailure, shortestFailure } from './shrink.js'
import { Tally } from './tally.js'
import { simulate, type SimOptions } from './world.js'

const USAGE = `Usage: npm run sim -- [--seed N] [--peers 2..12] [--steps S] [--phones] [--events] [--tally] [--list]
       npm run sim:soak -- [--seed FIRST] [--minutes M] [--worlds W] [--peers 2..12] [--steps S] [--phones] [--tally] [--list]`

/** A whole number in the bounds; null if it is none. */
function numberIn(text: string | undefined, least: number, most: number): number | null {
  const value = Number(text)
  return text !== undefined && Number.isInteger(value) && value >= least && value <= most ? value : null
}

async function report(options: SimOptions): Promise<number> {
  const shortest = await shortestFailure(options)
  if (!shortest) throw new Error('it failed once, and not again: the simulator is not deterministic')
  console.log(describeFailure(options, shortest))
  return 1
}

/** What to print beside the result. */
type Shown = ReadonlySet<'events' | 'tally' | 'list'>

async function playOne(options: SimOptions, shown: Shown): Promise<number> {
  const result = await simulate(options)
  if (result.violations.length > 0 && shown.has('list')) {
    console.log(describeFailure(options, result))
    return 1
  }
  if (result.violations.length > 0) return report(options)
  if (shown.has('events')) console.log(result.events.join('\n'))
  if (shown.has('tally')) console.log(tableOf(result.tally))
  const { seed, peers, steps } = options
  console.log(`seed ${seed}, ${peers} peers, ${steps} steps: ${result.entries} entries, every rule held`)
  console.log(`digest ${result.digest}`)
  return 0
}

interface Soak {
  readonly first: number
  readonly minutes: number
  /** At most so many. */
  readonly worlds: number
  readonly given: Partial<SimOptions>
}

/** Worlds of growing seeds and changing sizes, until the time is up; `list`: all that fail, and not just the first. */
async function soak({ first, minutes, worlds, given }: Soak, shown: Shown): Promise<number> {
  const untilMs = performance.now() + minutes * 60_000
  const tally = new Tally()
  let [played, entries, failed, toldMs] = [0, 0, 0, performance.now()]
  for (let seed = first; performance.now() < untilMs && played < worlds; seed++) {
    const options = { seed, peers: 2 + (seed % 11), steps: 20 + ((seed * 37) % 280), ...given }
    const result = await simulate(options)
    if (result.violations.length > 0 && !shown.has('list')) return report(options)
    for (const { rule, message } of result.violations.slice(0, 1)) {
      failed++
      console.log(`--seed ${seed} --peers ${options.peers} --steps ${options.steps}: ${rule}: ${message}`)
    }
    played++
    entries += result.entries
    tally.add(result.tally)
    if (performance.now() - toldMs > 10_000) {
      toldMs = performance.now()
      console.log(`${played} worlds, ${entries} entries; seed ${seed} was the last`)
    }
  }
  if (shown.has('tally')) console.log(tableOf(tally))
  const held = failed === 0 ? 'every rule held' : `a rule was broken in ${failed} of them`
  console.log(`${played} worlds from seed ${first} on, ${entries} entries: ${held}`)
  return failed === 0 ? 0 : 1
}

const tableOf = (tally: Tally): string =>
  tally
    .entries()
    .map(([name, times]) => `${String(times).padStart(9)}  ${name}`)
    .join('\n')

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      peers: { type: 'string' },
      steps: { type: 'string' },
      minutes: { type: 'string', default: '10' },
      worlds: { type: 'string', default: '1000000' },
      events: { type: 'boolean', default: false },
      tally: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      phones: { type: 'boolean', default: false }
    }
  })
  const seed = numberIn(values.seed, 0, 2 ** 32 - 1)
  const peers = values.peers === undefined ? undefined : numberIn(values.peers, 2, 12)
  const steps = values.steps === undefined ? undefined : numberIn(values.steps, 0, 100_000)
  const minutes = numberIn(values.minutes, 0, 100_000)
  const worlds = numberIn(values.worlds, 1, 1_000_000)
  if (seed === null || peers === null || steps === null || minutes === null || worlds === null) {
    console.error(USAGE)
    return 2
  }
  const shown: Shown = new Set((['events', 'tally', 'list'] as const).filter((name) => values[name]))
  const phones = values.phones ? 'often' : 'seldom'
  if (positionals[0] !== 'soak') return playOne({ seed, peers: peers ?? 4, steps: steps ?? 100, phones }, shown)
  const given = { phones, ...(peers && { peers }), ...(steps !== undefined && { steps }) } as const
  return soak({ first: seed, minutes, worlds, given }, shown)
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  }
)
