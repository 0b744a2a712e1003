import { describe, expect, it } from 'vitest'
import {
  ACTIVITY_KINDS,
  type AccountId,
  type AccountRow,
  type ActivityRow,
  type BookId,
  type CurrencyCode,
  type DeviceId,
  type DeviceLinkId,
  type DeviceRow,
  type IsoDate,
  type MemberId,
  type PostingRow,
  type SyncStatus,
  type VersionId,
  type VersionRow
} from '../../../core/contract/index.js'
import { I18n } from '../../../renderer/i18n/i18n.svelte.js'
import { ACTIVITY_GROUPS, activitySentence } from '../../../renderer/state/activity-sentence.js'
import { searchAccounts } from '../../../renderer/state/account-search.js'
import { attentionOf } from '../../../renderer/state/attention.js'
import { filterOf } from '../../../renderer/state/ledger.svelte.js'
import { mergeVersions } from '../../../renderer/state/merge.js'
import { natural } from '../../../renderer/state/natural.js'
import { counterpartsOf, flowOf, movedOf } from '../../../renderer/state/paths.js'
import { concerns } from '../../../renderer/state/query.svelte.js'
import { formatRoute, parseRoute } from '../../../renderer/state/route.js'
import { agreementOf, connectedNames } from '../../../renderer/state/sync.js'
import { changesBetween, differingFields } from '../../../renderer/state/versions.js'

const EUR = 'EUR' as CurrencyCode

const posting = (path: string, amountMinor: number, more: Partial<PostingRow> = {}): PostingRow => ({
  account: path as AccountId,
  path,
  amountMinor,
  currency: EUR,
  value: null,
  note: '',
  ...more
})

const version = (more: Partial<VersionRow> = {}): VersionRow => ({
  version: 'v' as VersionId,
  kind: 'post',
  standing: 'shown',
  reason: null,
  replaces: [],
  date: '2026-03-14' as IsoDate,
  payee: 'Corner Market',
  note: '',
  tags: [],
  postings: [posting('Food', 100), posting('Bank', -100)],
  author: 'm' as MemberId,
  authorName: 'Ana',
  device: 'd' as VersionRow['device'],
  deviceName: 'laptop',
  wallMs: 0,
  lamport: 1,
  adoptedBy: null,
  ...more
})

const device = (more: Partial<DeviceRow>): DeviceRow => ({
  device: 'd' as DeviceRow['device'],
  name: 'laptop',
  platform: 'linux',
  member: 'm' as MemberId,
  isThis: 'other',
  connection: 'away',
  lastSeenMs: null,
  lacksEntries: null,
  aheadEntries: null,
  digest: 'unknown',
  address: null,
  standing: 'present',
  ...more
})

const status = (devices: readonly DeviceRow[], more: Partial<SyncStatus> = {}): SyncStatus => ({
  book: 'b' as BookId,
  name: 'Book',
  network: 'online',
  vector: {},
  digest: '',
  transactions: 0,
  conflicts: 0,
  members: [
    {
      member: 'm' as MemberId,
      name: 'Ben',
      role: 'owner',
      isMe: 'other',
      standing: 'present',
      ended: null,
      devices
    }
  ],
  heldBy: { devices: 1, of: 1 },
  pendingEntries: 0,
  problems: [],
  ...more
})

describe('routes', () => {
  it('are read as they were written', () => {
    const hash = formatRoute('transactions', 'abc' as BookId, { account: 'l-1-0', q: 'rent & food', state: '' })
    expect(hash).toBe('#/abc/transactions?account=l-1-0&q=rent+%26+food')
    expect(parseRoute(hash)).toEqual({
      view: 'transactions',
      book: 'abc',
      params: { account: 'l-1-0', q: 'rent & food' }
    })
    expect(parseRoute(formatRoute('join', null)).view).toBe('join')
  })

  it('lead home where they mean nothing', () => {
    for (const hash of ['', '#', '#/abc', '#/abc/nowhere', '#/nowhere'])
      expect(parseRoute(hash).view).toBe('home')
  })
})

describe('changes of the engine', () => {
  it('concern what is shown of this book, or of none', () => {
    const topics = ['accounts'] as const
    expect(concerns({ book: 'b' as BookId, topics: ['accounts'] }, topics, 'b')).toBe(true)
    expect(concerns({ book: null, topics: ['accounts'] }, topics, 'b')).toBe(true)
    expect(concerns({ book: 'c' as BookId, topics: ['accounts'] }, topics, 'b')).toBe(false)
    expect(concerns({ book: 'b' as BookId, topics: ['sync'] }, topics, 'b')).toBe(false)
  })
})

