/** Invites that let nobody in: whoever comes with one is told why, by a stable code, and does not get in. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BookId, ErrorCode, InviteId, MemberId } from '../../../core/contract/index.js'
import { INVITE_SECRET_BYTES, inviteCode } from '../../../core/identity/invite-code.js'
import { converged, letIn, World, type Device } from '../../helpers/engines.js'

let world: World
let ana: Device
let book: BookId

beforeAll(async () => {
  world = await World.open()
  ana = await world.device('Ana')
  book = await ana.createBook()
})

afterAll(() => world.end())

const refusedWith = async (newcomer: Device, reason: ErrorCode): Promise<void> => {
  const rows = await newcomer.until('joins', {}, (all) => all[0]?.step === 'refused')
  expect(rows).toMatchObject([{ reason, book: null }])
  expect(await newcomer.ask('books', {})).toEqual([])
  expect((await ana.status(book)).members.map(({ name }) => name)).not.toContain(newcomer.name)
}

const untilWaits = (name: string) =>
  ana.until('admissions', { book }, (rows) => rows.some((row) => row.name === name))

/** An invite that has expired by now. */
async function expired() {
  const invite = await ana.ask('createInvite', { book, role: 'contributor', expiresInMs: 1_000 })
  await ana.until('invites', { book }, (rows) =>
    rows.some((row) => row.invite === invite.invite && row.state === 'expired')
  )
  return invite
}

describe('a newcomer', () => {
  it('with an expired invite is told so, also when the inviter has restarted since', async () => {
    const { code } = await expired()
    const [ben, late] = [await world.device('Ben'), await world.device('Late')]
    await ben.join(code)
    await refusedWith(ben, 'INVITE_EXPIRED')
    await ana.restart()
    await late.join(code)
    await refusedWith(late, 'INVITE_EXPIRED')
  })

  it('whose invite expires while they wait is told so, and cannot be admitted any more', async () => {
    const { code, invite } = await ana.ask('createInvite', { book, role: 'owner', expiresInMs: 2_000 })
    const carl = await world.device('Carl')
    await carl.join(code)
    // On a machine that does much else it may expire before he has knocked.
    await ana.until('invites', { book }, (rows) => rows.find((row) => row.invite === invite)?.state !== 'open')
    const [waits] = await ana.ask('admissions', { book })
    await refusedWith(carl, 'INVITE_EXPIRED')
    expect(await ana.ask('admissions', { book })).toEqual([])
    if (!waits) return
    expect(await ana.refusal('admit', { book, invite, member: waits.member })).toBe('INVITE_EXPIRED')
  })

  it('with a revoked invite is told so, whether they waited already or come later', async () => {
    const { code, invite } = await ana.invite(book)
    const [dora, late] = [await world.device('Dora'), await world.device('Late')]
    await dora.join(code)
    const [row] = await untilWaits('Dora')
    await ana.ask('revokeInvite', { book, invite })
    await refusedWith(dora, 'INVITE_REVOKED')
    expect(await ana.refusal('admit', { book, invite, member: row?.member as MemberId })).toBe('INVITE_REVOKED')
    await late.join(code)
    await refusedWith(late, 'INVITE_REVOKED')
    expect(await ana.ask('admissions', { book })).toEqual([])
  })

  it('whom the inviter turns away is told so, and again when they come back', async () => {
    const { code, invite } = await ana.invite(book)
    const elmo = await world.device('Elmo')
    await elmo.join(code)
    const [row] = await untilWaits('Elmo')
    await ana.ask('refuseAdmission', { book, invite, member: row?.member as MemberId })
    await refusedWith(elmo, 'ADMISSION_REFUSED')
    await elmo.restart()
    expect(await elmo.ask('joins', {})).toMatchObject([{ step: 'refused', reason: 'ADMISSION_REFUSED' }])
    await elmo.join(code)
    await refusedWith(elmo, 'ADMISSION_REFUSED')
    // The invite is good for whoever it was meant for.
    const fay = await world.device('Fay')
    await fay.join(code)
    await ana.admit(book, 'Fay')
    await fay.joined(book)
  })

  it('at an invite that lets another one in is told so at once, and so is one who comes later', async () => {
    const { code, invite } = await ana.invite(book)
    const [gus, hal, late] = [await world.device('Gus'), await world.device('Hal'), await world.device('Late')]
    await gus.join(code)
    await hal.join(code)
    await untilWaits('Gus')
    const waiting = await untilWaits('Hal')
    expect(waiting).toHaveLength(2)
    await ana.admit(book, 'Gus')
    await gus.joined(book)
    await refusedWith(hal, 'INVITE_USED')
    const { member } = waiting.find(({ name }) => name === 'Hal') as { member: MemberId }
    expect(await ana.refusal('admit', { book, invite, member })).toBe('INVITE_USED')
    expect(await ana.refusal('revokeInvite', { book, invite })).toBe('INVITE_USED')
    await ana.restart()
    await late.join(code)
    await refusedWith(late, 'INVITE_USED')
    // Cancelled, and let in by an invite of their own.
    await hal.ask('cancelJoin', { invite })
    await letIn(ana, book, hal)
    await converged(book, ana, gus, hal)
  })

  it('with a code that is none is told so before anyone is asked', async () => {
    const ivy = await world.device('Ivy')
    const { code } = await ana.invite(book)
    const slip = 'ybnd-rfg8-ejkm-cpqx-ot1u'
    for (const wrong of ['', 'hello', code.slice(1), `${code}y`, slip, 'http://example.org/', 'ä'.repeat(20)]) {
      expect([wrong, await ivy.refusal('join', { code: wrong, memberName: 'Ivy' })]).toEqual([
        wrong,
        'INVITE_MALFORMED'
      ])
    }
    expect(await ivy.ask('joins', {})).toEqual([])
  })

  it('with a code that nobody ever gave out finds nobody, and is let in by a good one all the same', async () => {
    const jon = await world.device('Jon')
    const unknown = await jon.join(inviteCode(new Uint8Array(INVITE_SECRET_BYTES).fill(7)))
    await letIn(ana, book, jon)
    const rows = await jon.ask('joins', {})
    expect(rows.find((row) => row.invite === unknown.invite)).toMatchObject({
      step: 'searching',
      book: null,
      reason: null
    })
    await jon.ask('cancelJoin', { invite: unknown.invite })
  })

  it('who is a member already is told so', async () => {
    const kim = await world.device('Kim')
    const { code } = await ana.invite(book)
    await letIn(ana, book, kim)
    await kim.until('invites', { book }, (rows) => rows.some((row) => row.state === 'open'))
    expect(await kim.refusal('join', { code, memberName: 'Kim' })).toBe('ALREADY_A_MEMBER')
    expect(await ana.refusal('join', { code, memberName: 'Ana' })).toBe('ALREADY_A_MEMBER')
  })
})

describe('an inviter', () => {
  it('who names what is not there is told so', async () => {
    const invite = 'nothing' as InviteId
    const member = 'nobody' as MemberId
    expect(await ana.refusal('revokeInvite', { book, invite })).toBe('INVITE_UNKNOWN')
    expect(await ana.refusal('admit', { book, invite, member })).toBe('ADMISSION_UNKNOWN')
    expect(await ana.refusal('refuseAdmission', { book, invite, member })).toBe('ADMISSION_UNKNOWN')
  })

  it('who is no owner may not invite', async () => {
    const lea = await world.device('Lea')
    await letIn(ana, book, lea, 'contributor')
    expect(await lea.refusal('createInvite', { book, role: 'contributor' })).toBe('NOT_ALLOWED')
  })
})
