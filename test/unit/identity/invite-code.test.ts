import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  deviceLinkCode,
  deviceLinkIdOf,
  deviceLinkKey,
  deviceLinkTopic,
  deviceLinkUrl,
  INVITE_SECRET_BYTES,
  inviteCode,
  inviteIdOf,
  inviteKey,
  inviteLink,
  inviteTopic,
  parseCode,
  parseInvite
} from '../../../core/identity/invite-code.js'
import { codeOf, valueOf } from '../../helpers/book-world.js'

const ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769'
const secret = fc.uint8Array({ minLength: INVITE_SECRET_BYTES, maxLength: INVITE_SECRET_BYTES })

describe('an invite code', () => {
  it('reads back, as code, as link, and as people type it', () => {
    fc.assert(
      fc.property(secret, (bytes) => {
        const code = inviteCode(bytes)
        expect(code).toMatch(/^[a-z0-9]{4}(-[a-z0-9]{4}){4}$/)
        const typed = [
          code,
          inviteLink(bytes),
          `${inviteLink(bytes)}/?from=chat`,
          inviteLink(bytes).toUpperCase(),
          code.toUpperCase(),
          code.replaceAll('-', ''),
          `  ${code.replaceAll('-', ' ')}\n`,
          // Letters that look like those of the alphabet.
          code.replaceAll('1', 'l').replaceAll('o', '0').replaceAll('u', 'v').replaceAll('z', '2')
        ]
        for (const text of typed) expect(valueOf(parseInvite(text))).toEqual(bytes)
      })
    )
  })

  it('with a slip in it is caught 15 times of 16, and is never taken for the right one', () => {
    let caught = 0
    let slips = 0
    fc.assert(
      fc.property(secret, fc.nat(19), fc.integer({ min: 1, max: 31 }), (bytes, at, by) => {
        const code = inviteCode(bytes).replaceAll('-', '')
        const wrong = ALPHABET[(ALPHABET.indexOf(code.charAt(at)) + by) % 32] as string
        const parsed = parseInvite(code.slice(0, at) + wrong + code.slice(at + 1))
        slips++
        if (!parsed.ok) caught++
        else expect(parsed.value).not.toEqual(bytes)
      }),
      { numRuns: 2000, seed: 7 }
    )
    expect(caught / slips).toBeGreaterThan(0.9)
  })

  it('of a device looks the same, and is never taken for an invite, nor the other way round', () => {
    fc.assert(
      fc.property(secret, (bytes) => {
        expect(deviceLinkCode(bytes)).toMatch(/^[a-z0-9]{4}(-[a-z0-9]{4}){4}$/)
        for (const text of [deviceLinkCode(bytes), deviceLinkUrl(bytes)]) {
          expect(valueOf(parseCode(text))).toEqual({ kind: 'device-link', secret: bytes })
          expect(codeOf(parseInvite(text))).toBe('INVITE_MALFORMED')
        }
        expect(valueOf(parseCode(inviteCode(bytes)))).toEqual({ kind: 'invite', secret: bytes })
        expect(deviceLinkTopic(bytes)).not.toEqual(inviteTopic(bytes))
        expect(deviceLinkKey(bytes)).not.toEqual(inviteKey(bytes))
        expect(deviceLinkIdOf(bytes)).not.toBe(inviteIdOf(bytes))
      })
    )
  })

  it('that is none is refused, and nothing is thrown', () => {
    for (const text of [
      '',
      'ybnd',
      'ybnd-rfg8-ejkm-cpqx-ot1!',
      'x'.repeat(600),
      'guildbook://join/',
      '字'.repeat(20)
    ])
      expect(codeOf(parseInvite(text))).toBe('INVITE_MALFORMED')
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => void parseInvite(text)))
  })

  it('has an id, a topic and a key that do not tell each other', () => {
    const bytes = new Uint8Array(INVITE_SECRET_BYTES).fill(5)
    const other = new Uint8Array(INVITE_SECRET_BYTES).fill(6)
    const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')
    const all = [bytes, other].flatMap((one) => [inviteIdOf(one), hex(inviteTopic(one)), hex(inviteKey(one))])
    expect(new Set(all).size).toBe(6)
  })
})