describe('searching accounts', () => {
  const rows = ['Assets:Bank', 'Expenses:Food', 'Expenses:Food:Groceries', 'Expenses:Fees:Bank'].map(
    (path): AccountRow => ({
      account: path as AccountId,
      parent: null,
      name: path.split(':').at(-1) ?? '',
      path,
      depth: path.split(':').length - 1,
      type: 'expense',
      code: path === 'Assets:Bank' ? '101' : '',
      currency: null,
      state: path.includes('Fees') ? 'closed' : 'open',
      postings: 0,
      own: [],
      total: []
    })
  )
  const found = (text: string) => searchAccounts(rows, text).map((row) => row.path)

  it('finds by any part of the path, by several, and by the code', () => {
    expect(found('gro')).toEqual(['Expenses:Food:Groceries'])
    expect(found('exp:gro')).toEqual(['Expenses:Food:Groceries'])
    expect(found('food')).toEqual(['Expenses:Food', 'Expenses:Food:Groceries'])
    expect(found('101')).toEqual(['Assets:Bank'])
    expect(found('nothing')).toEqual([])
  })

  it('leaves out what is closed', () => {
    expect(found('bank')).toEqual(['Assets:Bank'])
  })
})

describe('what a row shows', () => {
  const split = [posting('Food', 300), posting('Home', 200), posting('Bank', -500)]

  it('says where money came from and went', () => {
    expect(flowOf(split)).toEqual({ from: ['Bank'], to: ['Food', 'Home'] })
    expect(counterpartsOf(split, 2)).toEqual(['Food', 'Home'])
    expect(counterpartsOf(split, 0)).toEqual(['Bank'])
    expect(movedOf(split)).toEqual([{ currency: 'EUR', amountMinor: 500 }])
  })

  it('counts foreign money by its value', () => {
    const trip = posting('Travel', 10000, {
      currency: 'USD' as CurrencyCode,
      value: { amountMinor: 9200, currency: EUR }
    })
    expect(movedOf([trip, posting('Bank', -9200)])).toEqual([{ currency: 'EUR', amountMinor: 9200 }])
  })

  it('turns around what is owed and earned', () => {
    expect(natural('income', -500n)).toBe(500n)
    expect(natural('asset', -500)).toBe(-500)
    expect(Object.is(natural('liability', 0), 0)).toBe(true)
  })
})

describe('versions', () => {
  it('differ by field and by line', () => {
    const before = version()
    const after = version({ note: 'x', tags: ['a'], postings: [posting('Food', 120), posting('Bank', -120)] })
    expect(changesBetween(before, before)).toEqual([])
    expect(changesBetween(before, after)).toEqual([
      { field: 'note', before: '', after: 'x' },
      { field: 'tags', before: '', after: '#a' },
      { field: 'postings', removed: before.postings, added: after.postings }
    ])
    expect([...differingFields([before, after])]).toEqual(['note', 'tags', 'postings'])
  })

  it('count equal lines as often as they are there', () => {
    const before = version({ postings: [posting('Food', 1), posting('Food', 1), posting('Bank', -2)] })
    const after = version({ postings: [posting('Food', 1), posting('Bank', -1)] })
    expect(changesBetween(before, after)).toEqual([
      { field: 'postings', removed: [posting('Food', 1), posting('Bank', -2)], added: [posting('Bank', -1)] }
    ])
  })

  it('of a void one says only that', () => {
    expect(changesBetween(version(), version({ kind: 'void', payee: '' }))).toEqual([
      { field: 'state', before: 'post', after: 'void' }
    ])
  })

  it('are merged field by field', () => {
    const heads = [
      version({ note: 'mine' }),
      version({ payee: 'Market', postings: [posting('Food', 1), posting('Bank', -1)] })
    ]
    const merged = mergeVersions(heads, { postings: 1 })
    expect(merged.note).toBe('mine')
    expect(merged.payee).toBe('Corner Market')
    expect(merged.postings).toEqual([
      { account: 'Food', amountMinor: 1, currency: 'EUR' },
      { account: 'Bank', amountMinor: -1, currency: 'EUR' }
    ])
  })
})

