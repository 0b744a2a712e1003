/** Either side of a pairing is killed at each moment at which something was or was not yet on its disk. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildProgram } from '../../helpers/program.js'
import { doomed, type Death } from '../../helpers/engine-process.js'
import { converged, entriesOf, openHere, World } from '../../helpers/engines.js'

let program: string
let world: World

beforeAll(async () => {
  program = await buildProgram('engine-program')
  world = await World.open()
}, 60_000)

afterAll(async () => {
  await world.end()
  await rm(program, { force: true })
  await rm(`${program}.map`, { force: true })
})

describe('a newcomer who is killed', () => {
  const deaths: [step: string, death: Death][] = [
    ['when greeted, and before that is kept', { file: 'joins.sealed', write: 2, moment: 'before' }],
    ['when greeted', { file: 'joins.sealed', write: 2, moment: 'after' }],
    ['when welcomed, and before that is kept', { file: 'joins.sealed', write: 3, moment: 'before' }],
    ['when welcomed', { file: 'joins.sealed', write: 3, moment: 'after' }],
    ['before the book is kept', { file: 'book.sealed', write: 1, moment: 'before' }],
    ['when the book is kept, and nothing of it is here', { file: 'book.sealed', write: 1, moment: 'after' }]
  ]

  it('comes in all the same after a restart, and once', async () => {
    const ana = await world.device('Ana')
    const book = await ana.createBook()
    const newcomers = await Promise.all(
      deaths.map(async ([step, death]) => {
        const { device, dead } = await doomed(world, program, step, death)
        const { code, invite } = await ana.invite(book)
        await device.join(code)
        const admitted = ana.admit(book, step)
        await dead
        await device.restart(openHere)
        await admitted
        await device.joined(book)
        await ana.until(
          'invites',
          { book },
          (rows) => rows.find((row) => row.invite === invite)?.state === 'used'
        )
        return device
      })
    )
    const status = await converged(book, ana, ...newcomers)
    expect(status.members).toHaveLength(1 + deaths.length)
    // The founding, and an invite and an admission for each.
    expect(entriesOf(status)).toBe(1 + 2 * deaths.length)
    expect(status.problems).toEqual([])
  })
})

describe('an inviter who is killed', () => {
  const invites = (write: number, moment: Death['moment']): Death => ({ file: 'invites.sealed', write, moment })
  const deaths: [step: string, admits: 'again' | 'once', death: Death][] = [
    ['after the knock, and before that is kept', 'again', invites(2, 'before')],
    ['after the knock', 'again', invites(2, 'after')],
    ['when the words are there, and before that is kept', 'again', invites(3, 'before')],
    ['when the words are there', 'again', invites(3, 'after')],
    ['after the admission is in the book, before the verdict is kept', 'once', invites(4, 'before')],
    ['before the welcome', 'once', invites(4, 'after')],
    ['when thanked, and before that is kept', 'once', invites(5, 'before')],
    ['when thanked', 'once', invites(5, 'after')]
  ]

  it.concurrent.each(deaths)(
    '%s: the newcomer comes in all the same, admitted %s',
    async (_step, admits, death) => {
      const { device: ana, dead } = await doomed(world, program, 'Ana', death)
      const ben = await world.device('Ben')
      const book = await ana.createBook()
      const { code } = await ana.invite(book)
      await ben.join(code)
      // Whether this is answered depends on when it dies.
      const admitted = ana.admit(book, 'Ben').catch((error: unknown) => error)
      await dead
      await admitted
      await ana.restart(openHere)
      if (admits === 'again') await ana.admit(book, 'Ben')
      await ben.joined(book)
      const status = await converged(book, ana, ben)
      expect(status.members).toHaveLength(2)
      // The founding, the invite, and one admission.
      expect(entriesOf(status)).toBe(3)
      expect(await ana.ask('admissions', { book })).toEqual([])
      expect((await ana.ask('invites', { book })).map(({ state }) => state)).toEqual(['used'])
    }
  )
})
