/** `device link`, `links`, `confirm`, `turn-away`, `withdraw`, `join`: further devices of the same person. */
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { done, refuse } from '../../contract/index.js'
import type { DeviceLinkRow, EngineApi, Outcome, WaitingDevice } from '../../contract/index.js'
import { runs } from '../cli.js'
import type { Cli } from '../cli.js'
import { deviceLinkJson, waitingDeviceJson } from '../json.js'
import { answer, localTime, table } from '../output.js'
import { secondsOption, spanOption, waitFor } from '../waiting.js'
import { join } from './people.js'

/** How long `device link` waits for the other device, unless told. */
const LINK_WAIT = '600'
const CONFIRM_WAIT = '10'
/** How long a command stays online so that the new device gets everything. */
const DELIVERY_MS = 15_000

/** A device that waits, and the code that it came with. */
interface Candidate extends WaitingDevice {
  readonly link: DeviceLinkRow
}

export function deviceLinkCommands(device: Command): void {
  device
    .command('link')
    .description('link another device of yours: prints a code for it, and waits')
    .option('--expires <span>', 'how long the code can be used, such as 30m or 12h', '1h')
    .option('--wait <seconds>', 'how long to wait for the other device; 0 only prints the code', LINK_WAIT)
    .option('--yes', 'link the one device that comes, without asking')
    .addHelpText(
      'after',
      '\nOn the other device run "guildbook join CODE". Compare the four words on both before you link it.' +
        '\nIt gets all your books and can write in them. It does not get your recovery phrase, so a lost one can' +
        '\nbe revoked for good.'
    )
    .action(runs(link))
  device.command('links').description('list the codes that link devices').action(runs(links))
  device
    .command('confirm')
    .description('link a device that waits with a code')
    .argument('[device]', 'its name, or the beginning of its id')
    .option('--yes', 'link the one device that waits, without asking')
    .option('--wait <seconds>', 'how long to stay online and wait for it', CONFIRM_WAIT)
    .action(runs(confirm))
  device
    .command('turn-away')
    .description('turn a device away that waits with a code')
    .argument('<device>', 'its name, or the beginning of its id')
    .option('--wait <seconds>', 'how long to stay online and wait for it', CONFIRM_WAIT)
    .action(runs(turnAway))
  device
    .command('withdraw')
    .description('make a code that links a device useless')
    .argument('<link>', 'its id or the beginning of it, as "device links" lists it')
    .action(runs(withdraw))
  device
    .command('join')
    .description('make this device another one of yours, with a code from there; "join" does the same')
    .argument('<code>', 'the code or the link')
    .option('--name <name>', 'what to call this device')
    .option('--wait <seconds>', 'how long to wait to be linked (default: until you press Ctrl-C)')
    .action(runs(join))
}

interface LinkOptions {
  readonly expires: string
  readonly wait: string
  readonly yes?: true
}

async function link(cli: Cli, options: LinkOptions) {
  const limitMs = secondsOption(options.wait, '--wait')
  const expiresInMs = spanOption(options.expires, '--expires')
  const engine = await cli.open(limitMs === 0 ? 'off' : 'on')
  if (!engine.ok) return engine
  const { api } = engine.value
  const made = await api.linkDevice({ expiresInMs })
  if (!made.ok) return made
  const { id, code, link: url, expiresMs } = made.value
  const given = { ...deviceLinkJson(made.value), code, link: url }
  const text = [
    `Code: ${code ?? ''}`,
    `Link: ${url ?? ''}`,
    `It links one device, until ${localTime(expiresMs)}. On that one, run "guildbook join CODE".`
  ].join('\n')
  if (limitMs === 0) return answer(given, () => `${text}\nThen run "guildbook device confirm --wait 600" here.`)
  cli.output.tell(text)
  const found = await candidates(cli, api, undefined, limitMs, (row) => row.link.id === id)
  if (!found.ok) return found
  const [first] = found.value
  if (!first) {
    return refuse('TIMED_OUT', 'No device came. The code is good until it expires: "device confirm" goes on.', {
      id,
      code: code ?? ''
    })
  }
  return (await isAgreed(cli, first, options.yes))
    ? confirmed(cli, api, first)
    : answer(given, () => linkText(first))
}

async function links(cli: Cli) {
  const engine = await cli.open('off')
  if (!engine.ok) return engine
  const rows = await engine.value.api.deviceLinks({})
  if (!rows.ok) return rows
  return answer(rows.value.map(deviceLinkJson), () =>
    table(
      rows.value.map((row) => [
        row.id.slice(0, 12),
        row.state,
        localTime(row.expiresMs),
        row.deviceName ?? row.code ?? ''
      ]),
      ['left', 'left', 'left', 'left']
    )
  )
}

interface ConfirmOptions {
  readonly yes?: true
  readonly wait: string
}

async function confirm(cli: Cli, named: string | undefined, options: ConfirmOptions) {
  const engine = await cli.open('on')
  if (!engine.ok) return engine
  const { api } = engine.value
  const found = await candidates(cli, api, named, secondsOption(options.wait, '--wait'))
  if (!found.ok) return found
  if (named === undefined && !options.yes) {
    const [only] = found.value
    if (only && found.value.length === 1 && (await isAgreed(cli, only, undefined)))
      return confirmed(cli, api, only)
    return answer(found.value.map(waitingDeviceJson), () => found.value.map(linkText).join('\n'))
  }
  const only = onlyOf(found.value, named)
  return only.ok ? confirmed(cli, api, only.value) : only
}

