/** Two devices that never meet: what one writes comes to the other through a third that meets both in turn. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BookId, MemberRow } from '../../../core/contract/index.js'
import { converged, letIn, openHere, World, type Device } from '../../helpers/engines.js'

let home: World
let work: World
/** Who goes from one network to the other. */
let ana: Device
/** At home, and at work. */
let ben: Device
let carl: Device
let book: BookId

beforeAll(async () => {
  home = await World.open()
  work = await World.open()
  ana = await home.device('Ana', (folder) => openHere(folder, {}))
  ben = await home.device('Ben')
  carl = await work.device('Carl')
  await goTo(home)
  book = await ana.createBook()
  await letIn(ana, book, ben)
  await goTo(work)
  await letIn(ana, book, carl)
})

afterAll(async () => {
  await home.end()
  await work.end()
})

beforeEach(() => goTo(work))

async function goTo(place: World): Promise<void> {
  await ana.ask('changeSettings', {
    network: { mode: 'on', host: '', port: 0, bootstrap: [], ...place.network }
  })
}

/** How many entries each person's device lacks. */
const lacks = (members: readonly MemberRow[]): string[] =>
  members.flatMap(({ name, devices }) => devices.map((device) => `${name}: ${device.lacksEntries}`))

async function expectSame(): Promise<void> {
  const [one, other] = [await ben.status(book), await carl.status(book)]
  expect(other.vector).toEqual(one.vector)
  expect(other.digest).toBe(one.digest)
  expect(await carl.payees(book)).toEqual(await ben.payees(book))
  expect(one.problems).toEqual([])
}

describe('a go-between', () => {
  it('brings what each wrote to the other', async () => {
    await ben.post(book, 'Home 1')
    await carl.post(book, 'Work 1')
    await converged(book, ana, carl)
    await goTo(home)
    await converged(book, ana, ben)
    await ben.post(book, 'Home 2')
    await converged(book, ana, ben)
    await goTo(work)
    await converged(book, ana, carl)
    await expectSame()
    expect(await carl.payees(book)).toEqual(['Home 1', 'Home 2', 'Work 1'])
  })

  it('does so also when everyone was away in between, and wrote', async () => {
    await goTo(home)
    await converged(book, ana, ben)
    await Promise.all([ana.stop(), ben.stop(), carl.stop()])
    await ben.start()
    await ben.post(book, 'While Ana is away')
    await ana.start()
    await converged(book, ana, ben)
    await ben.stop()
    await ana.stop()
    await carl.start()
    await carl.post(book, 'While both are away')
    await ana.start()
    await goTo(work)
    await converged(book, ana, carl)
    await carl.stop()
    await ana.restart()
    await ben.start()
    await goTo(home)
    await converged(book, ana, ben)
    await carl.start()
    await expectSame()
  })

  it('knows what each of them has, though they are not here', async () => {
    await ana.post(book, 'Ana 1')
    const { heldBy } = await ana.until(
      'syncStatus',
      { book },
      ({ members }) => lacks(members).toString() === 'Ana: 0,Ben: 1,Carl: 0'
    )
    expect(heldBy).toEqual({ devices: 2, of: 3 })
    // Carl has never met Ben, and knows from Ana's log what Ben wrote.
    const ofBen = (await carl.status(book)).members.find(({ name }) => name === 'Ben')
    expect(ofBen?.devices).toMatchObject([{ connection: 'away', lastSeenMs: null, aheadEntries: 0 }])
  })
})
