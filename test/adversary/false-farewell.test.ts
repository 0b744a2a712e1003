/** A member who is no owner tells the others' devices that they do not belong to the book any more. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { goesOn, openScene, type Scene } from '../helpers/attack.js'
import {
  BOOK_TALK,
  bookChannel,
  bookTopic,
  introduction,
  Talker,
  type Credentials,
  type Talk
} from '../helpers/talker.js'

let scene: Scene
let mallory: Credentials
beforeAll(async () => {
  scene = await openScene('bookkeeper')
  await scene.mallory.goOffline()
  const { secret, certificate, identity } = scene.mallory.parts
  mallory = { secret, certificate, device: identity.device }
})
afterAll(() => scene.end())

/** Shows who it is, and is let in as far as it likes. */
async function introduceTo(talk: Talk, state: 'waiting' | 'let in'): Promise<void> {
  const { proof, hello } = introduction(talk, mallory)
  talk.open(BOOK_TALK, bookChannel(mallory.secret))
  talk.send('proof', proof)
  await talk.hears('hello')
  talk.send('hello', hello)
  await talk.hears('accept')
  if (state === 'waiting') return
  talk.send('accept', {})
  await talk.hears('have')
}

it.each([
  ['MEMBER_REMOVED', 'waiting'],
  ['MEMBER_REMOVED', 'let in'],
  ['DEVICE_REVOKED', 'waiting'],
  ['DEVICE_REVOKED', 'let in']
] as const)('%s, by one who is %s, is not believed, and keeps nobody from writing', async (code, state) => {
  const { ada, ben, book, world } = scene
  const talker = await Talker.meet(world, bookTopic(mallory.secret), (talk) => {
    void introduceTo(talk, state).then(() => talk.send('farewell', { code, byName: 'Ada' }))
  })
  for (const talk of await talker.met(2)) await talk.closed
  await talker.end()
  for (const device of [ada, ben]) {
    const [row] = await device.ask('books', {})
    expect(row?.farewell).toBe(null)
    expect(await device.refusal('post', { book, transaction: await device.draft(book, 'Still here') })).toBe(
      'done'
    )
  }
  await goesOn(scene)
})
