/** What a person with a book does: each step as the operations that the app would make of it, if it lets them. */
import {
  ACCOUNT_TYPES,
  type AccountId,
  type CurrencyCode,
  type IsoDate,
  type Outcome,
  type TransactionDraft,
  type TransactionRow
} from '../../core/contract/index.js'
import type { Operation } from '../../core/ops/operations.js'
import { overreach } from './overreach.js'
import type { Peer } from './peer.js'
import { nothingToDo, operations, type Make } from './around.js'
import { type Run } from './run.js'
import type { Step, StepKind } from './steps.js'
import { PAGE } from './views.js'

const EUR = 'EUR' as CurrencyCode
const USD = 'USD' as CurrencyCode
const DATES = ['2025-12-31', '2026-01-01', '2026-01-31', '2026-02-15'] as IsoDate[]
const NAMES = ['Food', 'food', 'Bank', 'Café', 'Rent', 'Food (2)', 'Wages']
const PAYEES = ['Baker', 'Rail', 'Landlord', '']
/** Two of them are beyond what a number keeps exactly. */
const LARGE = Number.MAX_SAFE_INTEGER - 10

export type Deed = Extract<
  StepKind,
  'post' | 'batch' | 'amend' | 'void' | 'resolve' | 'addAccount' | 'editAccount' | 'renameBook' | 'overreach'
>

export const from = <T>(items: readonly T[], pick: number): T => items[pick % items.length] as T

/** The operations of a step, made when they are written: the book may be another by then. */
export function deedOf(kind: Deed, run: Run, peer: Peer, step: Step): Make {
  return () => {
    if (run.book.accounts().length === 0) return nothingToDo()
    switch (kind) {
      case 'post':
        return posts(run, step, 1)
      case 'batch':
        return posts(run, step, 2 + (step.other % 5))
      case 'amend':
      case 'void':
      case 'resolve':
        return changes(kind, run, peer, step)
      case 'addAccount':
      case 'editAccount':
        return accounts(kind, run, step)
      case 'renameBook':
        return renames(run, step)
      case 'overreach':
        return operations([overreach(run, peer, step)])
    }
  }
}

/** The founding entry's. */
export const foundingOperations = (founder: Peer): Operation[] => [
  { kind: 'setBook', name: 'Simulated', currency: EUR },
  { kind: 'admit', member: founder.member, role: 'owner', name: founder.name, invite: null },
  ...ACCOUNT_TYPES.map((type, index): Operation => ({
    kind: 'createAccount',
    name: from(NAMES, index),
    type,
    parent: null,
    code: '',
    currency: null
  }))
]

function posts(run: Run, step: Step, count: number): ReturnType<Make> {
  if (!run.lets('post').ok) return nothingToDo()
  const ops: Operation[] = []
  for (let number = 0; number < count; number++) {
    const content = run.book.checkDraft(draft(run, { ...step, pick: step.pick + number * 7 }))
    if (!content.ok) return content
    ops.push({ kind: 'post', ...content.value })
  }
  return operations(ops)
}

function changes(kind: 'amend' | 'void' | 'resolve', run: Run, peer: Peer, step: Step): ReturnType<Make> {
  const { book } = run
  const conflicts = book.conflicts()
  const rows = book.journal({}, PAGE).rows
  const action = kind === 'void' ? 'void' : 'amend'
  const open = rows.filter((row) => run.lets(action, whose(run, peer, row)).ok)
  const settled = conflicts.filter(({ id }) => open.some((row) => row.id === id))
  const conflict = settled.length > 0 && kind === 'resolve' ? from(settled, step.other) : null
  const row = conflict ? open.find(({ id }) => id === conflict.id) : open[recent(step.other, open.length)]
  if (!row) return nothingToDo()
  if (kind === 'void') return one(book.draftVoid(row.id, from(['', 'wrong'], step.pick)))
  // Where there is nothing to settle, what was written lately is amended: that makes conflicts.
  if (!conflict || step.pick % 4 === 0) return one(book.draftAmend(row.id, draft(run, step)))
  return one(book.draftResolve(row.id, { version: from(conflict.heads, step.pick).version }))
}

const one = (drafted: Outcome<Operation>): ReturnType<Make> =>
  drafted.ok ? operations([drafted.value]) : drafted

/** What was written lately is changed most: so that several change the same. */
export const recent = (pick: number, count: number): number =>
  count === 0 ? 0 : pick % 3 === 0 ? pick % count : Math.max(0, count - 1 - (pick % 3))

const whose = (run: Run, peer: Peer, row: TransactionRow): 'own' | 'others' => {
  const detail = run.book.transaction(row.id)
  return detail.ok && detail.value.history[0]?.author === peer.member ? 'own' : 'others'
}

function accounts(kind: 'addAccount' | 'editAccount', run: Run, step: Step): ReturnType<Make> {
  const { book } = run
  const { pick, other } = step
  const all = book.accounts()
  const account = from(all, pick)
  if (!run.lets(kind === 'addAccount' ? 'createAccount' : 'editAccount').ok) return nothingToDo()
  const parent = other % 3 === 0 ? null : account
  const changes = [
    { name: from(NAMES, other) },
    { parent: other % 2 === 0 ? null : from(all, other).account },
    { state: other % 3 === 0 ? 'closed' : 'open', code: `${other % 10}` },
    { code: from(['', '1', '2'], other) }
  ] as const
  const drafted =
    kind === 'addAccount'
      ? book.draftAccount({
          name: `${from(NAMES, other)} ${pick % 30}`,
          type: parent?.type ?? from(ACCOUNT_TYPES, pick),
          parent: parent?.account ?? null,
          currency: other % 7 === 0 ? USD : null
        })
      : book.draftAccountEdit(account.account, from(changes, pick))
  return one(drafted)
}

function renames(run: Run, { other }: Step): ReturnType<Make> {
  if (!run.lets('setBook').ok) return nothingToDo()
  const drafted = run.book.draftSettings({ name: from(NAMES, other) })
  return one(drafted)
}

/** A transaction of two or three postings, at times across currencies; now and then one that does not fit its accounts. */
export function draft(run: Run, { pick, other }: Pick<Step, 'pick' | 'other'>): TransactionDraft {
  const isCareless = pick % 16 === 0
  const accountFor = (number: number, currency: CurrencyCode): AccountId => {
    const all = run.book.accounts()
    const fit = all.filter(({ currency: only, state }) => state === 'open' && (only ?? currency) === currency)
    return from(isCareless || fit.length === 0 ? all : fit, number).account
  }
  const amountMinor = pick % 11 === 0 ? LARGE : 1 + (pick % 50_000)
  const about = { date: from(DATES, pick), payee: from(PAYEES, other), note: `${pick}` }
  if (other % 6 === 0) {
    const value = { amountMinor: amountMinor + 3, currency: EUR }
    return {
      ...about,
      postings: [
        { account: accountFor(pick, USD), amountMinor, currency: USD, value },
        { account: accountFor(other, EUR), amountMinor: -amountMinor - 3, currency: EUR }
      ]
    }
  }
  return {
    ...about,
    tags: pick % 3 === 0 ? ['trip'] : [],
    postings: [
      { account: accountFor(pick, EUR), amountMinor, currency: EUR },
      { account: accountFor(other, EUR), amountMinor: 7, currency: EUR },
      { account: accountFor(pick + other, EUR), amountMinor: -amountMinor - 7, currency: EUR }
    ]
  }
}
