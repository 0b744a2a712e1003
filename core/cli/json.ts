/** Rows as scripts get them. JSON.md documents these; fields are only ever added. */
import { formatDecimal } from '../contract/index.js'
import type {
  AccountRow,
  ActivityRow,
  AdmissionRow,
  BackupRow,
  BackupStatus,
  BookSummary,
  DeviceLinkRow,
  InviteRow,
  JoinRow,
  LockState,
  MemberRow,
  NotCountedRow,
  PostingRow,
  RecoveryStatus,
  RegisterRow,
  Settings,
  SyncStatus,
  TransactionRow,
  TrialBalance,
  WaitingDevice,
  VersionRow
} from '../contract/index.js'
import { money } from './amounts.js'

export const bookJson = (book: BookSummary) => ({
  book: book.book,
  name: book.name,
  currency: book.currency,
  kind: book.kind,
  me: book.me,
  transactions: book.transactions,
  farewell: book.farewell && {
    code: book.farewell.code,
    byName: book.farewell.byName,
    told: timeJson(book.farewell.toldMs)
  }
})

export const accountJson = (row: AccountRow) => ({
  id: row.account,
  account: row.path,
  name: row.name,
  type: row.type,
  code: row.code,
  currency: row.currency,
  state: row.state,
  postings: row.postings,
  own: row.own.map(money),
  total: row.total.map(money)
})

const postingJson = (row: PostingRow) => ({
  account: row.path,
  ...money(row),
  value: row.value && money(row.value),
  note: row.note
})

export const transactionJson = (row: TransactionRow) => ({
  id: row.id,
  version: row.version,
  date: row.date,
  payee: row.payee,
  note: row.note,
  tags: row.tags,
  postings: row.postings.map(postingJson),
  state: row.state,
  conflict: row.conflict,
  versions: row.versions,
  author: { member: row.author, name: row.authorName }
})

export const versionJson = (row: VersionRow) => ({
  version: row.version,
  kind: row.kind,
  standing: row.standing,
  reason: row.reason,
  replaces: row.replaces,
  date: row.date,
  payee: row.payee,
  note: row.note,
  tags: row.tags,
  postings: row.postings.map(postingJson),
  author: { member: row.author, name: row.authorName },
  device: { device: row.device, name: row.deviceName },
  at: timeJson(row.wallMs),
  lamport: row.lamport
})

export const registerJson = (row: RegisterRow) => ({
  id: row.transaction.id,
  date: row.transaction.date,
  payee: row.transaction.payee,
  account: row.transaction.postings[row.posting]?.path ?? '',
  amount: formatDecimal(row.amountMinor, row.currency),
  currency: row.currency,
  balance: formatDecimal(row.balanceMinor, row.currency)
})

export const balanceJson = (balance: TrialBalance) =>
  balance.rows
    .filter((row) => row.amountMinor !== 0n)
    .map((row) => ({
      account: row.path,
      currency: row.currency,
      amount: formatDecimal(row.amountMinor, row.currency)
    }))

export const statusJson = (status: SyncStatus) => {
  const devices = status.members.flatMap((member) =>
    member.devices
      .filter((device) => device.isThis === 'other')
      .map((device) => ({
        device: device.device,
        name: device.name,
        platform: device.platform,
        member: member.member,
        memberName: member.name,
        connection: device.connection,
        address: device.address,
        lastSeen: device.lastSeenMs === null ? null : timeJson(device.lastSeenMs),
        lacks: device.lacksEntries,
        ahead: device.aheadEntries,
        digest: device.digest
      }))
  )
  return {
    book: status.book,
    name: status.name,
    network: status.network,
    digest: status.digest,
    vector: status.vector,
    transactions: status.transactions,
    conflicts: status.conflicts,
    pending: status.pendingEntries,
    peers: devices.filter((device) => device.connection === 'connected'),
    devices,
    members: status.members.map(({ member, name, role, isMe }) => ({
      member,
      name,
      role,
      isMe: isMe === 'me'
    })),
    heldBy: status.heldBy,
    problems: status.problems
  }
}

