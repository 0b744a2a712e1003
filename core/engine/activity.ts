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
import { decodeEntry } from '../ops/codec.js'
import type { Entry, Operation } from '../ops/operations.js'
import { placeOf } from '../ops/place.js'
import type { BookSession } from './book-session.js'

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
  while (position > end && rows.length < filter.limit) {
    const run = arrivals.before(position, Math.min(READ_ENTRIES, position - end))
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
      const entry = block && decodeEntry(block, run.log)
      // What is not on the disk yet was written a moment ago, and comes with the next page that is asked for.
      if (!entry?.ok || entry.value.ops.length === 0) continue
      const row = rowOf(session, run.log, index, entry.value)
      if (!filter.kinds || filter.kinds.includes(row.kind)) rows.push(row)
    }
  }
  return { rows, next: position > 0 ? position : null }
}

function rowOf(session: BookSession, log: LogId, index: number, { ops, wallMs }: Entry): ActivityRow {
  const author = session.delivery.author(log)
  if (!author) throw new Error(`a log without an author: ${log}`)
  const kinds = ops.map((operation) => kindOf(operation, author.member))
  const kind = mostOf(kinds)
  const at = kinds.indexOf(kind)
  const place = placeOf<Place>(log, index, at)
  return {
    place,
    wallMs,
    member: author.member,
    memberName: session.roster.memberName(author.member),
    device: author.device,
    deviceName: session.deviceName(author.device),
    kind,
    count: kinds.filter((each) => each === kind).length,
    notCounted: ops.filter((_, number) => session.book.reasonAt(placeOf(log, index, number)) !== null).length,
    ...aboutOf(session, ops[at] as Operation, place)
  }
}

export function kindOf(operation: Operation, author: MemberId): ActivityKind {
  if (operation.kind === 'openInvite') return 'invite'
  return operation.kind === 'remove' && operation.member === author ? 'leave' : operation.kind
}

/** The kind that most of it is, the first of those that are as many; a change of the secret is never the point. */
function mostOf(kinds: readonly ActivityKind[]): ActivityKind {
  const counts = new Map<ActivityKind, number>()
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + (kind === 'rotate' ? 0 : 1))
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}

type About = Pick<ActivityRow, 'transaction' | 'account' | 'subject' | 'role' | 'text'>

function aboutOf(session: BookSession, operation: Operation, place: Place): About {
  const { book } = session
  const nothing: About = { transaction: null, account: null, subject: null, role: null, text: '' }
  const person = (member: MemberId, role: Role | null, text = ''): About => ({
    ...nothing,
    subject: { member, name: session.roster.memberName(member) },
    role,
    text
  })
  switch (operation.kind) {
    case 'post':
    case 'amend':
      return { ...nothing, transaction: book.transactionOf(place), text: operation.payee }
    case 'void':
      return { ...nothing, transaction: book.transactionOf(place), text: operation.reason }
    case 'adopt':
      return { ...nothing, transaction: book.transactionOf(operation.place) }
    case 'comment':
      return { ...nothing, transaction: operation.transaction as TransactionId, text: operation.text }
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
