/** What every command has at hand: its options, the engine it talks to, its output, and the wish to stop. */
import os from 'node:os'
import type { Command } from 'commander'
import { dataFolder, done, networkOverrides } from '../contract/index.js'
import type { BookSummary, EngineApi, Outcome, Settings } from '../contract/index.js'
import { attach } from '../engine/folder-host.js'
import type { Attachment } from '../engine/folder-host.js'
import type { EngineOptions } from '../engine/engine.js'
import { version } from '../../package.json'
import { findBook } from './lookup.js'
import { EXIT, Output, UsageError } from './output.js'
import type { Answer } from './output.js'
import { unlock } from './unlocking.js'
import { PLAIN_KEYS } from '../engine/plain-keys.js'
import { childStretcher } from '../engine/stretchers.js'
import { besideCommand } from './places.js'

export interface GlobalOptions {
  readonly dir?: string
  readonly book?: string
  readonly json?: true
  readonly bootstrap?: string
  readonly host?: string
  readonly passphraseFile?: string
}

/** `needed`: the command works with what is in the folder. `if-given`: it goes on also while that is locked. */
export type Unlocking = 'needed' | 'if-given' | 'no'

/** `as-set`: as the stored settings say. */
export type NetworkUse = 'on' | 'off' | 'as-set'

export interface InBook {
  readonly api: EngineApi
  readonly book: BookSummary
}

export class Cli {
  readonly options: GlobalOptions
  readonly output: Output
  /** Aborted when the person or the system asks the command to stop. */
  readonly signal: AbortSignal
  readonly #stop = new AbortController()
  #attachment: Attachment | null = null

  constructor(options: GlobalOptions) {
    this.options = options
    this.output = new Output(options.json ? 'json' : 'text')
    this.signal = this.#stop.signal
  }

  get folder(): string {
    return this.options.dir ?? dataFolder({ platform: process.platform, home: os.homedir(), env: process.env })
  }

  /** Asks the command to end in good order. */
  stop(): void {
    this.#stop.abort()
  }

  /** Opens the data folder or connects to whoever has it open. Most commands need no network and are fast without. */
  async open(network: NetworkUse, unlocking: Unlocking = 'needed'): Promise<Outcome<Attachment>> {
    const attached = await attach(this.engineOptions(network, unlocking))
    if (!attached.ok) return attached
    this.#attachment = attached.value
    const unlocked = unlocking === 'no' ? done(null) : await unlock(this, attached.value, unlocking)
    return unlocked.ok ? attached : unlocked
  }

  /** The same, with the book that `--book` names, or the only one there is. */
  async openBook(network: NetworkUse): Promise<Outcome<InBook>> {
    const attached = await this.open(network)
    if (!attached.ok) return attached
    const book = await findBook(attached.value.api, this.options.book)
    return book.ok ? done({ api: attached.value.api, book: book.value }) : book
  }

  /** Calls back whenever answers may have changed, until the command ends. */
  subscribe(listener: () => void): void {
    this.#attachment?.subscribe(listener)
  }

  async close(): Promise<void> {
    await this.#attachment?.close()
  }

  engineOptions(network: NetworkUse, unlocking: Unlocking = 'needed'): EngineOptions {
    return {
      folder: this.folder,
      keys: PLAIN_KEYS,
      appVersion: version,
      stretcher: childStretcher(() => besideCommand('stretcher.cjs')),
      // Whoever waits for an answer is at it; what serves a page is not.
      autoLock: unlocking === 'if-given' ? 'as-set' : 'off',
      network:
        network === 'off'
          ? { mode: 'off' }
          : { ...this.networkSettings(), ...(network === 'on' ? { mode: 'on' as const } : {}) }
    }
  }

  private networkSettings(): Partial<Settings['network']> {
    const { bootstrap, host } = this.options
    return {
      ...networkOverrides({
        ...process.env,
        ...(bootstrap ? { GUILDBOOK_BOOTSTRAP: bootstrap } : {}),
        ...(host ? { GUILDBOOK_HOST: host } : {})
      }),
      ...(process.env.GUILDBOOK_PORT ? { port: portNumber(process.env.GUILDBOOK_PORT, 'GUILDBOOK_PORT') } : {})
    }
  }
}

/** A port from 0 (any) to 65535. */
export function portNumber(text: string, name: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new UsageError(`${name} is no port number: ${text}`)
  return port
}

/** A command's action for commander: runs it with a `Cli` and ends the process with its exit code. */
export function runs<Args extends readonly unknown[]>(
  action: (cli: Cli, ...args: Args) => Promise<Outcome<Answer | null>>
): (...received: unknown[]) => Promise<void> {
  return async (...received) => {
    const command = received.at(-1) as Command
    const cli = new Cli(command.optsWithGlobals<GlobalOptions>())
    listenForSignals(cli)
    const code = await outcomeOf(cli, () => action(cli, ...(received.slice(0, -1) as unknown as Args)))
    end(code)
  }
}

/** Runs an action, says how it ended, and lets go of the folder whatever happened. */
async function outcomeOf(cli: Cli, action: () => Promise<Outcome<Answer | null>>): Promise<number> {
  try {
    const outcome = await action()
    const code = cli.output.finish(outcome)
    await cli.close()
    return code
  } catch (error) {
    if (error instanceof UsageError) {
      cli.output.tell(`error: ${error.message}`)
      await cli.close()
      return EXIT.usage
    }
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
    cli.output.refused({ code: 'INTERNAL', message: `This is a bug in Guildbook; please report it.\n${trace}` })
    return EXIT.refused
  }
}

/**
 * The first signal asks the command to stop, which then ends in good order: what goes on until it is stopped has done
 * what it was asked to. A second signal does not wait.
 */
function listenForSignals(cli: Cli): void {
  let count = 0
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (++count > 1) process.exit(EXIT.interrupted)
      cli.stop()
    })
  }
}

/** Everything is closed and durable by now: what still keeps Node running is of no use. */
export function end(code: number): void {
  process.exitCode = code
  process.stdout.write('', () => process.exit(code))
}