describe('the sync in plain words', () => {
  const here = device({ isThis: 'this', connection: 'this' })

  it('agrees only with others, and one that differs is an alarm', () => {
    expect(agreementOf(status([here]))).toBe('alone')
    expect(agreementOf(status([here, device({ digest: 'unknown' })]))).toBe('unknown')
    expect(agreementOf(status([here, device({ digest: 'equal' })]))).toBe('agrees')
    expect(agreementOf(status([device({ digest: 'equal' }), device({ digest: 'different' })]))).toBe('differs')
  })

  it('names who is here', () => {
    expect(connectedNames(status([device({ connection: 'connected' })]))).toEqual(['Ben'])
    expect(connectedNames(status([here, device({ connection: 'away' })]))).toEqual([])
  })

  it('puts what is grave first and leaves out what is not to be acted on', () => {
    const problem = (kind: 'offline' | 'quarantined') =>
      ({
        kind,
        code: 'ENTRY_MALFORMED',
        message: '',
        log: null,
        index: null,
        member: null,
        memberName: null
      }) as const
    const found = attentionOf(
      status([device({ digest: 'different' })], {
        conflicts: 2,
        problems: [problem('offline'), problem('quarantined')]
      }),
      []
    )
    expect(found.map((item) => item.kind)).toEqual(['differs', 'conflicts', 'problem'])
  })

  it('presses for the recovery phrase once there is something to lose', () => {
    const asked = (transactions: number, state: 'confirmed' | 'unconfirmed') =>
      attentionOf(status([here], { transactions }), [], { state, needs: 'nothing' }).map((item) => item.kind)
    expect(asked(0, 'unconfirmed')).toEqual([])
    expect(asked(1, 'unconfirmed')).toEqual(['phrase'])
    expect(asked(1, 'confirmed')).toEqual([])
  })

  it('tells of another device that waits to be linked, and not of a linked one that has no phrase to write down', () => {
    const link = {
      ...{
        id: 'a' as DeviceLinkId,
        code: null,
        link: null,
        createdMs: 0,
        expiresMs: 1,
        state: 'waiting' as const
      },
      ...{ device: null, deviceName: null },
      waiting: [
        { device: 'd' as DeviceId, deviceName: 'Phone', platform: 'linux', words: [], connection: 'away' }
      ]
    } as const
    const found = attentionOf(
      status([here], { transactions: 1 }),
      [],
      { state: 'elsewhere', needs: 'nothing' },
      [link]
    )
    expect(found).toEqual([{ kind: 'device', name: 'Phone', grave: false }])
  })
})

describe('the list that an address asks for', () => {
  it('is filtered by what can be understood, and by nothing else', () => {
    expect(filterOf({ q: 'rent', from: '2026-01-01', account: 'a', open: 'b', state: 'gone' })).toEqual({
      search: 'rent',
      from: '2026-01-01'
    })
    expect(filterOf({ state: 'void', conflict: 'open', to: '2026-02-01', q: '' })).toEqual({
      state: 'void',
      conflict: 'open',
      to: '2026-02-01'
    })
    expect(filterOf({})).toEqual({})
  })
})

describe('what someone did', () => {
  const i18n = new I18n()
  const row = (more: Partial<ActivityRow>): ActivityRow => ({
    place: 'log-1-0' as ActivityRow['place'],
    wallMs: 0,
    member: 'm' as MemberId,
    memberName: 'Ana',
    device: 'd' as ActivityRow['device'],
    deviceName: 'laptop',
    kind: 'post',
    count: 1,
    notCounted: 0,
    transaction: null,
    account: null,
    subject: null,
    role: null,
    payee: '',
    text: '',
    ...more
  })

  it('has a sentence for every kind, in both languages', () => {
    for (const language of ['en', 'zh-Hans'] as const) {
      i18n.use(language)
      for (const kind of ACTIVITY_KINDS) {
        for (const count of [1, 3]) {
          const sentence = activitySentence(row({ kind, count, text: 'Taxi', role: 'viewer' }), i18n)
          expect([language, kind, sentence.includes('activity.'), sentence.includes('{{')]).toEqual([
            language,
            kind,
            false,
            false
          ])
        }
      }
    }
    i18n.use('en')
  })

  it('says why, where that was said', () => {
    const ben = { member: 'b' as MemberId, name: 'Ben' }
    expect(activitySentence(row({ kind: 'remove', subject: ben, text: 'Moved out' }), i18n)).toBe(
      'removed Ben: Moved out'
    )
    expect(activitySentence(row({ kind: 'remove', subject: ben }), i18n)).toBe('removed Ben')
    expect(activitySentence(row({ kind: 'setRole', subject: ben, role: 'owner' }), i18n)).toBe(
      'made Ben an owner'
    )
    expect(activitySentence(row({ count: 2, text: 'Taxi' }), i18n)).toBe('entered 2 entries, first Taxi')
    expect(activitySentence(row({ kind: 'void', payee: 'Taxi' }), i18n)).toBe('voided Taxi')
    expect(activitySentence(row({ kind: 'void', payee: 'Taxi', text: 'Twice' }), i18n)).toBe(
      'voided Taxi: Twice'
    )
    expect(activitySentence(row({ kind: 'comment', payee: 'Taxi', text: 'Why?' }), i18n)).toBe(
      'commented on Taxi: Why?'
    )
  })

  it('is found under one heading, whatever its kind', () => {
    const grouped = Object.values(ACTIVITY_GROUPS).flat()
    expect([...grouped].sort()).toEqual([...ACTIVITY_KINDS].sort())
  })
})