async function turnAway(cli: Cli, named: string, options: { readonly wait: string }) {
  const engine = await cli.open('on')
  if (!engine.ok) return engine
  const { api } = engine.value
  const found = await candidates(cli, api, named, secondsOption(options.wait, '--wait'))
  if (!found.ok) return found
  const only = onlyOf(found.value, named)
  if (!only.ok) return only
  const { link: row, device, deviceName } = only.value
  const refused = await api.refuseDevice({ id: row.id, device })
  if (!refused.ok) return refused
  return answer({ ...waitingDeviceJson(only.value), refused: true }, () => `${deviceName} was turned away.`)
}

async function withdraw(cli: Cli, named: string) {
  const engine = await cli.open('off')
  if (!engine.ok) return engine
  const { api } = engine.value
  const rows = await api.deviceLinks({})
  if (!rows.ok) return rows
  const found = rows.value.filter((row) => row.id.startsWith(named))
  const [only] = found
  if (!only || found.length > 1) {
    const what = found.length > 1 ? 'is more than one code' : 'is no code of this device'
    return refuse('LINK_UNKNOWN', `"${named}" ${what}. "guildbook device links" lists them.`, { named })
  }
  const withdrawn = await api.withdrawDeviceLink({ id: only.id })
  if (!withdrawn.ok) return withdrawn
  return answer({ ...deviceLinkJson(only), state: 'withdrawn' }, () => `Withdrawn: ${only.id}`)
}

/** Devices that wait; waits for one (or for the one that is named) to come. */
async function candidates(
  cli: Cli,
  api: EngineApi,
  named: string | undefined,
  limitMs: number,
  isMeant: (candidate: Candidate) => boolean = () => true
): Promise<Outcome<readonly Candidate[]>> {
  let latest: readonly Candidate[] = []
  const waited = await waitFor(cli, limitMs, async () => {
    const rows = await api.deviceLinks({})
    if (!rows.ok) return rows
    const all = rows.value.flatMap((row) => row.waiting.map((each) => ({ ...each, link: row })))
    latest = all.filter((each) => isMeant(each) && isNamed(each, named))
    return done(latest.length > 0 ? latest : null)
  })
  return waited.ok ? done(latest) : waited
}

const isNamed = ({ deviceName, device }: Candidate, named: string | undefined): boolean =>
  named === undefined || deviceName === named || (named.length >= 4 && device.startsWith(named))

function onlyOf(found: readonly Candidate[], named: string | undefined): Outcome<Candidate> {
  const [only] = found
  if (only && found.length === 1) return done(only)
  if (!only) {
    const which = named === undefined ? 'No device' : `No device called "${named}"`
    return refuse('ADMISSION_UNKNOWN', `${which} waits to be linked.`)
  }
  const names = found.map((each) => `${each.deviceName} (${each.device.slice(0, 8)}, ${each.words.join(' ')})`)
  return refuse('ADMISSION_UNKNOWN', `Several devices wait; say which by its id: ${names.join('; ')}.`)
}

const linkText = (row: WaitingDevice): string => `${row.deviceName} (${row.platform}): ${row.words.join(' ')}`

/** Asks the person at the terminal, if there is one, unless they agreed before. */
async function isAgreed(cli: Cli, candidate: Candidate, yes: true | undefined): Promise<boolean> {
  cli.output.tell(linkText(candidate))
  if (yes) return true
  if (cli.output.form === 'json' || !process.stdin.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const question = `Do these four words stand on ${candidate.deviceName}? Link it? [y/N] `
    return /^y(es)?$/i.test((await terminal.question(question, { signal: cli.signal })).trim())
  } catch {
    return false
  } finally {
    terminal.close()
  }
}

async function confirmed(cli: Cli, api: EngineApi, { link: { id }, device, deviceName, ...rest }: Candidate) {
  const linked = await api.confirmDevice({ id, device })
  if (!linked.ok) return linked
  // It needs us to get the books: stay until it has said so, and until it has what is here.
  const delivered = await waitFor(cli, DELIVERY_MS, async () => {
    const rows = await api.deviceLinks({})
    if (!rows.ok) return rows
    if (rows.value.find((row) => row.id === id)?.state !== 'linked') return done(null)
    return hasAll(api, device)
  })
  if (!delivered.ok) return delivered
  const received = delivered.value.ended === 'found'
  const json = waitingDeviceJson({ device, deviceName, ...rest })
  return answer({ ...json, linked: true, received }, () =>
    received
      ? `${deviceName} is linked, and has your books.`
      : `${deviceName} is linked, and gets your books when both devices are online.`
  )
}

async function hasAll(api: EngineApi, device: string): Promise<Outcome<true | null>> {
  const books = await api.books({})
  if (!books.ok) return books
  for (const { book, kind } of books.value) {
    if (kind === 'sample') continue
    const status = await api.syncStatus({ book })
    if (!status.ok) return status
    const row = status.value.members.flatMap(({ devices }) => devices).find((each) => each.device === device)
    if (row?.lacksEntries !== 0) return done(null)
  }
  return done(true)
}
