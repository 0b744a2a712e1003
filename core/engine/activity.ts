/** Who did what: the entries of the logs, newest first, read from the disk page by page. */
import type {
  AccountId,
  ActivityKind,
  ActivityPage,
  ActivityRow,
  LogId,
  MemberId,
  Place,
  Role,
  TransactionId
} from '../contract/index.js'
import type { Operation } from '../ops/operations.js'
import { placeOf } from '../ops/place.js'
import { skimEntry, type Skimmed } from '../ops/skim.js'
import type { BookSession } from './book-session.js'
import { slicer } from './slices.js'

const READ_ENTRIES = 128
/** A page that finds little ends after so many, and says where the next one begins. */
const MOST_LOOKED_AT = 4_096

export interface ActivityFilter {
  readonly member?: MemberId | undefined
  readonly kinds?: readonly ActivityKind[] | undefined
  readonly before?: number | undefined
  readonly limit: number
}

export async function activity(session: BookSession, filter: ActivityFilter): Promise<ActivityPage> {
  const { arrivals } = session.delivery
  const rows: ActivityRow[] = []
  let position = Math.min(filter.before ?? arrivals.size, arrivals.size)
  const end = Math.max(0, position - MOST_LOOKED_AT)
  const pause = slicer()
  while (position > end && rows.length < filter.limit) {
    // Where every kind is asked for, each entry is a row, and there is no use in reading more than there is room for.
    const most = filter.kinds ? READ_ENTRIES : Math.min(READ_ENTRIES, filter.limit - rows.length)
    const run = arrivals.before(position, Math.min(most, position - end))
    if (!run) break
    const author = session.delivery.author(run.log)?.member
    if (filter.member && author !== filter.member) {
      position -= run.to - run.from
      continue
    }
    const blocks = await session.intake.read(run.log, run.from, run.to)
    for (let index = run.to - 1; index >= run.from && rows.length < filter.limit; index--) {
      position--
      const block = blocks[index - run.from]
      // What is not on the disk yet was written a moment ago, and comes with the next page that is asked for.
      const entry = block && skimEntry(block, run.log)
      if (!entry || entry.kinds.length === 0) continue
      const row = rowOf(session, run.log, index, entry)
      if (!filter.kinds || filter.kinds.includes(row.kind)) rows.push(row)
      await pause()
    }
  }
  return { rows, next: position > 0 ? position : null }
}

function rowOf(session: BookSession, log: LogId, index: number, entry: Skimmed): ActivityRow {
  const author = session.delivery.author(log)
  if (!author) throw new Error(`a log without an author: ${log}`)
  const kinds = entry.kinds.map((kind, number) =>
    kind === 'remove' ? kindOf(entry.operation(number), author.member) : plainKind(kind)
  )
  const kind = mostOf(kinds)
  const at = kinds.indexOf(kind)
  const place = placeOf<Place>(log, index, at)
  return {
    place,
    wallMs: entry.wallMs,
    member: author.member,
    memberName: session.roster.memberName(author.member),
    device: author.device,
    deviceName: session.deviceName(author.device),
    kind,
    count: kinds.filter((each) => each === kind).length,
    notCounted: session.book.notCountedIn(log, index),
    ...aboutOf(session, entry.operation(at), place)
  }
}

export function kindOf(operation: Operation, author: MemberId): ActivityKind {
  return operation.kind === 'remove' && operation.member === author ? 'leave' : plainKind(operation.kind)
}

/** By its kind alone. */
const plainKind = (kind: Operation['kind']): ActivityKind => (kind === 'openInvite' ? 'invite' : kind)

/** The kind that most of it is, the first of those that are as many; a change of the secret is never the point. */
function mostOf(kinds: readonly ActivityKind[]): ActivityKind {
  const counts = new Map<ActivityKind, number>()
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + (kind === 'rotate' ? 0 : 1))
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}

type About = Pick<ActivityRow, 'transaction' | 'account' | 'subject' | 'role' | 'payee' | 'text'>

function aboutOf(session: BookSession, operation: Operation, place: Place): About {
  const { book } = session
  const nothing: About = { transaction: null, account: null, subject: null, role: null, payee: '', text: '' }
  const entry = (transaction: TransactionId | null, text = ''): About => ({
    ...nothing,
    transaction,
    payee: transaction ? book.payeeOf(transaction) : '',
    text
  })
  const person = (member: MemberId, role: Role | null, text = ''): About => ({
    ...nothing,
    subject: { member, name: session.roster.memberName(member) },
    role,
    text
  })
  switch (operation.kind) {
    case 'post':
    case 'amend':
      return { ...entry(book.transactionOf(place), operation.payee), payee: operation.payee }
    case 'void':
      return entry(book.transactionOf(place), operation.reason)
    case 'adopt':
      return entry(book.transactionOf(operation.place))
    case 'comment':
      return entry(operation.transaction as TransactionId, operation.text)
    case 'createAccount':
      return { ...nothing, account: place as AccountId, text: operation.name }
    case 'editAccount':
      return { ...nothing, account: operation.account, text: book.accountName(operation.account) ?? '' }
    case 'setBook':
      return { ...nothing, text: operation.name ?? '' }
    case 'invite':
    case 'openInvite':
      return { ...nothing, role: operation.role }
    case 'admit':
      return { ...person(operation.member, operation.role), text: operation.name }
    case 'setRole':
      return person(operation.member, operation.role)
    case 'remove':
      return person(operation.member, null, operation.reason)
    case 'revokeDevice':
      return { ...nothing, text: session.deviceName(operation.device) }
    case 'nameDevice':
      return { ...nothing, text: operation.name }
    case 'revokeInvite':
    case 'rotate':
      return nothing
  }
}
