/** A member of each role writes, by a crafted log, what that role may not: by the one table that says who may do what. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ACTIONS,
  RIGHTS,
  type AccountId,
  type Action,
  type InviteId,
  type MemberId,
  type Place,
  type Role
} from '../../core/contract/index.js'
import { nameOfKey } from '../../core/ops/names.js'
import type { Operation } from '../../core/ops/operations.js'
import { goesOn, openScene, reported, type Scene } from '../helpers/attack.js'

/** What is wrong with these depends on whose device it is; see below. */
const OF_DEVICES: readonly Action[] = ['revokeDevice', 'nameDevice']

/** Of someone else's, where there is a difference. */
async function operationOf(action: Action, scene: Scene): Promise<Operation> {
  const { ada, book, post } = scene
  const someone = nameOfKey<MemberId>(randomBytes(32))
  const ben = (await ada.status(book)).members.find(({ name }) => name === 'Ben')?.member as MemberId
  const [account] = await ada.ask('accounts', { book })
  const theirs = async () => [(await ada.post(book, 'Ada’s')).version]
  switch (action) {
    case 'setBook':
      return { kind: 'setBook', name: 'Mallory’s' }
    case 'invite':
      return { kind: 'invite', invite: nameOfKey<InviteId>(randomBytes(32)), role: 'owner', expiresMs: 2 ** 45 }
    case 'revokeInvite':
      return { kind: 'revokeInvite', invite: (await ada.invite(book)).invite }
    case 'admit':
      return { kind: 'admit', member: someone, role: 'owner', name: 'Accomplice', invite: null }
    case 'setRole':
      return { kind: 'setRole', member: scene.mallory.member, role: 'owner', kept: [] }
    case 'remove':
      return { kind: 'remove', member: ben, reason: '', kept: [] }
    case 'rotate':
      return { kind: 'rotate', sealed: [] }
    case 'createAccount':
      return { kind: 'createAccount', name: 'New', type: 'asset', parent: null, code: '', currency: null }
    case 'editAccount':
      return { kind: 'editAccount', account: account?.account as AccountId, name: 'Renamed' }
    case 'post':
      return post('Above')
    case 'amend':
      return { ...post('Above'), kind: 'amend', replaces: await theirs() }
    case 'void':
      return { kind: 'void', replaces: await theirs(), reason: '' }
    case 'adopt':
      return { kind: 'adopt', place: (await theirs())[0] as Place }
    default:
      throw new Error(`nothing is known to be wrong with ${action}`)
  }
}

describe.each<Exclude<Role, 'owner'>>(['bookkeeper', 'contributor', 'viewer'])('a %s', (role) => {
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene(role)
  })
  afterAll(() => scene.end())

  it.each(ACTIONS.filter((action) => RIGHTS[role][action] !== 'all' && !OF_DEVICES.includes(action)))(
    'may not: %s',
    async (action) => {
      const { mallory, ada, ben, book } = scene
      const operation = await operationOf(action, scene)
      await mallory.hasAllOf(ada, book)
      const before = await state()
      const log = await mallory.newLog()
      const index = await log.write([operation])
      for (const device of [ada, ben]) await reported(device, book, log.log, 'NOT_ALLOWED', index)
      expect(await state()).toEqual(before)
      await goesOn(scene)
    }
  )

  it('may not revoke or rename what is another’s device', async () => {
    const { mallory, ada, ben, book } = scene
    const { members } = await ada.status(book)
    const device = members.find(({ name }) => name === 'Ben')?.devices[0]
    if (!device) throw new Error('Ben has no device')
    await mallory.hasAllOf(ada, book)
    const log = await mallory.newLog()
    const index = await log.write([
      { kind: 'revokeDevice', device: device.device, kept: [] },
      { kind: 'nameDevice', device: device.device, name: 'Mine' }
    ])
    for (const each of [ada, ben])
      await each.until('syncStatus', { book }, ({ vector }) => vector[log.log] === index + 1)
    expect((await ben.ask('books', {}))[0]?.farewell).toBe(null)
    await goesOn(scene)
    const after = (await ada.status(book)).members.find(({ name }) => name === 'Ben')?.devices[0]
    expect(after?.name).toBe(device.name)
  })

  /** What the book says of itself and its people, and its accounts. */
  async function state(): Promise<unknown> {
    const { ada, book } = scene
    const { name, members } = await ada.status(book)
    const people = members.map(({ member, name: called, role: has }) => [member, called, has])
    const accounts = (await ada.ask('accounts', { book })).map(({ path }) => path)
    return [name, people, accounts, (await ada.ask('trialBalance', { book })).rows]
  }
})

describe('an owner, who may do all of this,', () => {
  it('leaves no book without an owner', async () => {
    const scene = await openScene('owner')
    const { mallory, ada, ben, book } = scene
    const { members } = await ada.status(book)
    const founder = members.find(({ name }) => name === 'Ada')?.member as MemberId
    await mallory.hasAllOf(ada, book)
    const log = await mallory.newLog()
    // Ada goes, and then Mallory itself, in one entry.
    const kept = Object.entries((await ada.status(book)).vector).map(([each, length]) => ({
      log: each as never,
      length
    }))
    const index = await log.write([
      { kind: 'remove', member: founder, reason: '', kept },
      { kind: 'remove', member: mallory.member, reason: '', kept }
    ])
    await reported(ben, book, log.log, 'LAST_OWNER', index)
    const after = (await ben.status(book)).members.filter(({ standing }) => standing === 'present')
    expect(after.map(({ name, role }) => [name, role]).sort()).toEqual([
      ['Ben', 'contributor'],
      ['Mallory', 'owner']
    ])
    expect(await ben.refusal('post', { book, transaction: await ben.draft(book, 'Still here') })).toBe('done')
    await scene.end()
  })
})
