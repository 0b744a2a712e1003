/**
 * An invite's code in the wrong hands: used twice, used up, expired, revoked, kept after a removal, guessed. And someone
 * who found an invite's topic, and has no code, at either end of it.
 */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookId, ErrorCode, MemberId } from '../../core/contract/index.js'
import { openIdentity, type Identity } from '../../core/engine/identity-file.js'
import { openVault } from '../../core/engine/keyring.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'
import { certifyDevice, deviceIdOf } from '../../core/identity/certificates.js'
import { INVITE_SECRET_BYTES, inviteKey, inviteTopic, parseInvite } from '../../core/identity/invite-code.js'
import { keyPairOf, type KeyPair } from '../../core/identity/keys.js'
import { toHex } from '../../core/sync/messages.js'
import { certificateToMessage, commitmentTo, proofOf, signPresence } from '../../core/sync/proofs.js'
import { valueOf } from '../helpers/book-world.js'
import { converged, letIn, World, type Device } from '../helpers/engines.js'
import { PAIRING_TALK, Talker, type Talk } from '../helpers/talker.js'

let world: World
let ada: Device
let ben: Device
let book: BookId

beforeAll(async () => {
  world = await World.open()
  ;[ada, ben] = [await world.device('Ada'), await world.device('Ben')]
  book = await ada.createBook()
  await letIn(ada, book, ben, 'contributor')
})
afterAll(() => world.end())

const newKeys = (): KeyPair => keyPairOf(new Uint8Array(randomBytes(32)))

/** A person and a device of theirs. */
interface Caller {
  readonly member: KeyPair
  readonly device: KeyPair
}
const stranger = (): Caller => ({ member: newKeys(), device: newKeys() })

/** The keys of a device that is stopped for good. */
async function takenOver(device: Device): Promise<Caller> {
  await device.stop()
  const vault = valueOf(await openVault(device.folder, PLAIN_KEYS))
  return (await openIdentity(vault, device.folder)) as Identity & Caller
}

/** What an honest newcomer says first. */
function knockOf(talk: Talk, key: Uint8Array, { member, device }: Caller, nonce: Uint8Array) {
  const { handshakeHash } = talk.stream
  const certificate = certifyDevice(
    member,
    { publicKey: device.publicKey, name: 'Laptop', platform: 'linux' },
    0
  )
  return {
    proof: toHex(proofOf(key, 'newcomer', handshakeHash, talk.side)),
    commitment: toHex(commitmentTo(nonce)),
    certificate: certificateToMessage(certificate),
    signature: signPresence(device, handshakeHash, talk.side),
    name: 'Mallory'
  }
}

/** Knocks by a code, and goes on as far as the inviter lets it; all that it was told. */
async function knockBy(code: string, caller: Caller): Promise<string[]> {
  const secret = valueOf(parseInvite(code))
  const nonce = new Uint8Array(randomBytes(32))
  const talker = await Talker.meet(world, inviteTopic(secret), (talk) => {
    talk.open(PAIRING_TALK, inviteTopic(secret))
    talk.send('knock', knockOf(talk, inviteKey(secret), caller, nonce))
  })
  const [talk] = (await talker.met(1)) as [Talk]
  const first = await talk.hears('greet', 'refused')
  if ('nonce' in first) {
    talk.send('reveal', { nonce: toHex(nonce) })
    await talk.hears('welcome', 'refused')
  }
  const heard = talk.heard.map(({ name, bytes }) => (name === 'refused' ? codeOf(bytes) : name))
  await talker.end()
  return heard
}

const codeOf = (bytes: Uint8Array): string =>
  (JSON.parse(Buffer.from(bytes).toString('utf8')) as { code: string }).code

/** Ada and Ben post and sync, and nobody else is a member. */
async function goesOn(...others: readonly string[]): Promise<void> {
  await ada.post(book, 'Ada')
  await ben.post(book, 'Ben')
  const { members } = await converged(book, ada, ben)
  const present = members.filter(({ standing }) => standing === 'present').map(({ name }) => name)
  expect(present.sort()).toEqual(['Ada', 'Ben', ...others].sort())
}

