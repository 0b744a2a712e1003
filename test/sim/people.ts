/** Invites, admissions and roles: as `InviteDesk` and `JoinDesk` do it, without the code and the words. */
import type { InviteId, Role } from '../../core/contract/index.js'
import { inviteIdOf } from '../../core/identity/invite-code.js'
import type { Operation } from '../../core/ops/operations.js'
import type { Peer } from './peer.js'
import type { Random } from './random.js'
import { nothingToDo, operations, type Run } from './run.js'
import type { Step } from './steps.js'

const roleOf = (number: number): Role => (number % 5 < 3 ? 'owner' : 'contributor')

const openInvites = (run: Run): InviteId[] =>
  run.roster
    .invites()
    .filter(({ state }) => state === 'open')
    .map(({ invite }) => invite)

export function invite(run: Run, step: Step, random: Random): void {
  const made: Operation = {
    kind: 'invite',
    invite: inviteIdOf(random.bytes(16)),
    role: roleOf(step.pick),
    expiresMs: 1_800_000_000_000
  }
  void run.write('an invite', () => (run.allows('invite') ? operations([made]) : nothingToDo()))
}

export function revokeInvite(run: Run, step: Step): void {
  void run.write('a revoked invite', () => {
    const open = openInvites(run)
    const invite = open[step.pick % Math.max(1, open.length)]
    return invite && run.allows('revokeInvite') ? operations([{ kind: 'revokeInvite', invite }]) : nothingToDo()
  })
}

/** Lets a newcomer in; they get the book when the admission is durable. Repeating it is harmless. */
export async function admit(host: Peer, newcomer: Peer, step: Step): Promise<void> {
  const { run } = host
  if (!run) return
  if (!run.roster.role(newcomer.member)) {
    const saved = await run.write(`the admission of ${newcomer.name}`, () => {
      if (!run.allows('admit')) return nothingToDo()
      const invite = openInvites(run)[0] ?? null
      const role = roleOf(step.other)
      return operations([{ kind: 'admit', member: newcomer.member, role, name: newcomer.name, invite }])
    })
    if (!saved) return
    newcomer.admission = saved
  }
  if (newcomer.standing === 'member') return
  newcomer.standing = 'member'
  newcomer.inviter = host.member
  newcomer.start()
}

/** A second admission with another role: the fold takes the latest. The founder stays an owner. */
export function changeRole(run: Run, peers: readonly Peer[], step: Step): void {
  const [founder, ...others] = peers
  const chosen = others.filter(({ standing, member }) => standing === 'member' && member !== founder?.member)
  const whom = chosen[step.pick % Math.max(1, chosen.length)]
  if (!whom) return
  void run.write(`a role of ${whom.name}`, () =>
    run.allows('admit')
      ? operations([
          { kind: 'admit', member: whom.member, role: roleOf(step.other), name: whom.name, invite: null }
        ])
      : nothingToDo()
  )
}
