/** `status`, `sync`: what this device has, and getting the rest. */
import type { Command } from 'commander'
import { done } from '../../contract/index.js'
import type { Outcome, SyncStatus } from '../../contract/index.js'
import { runs } from '../cli.js'
import type { Cli, InBook } from '../cli.js'
import { statusJson } from '../json.js'
import { UsageError, answer, table } from '../output.js'
import { secondsOption, waitFor } from '../waiting.js'

const IDLE_SECONDS = '3'
const NO_PEER_SECONDS = '30'

export function syncCommands(program: Command): void {
  program
    .command('status')
    .description('version vector, digest, peers, and what is pending')
    .action(runs(status))

  program
    .command('sync')
    .description('be online: send and receive what is new')
    .option('--until-idle <seconds>', `until nothing has changed for so long (default: ${IDLE_SECONDS})`)
    .option('--timeout <seconds>', 'how long to look for a first peer', NO_PEER_SECONDS)
    .option('--watch', 'until you press Ctrl-C, saying what changes')
    .action(runs(sync))
}

async function status(cli: Cli) {
  const opened = await cli.openBook('off')
  if (!opened.ok) return opened
  const found = await opened.value.api.syncStatus({ book: opened.value.book.book })
  if (!found.ok) return found
  return answer(statusJson(found.value), () => statusText(found.value))
}

interface SyncOptions {
  readonly untilIdle?: string
  readonly timeout: string
  readonly watch?: true
}

async function sync(cli: Cli, options: SyncOptions) {
  if (options.watch && options.untilIdle !== undefined) {
    throw new UsageError('--watch goes on and --until-idle ends: give one of them')
  }
  const idleMs = secondsOption(options.untilIdle ?? IDLE_SECONDS, '--until-idle')
  const noPeerMs = secondsOption(options.timeout, '--timeout')
  const opened = await cli.openBook('on')
  if (!opened.ok) return opened
  return options.watch ? watch(cli, opened.value) : untilIdle(cli, opened.value, idleMs, noPeerMs)
}

/** Why `sync` ended. */
type Ending = 'idle' | 'no-peer' | 'stopped'

async function untilIdle(cli: Cli, { api, book }: InBook, idleMs: number, noPeerMs: number) {
  const startedMs = Date.now()
  let latest: SyncStatus | null = null
  let before = ''
  let changedMs = startedMs
  const met = new Set<string>()
  const waited = await waitFor<Ending>(cli, Number.POSITIVE_INFINITY, async () => {
    const found = await api.syncStatus({ book: book.book })
    if (!found.ok) return found
    latest = found.value
    const now = Date.now()
    const state = bookState(latest)
    // Somebody new may bring something; that somebody has gone changes nothing.
    const strangers = connectedDevices(latest).filter(({ device }) => !met.has(device))
    if (state !== before || strangers.length > 0) changedMs = now
    for (const { device } of strangers) met.add(device)
    before = state
    if (met.size === 0) return done(now - startedMs >= noPeerMs ? 'no-peer' : null)
    return done(now - changedMs >= idleMs && isSettled(latest) ? 'idle' : null)
  })
  if (!waited.ok) return waited
  const ending: Ending = waited.value.ended === 'found' ? waited.value.value : 'stopped'
  return latest === null ? done(null) : syncAnswer(latest, ending)
}

function syncAnswer(latest: SyncStatus, ending: Ending) {
  const sentence = {
    idle: 'Nothing has changed for a while.',
    'no-peer': 'No other device of this book was found.',
    stopped: 'Stopped.'
  }[ending]
  return answer({ ended: ending, ...statusJson(latest) }, () => `${sentence}\n${statusText(latest)}`)
}

async function watch(cli: Cli, { api, book }: InBook): Promise<Outcome<null>> {
  let before = ''
  const waited = await waitFor(cli, Number.POSITIVE_INFINITY, async () => {
    const found = await api.syncStatus({ book: book.book })
    if (!found.ok) return found
    const state = bookState(found.value) + JSON.stringify(connectedDevices(found.value))
    if (state !== before) cli.output.show({ json: statusJson(found.value), text: () => watchLine(found.value) })
    before = state
    return done(null)
  })
  return waited.ok ? done(null) : waited
}

const connectedDevices = (status: SyncStatus) =>
  status.members.flatMap((member) => member.devices).filter((device) => device.connection === 'connected')

/** What has to stay as it is for the book to be idle. */
const bookState = (status: SyncStatus): string =>
  JSON.stringify([status.digest, status.vector, status.pendingEntries, status.members.length])

/** Every connected device has said what it has, and neither lacks anything nor has what we lack. */
const isSettled = (status: SyncStatus): boolean =>
  connectedDevices(status).every((device) => device.lacksEntries === 0 && device.aheadEntries === 0)

const watchLine = (status: SyncStatus): string => {
  const peers = connectedDevices(status).map((device) => device.name)
  const pending = status.pendingEntries > 0 ? `, ${status.pendingEntries} entries pending` : ''
  return [
    new Date().toLocaleTimeString(),
    `${status.transactions} transactions${pending}`,
    status.digest.slice(0, 8),
    peers.length === 0 ? 'nobody connected' : `connected: ${peers.join(', ')}`
  ].join('  ')
}

function statusText(status: SyncStatus): string {
  const devices = status.members.flatMap((member) =>
    member.devices.map((device) => [
      `  ${member.name}`,
      device.name,
      device.isThis === 'this' ? 'this device' : device.connection,
      device.address ?? '',
      device.lacksEntries ? `lacks ${device.lacksEntries}` : '',
      device.digest === 'different' ? 'DIFFERENT DIGEST' : ''
    ])
  )
  return [
    `${status.name}  ${status.book}`,
    table(
      [
        ['transactions', `${status.transactions}`],
        ['conflicts', `${status.conflicts}`],
        ['digest', status.digest],
        ['network', status.network],
        ['pending', `${status.pendingEntries} entries`],
        ['last entry', `held by ${status.heldBy.devices} of ${status.heldBy.of} devices`]
      ],
      ['left', 'left']
    ),
    'devices',
    table(devices, ['left', 'left', 'left', 'left', 'left', 'left']),
    'vector',
    table(
      Object.entries(status.vector).map(([log, length]) => [`  ${log}`, `${length}`]),
      ['left', 'right']
    ),
    ...status.problems.map((problem) => `problem: ${problem.message} (${problem.code})`)
  ].join('\n')
}
