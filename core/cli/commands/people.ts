/** `invite`, `invites`, `revoke`, `admit`, `refuse`, `join`: bringing people in. */
import { createInterface } from 'node:readline/promises'
import { Option } from 'commander'
import type { Command } from 'commander'
import { ROLES, done, refuse } from '../../contract/index.js'
import type { AdmissionRow, JoinRow, Outcome, Role } from '../../contract/index.js'
import { runs } from '../cli.js'
import type { Cli, InBook } from '../cli.js'
import { admissionJson, inviteJson, joinJson } from '../json.js'
import { answer, localTime, table } from '../output.js'
import { secondsOption, spanOption, waitFor } from '../waiting.js'
import { usualName } from './books.js'

/** How long `admit` looks for newcomers when it is not told. */
const ADMIT_WAIT = '10'
/** How long `admit` stays online so that the newcomer, whose screen is open, gets the book's first entries. */
const DELIVERY_MS = 15_000

export function peopleCommands(program: Command): void {
  program
    .command('invite')
    .description('make an invite: a code that one person can join with, once')
    .addOption(new Option('--role <role>', 'what the person may do').choices(ROLES).default('contributor'))
    .option('--expires <span>', 'how long it can be used, such as 30m, 12h or 7d')
    .option('--uses <people>', 'how many people it lets in', '1')
    .option('--pre-approved', 'let in whoever has the code, without comparing words')
    .addHelpText('after', '\nWho uses the code then waits to be let in: run "guildbook admit" for that.')
    .action(runs(invite))

  program.command('invites').description('list the invites of this book').action(runs(invites))

  program
    .command('revoke')
    .description('make an invite useless')
    .argument('<invite>', 'its id or the beginning of it, as "invites" lists it')
    .action(runs(revoke))

  program
    .command('admit')
    .description('list who waits to be let in, or let someone in')
    .argument('[who]', 'their name, or the beginning of their member id')
    .option('--yes', 'let in the one person who waits, without asking')
    .option('--wait <seconds>', 'how long to stay online and wait for someone', ADMIT_WAIT)
    .addHelpText(
      'after',
      '\nCompare the four words with those on the newcomer’s screen before you let them in. The words are new whenever the two ' +
        'devices connect again.'
    )
    .action(runs(admit))

  program
    .command('refuse')
    .description('turn someone away who waits to be let in')
    .argument('<who>', 'their name, or the beginning of their member id')
    .option('--wait <seconds>', 'how long to stay online and wait for them', ADMIT_WAIT)
    .action(runs(turnAway))

  program
    .command('join')
    .description(
      'join a book with an invite, or make this device another one of yours; the same again goes on where it was'
    )
    .argument('<code>', 'the code or the link, of an invite or of "device link"')
    .option('--name <name>', 'your name, as others will see it; with a device’s code, what to call this device')
    .option('--wait <seconds>', 'how long to wait to be let in (default: until you press Ctrl-C)')
    .action(runs(join))
}

interface InviteOptions {
  readonly role: Role
  readonly expires?: string
  readonly uses: string
  readonly preApproved?: true
}

async function invite(cli: Cli, options: InviteOptions) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const expiry = options.expires === undefined ? {} : { expiresInMs: spanOption(options.expires, '--expires') }
  const approval = options.preApproved ? 'pre-approved' : 'words'
  const terms = { role: options.role, uses: Number(options.uses), approval } as const
  const made = await api.createInvite({ book: book.book, ...terms, ...expiry })
  if (!made.ok) return made
  const { code, link, expiresMs } = made.value
  return answer({ ...inviteJson(made.value), code, link }, () =>
    [
      `Code: ${code}`,
      `Link: ${link}`,
      `It lets in ${options.uses === '1' ? 'one person' : `${options.uses} people`}, until ${localTime(expiresMs)}.`,
      'The newcomer runs "guildbook join CODE --name NAME"; let them in with "guildbook admit --wait 600".'
    ].join('\n')
  )
}

async function invites(cli: Cli) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const rows = await opened.value.api.invites({ book: opened.value.book.book })
  if (!rows.ok) return rows
  return answer(rows.value.map(inviteJson), () =>
    table(
      rows.value.map((row) => [row.invite.slice(0, 12), row.role, row.state, localTime(row.expiresMs)]),
      ['left', 'left', 'left', 'left']
    )
  )
}

