/** Clocks and counts. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How many calls a second, with so many under way at once. */
export async function rate(
  calls: number,
  together: number,
  call: (index: number) => Promise<void>
): Promise<number> {
  const begunMs = performance.now()
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < calls) await call(next++)
  }
  await Promise.all(Array.from({ length: Math.min(together, calls) }, worker))
  return (calls * 1000) / (performance.now() - begunMs)
}

export async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const begunMs = performance.now()
  await work()
  return performance.now() - begunMs
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** The value that this share of all does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/**
 * Takes turns, in the other order every other round, so that what else the machine does weighs on all alike; the
 * medians.
 */
export async function medians<Name extends string>(
  rounds: number,
  works: Readonly<Record<Name, (round: number) => Promise<number>>>
): Promise<Record<Name, number>> {
  const names = Object.keys(works) as Name[]
  const taken = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      taken.get(name)?.push(await works[name](round))
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(taken.get(name) ?? [])])) as Record<Name, number>
}

/** Milliseconds of the longest time, while the work goes on, in which this thread came to nothing else. */
export async function longestBlock<T>(
  work: () => Promise<T>
): Promise<{ readonly value: T; readonly blockedMs: number }> {
  const monitor = monitorEventLoopDelay({ resolution: 1 })
  monitor.enable()
  await pause(20)
  monitor.reset()
  const value = await work()
  await pause(5)
  monitor.disable()
  return { value, blockedMs: monitor.max / 1e6 }
}

export interface ProcessRun {
  readonly ms: number
  /** The most memory that it had resident; null where the system does not tell. */
  readonly peakBytes: number | null
  readonly stdout: string
}

const LOOK_EVERY_MS = 10

/** Runs a program to its end; null if it is not installed. */
export function runProcess(program: string, args: readonly string[]): Promise<ProcessRun | null> {
  const begunMs = performance.now()
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LC_ALL: 'C.UTF-8' }
  })
  let peakBytes: number | null = null
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  const look = setInterval(() => (peakBytes = peakOf(child.pid) ?? peakBytes), LOOK_EVERY_MS)
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearInterval(look)
      if (error.code === 'ENOENT') resolve(null)
      else reject(error)
    })
    child.on('close', (code) => {
      clearInterval(look)
      if (code === 0) resolve({ ms: performance.now() - begunMs, peakBytes, stdout })
      else reject(new Error(`${program} ended with ${code}`))
    })
  })
}

function peakOf(pid: number | undefined): number | null {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) * 1024
  } catch {
    return null
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const LIMIT_MS = 120_000

/** Looks every so often until it holds. Throws when that takes too long. */
export async function until(what: string, holds: () => Promise<boolean>, everyMs = 10): Promise<void> {
  const endMs = performance.now() + LIMIT_MS
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`waited too long until ${what}`)
    await pause(everyMs)
  }
}
