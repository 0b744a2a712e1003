/**
 * `npm run fuzz -- --minutes M [--seed S] [--target NAME]`: fuzzes each target in turn, guided by coverage. Exit codes: 0,
 * 1 when a promise was broken (what broke it is kept in test/fuzz/corpus), 2 for usage.
 *
 * It works in a thread of its own, and is watched from here: an input that is read without end is seen too.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { parseArgs } from 'node:util'
import { Coverage } from './coverage.js'
import { fuzz, type Finding, type Result } from './fuzz.js'
import { corpusIn, keep, keptInputs } from './kept.js'
import { loadTargets } from './targets.js'

const USAGE = 'Usage: npm run fuzz -- [--minutes M] [--seed N] [--target NAME] [--coverage on|off] [--list]'
/** Nothing that is read here takes a hundredth of it. */
const HANG_MS = 20_000
const LOOK_MS = 1_000

interface Orders {
  readonly target: string
  readonly seed: number
  readonly ms: number
  readonly coverage: 'on' | 'off'
  readonly corpus: string
  /** What is being tried: how many there were, its length, and its bytes. */
  readonly shared: SharedArrayBuffer
}

const COUNT = 0
const LENGTH = 1
const HEAD_BYTES = 8
const MOST_BYTES = 1024 * 1024

function whole(text: string | undefined, most: number): number | null {
  const value = Number(text)
  return text !== undefined && Number.isFinite(value) && value >= 0 && value <= most ? value : null
}

async function work({ target: name, seed, ms, coverage, corpus, shared }: Orders): Promise<Result> {
  const target = (await loadTargets()).find((each) => each.name === name)
  if (!target) throw new Error(`no target ${name}`)
  const [numbers, bytes] = [new Int32Array(shared, 0, 2), new Uint8Array(shared, HEAD_BYTES)]
  const until = performance.now() + ms
  const ours = coverage === 'on' ? new Coverage((url) => url.includes('fuzz')) : null
  const result = await fuzz(target, {
    seed,
    isOver: () => performance.now() >= until,
    more: await keptInputs(corpus, name),
    ...(ours ? { coverage: ours } : {}),
    trying(input) {
      bytes.set(input.subarray(0, MOST_BYTES))
      numbers[LENGTH] = input.length
      Atomics.add(numbers, COUNT, 1)
    }
  })
  ours?.end()
  return result
}

/** Runs a target in a thread; one that comes to a stand is broken off, with the input that it stands at. */
function watched(orders: Omit<Orders, 'shared'>): Promise<Result> {
  const shared = new SharedArrayBuffer(HEAD_BYTES + MOST_BYTES)
  const numbers = new Int32Array(shared, 0, 2)
  return new Promise((resolve, reject) => {
    const worker = new Worker(process.argv[1] as string, { workerData: { ...orders, shared } satisfies Orders })
    let [seen, stoodMs] = [0, 0]
    const timer = setInterval(() => {
      const inputs = Atomics.load(numbers, COUNT)
      stoodMs = inputs === seen ? stoodMs + LOOK_MS : 0
      seen = inputs
      if (stoodMs < HANG_MS || inputs === 0) return
      clearInterval(timer)
      const input = new Uint8Array(shared, HEAD_BYTES, numbers[LENGTH]).slice()
      const what = `it is not read in ${HANG_MS / 1000} s`
      const finding: Finding = { target: orders.target, seed: orders.seed, inputs, input, what }
      void worker.terminate().then(() => resolve({ inputs, taken: 0, pool: 0, parts: 0, finding }))
    }, LOOK_MS)
    worker.once('message', (result: Result) => {
      clearInterval(timer)
      resolve(result)
    })
    worker.once('error', (error) => {
      clearInterval(timer)
      reject(error)
    })
  })
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
      target: { type: 'string' },
      coverage: { type: 'string', default: 'on' },
      list: { type: 'boolean', default: false }
    }
  })
  const minutes = whole(values.minutes, 100_000)
  const seed = whole(values.seed, 2 ** 32 - 1)
  const names = (await loadTargets()).map(({ name }) => name)
  if (values.list) {
    console.log(names.join('\n'))
    return 0
  }
  const chosen = names.filter((name) => values.target === undefined || name === values.target)
  const { coverage } = values
  if (minutes === null || seed === null || chosen.length === 0 || (coverage !== 'on' && coverage !== 'off')) {
    console.error(USAGE)
    return 2
  }
  const corpus = corpusIn(process.cwd())
  const ms = (minutes * 60_000) / chosen.length
  let broken = 0
  for (const target of chosen) {
    const { inputs, taken, pool, parts, finding } = await watched({ target, seed, ms, coverage, corpus })
    if (finding) {
      broken++
      console.log(`${target}: BROKEN with seed ${seed} by input ${inputs}: ${finding.what}`)
      console.log(`  ${JSON.stringify(Buffer.from(finding.input).toString('latin1').slice(0, 200))}`)
      console.log(`  kept as ${await keep(corpus, target, finding.input)}`)
    } else {
      const share = Math.round((100 * taken) / Math.max(1, inputs))
      console.log(`${target}: ${inputs} inputs, ${share} % taken, ${pool} kept, ${parts} parts reached`)
    }
  }
  return broken === 0 ? 0 : 1
}

if (isMainThread) {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error)
      process.exit(2)
    }
  )
} else {
  void work(workerData as Orders).then((result) => parentPort?.postMessage(result))
}
