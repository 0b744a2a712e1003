/** Random histories of several devices with a genuine causal past, and what is asked of a book to compare it whole. */
import fc from 'fast-check'
import type { AccountId, TransactionDraft, TransactionId, VersionId } from '../../core/contract/index.js'
import { ACCOUNT_TYPES } from '../../core/contract/index.js'
import type { Book } from '../../core/book/book.js'
import type { Operation, PlacedEntry } from '../../core/ops/operations.js'
import { day, Device, EUR, ownOnly, USD } from './book-world.js'

/** One thing that one device does; the numbers pick what it does it to. */
export interface Step {
  readonly device: number
  readonly action: (typeof ACTIONS)[number]
  readonly pick: number
  readonly other: number
  readonly amount: number
}

// prettier-ignore
const ACTIONS = [
  'post', 'post', 'post', 'post', 'exchange', 'amend', 'amend', 'amend', 'void', 'resolve', 'addAccount', 'rename', 'move',
  'close', 'setBook', 'pull', 'pull', 'pull', 'hostile', 'several'
] as const

export const steps = (most: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      device: fc.nat(2),
      action: fc.constantFrom(...ACTIONS),
      pick: fc.nat(1000),
      other: fc.nat(1000),
      amount: fc.integer({ min: -500, max: 500 })
    }),
    { minLength: 10, maxLength: most, size: 'max' }
  )

const DATES = ['2025-12-31', '2026-01-01', '2026-01-31', '2026-02-15', '2027-01-01'].map(day)
const NAMES = ['Food', 'food', 'Bank', 'Café', 'Cafe\u0301', 'Rent', 'Food (2)']
const PAYEES = ['Baker', 'baker & son', 'Rail', '']

const from = <T>(items: readonly T[], pick: number): T | undefined => items[pick % Math.max(1, items.length)]

/** Plays the steps on three devices of two people and lets them share everything in the end. */
export function play(script: readonly Step[]): readonly Device[] {
  const devices = [1, 2, 3].map((number) => new Device(number, ownOnly, Math.min(number, 2)))
  const [first] = devices
  for (const [index, type] of ACCOUNT_TYPES.entries()) first!.addAccount(NAMES[index]!, type)
  for (const device of devices) device.pull(first!)
  for (const step of script) act(devices, step)
  for (const device of devices) for (const other of devices) device.pull(other)
  for (const device of devices) device.pull(first!)
  return devices
}

function act(devices: readonly Device[], step: Step): void {
  const device = devices[step.device]!
  if (step.action === 'pull') return device.pull(from(devices, step.pick)!)
  const operations = step.action === 'several' ? several(device, step) : [operationOf(device, step)]
  const written = operations.filter((operation) => operation !== null)
  if (written.length > 0) device.write(...written)
}

const several = (device: Device, step: Step): (Operation | null)[] =>
  (['post', 'hostile', 'amend', 'rename', 'post'] as const).map((action, index) =>
    operationOf(device, { ...step, action, pick: step.pick + index, other: step.other + index })
  )

function operationOf(device: Device, step: Step): Operation | null {
  const { book } = device
  const { pick, other, amount } = step
  const accounts = book.accounts()
  const account = from(accounts, pick)!
  const transaction = from(book.journal({}, { limit: 2000 }).rows, other)
  const drafted = (outcome: ReturnType<Book['draftVoid']>): Operation | null =>
    outcome.ok ? outcome.value : null
  switch (step.action) {
    case 'post':
      return { kind: 'post', ...filled(draft(device, step)) }
    case 'exchange':
      return { kind: 'post', ...filled(exchanging(device, step)) }
    case 'amend':
      return transaction ? drafted(book.draftAmend(transaction.id, draft(device, step))) : null
    case 'void':
      return transaction ? drafted(book.draftVoid(transaction.id, from(['', 'wrong'], pick)!)) : null
    case 'resolve': {
      const conflict = from(book.conflicts(), other)
      const head = conflict && from(conflict.heads, pick)
      return conflict && head ? drafted(book.draftResolve(conflict.id, { version: head.version })) : null
    }
    case 'addAccount': {
      const parent = pick % 3 === 0 ? null : account
      const type = parent?.type ?? from(ACCOUNT_TYPES, other)!
      return {
        kind: 'createAccount',
        name: from(NAMES, other)!,
        type,
        parent: parent?.account ?? null,
        code: from(['', '1', '2'], amount + 500)!,
        currency: other % 5 === 0 ? USD : null
      }
    }
    case 'rename':
      return { kind: 'editAccount', account: account.account, name: from(NAMES, other)! }
    case 'move':
      return {
        kind: 'editAccount',
        account: account.account,
        parent: other % 4 === 0 ? null : from(accounts, other)!.account
      }
    case 'close':
      return {
        kind: 'editAccount',
        account: account.account,
        state: other % 2 === 0 ? 'closed' : 'open',
        code: 'x'
      }
    case 'setBook':
      return { kind: 'setBook', name: from(NAMES, other)! }
    case 'hostile':
      return hostile(device, step)
    default:
      return null
  }
}

const filled = ({
  date,
  payee,
  note,
  tags,
  postings
}: TransactionDraft): Omit<Extract<Operation, { kind: 'post' }>, 'kind'> => ({
  date,
  payee,
  note: note ?? '',
  tags: tags ?? [],
  postings: postings.map((posting) => ({ ...posting, value: posting.value ?? null, note: posting.note ?? '' }))
})