const memberNamed = async (name: string): Promise<MemberId> =>
  (await ada.status(book)).members.find((row) => row.name === name && row.standing === 'present')
    ?.member as MemberId

describe('a code', () => {
  it('that was used lets nobody else in, by whatever key', async () => {
    const { code } = await ada.invite(book, 'contributor')
    const cid = await world.device('Cid')
    await cid.join(code)
    await ada.admit(book, 'Cid')
    await cid.joined(book)
    expect(await knockBy(code, stranger())).toEqual(['INVITE_USED'])
    await goesOn('Cid')
    await ada.ask('removeMember', { book, member: await memberNamed('Cid') })
    await goesOn()
  })

  it('that is good for one, and two use at once, lets one in', async () => {
    const terms = { book, role: 'contributor', uses: 1, approval: 'pre-approved' } as const
    const { code } = await ada.ask('createInvite', terms)
    const heard = await Promise.all([knockBy(code, stranger()), knockBy(code, stranger())])
    expect(heard.filter((all) => all.includes('welcome'))).toHaveLength(1)
    expect(heard.filter((all) => all.includes('INVITE_USED'))).toHaveLength(1)
    await goesOn('Mallory')
    await ada.ask('removeMember', { book, member: await memberNamed('Mallory') })
  })

  it.each<[string, ErrorCode]>([
    ['has expired', 'INVITE_EXPIRED'],
    ['was revoked', 'INVITE_REVOKED']
  ])('that %s is told so, and nothing else', async (_what, wanted) => {
    const terms = { book, role: 'owner', approval: 'pre-approved', uses: 5 } as const
    const isExpired = wanted === 'INVITE_EXPIRED'
    const { code, invite } = await ada.ask('createInvite', {
      ...terms,
      ...(isExpired ? { expiresInMs: 1_000 } : {})
    })
    if (!isExpired) await ada.ask('revokeInvite', { book, invite })
    await ada.until('invites', { book }, (rows) =>
      rows.some((row) => row.invite === invite && ['expired', 'revoked'].includes(row.state))
    )
    expect(await knockBy(code, stranger())).toEqual([wanted])
    await goesOn()
  })

  it('gets someone who was removed nothing of what came since, by the invite that they came by', async () => {
    const { code } = await ada.invite(book, 'contributor')
    const cid = await world.device('Cid')
    await cid.join(code)
    await ada.admit(book, 'Cid')
    await cid.joined(book)
    await ada.ask('removeMember', { book, member: await memberNamed('Cid') })
    await cid.until('books', {}, (rows) => rows[0]?.farewell)
    const caller = await takenOver(cid)
    expect(await knockBy(code, caller)).toEqual(['INVITE_USED'])
    await ada.restart()
    expect(await knockBy(code, caller)).toEqual(['INVITE_USED'])
    await goesOn()
  })

  it('gets a device that was revoked nothing of what came since', async () => {
    const { code } = await ada.invite(book, 'contributor')
    const cid = await world.device('Cid')
    await cid.join(code)
    await ada.admit(book, 'Cid')
    await cid.joined(book)
    await cid.post(book, 'By the laptop that will be lost')
    await converged(book, ada, ben, cid)
    const caller = await takenOver(cid)
    await ada.ask('revokeDevice', { book, device: deviceIdOf(caller.device.publicKey) })
    expect(await knockBy(code, caller)).toEqual(['INVITE_USED'])
    const other = await ada.invite(book, 'contributor')
    const waiting = knockBy(other.code, caller)
    await ada.until('admissions', { book }, (rows) => rows.some((each) => each.invite === other.invite))
    await ada.ask('revokeInvite', { book, invite: other.invite })
    expect(await waiting).toEqual(['greet', 'INVITE_REVOKED'])
    await goesOn('Cid')
    await ada.ask('removeMember', { book, member: await memberNamed('Cid') })
  })

  it('that lets in without asking does not do so for someone who was removed', async () => {
    const terms = { book, role: 'contributor', uses: 5, approval: 'pre-approved' } as const
    const { code, invite } = await ada.ask('createInvite', terms)
    const caller = stranger()
    expect(await knockBy(code, caller)).toEqual(['greet', 'welcome'])
    await ada.ask('removeMember', { book, member: await memberNamed('Mallory') })
    const knocking = knockBy(code, caller)
    // Ada is asked, as if the invite had said so.
    const [row] = await ada.until('admissions', { book }, (rows) => rows.some((each) => each.invite === invite))
    expect(row).toMatchObject({ name: 'Mallory' })
    await ada.ask('refuseAdmission', { book, invite, member: row?.member as MemberId })
    expect(await knocking).toEqual(['greet', 'ADMISSION_REFUSED'])
    await goesOn()
  })
})

