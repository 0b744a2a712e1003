import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Causality } from '../../../core/log/causality.js'
import { codeOf } from '../../helpers/book-world.js'
import { LOGS, logAt, playLogs, stepsOf } from '../../helpers/log-world.js'

function newCausality(): Causality {
  const causality = new Causality()
  for (const log of LOGS) causality.addLog(log)
  return causality
}

describe('causality', () => {
  it('agrees with a model that stores every vector whole', () => {
    fc.assert(
      fc.property(stepsOf(60), (steps) => {
        const causality = newCausality()
        const entries = playLogs(steps)
        for (const entry of entries) {
          expect(codeOf(causality.check(entry.log, entry))).toBe('done')
          causality.append(entry.log, entry)
        }
        for (const { log, index, past } of entries) {
          for (const other of LOGS) {
            const length = past.get(other) as number
            // The headers that the model gives everybody are named by an entry's first dependencies.
            expect(causality.covered(log, index, other)).toBe(length)
            expect(causality.sees(log, index, other, length - 1)).toBe(true)
            expect(causality.sees(log, index, other, length)).toBe(false)
          }
        }
      })
    )
  })

  it('says what the next entry depends on, and passes just that', () => {
    fc.assert(
      fc.property(stepsOf(40), fc.nat(3), (steps, device) => {
        const causality = newCausality()
        for (const entry of playLogs(steps)) causality.append(entry.log, entry)
        const log = logAt(device)
        const next = causality.next(log)
        expect(codeOf(causality.check(log, next))).toBe('done')
        expect(codeOf(causality.check(log, { ...next, lamport: next.lamport + 1 }))).toBe('LAMPORT_WRONG')
        causality.append(log, next)
        for (const other of LOGS) {
          expect(causality.covered(log, causality.length(log) - 1, other)).toBe(
            causality.length(other) - (other === log ? 1 : 0)
          )
        }
        expect(causality.next(log)).toEqual({ deps: [], lamport: next.lamport + 1 })
      })
    )
  })

  it('refuses what hides a part of its past, does not grow, or names itself', () => {
    const causality = newCausality()
    const [a, b, c] = [logAt(0), logAt(1), logAt(2)]
    causality.append(a, { deps: [], lamport: 1 })
    causality.append(b, { deps: [{ log: a, length: 2 }], lamport: 2 })
    const hiding = { deps: [{ log: b, length: 2 }], lamport: 3 }
    expect(codeOf(causality.check(c, hiding))).toBe('DEPENDENCY_NOT_CLOSED')
    const whole = { deps: [...hiding.deps, { log: a, length: 2 }], lamport: 3 }
    expect(codeOf(causality.check(c, whole))).toBe('done')
    causality.append(c, whole)
    expect(codeOf(causality.check(c, { deps: [{ log: a, length: 2 }], lamport: 4 }))).toBe('DEPENDENCY_INVALID')
    expect(codeOf(causality.check(c, { deps: [{ log: c, length: 1 }], lamport: 4 }))).toBe('DEPENDENCY_INVALID')
    expect(codeOf(causality.check(c, { deps: [], lamport: 3 }))).toBe('LAMPORT_WRONG')
    expect(codeOf(causality.check(c, { deps: [], lamport: 4 }))).toBe('done')
  })
})