function draft(device: Device, { pick, other, amount }: Step): TransactionDraft {
  const accounts = device.book.accounts()
  const take = (number: number): AccountId => from(accounts, number)!.account
  return {
    date: from(DATES, pick)!,
    payee: from(PAYEES, other)!,
    note: from(['', 'a note', 'étude'], pick)!,
    tags: pick % 3 === 0 ? ['trip'] : [],
    postings: [
      { account: take(pick), amountMinor: amount, currency: EUR },
      { account: take(other), amountMinor: 7, currency: EUR, note: 'part' },
      { account: take(pick + other), amountMinor: -amount - 7, currency: EUR }
    ]
  }
}

function exchanging(device: Device, step: Step): TransactionDraft {
  const amountMinor = Math.abs(step.amount) + 1
  const [first, second] = draft(device, step).postings
  return {
    ...draft(device, step),
    postings: [
      {
        account: first!.account,
        amountMinor,
        currency: USD,
        value: { amountMinor: amountMinor + 3, currency: EUR }
      },
      { account: second!.account, amountMinor: -amountMinor - 3, currency: EUR }
    ]
  }
}

/** What an honest device would not write. */
function hostile(device: Device, step: Step): Operation {
  const good = filled(draft(device, step))
  const { pick, other } = step
  const someId = `${device.log}-${pick % 40}-0` as VersionId & TransactionId & AccountId
  const known = device.book.journal({}, { limit: 2000 }).rows.map((row) => row.version)
  const choices: readonly Operation[] = [
    { kind: 'post', ...good, postings: good.postings.slice(0, 2) },
    { kind: 'post', ...good, date: day('2026-02-30') },
    { kind: 'post', ...good, payee: 'lone \ud800 half' },
    { kind: 'post', ...good, postings: good.postings.map((posting) => ({ ...posting, amountMinor: NaN })) },
    { kind: 'post', ...good, postings: good.postings.map((posting) => ({ ...posting, account: someId })) },
    { kind: 'amend', replaces: [someId], ...good },
    { kind: 'amend', replaces: known.slice(0, 2), ...good },
    { kind: 'amend', replaces: known.slice(0, 1), ...good, tags: [''] },
    { kind: 'amend', replaces: [], ...good },
    { kind: 'void', replaces: [someId], reason: '' },
    { kind: 'void', replaces: known.slice(-1), reason: 'bell \u0007' },
    { kind: 'createAccount', name: 'a:b', type: 'asset', parent: null, code: '', currency: null },
    { kind: 'createAccount', name: 'Under', type: 'asset', parent: someId, code: '', currency: null },
    { kind: 'editAccount', account: someId, name: 'New' },
    { kind: 'editAccount', account: someId },
    { kind: 'setBook', name: ' ' },
    { kind: 'setBook' }
  ]
  return from(choices, other)!
}

/** All entries in another causal order, some of them twice. */
export function shuffled(entries: readonly PlacedEntry[], numbers: readonly number[]): PlacedEntry[] {
  const length = new Map<string, number>()
  const left = new Set(entries)
  const order: PlacedEntry[] = []
  const lengthOf = (log: string): number => length.get(log) ?? 0
  const logs = [...new Set(entries.map((entry) => entry.log))]
  const ready = (entry: PlacedEntry): boolean =>
    entry.index === lengthOf(entry.log) &&
    logs.every((log) => log === entry.log || !entry.sees(log, lengthOf(log)))
  for (let turn = 0; left.size > 0; turn++) {
    const candidates = [...left].filter(ready)
    const next = from(candidates, numbers[turn % numbers.length] ?? 0)!
    left.delete(next)
    length.set(next.log, next.index + 1)
    order.push(next)
    if (turn % 5 === 4) order.push(order[(numbers[turn % numbers.length] ?? 0) % order.length]!)
  }
  return order
}

const FILTERS = [
  {},
  { from: DATES[1], to: DATES[3] },
  { state: 'void' },
  { state: 'posted', search: 'bak' },
  { search: 'food 7' },
  { search: 'étude trip' },
  { conflict: 'open' }
] as const

/** Everything that can be asked of a book. */
export function everything(book: Book): unknown {
  const accounts = book.accounts()
  const all = { limit: 2000, order: 'oldest' } as const
  const rows = [...book.rows()]
  return {
    digest: book.digest(),
    summary: book.summary(),
    accounts,
    fields: accounts.map(({ account }) => book.accountHistory(account)),
    journals: FILTERS.map((filter) => book.journal(filter, all)),
    byAccount: accounts.map(({ account }) =>
      book.journal({ account, state: 'posted' }, { limit: 3, offset: 1 })
    ),
    registers: accounts.flatMap(({ account }) =>
      (['own', 'subtree'] as const).flatMap((scope) =>
        FILTERS.map((filter) => book.register(account, scope, filter, all))
      )
    ),
    details: rows.map((row) => book.transaction(row.id)),
    conflicts: book.conflicts(),
    balances: [null, ...DATES].map((at) => book.trialBalance(at)),
    payees: ['', 'b', 'ak'].map((text) => book.payees(text, 3)),
    notCounted: book.notCounted()
  }
}

export { DATES }
