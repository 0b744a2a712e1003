/**
 * Somebody who knows an old secret of the book and is no member: whom a device with an older copy of the book might have let
 * in since, so that it hears them. It takes from them what members wrote whom it knows, and gives them nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LogId } from '../../core/contract/index.js'
import { openIdentity } from '../../core/engine/identity-file.js'
import { openVault } from '../../core/engine/keyring.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'
import { certifyDevice, type DeviceCertificate } from '../../core/identity/certificates.js'
import { keyPairOf, type KeyPair } from '../../core/identity/keys.js'
import { toHex } from '../../core/sync/messages.js'
import { goesOn, openScene, type Scene } from '../helpers/attack.js'
import { valueOf } from '../helpers/book-world.js'
import { converged } from '../helpers/engines.js'
import { wiresOf, type RogueLog, type Wire } from '../helpers/rogue.js'
import { BOOK_TALK, bookChannel, bookTopic, introduction, Talker, type Talk } from '../helpers/talker.js'

/** Somebody whom nobody ever let in. */
interface Outsider {
  readonly certificate: DeviceCertificate
  readonly device: KeyPair
}
function outsider(number: number): Outsider {
  const [member, device] = [number, number + 100].map((fill) => keyPairOf(new Uint8Array(32).fill(fill)))
  const about = { publicKey: device!.publicKey, name: 'Laptop', platform: 'linux' }
  return { certificate: certifyDevice(member!, about, 0), device: device! }
}

const TALK = {
  ...BOOK_TALK,
  messages: [...BOOK_TALK.messages, 'secrets', 'fork', 'ask', 'nodes', 'recall', 'lend']
}

let scene: Scene
/** Ben's, written with the secret that Mallory knows, and longer than what she has of it. */
let longer: LogId
let removed: RogueLog
let header: string

beforeAll(async () => {
  scene = await openScene()
  const { ada, ben, mallory, book, post } = scene
  await goesOn(scene)
  await mallory.hasAllOf(ben, book)
  removed = await mallory.newLog()
  await removed.write([post('While a member')])
  await ada.until('syncStatus', { book }, ({ vector }) => vector[removed.log] === 2)
  await mallory.goOffline()
  await ada.stop()
  await ben.post(book, 'Not for Mallory')
  await ben.stop()
  await ada.start()
  await ada.ask('removeMember', { book, member: mallory.member })
  await ben.start()
  await converged(book, ada, ben)
  const [{ vector }, has] = [await ben.status(book), mallory.parts.delivery.causality.vector()]
  longer = Object.keys(has).find((log) => (has[log as LogId] ?? 0) < (vector[log as LogId] ?? 0)) as LogId
  expect(longer).toBeDefined()
  header = toHex(await mallory.blockOf(longer, 0))
})
afterAll(() => scene.end())

/** They may hang up before. */
const ignore = (): void => {}

const untilSo = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** What came over a core's connections, by kind of message. */
const heardOver = (wires: readonly Wire[], kind: string): number =>
  wires.reduce(
    (sum, wire) => sum + (wire as unknown as { stats: Record<string, { rx: number }> }).stats[kind]!.rx,
    0
  )

it('is given nothing of what they lend: no block, and no word of how much more there is', async () => {
  const { mallory, ada, ben, book } = scene
  const core = await mallory.parts.store.open(longer)
  const [before, welcomes] = [core.length, mallory.welcomes]
  mallory.goOnline(outsider(1))
  const wires = (): readonly Wire[] => wiresOf(core).filter((wire) => heardOver([wire], 'wireSync') > 1)
  // Ada takes it up from there, and has said how far she is. Ben is writing it.
  await untilSo(() => wires().length >= 1)
  const request = { fork: 0, hash: null, seek: null, manifest: false, priority: 0 }
  for (const [id, wire] of wires().entries()) {
    const upgrade = { start: before, length: 1 }
    wire['wireRequest']?.send({ ...request, id: id + 1, block: { index: before, nodes: 0 }, upgrade })
    wire['wireRequest']?.send({ ...request, id: id + 9, block: { index: 0, nodes: 0 }, upgrade: null })
    wire['wireWant']?.send({ start: 0, length: 64, any: false })
  }
  await goesOn(scene)
  for (const { remoteLength } of core.peers) expect(remoteLength).toBeLessThanOrEqual(before)
  for (const kind of ['wireData', 'wireRange', 'wireBitfield'])
    expect([kind, heardOver(wiresOf(core), kind)]).toEqual([kind, 0])
  expect([core.length, mallory.welcomes]).toEqual([before, welcomes])
  for (const device of [ada, ben]) {
    const { vector, members } = await device.status(book)
    expect(members.map(({ name }) => name).sort()).toEqual(['Ada', 'Ben', 'Mallory'])
    expect(vector[longer]).toBeGreaterThan(before)
  }
  await mallory.goOffline()
})

