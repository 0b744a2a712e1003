/** What reading one input may cost: time and memory in proportion to its size, with room for a machine that does much else. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Broken, type Target, type Verdict } from './target.js'

const MIB = 1024 * 1024
const MOST_MS = 400
const MOST_MS_A_KIB = 2
const MOST_BYTES = 48 * MIB
const MOST_BYTES_A_BYTE = 512
/** What is over a bound is looked at again: once may have been the collector's, or another program's, doing. */
const LOOKS = 4

interface Cost {
  readonly ms: number
  readonly bytes: number
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Memory that is taken now, collected or not. */
const taken = (): number => {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}

/** Checks an input once; throws Broken if it costs more than it may. */
export async function checkWithinBounds(target: Target, input: Uint8Array): Promise<Verdict> {
  let verdict: Verdict = 'refused'
  const look = async (): Promise<Cost> => {
    const [before, begun] = [taken(), process.cpuUsage()]
    const checked = target.check(input)
    verdict = typeof checked === 'string' ? checked : await checked
    const { user, system } = process.cpuUsage(begun)
    return { ms: (user + system) / 1000, bytes: taken() - before }
  }
  let least = await look()
  for (let looks = 1; looks < LOOKS && overBound(least, input); looks++) {
    // What the look before left behind must not be counted against what this one takes.
    collect()
    const cost = await look()
    least = { ms: Math.min(cost.ms, least.ms), bytes: Math.min(cost.bytes, least.bytes) }
  }
  const over = overBound(least, input)
  if (over) throw new Broken(over)
  return verdict
}

function overBound({ ms, bytes }: Cost, input: Uint8Array): string | null {
  const mostMs = MOST_MS + (MOST_MS_A_KIB * input.length) / 1024
  if (ms > mostMs) return `it takes ${Math.round(ms)} ms to read ${input.length} bytes`
  const mostBytes = MOST_BYTES + MOST_BYTES_A_BYTE * input.length
  return bytes > mostBytes ? `it takes ${Math.round(bytes / MIB)} MiB to read ${input.length} bytes` : null
}
