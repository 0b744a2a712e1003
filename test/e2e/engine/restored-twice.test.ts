/** A backup that is restored twice, beside the machine that it was made on: all three write, and nothing is lost. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { converged, letIn, World } from '../../helpers/engines.js'

const MINUTES = 60_000
let world: World
let folder: string

beforeAll(async () => {
  world = await World.open()
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-backups-'))
}, MINUTES)

afterAll(async () => {
  await world.end()
  await rm(folder, { recursive: true, force: true })
}, MINUTES)

describe('a backup that is restored twice, with the old laptop still alive', { timeout: 5 * MINUTES }, () => {
  it('forks nothing: all write, all converge, nothing is lost', async () => {
    const laptop = await world.device('Ana')
    const ben = await world.device('Ben')
    const book = await laptop.createBook()
    await letIn(laptop, book, ben)
    // Someone has gone, so the book has had two secrets.
    const eve = await world.device('Eve')
    await letIn(laptop, book, eve)
    const gone = (await laptop.status(book)).members.find(({ name }) => name === 'Eve')
    if (!gone) throw new Error('Eve did not come')
    await laptop.ask('removeMember', { book, member: gone.member })
    await eve.stop()
    await laptop.post(book, 'Before the backup')
    await ben.post(book, 'Ben before')
    await converged(book, laptop, ben)

    const target = path.join(folder, 'laptop.guildbook-backup')
    await laptop.ask('backup', { path: target })
    // The laptop goes on, and Ben sees what the backup has not.
    await laptop.post(book, 'After the backup')
    await converged(book, laptop, ben)

    const { words } = await laptop.ask('showPhrase', { language: 'en', sure: 'yes' })
    const restored = [await world.device('first copy'), await world.device('second copy')] as const
    for (const machine of restored) {
      const { books } = await machine.ask('restore', { path: target, by: { phrase: words.join(' ') } })
      expect(books).toHaveLength(1)
      // Before it has met anyone, perhaps: the old laptop wrote at this place of its own log.
      await machine.post(book, `On the ${machine.name}, at once`)
    }
    const all = [laptop, ben, ...restored]
    const together = all.flatMap((device) =>
      [1, 2, 3].map((number) => [device, `${device.name} ${number}`] as const)
    )
    await Promise.all(together.map(([device, payee]) => device.post(book, payee)))
    await converged(book, ...all)

    const expected = [
      'Before the backup',
      'Ben before',
      'After the backup',
      'On the first copy, at once',
      'On the second copy, at once',
      ...together.map(([, payee]) => payee)
    ].sort()
    for (const device of all) {
      expect(await device.payees(book)).toEqual(expected)
      const { problems, members } = await device.status(book)
      expect(problems).toEqual([])
      // One person with three devices, and Ben.
      const present = members.filter(({ name }) => name !== 'Eve')
      expect(present.map(({ devices }) => devices.length).sort()).toEqual([1, 3])
    }
    for (const machine of restored) {
      await machine.restart()
      expect(await machine.payees(book)).toEqual(expected)
    }
  })
})