it('harms nobody by failing: what was under way over the connection ends with it', async () => {
  const { mallory } = scene
  const failures: unknown[] = []
  const note = (failure: unknown): void => void failures.push(failure)
  process.on('unhandledRejection', note)
  let asked = 0
  mallory.offering = () => {
    asked++
    throw new Error('the disk failed')
  }
  try {
    mallory.goOnline(outsider(3))
    await untilSo(() => asked > 0)
    await goesOn(scene)
    expect(failures).toEqual([])
  } finally {
    process.off('unhandledRejection', note)
    mallory.offering = () => []
    await mallory.goOffline()
  }
})

it('has none of their own logs taken, whether they were a member once or never', async () => {
  const { mallory, ada, ben, book, post } = scene
  const stranger = outsider(2)
  const never = await mallory.newLog(stranger)
  const once = await mallory.newLog()
  await never.write([post('By nobody')])
  await once.write([post('By one who was removed')])
  const [old] = mallory.logsOf((await ada.status(book)).members.find(({ name }) => name === 'Ada')!.member)
  const core = await mallory.parts.store.open(old!)
  mallory.goOnline(stranger)
  // Both take up a log of Ada's: they have heard of all that there is.
  await untilSo(() => wiresOf(core).length >= 2)
  await goesOn(scene)
  for (const device of [ada, ben]) {
    const { vector, problems } = await device.status(book)
    expect([vector[never.log], vector[once.log], problems]).toEqual([undefined, undefined, []])
  }
  expect([never.uploads, once.uploads]).toEqual([0, 0])
  await mallory.goOffline()
})

describe('is hung up on', () => {
  /** Shows that they know the secret, and says to let the other in. */
  async function introduced(number: number, say: (talk: Talk) => void): Promise<readonly Talk[]> {
    const who = outsider(number)
    const { secret } = scene.mallory.parts
    const talker = await Talker.meet(scene.world, bookTopic(secret), (talk) => {
      void (async () => {
        const { proof, hello } = introduction(talk, { ...who, secret })
        talk.open(TALK, bookChannel(secret))
        talk.send('proof', proof)
        await talk.hears('hello')
        talk.send('hello', hello)
        say(talk)
      })().catch(ignore)
    })
    const talks = await talker.met(2)
    await Promise.all(talks.map((talk) => talk.closed))
    await talker.end()
    return talks
  }

  it.each<[string, (talk: Talk) => void]>([
    ['when they recall, whom nobody let in', (talk) => talk.send('recall', {})],
    ['when they lend what nobody recalls', (talk) => talk.send('lend', { logs: [] })],
    [
      'when they lend what is no log of the book',
      (talk) => {
        talk.send('accept', {})
        const logs = [{ log: longer, header: '00ff' }]
        void talk.hears('recall').then(() => talk.send('lend', { logs }), ignore)
      }
    ],
    [
      'when they lend more logs than a book has',
      (talk) => {
        talk.send('accept', {})
        const logs = Array.from({ length: 64 }, () => ({ log: longer, header }))
        void talk.hears('recall').then(() => {
          for (let n = 0; n < 313; n++) talk.send('lend', { logs })
        }, ignore)
      }
    ]
  ])('%s', async (_, say) => {
    for (const { heard } of await introduced(3, say))
      for (const { name } of heard) expect(['proof', 'hello', 'recall']).toContain(name)
    await goesOn(scene)
  })

  it('when they lend a log under a name that is known, and is not its own', async () => {
    const { folder, name } = scene.ada
    const identity = await openIdentity(valueOf(await openVault(folder, PLAIN_KEYS)), folder)
    const { mallory } = scene
    const made = await mallory.bareLog()
    const forged = mallory.header(made.log, { certificate: identity.certificate(name) })
    const talks = await introduced(4, (talk) => {
      talk.send('accept', {})
      void talk
        .hears('recall')
        .then(() => talk.send('lend', { logs: [{ log: made.log, header: toHex(forged) }] }))
    })
    expect(talks.length).toBeGreaterThanOrEqual(2)
    await goesOn(scene)
  })
})
