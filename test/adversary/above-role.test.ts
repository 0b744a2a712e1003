/** A contributor writes what only an owner may: by a crafted log, since the app would not let it. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CurrencyCode, InviteId, MemberId, TransactionId, VersionId } from '../../core/contract/index.js'
import { certifyDevice, memberIdOf } from '../../core/identity/certificates.js'
import { keyPairOf } from '../../core/identity/keys.js'
import { nameOfKey } from '../../core/ops/names.js'
import type { Operation } from '../../core/ops/operations.js'
import { converged } from '../helpers/engines.js'
import { goesOn, openScene, reported, type Scene } from '../helpers/attack.js'

let scene: Scene
beforeAll(async () => {
  scene = await openScene('contributor')
})
afterAll(() => scene.end())

const someMember = (): MemberId => nameOfKey<MemberId>(randomBytes(32))
const someInvite = (): InviteId => nameOfKey<InviteId>(randomBytes(32))

/** What the members and the book look like to a device. */
async function people(): Promise<unknown> {
  const { ada, ben, book } = scene
  const [one, other] = [await ada.status(book), await ben.status(book)]
  const brief = ({ name, members }: typeof one) => [name, members.map(({ member, role }) => [member, role])]
  expect(brief(other)).toEqual(brief(one))
  return [...brief(one), await ada.ask('invites', { book }), (await ada.ask('books', {}))[0]?.currency]
}

it.each<[string, () => Operation]>([
  ['rename the book', () => ({ kind: 'setBook', name: 'Mallory’s' })],
  ['change its currency', () => ({ kind: 'setBook', currency: 'USD' as CurrencyCode })],
  ['invite', () => ({ kind: 'invite', invite: someInvite(), role: 'owner', expiresMs: Date.now() + 1e9 })],
  [
    'admit an accomplice',
    () => ({ kind: 'admit', member: someMember(), role: 'owner', name: 'A', invite: null })
  ],
  [
    'make itself an owner',
    () => ({
      kind: 'admit',
      member: scene.mallory.member,
      role: 'owner',
      name: 'Mallory',
      invite: null
    })
  ],
  [
    'rename an owner',
    () => ({
      kind: 'admit',
      member: memberIdOf(scene.mallory.parts.founding.founder),
      role: 'contributor',
      name: 'Nobody',
      invite: null
    })
  ]
])('may not %s', async (_what, operation) => {
  const { mallory, post, ada, ben, book } = scene
  const before = await people()
  const log = await mallory.newLog()
  const index = await log.write([operation(), post(`Beside it ${log.log}`)])
  for (const device of [ada, ben]) await reported(device, book, log.log, 'NOT_ALLOWED', index)
  await goesOn(scene)
  expect(await people()).toEqual(before)
  // Only the operation is not counted: what it may do in the same entry, it did.
  expect(await ben.payees(book)).toContain(`Beside it ${log.log}`)
})

it('may not revoke an invite', async () => {
  const { mallory, ada, book } = scene
  const { invite } = await ada.invite(book)
  await ada.until('syncStatus', { book }, () => true)
  await mallory.hasAllOf(ada, book)
  const log = await mallory.newLog()
  const index = await log.write([{ kind: 'revokeInvite', invite }])
  await reported(ada, book, log.log, 'NOT_ALLOWED', index)
  const rows = await ada.ask('invites', { book })
  expect(rows.find((row) => row.invite === invite)?.state).toBe('open')
})

it('may not amend or void what is someone else’s, nor by naming something of its own beside it', async () => {
  const { mallory, post, ada, ben, book } = scene
  const theirs = await ada.post(book, 'Ada’s')
  await mallory.hasAllOf(ada, book)
  const log = await mallory.newLog()
  const own = await log.write([post('Own')])
  const mine = `${log.log}-${own}-0` as VersionId
  const attacks: [Operation, string][] = [
    [{ ...post('Taken over'), kind: 'amend', replaces: [theirs.version] }, 'NOT_ALLOWED'],
    [{ kind: 'void', replaces: [theirs.version], reason: '' }, 'NOT_ALLOWED'],
    [{ kind: 'void', replaces: [mine, theirs.version], reason: '' }, 'REPLACES_UNSEEN'],
    [{ ...post('Nothing'), kind: 'amend', replaces: [] }, 'REPLACES_UNSEEN']
  ]
  for (const [operation, code] of attacks) {
    const index = await log.write([operation])
    for (const device of [ada, ben]) await reported(device, book, log.log, code as 'NOT_ALLOWED', index)
  }
  await converged(book, ada, ben)
  for (const device of [ada, ben]) {
    const { transaction, history } = await device.ask('transaction', { book, id: theirs.id as TransactionId })
    expect(transaction).toMatchObject({ payee: 'Ada’s', state: 'posted', conflict: 'none' })
    // What was tried stays in the history, with who and why.
    const tried = history.filter(({ reason }) => reason !== null)
    expect(tried.map(({ author, reason }) => [author, reason])).toEqual([
      [mallory.member, 'NOT_ALLOWED'],
      [mallory.member, 'NOT_ALLOWED']
    ])
  }
})

it('cannot write as a member whom nobody let in', async () => {
  const { mallory, post, ada, ben, book } = scene
  const [member, device] = [keyPairOf(randomBytes(32)), keyPairOf(randomBytes(32))]
  const certificate = certifyDevice(member, { publicKey: device.publicKey, name: 'Ghost', platform: 'x' }, 1)
  const log = await mallory.newLog({ certificate, device })
  const index = await log.write([post('From nobody'), { kind: 'setBook', name: 'Nobody’s' }])
  for (const each of [ada, ben]) await reported(each, book, log.log, 'NOT_A_MEMBER', index)
  await goesOn(scene)
  expect(await ada.payees(book)).not.toContain('From nobody')
  const { members } = await ada.status(book)
  expect(members.map((row) => row.member)).not.toContain(memberIdOf(member.publicKey))
})
