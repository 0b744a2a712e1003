/**
 * Strangers who found the topic of an invite, or of a code that links a device, and say nothing there: as many that wait
 * for the newcomer as it could meet, or as many that come to the device that waits.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BookId } from '../../core/contract/index.js'
import { deviceLinkTopic, inviteTopic, parseCode } from '../../core/identity/invite-code.js'
import { valueOf } from '../helpers/book-world.js'
import { converged, World, type Device } from '../helpers/engines.js'
import { arrived, enter, match, newLink } from '../helpers/linking.js'
import { Talker } from '../helpers/talker.js'

/** Hyperswarm asks nobody any more while it has so many connections. */
const MOST_CONNECTIONS = 64
const STRANGERS = 100

let world: World
let ana: Device
let book: BookId

beforeAll(async () => {
  world = await World.open()
  ana = await world.device('Ana')
  book = await ana.createBook()
})
afterAll(() => world.end())

type Role = 'client' | 'server'

interface Crowd {
  readonly talkers: readonly Talker[]
  /** How many of them somebody has met so far. */
  met(): number
}

async function crowd(topic: Uint8Array, role: Role): Promise<Crowd> {
  const met = new Set<number>()
  const talkers = await Promise.all(
    Array.from({ length: STRANGERS }, (_, n) => Talker.meet(world, topic, () => met.add(n), role))
  )
  return { talkers, met: () => met.size }
}

/** The other side has met so many that it would meet nobody else, were it not to hang up on any. */
async function isCrowded({ met }: Crowd): Promise<void> {
  while (met() < MOST_CONNECTIONS) await new Promise((resolve) => setTimeout(resolve, 20))
}

const ended = ({ talkers }: Crowd) => Promise.all(talkers.map((talker) => talker.end()))

it.each<Role>(['server', 'client'])(
  'a newcomer is let in all the same, with a crowd of silent strangers each of them a %s',
  { timeout: 120_000 },
  async (role) => {
    const { code } = await ana.invite(book)
    const newcomer = await world.device(`Ben, ${role}`)
    const topic = inviteTopic(valueOf(parseCode(code)).secret)
    const strangers = await crowd(topic, role)
    // Those who wait for the newcomer have it to themselves at first.
    if (role === 'server') await ana.stop()
    const joining = newcomer.join(code)
    await isCrowded(strangers)
    await joining
    await ana.start()
    await ana.admit(book, newcomer.name)
    await newcomer.joined(book)
    await converged(book, ana, newcomer)
    expect(strangers.talkers.reduce((sum, { open }) => sum + open.length, 0)).toBeLessThan(MOST_CONNECTIONS)
    await ended(strangers)
  }
)

it('a device is linked all the same', { timeout: 120_000 }, async () => {
  const code = await newLink(ana)
  const strangers = await crowd(deviceLinkTopic(valueOf(parseCode(code.code ?? '')).secret), 'server')
  await ana.stop()
  const phone = await world.device('Phone')
  await enter(phone, code)
  await isCrowded(strangers)
  await ana.start()
  await ana.ask('confirmDevice', await match(ana, phone))
  await arrived(phone)
  await ended(strangers)
})
