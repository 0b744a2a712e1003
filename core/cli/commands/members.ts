/** `members`, `roles`, `role`, `remove`, `leave`, `device`, `activity`, `rejected`, `adopt`, `comment`: who is who, and who did what. */
import { Argument, Option } from 'commander'
import type { Command } from 'commander'
import { ACTIONS, ACTIVITY_KINDS, RIGHTS, ROLES, done, refuse } from '../../contract/index.js'
import type {
  ActivityKind,
  ActivityRow,
  DeviceRow,
  MemberRow,
  NotCountedRow,
  Outcome,
  Place,
  Role
} from '../../contract/index.js'
import { runs } from '../cli.js'
import type { Cli, InBook } from '../cli.js'
import { activityJson, memberJson, notCountedJson } from '../json.js'
import { deviceLinkCommands } from './device-links.js'
import { findTransaction } from '../lookup.js'
import { answer, localTime, table } from '../output.js'

const DEFAULT_ROWS = '50'
const LEFT = ['left', 'left', 'left', 'left', 'left'] as const

export function memberCommands(program: Command): void {
  program.command('members').description('list who is and who was in this book').action(runs(members))
  program.command('roles').description('list what each role may do').action(runs(roles))
  program
    .command('role')
    .description("change someone's role")
    .argument('<who>', 'their name, or the beginning of their member id')
    .addArgument(new Argument('<role>').choices(ROLES))
    .action(runs(setRole))
  program
    .command('remove')
    .description('end someone’s membership: what has come of theirs stays, nothing later counts')
    .argument('<who>', 'their name, or the beginning of their member id')
    .option('--reason <text>', 'why, for the others to read', '')
    .action(runs(remove))
  program.command('leave').description('end your own membership').action(runs(leave))
  deviceCommands(program)
  program
    .command('activity')
    .description('list who did what, newest first')
    .option('--member <who>', 'only of this person')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(ACTIVITY_KINDS))
    .option('--limit <rows>', 'how many, at most 200', DEFAULT_ROWS)
    .option('--before <position>', 'what "next" of an earlier answer said')
    .action(runs(activity))
  program
    .command('rejected')
    .description('list what was written and does not count, and why')
    .action(runs(rejected))
  program
    .command('adopt')
    .description('make something that does not count count after all')
    .argument('<place>', 'as "rejected" lists it')
    .action(runs(adopt))
  program
    .command('comment')
    .description('say something about a transaction')
    .argument('<id>', 'its id or the beginning of it')
    .argument('<text>')
    .action(runs(comment))
}

function deviceCommands(program: Command): void {
  const device = program.command('device').description('link, name and revoke devices; "members" lists them')
  deviceLinkCommands(device)
  device
    .command('rename')
    .argument('<device>', 'its name, or the beginning of its id')
    .argument('<name>')
    .action(runs(renameDevice))
  device
    .command('revoke')
    .description('give a device nothing new, and count nothing that it writes from now on')
    .argument('<device>', 'its name, or the beginning of its id')
    .action(runs(revokeDevice))
}

async function members(cli: Cli) {
  const opened = await membersOf(cli)
  if (!opened.ok) return opened
  return answer(opened.value.members.map(memberJson), () =>
    table(
      opened.value.members.map((row) => [
        row.member.slice(0, 12),
        row.name,
        row.standing === 'present' ? row.role : row.standing,
        row.devices
          .map(({ name, standing }) => (standing === 'revoked' ? `${name} (revoked)` : name))
          .join(', ')
      ]),
      LEFT
    )
  )
}

async function roles() {
  return answer(RIGHTS, () =>
    table(
      [['', ...ROLES], ...ACTIONS.map((action) => [action, ...ROLES.map((role) => RIGHTS[role][action])])],
      LEFT
    )
  )
}

async function setRole(cli: Cli, who: string, role: Role) {
  const found = await memberNamed(cli, who)
  if (!found.ok) return found
  const { api, book, member } = found.value
  const set = await api.setRole({ book: book.book, member: member.member, role })
  return set.ok ? said({ member: member.member, role }, `${member.name} is ${role} now.`) : set
}

async function remove(cli: Cli, who: string, { reason }: { readonly reason: string }) {
  const found = await memberNamed(cli, who)
  if (!found.ok) return found
  const { api, book, member } = found.value
  const removed = await api.removeMember({ book: book.book, member: member.member, reason })
  if (!removed.ok) return removed
  return said(
    { member: member.member },
    `${member.name} is no member any more, and gets nothing new. What they had they keep.`
  )
}

async function leave(cli: Cli) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const left = await opened.value.api.leaveBook({ book: opened.value.book.book })
  return left.ok ? said({ book: opened.value.book.book }, 'You have left. What you have stays here.') : left
}

