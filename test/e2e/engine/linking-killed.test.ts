/** Either device of a linking is killed at each moment at which something was or was not yet on its disk. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookId } from '../../../core/contract/index.js'
import { doomed, type Death } from '../../helpers/engine-process.js'
import { converged, openHere, World, type Device } from '../../helpers/engines.js'
import { arrived, enter, match, newLink } from '../../helpers/linking.js'
import { buildProgram } from '../../helpers/program.js'

const MINUTES = 60_000

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

/** The phone is one more device of Ana's, named once, and both go on. */
async function goesOn(ana: Device, phone: Device, book: BookId): Promise<void> {
  expect((await phone.ask('books', {})).map(({ name, me }) => [name, me.name])).toEqual([['Elm Street', 'Ana']])
  await ana.post(book, 'Bakery')
  await phone.post(book, 'Rent')
  const { members, problems } = await converged(book, ana, phone)
  expect(problems).toEqual([])
  expect(members.map(({ devices }) => devices.length)).toEqual([2])
  const { rows } = await ana.ask('activity', { book, kinds: ['nameDevice'], limit: 10 })
  expect(rows).toHaveLength(1)
  await ana.until('deviceLinks', {}, ([row]) => row?.state === 'linked')
}

/** Confirms as soon as the same words are on both screens, whichever of the two has to come back for that first. */
async function confirmed(ana: Device, phone: Device): Promise<void> {
  await ana.ask('confirmDevice', await match(ana, phone))
}

describe('a new device that is killed', { timeout: 2 * MINUTES }, () => {
  const arrivals = (write: number, moment: Death['moment']): Death => ({
    file: 'arrivals.sealed',
    write,
    moment
  })
  const deaths: [step: string, confirms: 'before' | 'after', death: Death][] = [
    ['when answered, and before that is kept', 'after', arrivals(2, 'before')],
    ['when answered', 'after', arrivals(2, 'after')],
    ['when everything has come, and before the words are kept', 'before', arrivals(3, 'before')],
    ['before what was handed over is kept', 'before', { file: 'linked.sealed', write: 1, moment: 'before' }],
    [
      'when that is kept, and nothing is in place',
      'before',
      { file: 'linked.sealed', write: 1, moment: 'after' }
    ],
    ['before its book is in place', 'before', { file: 'book.sealed', write: 1, moment: 'before' }],
    ['before it is who it becomes', 'before', { file: 'identity.sealed', write: 2, moment: 'before' }],
    ['as who it has become', 'before', { file: 'identity.sealed', write: 2, moment: 'after' }]
  ]

  it.concurrent.each(deaths)(
    '%s, is linked all the same: confirmed %s that',
    async (_step, confirms, death) => {
      const ana = await world.device('Ana')
      const { device: phone, dead } = await doomed(world, program, 'Phone', death)
      const book = await ana.createBook()
      await enter(phone, await newLink(ana))
      if (confirms === 'before') await confirmed(ana, phone)
      await dead
      await phone.restart(openHere)
      if (confirms === 'after') await confirmed(ana, phone)
      await arrived(phone)
      await goesOn(ana, phone, book)
    }
  )
})

describe('the device that links, and is killed', { timeout: 2 * MINUTES }, () => {
  const links = (write: number, moment: Death['moment']): Death => ({ file: 'links.sealed', write, moment })
  const deaths: [step: string, confirms: 'again' | 'once', death: Death][] = [
    ['when the new one came, and before that is kept', 'again', links(2, 'before')],
    ['when the new one came', 'again', links(2, 'after')],
    ['when the words are there, and before that is kept', 'again', links(3, 'before')],
    ['when the words are there', 'again', links(3, 'after')],
    ['before the person’s word is kept', 'again', links(4, 'before')],
    ['when the person’s word is kept', 'once', links(4, 'after')],
    ['when thanked, and before that is kept', 'once', links(5, 'before')],
    ['when thanked', 'once', links(5, 'after')]
  ]

  it.concurrent.each(deaths)('%s, has linked it all the same, confirmed %s', async (_step, confirms, death) => {
    const { device: ana, dead } = await doomed(world, program, 'Ana', death)
    const phone = await world.device('Phone')
    const book = await ana.createBook()
    await enter(phone, await newLink(ana))
    // Whether this is answered depends on when it dies.
    await Promise.race([confirmed(ana, phone).catch((error: unknown) => error), dead])
    await dead
    await ana.restart(openHere)
    if (confirms === 'again') await confirmed(ana, phone)
    await arrived(phone)
    await goesOn(ana, phone, book)
  })
})
