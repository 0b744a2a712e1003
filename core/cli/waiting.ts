/** Waiting for something to come about, with an end to it. */
import type { Outcome } from '../contract/index.js'
import { done } from '../contract/index.js'
import type { Cli } from './cli.js'
import { UsageError } from './output.js'

/** Changes are announced; the clock is for what changes without being announced, such as a time limit. */
const LOOK_AGAIN_MS = 200

/** How a wait ended. */
export type Waited<T> = { readonly ended: 'found'; readonly value: T } | { readonly ended: 'time' | 'stopped' }

/**
 * Looks, and looks again after every change, until `look` finds something (not null), refuses, the time is over or
 * the command is asked to stop. Looks at least once.
 */
export async function waitFor<T>(
  cli: Cli,
  limitMs: number,
  look: () => Promise<Outcome<T | null>>
): Promise<Outcome<Waited<T>>> {
  const deadlineMs = Date.now() + limitMs
  let wake: () => void = () => {}
  cli.subscribe(() => wake())
  cli.signal.addEventListener('abort', () => wake(), { once: true })
  for (;;) {
    const found = await look()
    if (!found.ok) return found
    if (found.value !== null) return done({ ended: 'found', value: found.value })
    if (cli.signal.aborted) return done({ ended: 'stopped' })
    const leftMs = deadlineMs - Date.now()
    if (leftMs <= 0) return done({ ended: 'time' })
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(LOOK_AGAIN_MS, leftMs))
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** Seconds as a person writes them, `30` or `0.5`, in ms. */
export function secondsOption(text: string, name: string): number {
  if (!/^\d{1,7}(\.\d{1,3})?$/.test(text)) throw new UsageError(`${name} is no number of seconds: ${text}`)
  return Number(text) * 1000
}

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, s: 1000 }

/** A span such as `30m`, `12h` or `7d`, in ms. */
export function spanOption(text: string, name: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text)
  const unitMs = UNITS_MS[match?.[2] ?? '']
  if (!match || unitMs === undefined)
    throw new UsageError(`${name} is written like 30m, 12h or 7d, not ${text}`)
  return Number(match[1]) * unitMs
}