async function revoke(cli: Cli, named: string) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const rows = await api.invites({ book: book.book })
  if (!rows.ok) return rows
  const found = rows.value.filter((row) => row.invite.startsWith(named))
  const [only] = found
  if (!only || found.length > 1) {
    const what = found.length > 1 ? 'is more than one invite' : 'is no invite of this book'
    return refuse('INVITE_UNKNOWN', `"${named}" ${what}. "guildbook invites" lists them.`, { named })
  }
  const revoked = await api.revokeInvite({ book: book.book, invite: only.invite })
  if (!revoked.ok) return revoked
  return answer({ ...inviteJson(only), state: 'revoked' }, () => `Revoked ${only.invite}`)
}

interface AdmitOptions {
  readonly yes?: true
  readonly wait: string
}

async function admit(cli: Cli, who: string | undefined, options: AdmitOptions) {
  const limitMs = secondsOption(options.wait, '--wait')
  const opened = await cli.openBook('on')
  if (!opened.ok) return opened
  const waiting = await newcomers(cli, opened.value, who, limitMs)
  if (!waiting.ok) return waiting
  if (who === undefined && !options.yes) {
    const [only] = waiting.value
    if (only && waiting.value.length === 1 && (await agreed(cli, only))) return letIn(cli, opened.value, only)
    return answer(waiting.value.map(admissionJson), () => admissionsText(waiting.value))
  }
  const chosen = oneOf(waiting.value, who)
  return chosen.ok ? letIn(cli, opened.value, chosen.value) : chosen
}

async function turnAway(cli: Cli, who: string, options: { readonly wait: string }) {
  const limitMs = secondsOption(options.wait, '--wait')
  const opened = await cli.openBook('on')
  if (!opened.ok) return opened
  const { api, book } = opened.value
  const waiting = await newcomers(cli, opened.value, who, limitMs)
  if (!waiting.ok) return waiting
  const chosen = oneOf(waiting.value, who)
  if (!chosen.ok) return chosen
  const { invite: id, member, name } = chosen.value
  const refused = await api.refuseAdmission({ book: book.book, invite: id, member })
  if (!refused.ok) return refused
  return answer({ ...admissionJson(chosen.value), refused: true }, () => `${name} was turned away.`)
}

/** Who waits to be let in; waits for someone (or for the one who is named) to come. */
async function newcomers(
  cli: Cli,
  { api, book }: InBook,
  who: string | undefined,
  limitMs: number
): Promise<Outcome<readonly AdmissionRow[]>> {
  let latest: readonly AdmissionRow[] = []
  const waited = await waitFor(cli, limitMs, async () => {
    const rows = await api.admissions({ book: book.book })
    if (!rows.ok) return rows
    latest = rows.value
    return done(matching(latest, who).length > 0 ? latest : null)
  })
  return waited.ok ? done(latest) : waited
}

const matching = (rows: readonly AdmissionRow[], who: string | undefined): readonly AdmissionRow[] => {
  if (who === undefined) return rows
  const named = rows.filter((row) => row.name === who)
  if (named.length > 0) return named
  return rows.filter(
    (row) =>
      row.name.toLowerCase() === who.toLowerCase() ||
      (who.length >= 4 && row.member.startsWith(who.toLowerCase()))
  )
}

function oneOf(rows: readonly AdmissionRow[], who: string | undefined): Outcome<AdmissionRow> {
  const found = matching(rows, who)
  const [only] = found
  if (only && found.length === 1) return done(only)
  if (found.length === 0) {
    const message =
      who === undefined ? 'Nobody waits to be let in.' : `Nobody called "${who}" waits to be let in.`
    return refuse('ADMISSION_UNKNOWN', message)
  }
  const names = found.map((row) => `${row.name} (${row.member.slice(0, 8)}, ${row.words.join(' ')})`).join('; ')
  return refuse('ADMISSION_UNKNOWN', `Several people wait; say whom you mean by their member id: ${names}.`)
}

/** Asks the person at the terminal, if there is one. */
async function agreed(cli: Cli, row: AdmissionRow): Promise<boolean> {
  if (cli.output.form === 'json' || !process.stdin.isTTY) return false
  cli.output.tell(admissionsText([row]))
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const reply = await terminal.question(`Let ${row.name} in? [y/N] `, { signal: cli.signal })
    return /^y(es)?$/i.test(reply.trim())
  } catch {
    return false
  } finally {
    terminal.close()
  }
}

