/**
 * A member who is no owner tells the others' devices that they do not belong to the book any more, on their word or with
 * what is to pass for an owner's notice of it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookId, LogId } from '../../core/contract/index.js'
import { memberIdOf, type DeviceCertificate } from '../../core/identity/certificates.js'
import type { KeyPair } from '../../core/identity/keys.js'
import { signNotice, type Notice } from '../../core/identity/notice.js'
import { openIdentity } from '../../core/engine/identity-file.js'
import { openVault } from '../../core/engine/keyring.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'
import { toHex } from '../../core/sync/messages.js'
import { certificateToMessage } from '../../core/sync/proofs.js'
import { valueOf } from '../helpers/book-world.js'
import { goesOn, openScene, type Scene } from '../helpers/attack.js'
import {
  BOOK_TALK,
  bookChannel,
  bookTopic,
  introduction,
  Talker,
  type Credentials,
  type Talk
} from '../helpers/talker.js'

let scene: Scene
let mallory: Credentials
beforeAll(async () => {
  scene = await openScene('bookkeeper')
  await scene.mallory.goOffline()
  // Both have written something that they would show.
  await goesOn(scene)
  const { secret, certificate, identity } = scene.mallory.parts
  mallory = { secret, certificate, device: identity.device }
})
afterAll(() => scene.end())

/** Shows who it is, and is let in as far as it likes. */
async function introduceTo(talk: Talk, state: 'waiting' | 'let in', who = mallory): Promise<void> {
  const { proof, hello } = introduction(talk, who)
  talk.open(BOOK_TALK, bookChannel(mallory.secret))
  talk.send('proof', proof)
  await talk.hears('hello')
  talk.send('hello', hello)
  await talk.hears('accept')
  if (state === 'waiting') return
  talk.send('accept', {})
  await talk.hears('have')
}

/**
 * Says farewell to whoever is there, and waits until they have taken it: they hang up, or, where they had not let it in yet,
 * go on for some seconds and show what they had written.
 */
async function sayFarewell(farewell: object, state: 'waiting' | 'let in'): Promise<void> {
  const talker = await Talker.meet(scene.world, bookTopic(mallory.secret), (talk) => {
    void introduceTo(talk, state).then(() => talk.send('farewell', farewell))
  })
  for (const talk of await talker.met(2)) await (state === 'waiting' ? talk.hears('have') : talk.closed)
  await talker.end()
}

it.each([
  ['MEMBER_REMOVED', 'waiting'],
  ['MEMBER_REMOVED', 'let in'],
  ['DEVICE_REVOKED', 'waiting'],
  ['DEVICE_REVOKED', 'let in']
] as const)('%s, by one who is %s, is not believed, and keeps nobody from writing', async (code, state) => {
  const { ada, ben, book } = scene
  await sayFarewell({ code, byName: 'Ada' }, state)
  for (const device of [ada, ben]) {
    const [row] = await device.ask('books', {})
    expect(row?.farewell).toBe(null)
    expect(await device.refusal('post', { book, transaction: await device.draft(book, 'Still here') })).toBe(
      'done'
    )
  }
  await goesOn(scene)
})

describe('a notice', () => {
  interface Signer {
    readonly key: KeyPair
    readonly certificate: DeviceCertificate
  }
  let ada: Signer
  let right: Notice
  beforeAll(async () => {
    const { folder, name } = scene.ada
    const identity = await openIdentity(valueOf(await openVault(folder, PLAIN_KEYS)), folder)
    ada = { key: identity.device, certificate: identity.certificate(name) }
    const { members } = await scene.ada.status(scene.book)
    const { member } = members.find((row) => row.name === 'Ben')!
    const subject = { code: 'MEMBER_REMOVED', member } as const
    right = { book: scene.book, subject, log: scene.mallory.member as string as LogId, index: 3 }
  })

  const farewellOf = (notice: Notice, signed: Uint8Array, { certificate }: Signer) => ({
    code: notice.subject.code,
    byName: 'Ada',
    notice: {
      certificate: certificateToMessage(certificate),
      log: notice.log,
      index: notice.index,
      signature: toHex(signed)
    }
  })

  const farewellAtBen = async () => (await scene.ben.ask('books', {}))[0]?.farewell

  it.each<[string, (mine: Signer) => object]>([
    ['that Mallory signed', (mine) => farewellOf(right, signNotice(right, mine.key), mine)],
    ['that Mallory signed for Ada', (mine) => farewellOf(right, signNotice(right, mine.key), ada)],
    [
      'of someone else’s removal',
      () => {
        const other: Notice = { ...right, subject: { code: 'MEMBER_REMOVED', member: scene.mallory.member } }
        return farewellOf(right, signNotice(other, ada.key), ada)
      }
    ],
    [
      'of another book',
      () => farewellOf(right, signNotice({ ...right, book: scene.ben.name as BookId }, ada.key), ada)
    ],
    [
      'of an act that Ben has read, and that was undone since',
      () => {
        const [log] = scene.mallory.parts.intake.logsBy(memberIdOf(ada.certificate.member))
        const read: Notice = { ...right, log: log!, index: 1 }
        return farewellOf(read, signNotice(read, ada.key), ada)
      }
    ]
  ])('%s is not believed', async (_, make) => {
    await sayFarewell(make({ key: mallory.device, certificate: mallory.certificate }), 'let in')
    expect(await farewellAtBen()).toBe(null)
    await goesOn(scene)
  })

  it('of an act that Ben has read is not believed of an owner either, who may have it from an older copy', async () => {
    const [log] = scene.mallory.parts.intake.logsBy(memberIdOf(ada.certificate.member))
    const read: Notice = { ...right, log: log!, index: 1 }
    await scene.ada.stop()
    const who = { secret: mallory.secret, certificate: ada.certificate, device: ada.key }
    const talker = await Talker.meet(scene.world, bookTopic(mallory.secret), (talk) => {
      void introduceTo(talk, 'waiting', who).then(() =>
        talk.send('farewell', farewellOf(read, signNotice(read, ada.key), ada))
      )
    })
    const [talk] = await talker.met(1)
    // He goes on, and shows what he had written.
    await talk!.hears('have')
    await talker.end()
    expect(await farewellAtBen()).toBe(null)
    await scene.ada.start()
    await goesOn(scene)
  })

  it('that an owner’s device signed is, whoever shows it', async () => {
    await sayFarewell(farewellOf(right, signNotice(right, ada.key), ada), 'let in')
    await scene.ben.until('books', {}, (rows) => rows[0]?.farewell?.code === 'MEMBER_REMOVED')
  })
})
