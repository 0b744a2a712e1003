/** Every decoder, on what once broke one, and on fresh inputs of one seed: as many as take a minute or so in all. */
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { brokenBy, fuzz } from './fuzz.js'
import { corpusIn, keptInputs } from './kept.js'
import { loadTargets } from './targets.js'

const CORPUS = corpusIn(path.resolve(import.meta.dirname, '../..'))
const SEED = 20_261_124
/**
 * Those that read a file, open a connection or search for the nearest words each time are slower by a hundred times. What
 * they read in the end has a target of its own, with as many inputs as any: keyring-content, backup-records, phrase-words.
 */
const INPUTS: Readonly<Record<string, number>> = {
  'keyring-file': 500,
  'backup-file': 500,
  'web-request': 2_500,
  'web-session': 1_500,
  phrase: 2_000
}
const MOST = 25_000

const targets = await loadTargets()

it('knows each by a name of its own', () => {
  const names = targets.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

describe.each(targets)('$name', { timeout: 120_000 }, (target) => {
  it('takes its own valid encodings, and keeps its promises on what was found before', async () => {
    for (const input of target.seeds) expect(await brokenBy(target, input)).toBe(null)
    const verdicts: string[] = []
    for (const input of target.seeds) verdicts.push(await target.check(input))
    expect(verdicts).toContain('taken')
    for (const input of await keptInputs(CORPUS, target.name)) expect(await brokenBy(target, input)).toBe(null)
  })

  it('keeps its promises on fresh inputs', async () => {
    const most = INPUTS[target.name] ?? MOST
    const { finding, inputs, taken } = await fuzz(target, { seed: SEED, isOver: (tried) => tried >= most })
    if (finding) {
      const text = JSON.stringify(Buffer.from(finding.input).toString('latin1').slice(0, 400))
      expect.fail(`${finding.what}\nseed ${finding.seed}, input ${finding.inputs}: ${text}`)
    }
    expect(inputs).toBeGreaterThanOrEqual(most)
    expect(taken).toBeGreaterThan(0)
  })
})