async function letIn(cli: Cli, { api, book }: InBook, row: AdmissionRow) {
  const admitted = await api.admit({ book: book.book, invite: row.invite, member: row.member })
  if (!admitted.ok) return admitted
  // The newcomer needs us to get the book at all: stay until theirs is what ours is.
  const delivered = await waitFor(cli, DELIVERY_MS, async () => {
    const status = await api.syncStatus({ book: book.book })
    if (!status.ok) return status
    const member = status.value.members.find((candidate) => candidate.member === row.member)
    return done(member?.devices.some((device) => device.lacksEntries === 0) ? true : null)
  })
  if (!delivered.ok) return delivered
  const received = delivered.value.ended === 'found'
  return answer({ ...admissionJson(row), admitted: true, received }, () =>
    received
      ? `${row.name} is in, and has the book.`
      : `${row.name} is in, and gets the book when you are both online.`
  )
}

function admissionsText(rows: readonly AdmissionRow[]): string {
  if (rows.length === 0) return 'Nobody waits to be let in.'
  return table(
    rows.map((row) => [row.name, row.deviceName, row.role, row.words.join(' '), row.member.slice(0, 8)]),
    ['left', 'left', 'left', 'left', 'left']
  )
}

export async function join(
  cli: Cli,
  code: string,
  options: { readonly name?: string; readonly wait?: string }
) {
  const limitMs = options.wait === undefined ? Number.POSITIVE_INFINITY : secondsOption(options.wait, '--wait')
  const engine = await cli.open('on')
  if (!engine.ok) return engine
  const { api } = engine.value
  const read = await api.readCode({ code })
  if (!read.ok) return read
  const { name } = options
  const ofDevice = name === undefined ? {} : { deviceName: name }
  const naming = read.value.kind === 'invite' ? { memberName: name ?? (await usualName(api)) } : ofDevice
  const begun = await api.join({ code, ...naming })
  if (!begun.ok) return begun
  let latest = begun.value
  const tell = progress(cli)
  const waited = await waitFor(cli, limitMs, async () => {
    const rows = await api.joins({})
    if (!rows.ok) return rows
    latest = rows.value.find((row) => row.invite === latest.invite) ?? latest
    tell(latest)
    return done(latest.step === 'joined' || latest.step === 'refused' ? latest : null)
  })
  if (!waited.ok) return waited
  if (latest.step === 'refused') return refusedJoin(latest)
  if (latest.step !== 'joined') {
    const what = latest.kind === 'invite' ? 'You are not in yet.' : 'This device is not linked yet.'
    return refuse('TIMED_OUT', `${what} Run the same command again: it goes on where it was.`, {
      step: latest.step,
      words: latest.words.join(' ')
    })
  }
  return answer(joinJson(latest), () => joinedText(latest))
}

function joinedText({ kind, bookName, book, books, inviterName }: JoinRow): string {
  if (kind === 'invite') return `You are in ${bookName ?? 'the book'}: ${book ?? ''}`
  const whose = inviterName ? `${inviterName}’s` : 'yours'
  return `This device is ${whose} now. It has ${books === 1 ? 'one book' : `${books} books`}; the recovery phrase stays where it was.`
}

const refusedJoin = (row: JoinRow) =>
  row.reason === null || row.reason === 'ADMISSION_REFUSED' || row.reason === 'LINK_REFUSED'
    ? refuse(row.reason ?? 'ADMISSION_REFUSED', `${row.inviterName ?? 'The inviter'} did not let you in.`)
    : refuse(row.reason, `This code does not let you in: ${row.reason}. Ask for a new one.`)

/** Says each step once. */
function progress(cli: Cli): (row: JoinRow) => void {
  let told = ''
  return (row) => {
    const line = stepText(row)
    if (line === told) return
    told = line
    cli.output.tell(line)
  }
}

function stepText(row: JoinRow): string {
  return row.kind === 'invite' ? inviteStepText(row) : deviceStepText(row)
}

function deviceStepText(row: JoinRow): string {
  switch (row.step) {
    case 'searching':
      return 'Looking for your other device…'
    case 'waiting-for-admission':
      return `Found ${row.inviterDevice || 'it'}. Your words: ${row.words.join(' ')}. Confirm on ${row.inviterDevice || 'the other device'}…`
    case 'receiving':
      return 'Linked. Receiving your books…'
    case 'joined':
      return 'Received.'
    case 'refused':
      return 'Refused.'
  }
}

function inviteStepText(row: JoinRow): string {
  switch (row.step) {
    case 'searching':
      return 'Looking for the inviter…'
    case 'waiting-for-admission':
      return `Found ${row.inviterName ?? 'the inviter'}. Your words: ${row.words.join(' ')}. Waiting to be let in…`
    case 'receiving':
      return `Let in. Receiving ${row.bookName ?? 'the book'}…`
    case 'joined':
      return 'Received.'
    case 'refused':
      return 'Refused.'
  }
}