export const inviteJson = (invite: InviteRow) => ({
  invite: invite.invite,
  role: invite.role,
  state: invite.state,
  created: timeJson(invite.createdMs),
  expires: timeJson(invite.expiresMs),
  author: { member: invite.author, name: invite.authorName },
  uses: invite.uses,
  used: invite.used,
  approval: invite.approval
})

export const memberJson = (row: MemberRow) => ({
  member: row.member,
  name: row.name,
  role: row.role,
  standing: row.standing,
  ended: row.ended && {
    byName: row.ended.byName,
    at: timeJson(row.ended.wallMs),
    reason: row.ended.reason
  },
  devices: row.devices.map(({ device, name, platform, standing, connection, lastSeenMs }) => ({
    device,
    name,
    platform,
    standing,
    connection,
    lastSeen: lastSeenMs === null ? null : timeJson(lastSeenMs)
  }))
})

export const activityJson = (row: ActivityRow) => ({
  place: row.place,
  at: timeJson(row.wallMs),
  author: { member: row.member, name: row.memberName },
  device: { device: row.device, name: row.deviceName },
  kind: row.kind,
  count: row.count,
  notCounted: row.notCounted,
  transaction: row.transaction,
  account: row.account,
  subject: row.subject,
  role: row.role,
  payee: row.payee,
  text: row.text
})

export const notCountedJson = (row: NotCountedRow) => ({
  place: row.place,
  code: row.code,
  kind: row.kind,
  author: { member: row.author, name: row.authorName },
  at: timeJson(row.wallMs),
  transaction: row.transaction,
  content: row.content && {
    date: row.content.date,
    payee: row.content.payee,
    note: row.content.note,
    postings: row.content.postings.map(postingJson)
  },
  adoptable: row.adoptable
})

export const admissionJson = (row: AdmissionRow) => ({
  invite: row.invite,
  member: row.member,
  name: row.name,
  device: row.deviceName,
  role: row.role,
  words: row.words,
  connection: row.connection
})

export const waitingDeviceJson = (row: WaitingDevice) => ({
  device: row.device,
  name: row.deviceName,
  platform: row.platform,
  words: row.words,
  connection: row.connection
})

export const deviceLinkJson = (row: DeviceLinkRow) => ({
  id: row.id,
  state: row.state,
  code: row.code,
  link: row.link,
  created: timeJson(row.createdMs),
  expires: timeJson(row.expiresMs),
  device: row.device,
  name: row.deviceName,
  waiting: row.waiting.map(waitingDeviceJson)
})

export const joinJson = (row: JoinRow) => ({
  kind: row.kind,
  invite: row.invite,
  step: row.step,
  words: row.words,
  book: row.book,
  name: row.bookName,
  inviter: row.inviterName,
  inviterDevice: row.inviterDevice,
  books: row.books,
  reason: row.reason
})

export const lockJson = ({ state, passphrase, waitMs }: LockState) => ({ state, passphrase, waitMs })

export const backupJson = (row: BackupRow) => ({
  file: row.path,
  kind: row.kind,
  made: timeJson(row.madeMs),
  bytes: row.sizeBytes,
  books: row.books,
  leftOut: row.leftOut,
  opensWith: row.opensWith
})

export const backupStatusJson = (status: BackupStatus, { mode, keep }: Settings['backup']) => ({
  daily: mode === 'daily' ? 'on' : 'off',
  folder: status.folder,
  keep,
  next: status.nextMs === null ? null : timeJson(status.nextMs),
  last: status.last && backupJson(status.last),
  failure: status.failure && {
    at: timeJson(status.failure.atMs),
    code: status.failure.code,
    message: status.failure.message
  },
  running: status.running && {
    what: status.running.what,
    file: status.running.path,
    step: status.running.step,
    share: status.running.share
  }
})

export const recoveryJson = ({ search, rows }: RecoveryStatus) => ({
  search,
  books: rows.map(({ book, bookName, from, step }) => ({ book, name: bookName, from, step }))
})

/** A moment as ISO 8601 in UTC; a nonsensical one, which a member's clock may well claim, as null. */
export function timeJson(ms: number): string | null {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
