/** Either side of a pairing is closed at any step, or changes its mind: it goes on where it was. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AdmissionRow, BookId, JoinRow } from '../../../core/contract/index.js'
import { converged, entriesOf, World, type Device } from '../../helpers/engines.js'

let world: World
let ana: Device
let book: BookId

beforeAll(async () => {
  world = await World.open()
  ana = await world.device('Ana')
  book = await ana.createBook()
})

afterAll(() => world.end())

const atStep = (device: Device, step: JoinRow['step']): Promise<JoinRow> =>
  device.until('joins', {}, (rows) => rows[0]?.step === step).then((rows) => rows[0] as JoinRow)

async function waiting(name: string): Promise<AdmissionRow> {
  const rows = await ana.until('admissions', { book }, (all) => all.some((row) => row.name === name))
  return rows.find((row) => row.name === name) as AdmissionRow
}

/** Resolves when Ana's screen and the newcomer's, beside her name, show the same four words. */
async function match(newcomer: Device, name: string): Promise<void> {
  const isThere = (row: AdmissionRow) => row.name === name && row.connection === 'connected'
  for (;;) {
    const rows = await ana.until('admissions', { book }, (all) => all.some(isThere))
    const seen = rows.find(isThere)?.words.join()
    const [join] = await newcomer.ask('joins', {})
    if (join?.answers.some(({ inviterName, words }) => inviterName === 'Ana' && words.join() === seen)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('a newcomer who closes', () => {
  it('while nobody answers yet, finds the inviter later', async () => {
    const ben = await world.device('Ben')
    const { code } = await ana.invite(book)
    await ana.stop()
    expect(await ben.join(code)).toMatchObject({ step: 'searching', words: [], bookName: null, reason: null })
    await ben.restart()
    expect(await ben.ask('joins', {})).toMatchObject([{ step: 'searching' }])
    await ana.start()
    await ana.admit(book, 'Ben')
    await ben.joined(book)
    await converged(book, ana, ben)
  })

  it('while waiting, has words that match again, and is let in though away at that moment', async () => {
    const carl = await world.device('Carl')
    const { code } = await ana.invite(book)
    await carl.join(code)
    await match(carl, 'Carl')
    await carl.restart()
    expect((await carl.ask('joins', {}))[0]).toMatchObject({ bookName: 'Elm Street' })
    await match(carl, 'Carl')
    await carl.stop()
    await ana.until('admissions', { book }, (rows) => rows.every((row) => row.connection === 'away'))
    await ana.admit(book, 'Carl')
    await carl.start()
    await carl.joined(book)
    await converged(book, ana, carl)
  })

  it('while the book is coming, gets the rest of it after a restart', async () => {
    const dora = await world.device('Dora')
    const { code } = await ana.invite(book)
    await dora.join(code)
    await ana.admit(book, 'Dora')
    await dora.until('joins', {}, (rows) => rows[0]?.book === book)
    await dora.restart()
    await dora.joined(book)
    await converged(book, ana, dora)
    // What has ended is forgotten at the next start.
    await dora.restart()
    expect(await dora.ask('joins', {})).toEqual([])
  })
})

describe('an inviter who closes', () => {
  it('with someone waiting, has them waiting still, and connected again, with words that match', async () => {
    const elmo = await world.device('Elmo')
    const { code } = await ana.invite(book)
    await elmo.join(code)
    await match(elmo, 'Elmo')
    await ana.restart()
    await waiting('Elmo')
    await match(elmo, 'Elmo')
    await ana.admit(book, 'Elmo')
    await elmo.joined(book)
    await converged(book, ana, elmo)
  })

  it('and admits while the network is off, has let them in', async () => {
    const fay = await world.device('Fay')
    const { code } = await ana.invite(book)
    await fay.join(code)
    await waiting('Fay')
    await fay.stop()
    await ana.until('admissions', { book }, (rows) => rows.every((row) => row.connection === 'away'))
    await ana.restart()
    await ana.admit(book, 'Fay')
    await ana.restart()
    await fay.start()
    await fay.joined(book)
    await converged(book, ana, fay)
  })
})

describe('a person who', () => {
  it('admits twice at once, admits once', async () => {
    const gus = await world.device('Gus')
    const { code } = await ana.invite(book)
    await gus.join(code)
    const { invite, member } = await waiting('Gus')
    const before = entriesOf(await ana.status(book))
    const twice = await Promise.all([1, 2].map(() => ana.refusal('admit', { book, invite, member })))
    expect(twice).toEqual(['done', 'done'])
    await gus.joined(book)
    expect(entriesOf(await converged(book, ana, gus))).toBe(before + 1)
    expect(await ana.refusal('admit', { book, invite, member })).toBe('done')
    expect(entriesOf(await ana.status(book))).toBe(before + 1)
  })

  it('cancels a join and begins it again, comes in, with other words', async () => {
    const hal = await world.device('Hal')
    const { code, invite } = await ana.invite(book)
    await hal.join(code)
    const first = await atStep(hal, 'waiting-for-admission')
    await waiting('Hal')
    await hal.ask('cancelJoin', { invite })
    expect(await hal.ask('joins', {})).toEqual([])
    expect(await hal.refusal('cancelJoin', { invite })).toBe('JOIN_UNKNOWN')
    await ana.until('admissions', { book }, (rows) => rows.every((row) => row.connection === 'away'))
    await hal.join(code)
    const second = await atStep(hal, 'waiting-for-admission')
    expect(second.words).not.toEqual(first.words)
    await match(hal, 'Hal')
    await ana.admit(book, 'Hal')
    await hal.joined(book)
    await converged(book, ana, hal)
  })

  it('cancels a join at any moment, has none', async () => {
    const ivy = await world.device('Ivy')
    const { code, invite } = await ana.invite(book)
    for (let turns = 0; turns < 12; turns++) {
      await ivy.join(code)
      for (let turn = 0; turn < turns * 3; turn++) await new Promise((resolve) => setImmediate(resolve))
      await ivy.ask('cancelJoin', { invite })
      expect(await ivy.ask('joins', {})).toEqual([])
    }
    await ivy.restart()
    expect(await ivy.ask('joins', {})).toEqual([])
  })
})
