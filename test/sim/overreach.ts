/** What the app would not let a person write: nobody may count it, and everybody must list it. */
import {
  ROLES,
  type AccountId,
  type CurrencyCode,
  type Place,
  type TransactionDraft,
  type TransactionId,
  type VersionId
} from '../../core/contract/index.js'
import { inviteIdOf } from '../../core/identity/invite-code.js'
import type { Operation } from '../../core/ops/operations.js'
import { draft, from, recent } from './bookkeeping.js'
import type { Peer } from './peer.js'
import type { Run } from './run.js'
import type { Step } from './steps.js'
import { PAGE } from './views.js'

/** An operation that goes beyond what its author may do, or that makes no sense. */
export function overreach(run: Run, peer: Peer, step: Step): Operation {
  const { pick, other } = step
  const choices = [...beyondRights(run, peer, step), ...nonsense(run, step)]
  return from(choices, pick + other)
}

/** An owner may do these; anyone else may not. */
function beyondRights(run: Run, peer: Peer, step: Step): Operation[] {
  const { pick, other } = step
  const ghost = inviteIdOf(Uint8Array.of(pick & 255, other & 255))
  const rows = run.book.journal({}, PAGE).rows
  const row = rows[recent(other, rows.length)]
  const content = filled(draft(run, step))
  const all: Operation[] = [
    { kind: 'setBook', name: `Renamed ${other % 9}` },
    { kind: 'admit', member: peer.member, role: 'owner', name: 'Me', invite: null },
    { kind: 'invite', invite: ghost, role: 'owner', expiresMs: 0 },
    { kind: 'revokeInvite', invite: run.roster.invites()[0]?.invite ?? ghost },
    ...againstOthers(run, peer, step)
  ]
  if (row) {
    all.push({ kind: 'amend', replaces: [row.version], ...content })
    all.push({ kind: 'void', replaces: [row.version], reason: '' })
  }
  return all
}

/** Acts of authority by someone who may be no owner; an owner who does these breaks no rule. */
function againstOthers(run: Run, peer: Peer, { pick, other }: Step): Operation[] {
  const { member } = from(run.roster.members(), other)
  const kept = run.roster.logsOf(member)
  return [
    { kind: 'setRole', member: peer.member, role: 'owner', kept: [] },
    { kind: 'setRole', member, role: from(ROLES, pick), kept },
    { kind: 'remove', member, reason: '', kept: pick % 2 === 0 ? kept : [] },
    { kind: 'rotate', sealed: [] },
    { kind: 'nameDevice', device: peer.deviceId, name: 'Mine' }
  ]
}

/** Nobody may do these. */
function nonsense(run: Run, step: Step): Operation[] {
  const content = filled(draft(run, step))
  const [first, ...rest] = content.postings as [(typeof content.postings)[number], ...typeof content.postings]
  const nowhere = `${first.account.split('-')[0]}-4000-0`
  const account = nowhere as AccountId
  const typed = from(run.book.accounts(), step.pick)
  const dollars = run.book.accounts().find(({ currency }) => currency === 'USD') ?? typed
  return [
    { kind: 'post', ...content, postings: rest },
    { kind: 'post', ...content, postings: [first] },
    { kind: 'post', ...content, payee: 'bell \u0007' },
    { kind: 'post', ...content, postings: content.postings.map((each) => ({ ...each, account })) },
    {
      kind: 'post',
      ...content,
      postings: content.postings.map((each) => ({ ...each, currency: 'QQQ' as CurrencyCode, value: null }))
    },
    {
      kind: 'post',
      ...content,
      postings: content.postings.map((each) => ({ ...each, account: dollars.account }))
    },
    { kind: 'amend', replaces: [nowhere as VersionId], ...content },
    { kind: 'void', replaces: [nowhere as VersionId], reason: '' },
    { kind: 'editAccount', account, name: 'Nowhere' },
    { kind: 'adopt', place: nowhere as Place },
    { kind: 'comment', transaction: nowhere as TransactionId, text: 'Nowhere' },
    { kind: 'editAccount', account: typed.account, name: ' ' },
    { kind: 'editAccount', account: typed.account, parent: typed.account },
    {
      kind: 'createAccount',
      name: 'Odd',
      type: typed.type === 'asset' ? 'income' : 'asset',
      parent: typed.account,
      code: '',
      currency: null
    }
  ]
}

const filled = (draft: TransactionDraft) => ({
  date: draft.date,
  payee: draft.payee,
  note: '',
  tags: [],
  postings: draft.postings.map((posting) => ({ ...posting, value: posting.value ?? null, note: '' }))
})