async function renameDevice(cli: Cli, named: string, name: string) {
  const found = await deviceNamed(cli, named)
  if (!found.ok) return found
  const { api, book, device } = found.value
  const renamed = await api.renameDevice({ book: book.book, device: device.device, name })
  return renamed.ok ? said({ device: device.device, name }, `It is called ${name} now.`) : renamed
}

async function revokeDevice(cli: Cli, named: string) {
  const found = await deviceNamed(cli, named)
  if (!found.ok) return found
  const { api, book, device } = found.value
  const revoked = await api.revokeDevice({ book: book.book, device: device.device })
  return revoked.ok ? said({ device: device.device }, `${device.name} gets nothing new any more.`) : revoked
}

interface ActivityOptions {
  readonly member?: string
  readonly kind?: ActivityKind
  readonly limit: string
  readonly before?: string
}

async function activity(cli: Cli, options: ActivityOptions) {
  const opened = await membersOf(cli)
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const who = options.member === undefined ? done(null) : oneMember(opened.value.members, options.member)
  if (!who.ok) return who
  const page = await api.activity({
    book: book.book,
    ...(who.value ? { member: who.value.member } : {}),
    ...(options.kind ? { kinds: [options.kind] } : {}),
    ...(options.before ? { before: Number(options.before) } : {}),
    limit: Number(options.limit)
  })
  if (!page.ok) return page
  return answer({ rows: page.value.rows.map(activityJson), next: page.value.next }, () =>
    table(
      page.value.rows.map((row) => [
        localTime(row.wallMs),
        row.memberName,
        row.count > 1 ? `${row.kind} ×${row.count}` : row.kind,
        wordsOf(row),
        row.notCounted > 0 ? 'does not count' : ''
      ]),
      LEFT
    )
  )
}

/** What it was about, each thing once. */
const wordsOf = ({ subject, role, payee, text }: ActivityRow): string =>
  [...new Set([subject?.name, role, payee, text].filter(Boolean))].join('  ')

async function rejected(cli: Cli) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const rows = await opened.value.api.notCounted({ book: opened.value.book.book })
  if (!rows.ok) return rows
  return answer(rows.value.map(notCountedJson), () => table(rows.value.map(rejectedLine), LEFT))
}

const rejectedLine = (row: NotCountedRow): string[] => [
  row.authorName,
  row.kind,
  row.content ? `${row.content.date} ${row.content.payee}` : '',
  row.code,
  row.place
]

async function adopt(cli: Cli, place: string) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const adopted = await opened.value.api.adopt({ book: opened.value.book.book, place: place as Place })
  return adopted.ok ? said({ place }, 'It counts now.') : adopted
}

async function comment(cli: Cli, named: string, text: string) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const id = await findTransaction(api, book.book, named)
  if (!id.ok) return id
  const made = await api.comment({ book: book.book, id: id.value, text })
  return made.ok ? said({ id: id.value }, 'Said.') : made
}

type WithMembers = InBook & { readonly members: readonly MemberRow[] }

async function membersOf(cli: Cli): Promise<Outcome<WithMembers>> {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const status = await opened.value.api.syncStatus({ book: opened.value.book.book })
  return status.ok ? done({ ...opened.value, members: status.value.members }) : status
}

async function memberNamed(cli: Cli, who: string): Promise<Outcome<InBook & { readonly member: MemberRow }>> {
  const opened = await membersOf(cli)
  if (!opened.ok) return opened
  const member = oneMember(opened.value.members, who)
  return member.ok ? done({ ...opened.value, member: member.value }) : member
}

/** Never guesses between two of one name. */
function oneMember(all: readonly MemberRow[], who: string): Outcome<MemberRow> {
  const found = all.filter(({ name, member }) => name === who || (who.length >= 4 && member.startsWith(who)))
  const [only] = found
  if (only && found.length === 1) return done(only)
  const what = only ? 'is more than one person; write the beginning of the id' : 'is nobody in this book'
  return refuse('MEMBER_UNKNOWN', `"${who}" ${what}. "guildbook members" lists them.`, { who })
}

async function deviceNamed(cli: Cli, named: string): Promise<Outcome<InBook & { readonly device: DeviceRow }>> {
  const opened = await membersOf(cli)
  if (!opened.ok) return opened
  const devices = opened.value.members.flatMap((member) => member.devices)
  const found = devices.filter(
    ({ name, device }) => name === named || (named.length >= 4 && device.startsWith(named))
  )
  const [only] = found
  if (only && found.length === 1) return done({ ...opened.value, device: only })
  const what = only ? 'is more than one device; write the beginning of the id' : 'is no device of this book'
  return refuse('DEVICE_UNKNOWN', `"${named}" ${what}. "guildbook members --json" lists them.`, { named })
}

const said = (json: object, text: string) => answer(json, () => text)