describe('a guess', () => {
  it('finds nobody, and most are seen to be none', async () => {
    const { code } = await ada.invite(book)
    const guesses = Array.from({ length: 2_000 }, () => {
      const letters = code.replaceAll('-', '').split('')
      const at = randomBytes(1)[0]! % letters.length
      letters[at] = 'ybndrfg8ejkmcpqxot1uwisza345h769'[randomBytes(1)[0]! % 32]!
      return letters.join('')
    })
    const wrong = guesses.filter((guess) => guess !== code.replaceAll('-', ''))
    const taken = wrong.filter((guess) => parseInvite(guess).ok)
    expect(taken.length).toBeLessThan(wrong.length / 4)
    // One that could be a code is the code of another topic: nobody is there.
    const topics = new Set(taken.map((guess) => toHex(inviteTopic(valueOf(parseInvite(guess))))))
    expect(topics).not.toContain(toHex(inviteTopic(valueOf(parseInvite(code)))))
  })

  it.each<[string, (talk: Talk, topic: Uint8Array) => void]>([
    [
      'a proof by another code',
      (talk) => {
        const key = inviteKey(new Uint8Array(randomBytes(INVITE_SECRET_BYTES)))
        talk.send('knock', knockOf(talk, key, stranger(), new Uint8Array(32)))
      }
    ],
    ['noise', (talk) => talk.send('knock', randomBytes(1_000))],
    ['nothing of a knock', (talk) => talk.send('knock', {})],
    ['5 MiB', (talk) => talk.send('knock', Buffer.alloc(5 * 1024 * 1024, 32))],
    ['a reveal before the knock', (talk) => talk.send('reveal', { nonce: '00'.repeat(32) })],
    [
      'what only an inviter says',
      (talk) => talk.send('refused', { code: 'INVITE_USED', proof: '00'.repeat(32) })
    ]
  ])('by someone at the invite’s topic is hung up on: %s', async (_what, say) => {
    const { code, invite } = await ada.invite(book)
    const topic = inviteTopic(valueOf(parseInvite(code)))
    const talker = await Talker.meet(world, topic, (talk) => say(talk.open(PAIRING_TALK, topic), topic))
    const [talk] = (await talker.met(1)) as [Talk]
    await talk.closed
    expect(talk.heard).toEqual([])
    await talker.end()
    expect(await ada.ask('admissions', { book })).toEqual([])
    // The invite is as good as before.
    const dan = await world.device('Dan')
    await dan.join(code)
    await ada.admit(book, 'Dan')
    await dan.joined(book)
    await ada.ask('removeMember', { book, member: await memberNamed('Dan') })
    expect((await ada.ask('invites', { book })).find((row) => row.invite === invite)?.state).toBe('used')
    await dan.stop()
    await goesOn()
  })
})

