/** Finds out how little of a failing run is needed to fail, and says so in words. */
import type { SimOptions, SimResult } from './world.js'
import { simulate } from './world.js'

/**
 * The shortest prefix of the same seed's steps that ends in a broken rule: each prefix is healed and checked as a whole
 * run is. Null if the run does not fail.
 */
export async function shortestFailure(options: SimOptions): Promise<SimResult | null> {
  const whole = await simulate(options)
  if (whole.violations.length === 0) return null
  for (let steps = 0; steps < whole.steps; steps++) {
    const result = await simulate({ ...options, steps })
    if (result.violations.length > 0) return result
  }
  return whole
}

/** The seed, what was broken, what had happened, and how to see it again. */
export function describeFailure({ seed, peers, steps, phones }: SimOptions, shortest: SimResult): string {
  const rules = shortest.violations.slice(0, 10).map(({ rule, message }) => `  ${rule}: ${message}`)
  const events = shortest.events.map((event) => `  ${event}`)
  const again = `npm run sim -- --seed ${seed} --peers ${peers} --steps ${shortest.steps}${phones === 'often' ? ' --phones' : ''}`
  return [
    `Seed ${seed} with ${peers} peers fails within ${steps} steps. The shortest prefix that was found has ${shortest.steps}.`,
    'What happened:',
    ...events,
    'Rules that did not hold:',
    ...rules,
    `Again: ${again}`
  ].join('\n')
}
