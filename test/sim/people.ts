/** Invites, admissions, roles, removal and devices: by the engine's own request handlers where it has such. */
import { done, type InviteId, type LogId, type Role } from '../../core/contract/index.js'
import { sealFor } from '../../core/engine/book-secrets.js'
import type { EngineParts } from '../../core/engine/parts.js'
import { historyHandlers } from '../../core/engine/requests/history.js'
import { membershipHandlers } from '../../core/engine/requests/membership.js'
import { inviteIdOf } from '../../core/identity/invite-code.js'
import type { Operation } from '../../core/ops/operations.js'
import { toHex } from '../../core/sync/messages.js'
import { NO_RECORD } from './disk.js'
import type { Peer } from './peer.js'
import type { Random } from './random.js'
import { nothingToDo, operations } from './around.js'
import { type Run } from './run.js'
import type { Step } from './steps.js'

/** Owners are many, so that they can disagree. */
const GIVEN: readonly Role[] = ['owner', 'owner', 'bookkeeper', 'contributor', 'contributor', 'viewer']
const roleOf = (number: number): Role => GIVEN[number % GIVEN.length] as Role

const EXPIRES_MS = 1_800_000_000_000

/** As if the engine had this run's book open alone. */
function parts(run: Run, what: string): EngineParts {
  const session = run.session(what)
  const library = {
    session: () => Promise.resolve(done(session)),
    sessions: () => Promise.resolve([session])
  }
  return { library } as unknown as EngineParts
}

const openInvites = (run: Run): InviteId[] =>
  run.roster
    .invites()
    .filter(({ state }) => state === 'open')
    .map(({ invite }) => invite)

/** As `InviteDesk.create`. */
export function invite(run: Run, step: Step, random: Random): void {
  const secret = random.bytes(16)
  void run.save('an invite', () => {
    if (!run.lets('invite').ok) return nothingToDo()
    const owners = run.roster.present().filter(({ role }) => role === 'owner')
    const members = owners.map(({ member }) => member)
    const made: Operation = {
      kind: 'openInvite',
      invite: inviteIdOf(secret),
      role: roleOf(step.pick),
      expiresMs: EXPIRES_MS,
      uses: 1 + (step.other % 3),
      approval: step.other % 2 === 0 ? 'words' : 'pre-approved',
      sealed: sealFor(members, secret, (count) => random.bytes(count))
    }
    return operations([made])
  })
}

export function revokeInvite(run: Run, step: Step): void {
  void run.save('a revoked invite', () => {
    const open = openInvites(run)
    const invite = open[step.pick % Math.max(1, open.length)]
    if (!invite || !run.lets('revokeInvite').ok) return nothingToDo()
    return operations([{ kind: 'revokeInvite', invite }])
  })
}

/**
 * Lets someone in, or in again, or one more device of theirs: as `InviteDesk.admit` does. They get the book, or what they
 * missed of it, when the admission is durable. Repeating it is harmless.
 */
export async function admit(host: Peer, newcomer: Peer, step: Step): Promise<void> {
  const run = host.up
  if (!run) return
  if (!run.roster.role(newcomer.member)) {
    const saved = await run.save(`the admission of ${newcomer.name}`, () => {
      if (!run.lets('admit').ok || run.roster.role(newcomer.member)) return nothingToDo()
      const invite = openInvites(run)[0] ?? null
      const role = (invite && run.roster.invite(invite)?.role) ?? roleOf(step.other)
      return operations([{ kind: 'admit', member: newcomer.member, role, name: newcomer.name, invite }])
    })
    if (!saved) return
    newcomer.admission = saved
  }
  // As `Inviter` does, it looks again before it hands anything over.
  const isIn = run.roster.role(newcomer.member) && !run.roster.isRevoked(newcomer.deviceId, newcomer.member)
  if (run.state !== 'up' || (host.conduct === 'honest' && !isIn)) return
  const later = run.secrets.all().slice(1)
  // An app that was tampered with lets in, and hands everything to, whomever it likes.
  if (host.conduct !== 'honest') run.betray(newcomer.member)
  const { truth } = host.around
  for (const { epoch } of later)
    if (newcomer.admission) truth.handed.set(`${epoch} ${newcomer.member}`, newcomer.admission)
  const record = {
    later,
    logs: Object.keys(run.vector()) as LogId[],
    inviter: toHex(host.identity.certificate.member)
  }
  if (newcomer.up) newcomer.up.welcomeBack(record)
  else newcomer.disk.book = { ...NO_RECORD, ...newcomer.disk.book, ...record, farewell: null }
  newcomer.standing = 'member'
  newcomer.start()
}

/** What one person does about another, or about themselves. */
export const DEALS = ['setRole', 'remove', 'leave', 'revokeDevice', 'nameDevice'] as const
export type Deal = (typeof DEALS)[number]

/** `whom`: one of their devices. */
export async function deal(kind: Deal, run: Run, whom: Peer, step: Step): Promise<void> {
  const { member, deviceId: device, name } = whom
  const handlers = membershipHandlers(parts(run, `${kind} ${name}`))
  switch (kind) {
    case 'setRole':
      await handlers.setRole({ book: run.id, member, role: roleOf(step.other) })
      return
    case 'remove':
      await handlers.removeMember({ book: run.id, member, reason: 'gone', kept: keptOf(run, whom, step) })
      return
    case 'leave':
      await handlers.leaveBook({ book: run.id })
      return
    case 'revokeDevice':
      await handlers.revokeDevice({ book: run.id, device })
      return
    case 'nameDevice':
      await handlers.renameDevice({ book: run.id, device, name: `${name} ${step.other % 9}` })
  }
}

/** As a rule all that has come; at times less: what someone wrote lately is held against them. */
function keptOf(run: Run, { member }: Peer, { pick, other }: Step): Record<LogId, number> | undefined {
  if (pick % 3 > 0) return undefined
  const all = run.roster.logsOf(member)
  return Object.fromEntries(all.map(({ log, length }, at) => [log, Math.max(1, length - ((other + at) % 4))]))
}

export const adoptable = (run: Run): NotCounted[] =>
  run.book.notCounted().filter(({ place }) => run.book.draftAdopt(place).ok)

type NotCounted = ReturnType<Run['book']['notCounted']>[number]

export async function adopt(run: Run, step: Step): Promise<void> {
  const listed = adoptable(run)
  const chosen = listed[step.pick % Math.max(1, listed.length)]
  if (chosen) await adoptAt(run, chosen)
}

export async function adoptAt(run: Run, { place, origin }: NotCounted): Promise<void> {
  const what = `the adoption of what ${run.roster.memberName(origin.author)} did`
  await historyHandlers(parts(run, what)).adopt({ book: run.id, place })
}

export async function comment(run: Run, step: Step): Promise<void> {
  const { rows } = run.book.journal({}, { limit: 2000, order: 'oldest' })
  const row = rows[step.pick % Math.max(1, rows.length)]
  if (!row) return
  await historyHandlers(parts(run, 'a comment')).comment({ book: run.id, id: row.id, text: `${step.other}` })
}