describe('someone who has the code and does not keep to the order', () => {
  it.each<[string, (talk: Talk, key: Uint8Array) => Promise<void>]>([
    [
      'a nonce that was not committed to',
      async (talk, key) => {
        talk.send('knock', knockOf(talk, key, stranger(), new Uint8Array(32)))
        await talk.hears('greet')
        talk.send('reveal', { nonce: '01'.repeat(32) })
      }
    ],
    [
      'two knocks',
      async (talk, key) => {
        talk.send('knock', knockOf(talk, key, stranger(), new Uint8Array(32)))
        await talk.hears('greet')
        talk.send('knock', knockOf(talk, key, stranger(), new Uint8Array(32)))
      }
    ],
    [
      'a certificate of Ada’s',
      async (talk, key) => {
        const knock = knockOf(talk, key, stranger(), new Uint8Array(32))
        const member = toHex(newKeys().publicKey)
        talk.send('knock', { ...knock, certificate: { ...knock.certificate, member } })
        await talk.closed
      }
    ],
    [
      'thanks for nothing',
      async (talk, key) => {
        talk.send('thanks', {})
        talk.send('knock', { ...knockOf(talk, key, stranger(), new Uint8Array(32)), name: '' })
        await talk.closed
      }
    ]
  ])('is hung up on, and nobody is let in: %s', async (_what, say) => {
    const { code, invite } = await ada.invite(book)
    const secret = valueOf(parseInvite(code))
    const topic = inviteTopic(secret)
    const talker = await Talker.meet(world, topic, (talk) => {
      talk.open(PAIRING_TALK, topic)
      void say(talk, inviteKey(secret)).catch(() => {})
    })
    const [talk] = (await talker.met(1)) as [Talk]
    await talk.closed
    await talker.end()
    expect(await ada.ask('admissions', { book })).toEqual([])
    await ada.ask('revokeInvite', { book, invite })
    await goesOn()
  })

  it('as often as they like, under as many names: few wait, and Ada is asked about each', async () => {
    const { code, invite } = await ada.invite(book)
    const secret = valueOf(parseInvite(code))
    const heard: Promise<unknown>[] = []
    const talkers: Talker[] = []
    for (let n = 0; n < 12; n++) {
      const nonce = new Uint8Array(randomBytes(32))
      const talker = await Talker.meet(world, inviteTopic(secret), (talk) => {
        talk.open(PAIRING_TALK, inviteTopic(secret))
        talk.send('knock', knockOf(talk, inviteKey(secret), stranger(), nonce))
      })
      const [talk] = (await talker.met(1)) as [Talk]
      const first = await talk.hears('greet', 'refused')
      heard.push(Promise.resolve('code' in first ? first.code : 'greet'))
      if ('nonce' in first) talk.send('reveal', { nonce: toHex(nonce) })
      talkers.push(talker)
    }
    const answers = await Promise.all(heard)
    expect(answers.filter((answer) => answer === 'greet')).toHaveLength(8)
    expect(answers.filter((answer) => answer === 'INVITE_USED')).toHaveLength(4)
    await ada.until('admissions', { book }, (rows) => rows.length === 8)
    await ada.ask('revokeInvite', { book, invite })
    await ada.until('admissions', { book }, (rows) => rows.length === 0)
    await Promise.all(talkers.map((talker) => talker.end()))
    await goesOn()
  })
})

describe('someone who waits at the topic in the inviter’s place', () => {
  it.each<[string, (talk: Talk) => void]>([
    [
      'greets without the code',
      (talk) =>
        talk.send('greet', {
          proof: '00'.repeat(32),
          nonce: '00'.repeat(32),
          inviter: toHex(newKeys().publicKey),
          inviterName: 'Ada',
          bookName: 'Elm Street',
          role: 'owner'
        })
    ],
    [
      'turns away without the code',
      (talk) => talk.send('refused', { code: 'INVITE_USED', proof: '00'.repeat(32) })
    ],
    ['sends noise', (talk) => talk.send('greet', randomBytes(2_000))]
  ])('and %s is not believed', async (_what, say) => {
    const { code } = await ada.invite(book)
    const topic = inviteTopic(valueOf(parseInvite(code)))
    const talker = await Talker.meet(world, topic, (talk) => say(talk.open(PAIRING_TALK, topic)), 'server')
    const eve = await world.device('Eve')
    await eve.join(code)
    await (
      await talker.met(1)
    )[0]!.closed
    await ada.admit(book, 'Eve')
    await eve.joined(book)
    expect(await eve.ask('joins', {})).toMatchObject([{ step: 'joined', inviterName: 'Ada', reason: null }])
    await ada.ask('removeMember', { book, member: await memberNamed('Eve') })
    await talker.end()
    await eve.stop()
    await goesOn()
  })
})
