/** A backup that is restored twice, beside the machine that it was made on: all three write, and nothing is lost. */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { valueOf } from '../helpers/book-world.js'
import { converged, letIn, localNetwork, type LocalNetwork } from '../helpers/local-network.js'
import { createBook, Engines, payeesOf, post, type OpenEngine } from '../helpers/real-engine.js'

const MINUTES = 60_000
const engines = new Engines()
let network: LocalNetwork

beforeAll(async () => {
  network = await localNetwork()
}, MINUTES)

afterAll(async () => {
  await engines.close()
  await network.close()
}, MINUTES)

const online = () => engines.open({ network: network.settings })

describe('a backup that is restored twice, with the old laptop still alive', { timeout: 5 * MINUTES }, () => {
  it('forks nothing: all write, all converge, nothing is lost', async () => {
    const laptop = await online()
    const ben = await online()
    const book = await createBook(laptop.api)
    await letIn(laptop, ben, book, { name: 'Ben' })
    await post(laptop.api, book, 'Before the backup')
    await post(ben.api, book, 'Ben before')
    await converged(book, [laptop, ben])

    const target = path.join(await engines.folder(), 'laptop.guildbook-backup')
    valueOf(await laptop.api.backup({ path: target }))
    // The laptop goes on, and Ben has seen what the backup has not.
    await post(laptop.api, book, 'After the backup')
    await converged(book, [laptop, ben])

    const phrase = valueOf(await laptop.api.showPhrase({ language: 'en', sure: 'yes' })).words.join(' ')
    const restored: OpenEngine[] = []
    for (const name of ['first', 'second']) {
      const machine = await online()
      expect(valueOf(await machine.api.restore({ path: target, by: { phrase } })).books).toHaveLength(1)
      restored.push(machine)
      await post(machine.api, book, `On the ${name} copy, at once`)
    }
    const all = [laptop, ben, ...restored]
    await Promise.all(
      all.flatMap((engine, index) =>
        [1, 2, 3].map((number) => post(engine.api, book, `Together ${index} ${number}`))
      )
    )
    await converged(book, all)

    // Each has all of it, from a disk that was closed and opened again too.
    const expected = [
      'Before the backup',
      'Ben before',
      'After the backup',
      'On the first copy, at once',
      'On the second copy, at once',
      ...all.flatMap((_, index) => [1, 2, 3].map((number) => `Together ${index} ${number}`))
    ].sort()
    for (const engine of all) {
      expect([...(await payeesOf(engine.api, book))].sort()).toEqual(expected)
      const { problems, members } = valueOf(await engine.api.syncStatus({ book }))
      expect(problems).toEqual([])
      // One person, three devices; and Ben.
      expect(members.map(({ devices }) => devices.length).sort()).toEqual([1, 3])
    }
    for (const engine of restored) {
      await engine.close()
      const again = await engines.open({ folder: engine.folder })
      expect([...(await payeesOf(again.api, book))].sort()).toEqual(expected)
    }
  })
})
