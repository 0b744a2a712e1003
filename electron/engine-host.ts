/** Keeps the engine running in a process of its own, and hands pages a port that leads straight to it. */
import { MessageChannelMain, utilityProcess } from 'electron'
import type { MessagePortMain, UtilityProcess } from 'electron'
import type {
  EngineState,
  ErrorCode,
  FromEngineProcess,
  Settings,
  ToEngineProcess
} from '../core/contract/index.js'
import { confirmPerson, personCheck } from './person-check.js'
import { answerSecret, keyProtection } from './secrets.js'

/** Wait before the first restart; doubled each time, up to the longest. */
const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 10_000
/** An engine that ran this long was well: the next restart is quick again. */
const WELL_AFTER_MS = 30_000
/** How long an engine may take to write what is under way before it is ended. */
const CLOSE_PATIENCE_MS = 6_000

export interface EngineHostOptions {
  /** The engine's bundle. */
  readonly entry: string
  /** The bundle of what stretches passphrases. */
  readonly stretcher: string
  readonly folder: string
  readonly appVersion: string
  readonly network: Partial<Settings['network']>
  /** `reason` is there when the state is `failed`. */
  readonly onState: (state: EngineState, reason: ErrorCode | null) => void
}

export class EngineHost {
  readonly #options: EngineHostOptions
  #process: UtilityProcess | null = null
  #state: EngineState = 'restarting'
  #reason: ErrorCode | null = null
  #ending: 'no' | 'yes' = 'no'
  #waitMs = FIRST_WAIT_MS
  #timer: NodeJS.Timeout | null = null

  constructor(options: EngineHostOptions) {
    this.#options = options
  }

  get state(): EngineState {
    return this.#state
  }

  get reason(): ErrorCode | null {
    return this.#reason
  }

  /** The engine's process id, while it has one. */
  get pid(): number | undefined {
    return this.#process?.pid
  }

  start(): void {
    const { entry, folder, appVersion, network } = this.#options
    const begunMs = Date.now()
    const child = utilityProcess.fork(entry, [], { serviceName: 'Guildbook engine', stdio: 'inherit' })
    this.#process = child
    child.on('message', (message: FromEngineProcess) => this.#receive(child, message))
    child.once('exit', () => {
      this.#process = null
      if (Date.now() - begunMs > WELL_AFTER_MS) this.#waitMs = FIRST_WAIT_MS
      this.#restartLater()
    })
    const asked = { keyProtection: keyProtection(), personCheck: personCheck() }
    this.#send(child, { kind: 'start', folder, appVersion, network, ...asked })
  }

  /** A new port to the engine that runs now, or null while there is none; a new engine needs a new port. */
  openPort(): MessagePortMain | null {
    if (!this.#process || this.#state !== 'running') return null
    const { port1, port2 } = new MessageChannelMain()
    this.#process.postMessage({ kind: 'port' } satisfies ToEngineProcess, [port1])
    return port2
  }

  /** Lets the engine finish what is under way, and ends it. */
  async stop(): Promise<void> {
    this.#ending = 'yes'
    if (this.#timer) clearTimeout(this.#timer)
    const child = this.#process
    if (!child) return
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    this.#send(child, { kind: 'close' })
    const patience = setTimeout(() => child.kill(), CLOSE_PATIENCE_MS)
    await exited
    clearTimeout(patience)
  }

  /** For one passphrase: it ends with its answer. */
  #startStretcher(child: UtilityProcess, id: number): void {
    const stretcher = utilityProcess.fork(this.#options.stretcher, [], {
      serviceName: 'Guildbook passphrase',
      stdio: 'inherit'
    })
    const { port1, port2 } = new MessageChannelMain()
    stretcher.postMessage(null, [port1])
    child.postMessage({ kind: 'stretcher', id } satisfies ToEngineProcess, [port2])
  }

  #receive(child: UtilityProcess, message: FromEngineProcess): void {
    switch (message.kind) {
      case 'ready':
        return this.#become('running', null)
      case 'refused':
        console.error(`The engine could not open the data folder: ${message.message}`)
        return this.#become('failed', message.code)
      case 'wrap':
      case 'unwrap':
        return this.#send(child, answerSecret(message))
      case 'confirm-person':
        return void confirmPerson(message).then((answer) => this.#send(child, answer))
      case 'stretcher':
        return this.#startStretcher(child, message.id)
    }
  }

  #restartLater(): void {
    if (this.#ending === 'yes') return
    if (this.#state === 'running') this.#become('restarting', null)
    this.#timer = setTimeout(() => this.start(), this.#waitMs)
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS)
  }

  #become(state: EngineState, reason: ErrorCode | null): void {
    this.#state = state
    this.#reason = reason
    this.#options.onState(state, reason)
  }

  #send(child: UtilityProcess, message: ToEngineProcess): void {
    child.postMessage(message)
  }
}
