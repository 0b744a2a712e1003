import { beforeEach, describe, expect, it } from 'vitest'
import { done, refuse, type Outcome } from '../../../core/contract/index.js'
import { Attempts } from '../../../core/engine/attempts.js'

let nowMs: number
let attempts: Attempts
let looked: number

beforeEach(() => {
  nowMs = 0
  looked = 0
  attempts = new Attempts(() => nowMs)
})

const attempt = async (kind: 'right' | 'wrong'): Promise<string> => {
  const outcome = await attempts.try<null>(() => {
    looked++
    return Promise.resolve<Outcome<null>>(kind === 'right' ? done(null) : refuse('PASSPHRASE_WRONG', 'No.'))
  })
  return outcome.ok ? 'ok' : outcome.error.code
}

describe('attempts at a passphrase', () => {
  it('are looked at three times, then only after a wait that doubles up to a minute', async () => {
    for (let number = 1; number <= 3; number++) expect(await attempt('wrong')).toBe('PASSPHRASE_WRONG')
    const waits: number[] = []
    for (let number = 0; number < 9; number++) {
      waits.push(attempts.waitMs)
      expect(await attempt('right')).toBe('PASSPHRASE_WAIT')
      nowMs += attempts.waitMs
      expect(await attempt('wrong')).toBe('PASSPHRASE_WRONG')
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
    expect(looked).toBe(12)
  })

  it('begin anew after the right one', async () => {
    for (let number = 1; number <= 3; number++) await attempt('wrong')
    nowMs += 1000
    expect(await attempt('right')).toBe('ok')
    expect(await attempt('wrong')).toBe('PASSPHRASE_WRONG')
    expect(attempts.waitMs).toBe(0)
  })

  it('cannot be had at the same time: a hundred at once are three', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => attempt('wrong')))
    expect(all.filter((code) => code === 'PASSPHRASE_WRONG')).toHaveLength(3)
    expect(all.filter((code) => code === 'PASSPHRASE_WAIT')).toHaveLength(97)
  })

  it('go on after one that broke', async () => {
    await expect(attempts.try(() => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory')
    expect(await attempt('right')).toBe('ok')
  })
})
