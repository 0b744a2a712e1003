/**
 * A code: 96 random bits and a 4-bit checksum as 20 characters of z-base-32, `ybnd-rfg8-ejkm-cpqx-ot1u`. It lets a person
 * into a book (an invite), or makes a device another one of its person (a device link): the two look alike, so that
 * whoever has one need not know which; the checksum, which is for slips of the finger, says it to the program.
 * Everything that the two sides need before they trust each other is derived from it. 96 bits cannot be guessed, neither
 * on the wire nor against the topic that it is announced under.
 */
import z32 from 'z32'
import {
  done,
  refuse,
  type CodeKind,
  type DeviceLinkId,
  type InviteId,
  type Outcome
} from '../contract/index.js'
import { toZ32 } from './bytes.js'
import { derive, fingerprint } from './keys.js'

export const INVITE_SECRET_BYTES = 12
const LINK_PREFIX = 'guildbook://join/'
const ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769'

/** All four bits are turned over where it is a device's. */
const checksum = (secret: Uint8Array, kind: CodeKind): number =>
  ((fingerprint('invite-checksum', secret)[0] as number) & 15) ^ (kind === 'invite' ? 0 : 15)

function codeOf(secret: Uint8Array, kind: CodeKind): string {
  const bytes = new Uint8Array(13)
  bytes.set(secret)
  bytes[12] = checksum(secret, kind) << 4
  const text = z32.encode(bytes).slice(0, 20)
  return (text.match(/.{4}/g) as string[]).join('-')
}

/** The code of a 12-byte secret. */
export const inviteCode = (secret: Uint8Array): string => codeOf(secret, 'invite')
export const inviteLink = (secret: Uint8Array): string => LINK_PREFIX + inviteCode(secret)

export const deviceLinkCode = (secret: Uint8Array): string => codeOf(secret, 'device-link')
export const deviceLinkUrl = (secret: Uint8Array): string => LINK_PREFIX + deviceLinkCode(secret)

/** An invite's secret. A device's code is none: INVITE_MALFORMED. */
export function parseInvite(text: string): Outcome<Uint8Array> {
  const code = parseCode(text)
  if (!code.ok) return code
  return code.value.kind === 'invite' ? done(code.value.secret) : ofDevice
}

const ofDevice = refuse('INVITE_MALFORMED', 'That code links a device; it is no invite to a book.')

/** The secret of a code or link as a person would type or paste it: case, spaces and dashes do not matter. */
export function parseCode(text: string): Outcome<{ readonly kind: CodeKind; readonly secret: Uint8Array }> {
  const wrong = (message: string) => refuse('INVITE_MALFORMED', message)
  if (text.length > 512) return wrong('That is too long to be a code.')
  let code = text.trim().toLowerCase()
  if (code.startsWith(LINK_PREFIX)) code = code.slice(LINK_PREFIX.length).replace(/[/?#].*$/, '')
  // Letters that z-base-32 leaves out because they look like others.
  code = code.replace(/[\s-]/g, '').replace(/l/g, '1').replace(/0/g, 'o').replace(/v/g, 'u').replace(/2/g, 'z')
  if (code.length !== 20) return wrong('A code has 20 letters and digits, like ybnd-rfg8-ejkm-cpqx-ot1u.')
  if ([...code].some((c) => !ALPHABET.includes(c))) return wrong('That has a character that no code has.')
  // 20 characters are 100 bits; pad to whole bytes with zero bits.
  const bytes = new Uint8Array(z32.decode(code + 'y'))
  const secret = bytes.slice(0, INVITE_SECRET_BYTES)
  for (const kind of ['invite', 'device-link'] as const) {
    if (codeOf(secret, kind).replaceAll('-', '') === code) return done({ kind, secret })
  }
  return wrong('That code has a slip in it: compare it once more with the one you were given.')
}

/** What an invite is called in the book: it does not tell the secret. */
export const inviteIdOf = (secret: Uint8Array): InviteId => toZ32(fingerprint('invite-id', secret)) as InviteId

/** The 32-byte topic that both sides meet under. */
export const inviteTopic = (secret: Uint8Array): Uint8Array => fingerprint('invite-topic', secret)

/** The 32-byte key by which each side proves to the other that it knows the invite. */
export const inviteKey = (secret: Uint8Array): Uint8Array =>
  derive(fingerprint('invite-root', secret), 'invite-proof')

/** The same three of a device's code. */
export const deviceLinkIdOf = (secret: Uint8Array): DeviceLinkId =>
  toZ32(fingerprint('device-link-id', secret)) as DeviceLinkId

export const deviceLinkTopic = (secret: Uint8Array): Uint8Array => fingerprint('device-link-topic', secret)

export const deviceLinkKey = (secret: Uint8Array): Uint8Array =>
  derive(fingerprint('device-link-root', secret), 'device-link-proof')
