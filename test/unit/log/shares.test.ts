/** One member's logs, however many, keep nobody else's from being read. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LogId } from '../../../core/contract/index.js'
import { LogLearner } from '../../../core/log/learner.js'
import type { LogStore } from '../../../core/log/store.js'
import { openReader, openStore, Person, replicate, type Reader } from '../../helpers/logs.js'

const SHARE = 3
const PATIENCE = { timeout: 20_000, interval: 10 }

let folder: string
let source: LogStore
let reader: Reader
let learner: LogLearner
let stop: () => void
const [mallory, ben, carl] = [new Person(), new Person(), new Person()]

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-shares-'))
  source = await openStore(folder, 'source')
  await begin()
})

afterEach(async () => {
  await end()
  await source.close()
  await rm(folder, { recursive: true, force: true })
})

async function begin(): Promise<void> {
  reader = await openReader(await openStore(folder, 'reader'), SHARE)
  learner = new LogLearner(reader.intake)
  reader.intake.on('log', (log) => learner.verified(log))
  reader.intake.on('left', (log) => learner.left(log))
  stop = replicate(source, reader.store)
}

async function end(): Promise<void> {
  stop()
  await reader.close()
}

const logsOf = (person: Person, count: number): Promise<LogId[]> =>
  Promise.all(Array.from({ length: count }, () => person.log(source)))

/** Resolves when all of these are either followed or left. */
const judged = (logs: readonly LogId[]): Promise<void> =>
  vi.waitFor(() => {
    const left = logs.filter((log) => !reader.logs().includes(log) && !isLeft(log))
    expect(left).toEqual([])
  }, PATIENCE)

const isLeft = (log: LogId): boolean => reader.intake.has(log) && !reader.intake.lengths().has(log)
const followed = (logs: readonly LogId[]): LogId[] => logs.filter((log) => reader.logs().includes(log))

describe('a member with more logs than their share', () => {
  it('has as many read as the share, is reported once, and takes nothing from others', async () => {
    const many = await logsOf(mallory, 12)
    void learner.learn(many, mallory.member)
    await judged(many)
    const few = await logsOf(ben, SHARE)
    void learner.learn(few, ben.member)
    await judged(few)
    expect(followed(many)).toHaveLength(SHARE)
    expect(followed(few)).toHaveLength(SHARE)
    expect(reader.intake.refused().map(({ code, author }) => [code, author?.member])).toEqual([
      ['TOO_MANY_LOGS', mallory.member]
    ])
  })

  it('is not listened to about more, but others are', async () => {
    const many = await logsOf(mallory, SHARE)
    void learner.learn(many, mallory.member)
    await judged(many)
    const more = await logsOf(mallory, 2)
    void learner.learn(more, mallory.member)
    const few = await logsOf(ben, 1)
    void learner.learn([...few, ...more.slice(1)], ben.member)
    await judged([...few, ...more.slice(1)])
    expect(reader.intake.has(more[0] as LogId)).toBe(false)
    expect(isLeft(more[1] as LogId)).toBe(true)
    expect(followed(few)).toEqual(few)
  })

  it('has the same ones read after a restart', async () => {
    const many = await logsOf(mallory, 9)
    void learner.learn(many, ben.member)
    await judged(many)
    const before = followed(many)
    for (const round of [1, 2]) {
      await end()
      await begin()
      expect([round, followed(many)]).toEqual([round, before])
      void learner.learn(many, ben.member)
      await judged(many)
      expect([round, followed(many).sort()]).toEqual([round, [...before].sort()])
    }
  })

  it('has those read that an entry of somebody else builds on, also after a restart', async () => {
    const many = await logsOf(mallory, 6)
    void learner.learn(many, carl.member)
    await judged(many)
    const left = many.filter(isLeft)
    expect(left).toHaveLength(3)
    // Ben's device read these and not the others.
    const deps = left.slice(0, 2).map((log) => ({ log, length: 1 }))
    const log = await ben.log(source, [{ deps }])
    void learner.learn([log], ben.member)
    await vi.waitFor(() => expect(reader.delivered.map((entry) => entry.log)).toEqual([log]), PATIENCE)
    expect(followed(left)).toEqual(left.slice(0, 2))
    await end()
    await begin()
    expect(reader.delivered.map((entry) => entry.log)).toEqual([log])
  })

  it('has no more read for what one other builds on than that one has a share for', async () => {
    const many = await logsOf(mallory, 9)
    void learner.learn(many, carl.member)
    await judged(many)
    const left = many.filter(isLeft)
    const entries = left.map((log, index) => ({ deps: [{ log, length: 1 }], lamport: index + 1 }))
    const log = await ben.log(source, entries)
    void learner.learn([log], ben.member)
    await vi.waitFor(() => expect(reader.delivered).toHaveLength(SHARE), PATIENCE)
    await reader.intake.settled()
    expect(followed(left)).toHaveLength(SHARE)
    expect(reader.delivery.waits().map((wait) => wait.log)).toEqual([log])
  })
})

describe('a list of logs that nobody has', () => {
  it('keeps no place for ever that others need', async () => {
    const nothing = Array.from({ length: 500 }, (_, number) => `${'y'.repeat(48)}${fourOf(number)}` as LogId)
    void learner.learn(nothing, mallory.member)
    const few = await logsOf(ben, 2)
    void learner.learn(few, ben.member)
    await judged(few)
    expect(reader.intake.lengths().size).toBeLessThan(100)
  })
})

/** Four letters that are different for each number, the last of a key's that carry 256 bits. */
const fourOf = (number: number): string =>
  [number >> 5, number & 31].map((digit) => 'ybndrfg8ejkmcpqxot1uwisza345h769'[digit]).join('') + 'yy'
