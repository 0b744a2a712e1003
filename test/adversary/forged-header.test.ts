/** A member starts a log in somebody else's name, or with a header that is none. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LogId } from '../../core/contract/index.js'
import { certifyDevice, found } from '../../core/identity/certificates.js'
import { keyPairOf } from '../../core/identity/keys.js'
import { decodeHeader, encodeHeader } from '../../core/ops/header.js'
import type { RogueLog } from '../helpers/rogue.js'
import { goesOn, onlySenderIsHurt, openScene, reported, type Scene } from '../helpers/attack.js'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
  await goesOn(scene)
  await scene.mallory.hasAllOf(scene.ben, scene.book)
})
afterAll(() => scene.end())

/** The header of a log of Ben's. */
async function bens(): Promise<Uint8Array> {
  const { mallory, ben, book } = scene
  const { vector, members } = await ben.status(book)
  const me = members.find(({ isMe }) => isMe === 'me')?.member
  const log = (Object.keys(vector) as LogId[]).find((each) => mallory.authorOf(each)?.member === me)
  if (!log) throw new Error('Ben has no log')
  return mallory.blockOf(log, 0)
}

const changed = (header: Uint8Array, change: (bytes: Buffer) => void): Uint8Array => {
  const bytes = Buffer.from(header)
  change(bytes)
  return bytes
}

it.each<[string, (log: RogueLog) => Promise<Uint8Array> | Uint8Array]>([
  ['the header of a log of Ben’s', () => bens()],
  [
    'Ben’s certificate and a signature of Mallory’s',
    async ({ log }) => {
      const theirs = decodeHeader(await bens())
      if (!theirs.ok) throw new Error('not a header')
      return scene.mallory.header(log, { certificate: theirs.value.device })
    }
  ],
  [
    'a certificate that Mallory made out to Ben',
    async ({ log }) => {
      const theirs = decodeHeader(await bens())
      if (!theirs.ok) throw new Error('not a header')
      const { identity } = scene.mallory.parts
      const mine = certifyDevice(
        identity.member,
        { publicKey: identity.device.publicKey, name: 'B', platform: '' },
        1
      )
      return scene.mallory.header(log, { certificate: { ...mine, member: theirs.value.device.member } })
    }
  ],
  [
    'the founding of another book',
    ({ log }) => {
      const { identity } = scene.mallory.parts
      return scene.mallory.header(log, { founding: found(identity.member, randomBytes(32), 1) })
    }
  ],
  [
    'a founding that names another founder',
    ({ log }) => {
      const { identity, founding } = scene.mallory.parts
      return scene.mallory.header(log, { founding: { ...founding, founder: identity.member.publicKey } })
    }
  ],
  [
    'a claim that was signed for another log',
    async () => scene.mallory.header((await scene.mallory.bareLog()).log)
  ],
  [
    'the signature of a device that is not certified',
    ({ log }) => scene.mallory.header(log, { device: keyPairOf(randomBytes(32)) })
  ],
  [
    'another segment number than was signed',
    ({ log }) => {
      const header = decodeHeader(scene.mallory.header(log))
      if (!header.ok) throw new Error('not a header')
      return encodeHeader({ ...header.value, segment: 0 })
    }
  ]
])('a log with %s is refused', async (_what, header) => {
  const { mallory, post, ada, book } = scene
  const log = await mallory.bareLog()
  await log.append(await header(log))
  await log.write([post('In Ben’s name')])
  await onlySenderIsHurt(scene, log.log, 'HEADER_FORGED')
  expect(await ada.payees(book)).not.toContain('In Ben’s name')
})

it.each<[string, (header: Uint8Array) => Uint8Array]>([
  ['nothing', () => Buffer.alloc(0)],
  ['noise', () => randomBytes(300)],
  ['noise that begins like a newer format', () => randomBytes(300)],
  [
    'a newer format’s number and another book',
    (header) => changed(header, (bytes) => bytes.set([2, (bytes[1] as number) ^ 1]))
  ],
  ['a newer format’s number and nothing', () => Buffer.from([2])],
  ['a header cut short', (header) => header.subarray(0, header.length - 1)],
  ['a header and a byte', (header) => Buffer.concat([header, Buffer.from([0])])],
  ['a header of format 0', (header) => changed(header, (bytes) => (bytes[0] = 0))],
  ['an entry', () => Buffer.from([1, 0, 0, 0, 0, 0, 0])]
])('a log that begins with %s is refused', async (what, block) => {
  const { mallory } = scene
  const log = await mallory.bareLog()
  const bytes = block(mallory.header(log.log))
  if (what.startsWith('noise')) bytes[0] = what === 'noise' ? 1 : 2
  await log.append(bytes)
  await onlySenderIsHurt(scene, log.log, 'HEADER_MALFORMED')
})

it('a log that begins with more than 1 MiB is refused', async () => {
  const log = await scene.mallory.bareLog()
  await log.append(Buffer.alloc(1024 * 1024 + 1, 1))
  await onlySenderIsHurt(scene, log.log, 'BLOCK_TOO_LARGE')
})

it('a log of a newer format pauses', async () => {
  const { mallory, ada, ben, book } = scene
  const log = await mallory.bareLog()
  await log.append(changed(mallory.header(log.log), (bytes) => (bytes[0] = 2)))
  for (const device of [ada, ben]) {
    expect((await reported(device, book, log.log, 'NEEDS_NEWER_VERSION')).kind).toBe('paused')
  }
})
