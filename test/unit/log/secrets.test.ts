import { describe, expect, it } from 'vitest'
import type { Place } from '../../../core/contract/index.js'
import type { MemberId } from '../../../core/contract/index.js'
import { LogSecrets, type EpochSecret } from '../../../core/log/secrets.js'
import { placeOf } from '../../../core/ops/place.js'
import { logAt } from '../../helpers/log-world.js'
import { keyNumber } from '../../helpers/operations.js'

const member = keyNumber<MemberId>(7)
const epoch = (number: number): Place => placeOf(logAt(0), number, 0)
const secretOf = (number: number, of = epoch(number)): EpochSecret => ({
  epoch: of,
  secret: new Uint8Array(32).fill(number)
})
const founding = new Uint8Array(32).fill(200)

describe('the secrets of a book', () => {
  it('are tried with the newest first, and what was only offered last', () => {
    const secrets = new LogSecrets(founding, [secretOf(1)])
    expect(secrets.learn(secretOf(2))).toBe('new')
    expect(secrets.offer(secretOf(3), member)).toBe('new')
    expect(secrets.toTry.map(({ secret }) => secret[0])).toEqual([2, 1, 200, 3])
    expect(secrets.all.map(({ secret }) => secret[0])).toEqual([200, 1, 2])
  })

  it('are kept of what was offered once they opened a log', () => {
    const secrets = new LogSecrets(founding)
    expect(secrets.offer(secretOf(1), member)).toBe('new')
    expect(secrets.offer(secretOf(1), member)).toBe('known')
    secrets.writeWith(epoch(1))
    expect(secrets.current.epoch).toBe('founding')
    secrets.opened(secretOf(1))
    secrets.writeWith(epoch(1))
    expect(secrets.current).toEqual(secretOf(1))
    expect(secrets.offer(secretOf(1), keyNumber<MemberId>(8))).toBe('known')
  })

  it('are written with as they were sealed for this member, whatever else there is of their time', () => {
    const secrets = new LogSecrets(founding)
    const [wrong, right] = [secretOf(9, epoch(1)), secretOf(1)]
    secrets.learn(wrong)
    secrets.opened(wrong)
    expect(secrets.learnProved(right)).toBe('new')
    secrets.writeWith(epoch(1))
    expect(secrets.current).toEqual(right)
  })

  it('that one member offers are bounded, and push out nobody else’s', () => {
    const secrets = new LogSecrets(founding)
    secrets.offer(secretOf(1), keyNumber<MemberId>(8))
    for (let number = 0; number < 1000; number++) {
      const secret = new Uint8Array(32).fill(2)
      new DataView(secret.buffer).setUint32(0, number)
      secrets.offer({ epoch: epoch(2), secret }, member)
    }
    expect(secrets.toTry.length).toBeLessThan(300)
    expect(secrets.toTry.some(({ secret }) => secret.every((byte) => byte === 1))).toBe(true)
  })
})
