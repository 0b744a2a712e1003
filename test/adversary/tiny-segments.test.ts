/**
 * A member starts ten thousand logs of one entry each, or tells of more logs than there are, over and over. Their share of
 * logs is read, one line says that there are more, and everybody else's are read as ever.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { LogId } from '../../core/contract/index.js'
import { logIdOf } from '../../core/identity/certificates.js'
import { LogLearner } from '../../core/log/learner.js'
import { goesOn, openScene, type Scene } from '../helpers/attack.js'
import { openReader, openStore, Person, replicate } from '../helpers/logs.js'
import { BOOK_TALK, bookChannel, bookTopic, introduction, Talker, type Talk } from '../helpers/talker.js'

const MINUTES = 60_000

describe('ten thousand logs of one member', () => {
  const SHARE = 200
  const MANY = 10_000

  it(
    'are read as far as the member’s share goes, and keep nobody else’s from being read',
    { timeout: 5 * MINUTES },
    async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'gb-tiny-'))
      const [mallory, ben] = [new Person(), new Person()]
      const source = await openStore(folder, 'source')
      const many: LogId[] = []
      while (many.length < MANY) {
        const some = Array.from({ length: 500 }, () => mallory.log(source, [{ lamport: 1 }]))
        many.push(...(await Promise.all(some)))
      }
      const reader = await openReader(await openStore(folder, 'reader'), SHARE)
      const learner = new LogLearner(reader.intake)
      reader.intake.on('log', (log) => learner.verified(log))
      reader.intake.on('left', (log) => learner.left(log))
      const stop = replicate(source, reader.store)
      void learner.learn(many, mallory.member)
      // Ben's log is told of behind all of these, and read while they still come.
      const log = await ben.log(source, [{ lamport: 1 }])
      void learner.learn([log], ben.member)
      await vi.waitFor(() => expect(reader.logs()).toContain(log), { timeout: 3 * MINUTES, interval: 10 })
      const settled = () => reader.logs().length === SHARE + 1 && reader.intake.refused().length === 1
      await vi.waitFor(() => expect(settled()).toBe(true), { timeout: 3 * MINUTES, interval: 10 })
      expect(reader.intake.refused()).toMatchObject([
        { code: 'TOO_MANY_LOGS', author: { member: mallory.member } }
      ])
      // Open are those that are read, and the few that are being looked at.
      expect(reader.intake.lengths().size).toBeLessThan(SHARE + 100)
      stop()
      await reader.close()
      await source.close()
      await rm(folder, { recursive: true, force: true })
    }
  )
})

describe('a list of logs without end', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
    await scene.mallory.goOffline()
  })
  afterAll(() => scene.end())

  /** Meets the others as Mallory, and is let in. */
  async function meet(): Promise<Talker> {
    const { secret, certificate, identity } = scene.mallory.parts
    const talker = await Talker.meet(scene.world, bookTopic(secret), (talk) => {
      const { proof, hello } = introduction(talk, { secret, certificate, device: identity.device })
      talk.open(BOOK_TALK, bookChannel(secret))
      talk.send('proof', proof)
      void talk.hears('hello').then(() => {
        talk.send('hello', hello)
        talk.send('accept', {})
      })
    })
    for (const talk of await talker.met(2)) await talk.hears('have')
    return talker
  }

  const tell = (talk: Talk, count: number): void => {
    const told = Array.from({ length: count }, () => [logIdOf(randomBytes(32)), 1] as const)
    talk.send('have', { lengths: Object.fromEntries(told), digest: '00'.repeat(32) })
  }

  it('is remembered up to more than any book has; then its teller is hung up on', async () => {
    const talker = await meet()
    for (const talk of talker.open) for (let n = 0; n < 3; n++) tell(talk, 10_000)
    await Promise.all(talker.open.map((talk) => talk.closed))
    await talker.end()
    await goesOn(scene)
  })

  it('costs nothing over again when a little is told behind it, however often', async () => {
    const talker = await meet()
    for (const talk of talker.open) {
      tell(talk, 10_000)
      for (let n = 0; n < 1_000; n++) tell(talk, 1)
    }
    await goesOn(scene)
    await talker.end()
    await goesOn(scene)
  })
})
