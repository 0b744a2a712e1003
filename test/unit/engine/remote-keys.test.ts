import { describe, expect, it } from 'vitest'
import type { FromEngineProcess } from '../../../core/contract/index.js'
import { remoteKeys } from '../../../core/engine/remote-keys.js'

describe('keys that another process keeps', () => {
  it('are asked for by number, and answered in any order', async () => {
    const posted: FromEngineProcess[] = []
    const remote = remoteKeys((message) => posted.push(message))
    const keys = remote.protector({ keyProtection: 'keyring', personCheck: 'none' })
    const one = keys.wrap(new Uint8Array([1]))
    const two = keys.unwrap(new Uint8Array([2]))
    const three = keys.unwrap(new Uint8Array([3]))
    expect(posted.map(({ kind }) => kind)).toEqual(['wrap', 'unwrap', 'unwrap'])
    const [first, second, third] = posted.map((message) => ('id' in message ? message.id : -1)) as [
      number,
      number,
      number
    ]
    remote.refuse(third, 'no keyring')
    remote.answer(second, new Uint8Array([20]))
    remote.answer(first, new Uint8Array([10]))
    expect([await one, await two]).toEqual([new Uint8Array([10]), new Uint8Array([20])])
    await expect(three).rejects.toThrow('no keyring')
    // An answer that comes twice, or to nothing, changes nothing.
    remote.answer(second, new Uint8Array([99]))
    remote.refuse(77, 'what?')
  })

  it('have the system ask who is there only where it can', async () => {
    const posted: FromEngineProcess[] = []
    const remote = remoteKeys((message) => posted.push(message))
    expect(remote.protector({ keyProtection: 'plain', personCheck: 'none' }).confirmPerson).toBe(undefined)
    for (const keyProtection of ['plain', 'keyring'] as const) {
      const keys = remote.protector({ keyProtection, personCheck: 'system' })
      expect(keys.kind).toBe(keyProtection)
      if (!keys.confirmPerson) throw new Error('the system cannot be asked')
      const answers = [keys.confirmPerson(), keys.confirmPerson()]
      const asked = posted
        .splice(0)
        .flatMap((message) => (message.kind === 'confirm-person' ? [message.id] : []))
      expect(asked).toHaveLength(2)
      remote.answerPerson(asked[1] as number, 'confirmed')
      remote.answerPerson(asked[0] as number, 'refused')
      expect(await Promise.all(answers)).toEqual(['refused', 'confirmed'])
    }
  })
})
