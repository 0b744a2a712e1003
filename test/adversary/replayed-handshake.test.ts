/**
 * Someone who has every byte of an earlier handshake says it again: a stranger the bytes as they went over the wire, or
 * the messages in them; a member what another member's device said to it, so as to pass for that one.
 */
import type { NoiseStream } from 'hyperswarm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { goesOn, openScene, type Scene } from '../helpers/attack.js'
import {
  BOOK_TALK,
  bookChannel,
  bookTopic,
  introduction,
  Talker,
  type Credentials,
  type Heard,
  type Talk
} from '../helpers/talker.js'

let scene: Scene
let mallory: Credentials
let topic: Uint8Array
let channel: Uint8Array

/** One of Mallory's connections to the others. */
interface Recording {
  /** Of the device at the other end, hex. */
  readonly remote: string
  /** What went over the wire from here, encrypted as it was. */
  readonly bytes: Buffer[]
  readonly said: readonly Heard[]
  readonly heard: readonly Heard[]
}
const recordings: Recording[] = []

beforeAll(async () => {
  scene = await openScene()
  await scene.mallory.goOffline()
  const { secret, certificate, identity } = scene.mallory.parts
  mallory = { secret, certificate, device: identity.device }
  topic = bookTopic(secret)
  channel = bookChannel(secret)
  // Real handshakes of a real member, all the way to where both sides have let each other in.
  const talker = await meet((talk) => void record(talk))
  for (const talk of await talker.met(2)) await talk.hears('have')
  await talker.end()
})
afterAll(() => scene.end())

const meet = (begin: (talk: Talk) => void): Promise<Talker> => Talker.meet(scene.world, topic, begin)

async function record(talk: Talk): Promise<void> {
  const said: Heard[] = []
  const remote = Buffer.from(talk.stream.remotePublicKey).toString('hex')
  recordings.push({ remote, bytes: tap(talk.stream), said, heard: talk.heard })
  const say = (name: string, what: unknown): void => {
    said.push({ name, bytes: Buffer.from(JSON.stringify(what)) })
    talk.send(name, what)
  }
  const { proof, hello } = introduction(talk, mallory)
  talk.open(BOOK_TALK, channel)
  say('proof', proof)
  await talk.hears('hello')
  say('hello', hello)
  say('accept', {})
  await talk.hears('accept')
  say('have', { lengths: {}, digest: '00'.repeat(32) })
}

/** A stream of UDP packets, below the encryption. */
type Raw = { write(bytes: Buffer): boolean }
const rawOf = ({ rawStream }: NoiseStream): Raw => rawStream as unknown as Raw

/** All that is written to it from now on. */
function tap(stream: NoiseStream): Buffer[] {
  const bytes: Buffer[] = []
  const raw = rawOf(stream)
  const write = raw.write.bind(raw)
  raw.write = (packet) => {
    bytes.push(Buffer.from(packet))
    return write(packet)
  }
  return bytes
}

const namesOf = (heard: readonly Heard[]): string[] => heard.map(({ name }) => name)
const recordingOf = (talk: Talk): Recording =>
  recordings.find(
    ({ remote }) => remote === Buffer.from(talk.stream.remotePublicKey).toString('hex')
  ) as Recording
const otherThan = (talk: Talk): Recording =>
  recordings.find(({ remote }) => remote !== recordingOf(talk).remote) as Recording

/** Both hang up on all of it, having said no more than this, and the others go on. */
async function isHungUpOn(begin: (talk: Talk) => unknown, wasTold: readonly string[]): Promise<void> {
  const talker = await meet((talk) => void begin(talk))
  const talks = await talker.met(2)
  await Promise.all(talks.map((talk) => talk.closed))
  await talker.end()
  for (const talk of talks) expect(namesOf(talk.heard)).toEqual(wasTold)
  await goesOn(scene)
}

it('a real handshake lets Mallory in, once', async () => {
  expect(recordings).toHaveLength(2)
  for (const { heard, said, bytes } of recordings) {
    expect(namesOf(heard).slice(0, 4)).toEqual(['proof', 'hello', 'accept', 'have'])
    expect(namesOf(said)).toEqual(['proof', 'hello', 'accept', 'have'])
    expect(Buffer.concat(bytes).length).toBeGreaterThan(500)
  }
  await goesOn(scene)
})

describe('a stranger', () => {
  const replay = (talk: Talk, messages: readonly Heard[]): void => {
    talk.open(BOOK_TALK, channel)
    for (const { name, bytes } of messages) talk.send(name, bytes)
  }

  it('who says again what Mallory said to the same device is hung up on', () =>
    isHungUpOn((talk) => replay(talk, recordingOf(talk).said), ['proof']))

  it('who says again what Mallory said to another device is hung up on', () =>
    isHungUpOn((talk) => replay(talk, otherThan(talk).said), ['proof']))

  it('who says again what the device itself said is hung up on', () =>
    isHungUpOn((talk) => replay(talk, recordingOf(talk).heard), ['proof']))

  it('who sends again the bytes that went over the wire is hung up on', () =>
    isHungUpOn((talk) => {
      for (const packet of recordingOf(talk).bytes) rawOf(talk.stream).write(packet)
    }, []))
})

describe('a member', () => {
  /** Proves to know the book, and then says something else than who it is. */
  const saysHello = (hello: (talk: Talk) => unknown) => async (talk: Talk) => {
    talk.open(BOOK_TALK, channel)
    talk.send('proof', introduction(talk, mallory).proof)
    await talk.hears('hello')
    talk.send('hello', hello(talk))
  }
  const messageOf = ({ heard, said }: Recording, of: 'heard' | 'said'): Uint8Array =>
    (of === 'heard' ? heard : said).find(({ name }) => name === 'hello')?.bytes as Uint8Array

  it('who passes for the device that said this to it is hung up on', () =>
    isHungUpOn(
      saysHello((talk) => messageOf(otherThan(talk), 'heard')),
      ['proof', 'hello']
    ))

  it('who says its own hello of an earlier connection again is hung up on', () =>
    isHungUpOn(
      saysHello((talk) => messageOf(recordingOf(talk), 'said')),
      ['proof', 'hello']
    ))

  it('who gives a device its own hello back is hung up on', () =>
    isHungUpOn(
      saysHello((talk) => talk.heard.find(({ name }) => name === 'hello')?.bytes),
      ['proof', 'hello']
    ))

  it('who has another device sign in at the same time, and passes that on, is hung up on', async () => {
    const talks: Talk[] = []
    await isHungUpOn(
      async (talk) => {
        talks.push(talk)
        talk.open(BOOK_TALK, channel)
        talk.send('proof', introduction(talk, mallory).proof)
        await talk.hears('hello')
        while (talks.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
        const other = talks.find((each) => each !== talk) as Talk
        talk.send('hello', await other.hears('hello'))
      },
      ['proof', 'hello']
    )
  })

  it('who says one part of its hello, and another’s for the rest, is hung up on', () =>
    isHungUpOn(
      saysHello((talk) => {
        const { hello } = introduction(talk, mallory)
        const theirs = JSON.parse(Buffer.from(messageOf(otherThan(talk), 'heard')).toString()) as typeof hello
        return { certificate: theirs.certificate, signature: hello.signature }
      }),
      ['proof', 'hello']
    ))
})
