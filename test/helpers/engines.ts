/**
 * Several engines over one local distributed hash table: real folders, real logs, real connections. What is asked and
 * seen goes through the contract, as a window's would.
 *
 * An engine runs in this process, or in one of its own that can be killed.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import HyperDHT from 'hyperdht'
import type {
  AccountId,
  AnswerOf,
  BookId,
  CurrencyCode,
  ErrorCode,
  IsoDate,
  NewInvite,
  Outcome,
  RequestName,
  RequestOf,
  Role,
  Settings,
  SyncStatus,
  TransactionDraft
} from '../../core/contract/index.js'
import type { EngineSource } from '../../core/engine/channel.js'
import { openEngine } from '../../core/engine/open.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'
import { valueOf } from './book-world.js'

/** What is waited for comes in a second or two; this is for a machine that does much else. */
const PATIENCE_MS = 25_000
const HOST = '127.0.0.1'

/** An engine that runs somewhere. */
export interface RunningEngine extends EngineSource {
  close(): Promise<void>
  /** Resolves when its process has ended, however it ended; absent for one that runs here. */
  readonly ended?: Promise<void>
}

/** Opens a data folder. The default does so in this process. */
export type OpenFolder = (folder: string, network: Partial<Settings['network']>) => Promise<RunningEngine>

export const openHere: OpenFolder = async (folder, network) =>
  valueOf(await openEngine({ folder, keys: PLAIN_KEYS, appVersion: '0', network }))

export class World {
  readonly #devices: Device[] = []

  private constructor(
    private readonly dht: HyperDHT,
    private readonly root: string
  ) {}

  static async open(): Promise<World> {
    const dht = HyperDHT.bootstrapper(await freePort(), HOST, { host: HOST })
    await dht.fullyBootstrapped()
    return new World(dht, await mkdtemp(path.join(os.tmpdir(), 'gb-world-')))
  }

  /** What every engine here is told of the network. */
  get network(): Partial<Settings['network']> {
    return { host: HOST, bootstrap: [`${HOST}:${this.dht.address().port}`] }
  }

  /** A device with a folder of its own, started. */
  async device(name: string, open: OpenFolder = openHere): Promise<Device> {
    const device = new Device(name, path.join(this.root, `${this.#devices.length}-${name}`), this.network, open)
    this.#devices.push(device)
    await device.start()
    return device
  }

  async end(): Promise<void> {
    await Promise.all(this.#devices.map((device) => device.stop()))
    await this.dht.destroy()
    await rm(this.root, { recursive: true, force: true })
  }
}

export class Device {
  #engine: RunningEngine | null = null

  constructor(
    /** Of the device, and of its person. */
    readonly name: string,
    readonly folder: string,
    private readonly network: Partial<Settings['network']>,
    private readonly open: OpenFolder
  ) {}

  get engine(): RunningEngine {
    if (!this.#engine) throw new Error(`${this.name} is not running`)
    return this.#engine
  }

  async start(open: OpenFolder = this.open): Promise<void> {
    if (this.#engine) return
    this.#engine = await open(this.folder, this.network)
  }

  async stop(): Promise<void> {
    const engine = this.#engine
    this.#engine = null
    await engine?.close()
  }

  async restart(open?: OpenFolder): Promise<void> {
    await this.stop()
    await this.start(open)
  }

  /** The outcome, whatever it is. */
  async outcome<N extends RequestName>(name: N, request: RequestOf<N>): Promise<Outcome<AnswerOf<N>>> {
    return (await this.engine.request(name, request)) as Outcome<AnswerOf<N>>
  }

  /** Throws if it is refused. */
  async ask<N extends RequestName>(name: N, request: RequestOf<N>): Promise<AnswerOf<N>> {
    const outcome = await this.outcome(name, request)
    if (outcome.ok) return outcome.value
    throw new Error(`${this.name}: ${name}: ${outcome.error.code}: ${outcome.error.message}`)
  }

  /** The code that a request is refused with; `done` if it is not. */
  async refusal<N extends RequestName>(name: N, request: RequestOf<N>): Promise<ErrorCode | 'done'> {
    const outcome = await this.outcome(name, request)
    return outcome.ok ? 'done' : outcome.error.code
  }

  /** Asks whenever the engine says that something changed, until the answer is as wanted. */
  async until<N extends RequestName>(
    name: N,
    request: RequestOf<N>,
    isSo: (answer: AnswerOf<N>) => unknown
  ): Promise<AnswerOf<N>> {
    const deadlineMs = Date.now() + PATIENCE_MS
    const { engine } = this
    let changes = 0
    let wake = (): void => {}
    const unsubscribe = engine.subscribe(() => {
      changes++
      wake()
    })
    void engine.ended?.then(() => {
      changes++
      wake()
    })
    try {
      for (;;) {
        const seen = changes
        const answer = await this.ask(name, request)
        if (isSo(answer)) return answer
        const leftMs = deadlineMs - Date.now()
        if (leftMs <= 0) throw new Error(`${this.name}: ${name} is still ${inspect(answer)}`)
        if (changes > seen) continue
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, leftMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    } finally {
      unsubscribe()
    }
  }

  async createBook(name = 'Elm Street'): Promise<BookId> {
    const request = {
      name,
      currency: 'EUR' as CurrencyCode,
      template: 'household',
      memberName: this.name
    } as const
    return (await this.ask('createBook', request)).book
  }

  status(book: BookId): Promise<SyncStatus> {
    return this.ask('syncStatus', { book })
  }

  /** A draft that moves an amount between the first two accounts of the book. */
  async draft(book: BookId, payee: string, amountMinor = 100): Promise<TransactionDraft> {
    const accounts = await this.ask('accounts', { book })
    const [from, to] = accounts.map(({ account }) => account) as [AccountId, AccountId]
    const currency = 'EUR' as CurrencyCode
    return {
      date: '2026-03-01' as IsoDate,
      payee,
      postings: [
        { account: to, amountMinor, currency },
        { account: from, amountMinor: -amountMinor, currency }
      ]
    }
  }

  async post(book: BookId, payee: string, amountMinor = 100) {
    return this.ask('post', { book, transaction: await this.draft(book, payee, amountMinor) })
  }

  /** The payees of all transactions, in the order of their names. */
  async payees(book: BookId): Promise<string[]> {
    const { rows } = await this.ask('journal', { book, limit: 2000 })
    return rows.map(({ payee }) => payee).sort()
  }

  invite(book: BookId, role: Role = 'owner'): Promise<NewInvite> {
    return this.ask('createInvite', { book, role })
  }

  join(code: string) {
    return this.ask('join', { code, memberName: this.name })
  }

  /** Lets in whoever is called so, once they wait. */
  async admit(book: BookId, newcomer: string): Promise<void> {
    const waiting = await this.until('admissions', { book }, (rows) =>
      rows.some(({ name }) => name === newcomer)
    )
    for (const { name, invite, member } of waiting) {
      if (name === newcomer) await this.ask('admit', { book, invite, member })
    }
  }

  /** Resolves when a join has ended well. */
  async joined(book: BookId): Promise<void> {
    await this.until('books', {}, (rows) => rows.some((row) => row.book === book && row.me.role))
  }
}

/** Entries of all logs, their headers not counted: how many things were ever written to the book. */
export const entriesOf = ({ vector }: SyncStatus): number =>
  Object.values(vector).reduce((sum, length) => sum + length - 1, 0)

/** Lets a newcomer into the book of another device, all the way. */
export async function letIn(host: Device, book: BookId, newcomer: Device, role: Role = 'owner'): Promise<void> {
  const { code } = await host.invite(book, role)
  await newcomer.join(code)
  await host.admit(book, newcomer.name)
  await newcomer.joined(book)
}

/** Resolves when all of them have the same entries; throws if their digests then differ. Gives one of the statuses. */
export async function converged(book: BookId, ...devices: readonly Device[]): Promise<SyncStatus> {
  for (;;) {
    const statuses = await Promise.all(devices.map((device) => device.status(book)))
    const union: Record<string, number> = {}
    for (const { vector } of statuses) {
      for (const [log, length] of Object.entries(vector)) union[log] = Math.max(length, union[log] ?? 0)
    }
    const behind = statuses.findIndex(({ vector }) => !isSame(vector, union))
    if (behind === -1) {
      const digests = new Set(statuses.map(({ digest }) => digest))
      if (digests.size > 1) throw new Error('the same entries, and digests that differ')
      return statuses[0] as SyncStatus
    }
    // It may get more than that at once, if somebody writes meanwhile.
    await (devices[behind] as Device).until('syncStatus', { book }, ({ vector }) => covers(vector, union))
  }
}

const isSame = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean =>
  Object.keys({ ...a, ...b }).every((log) => a[log] === b[log])

const covers = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean =>
  Object.entries(b).every(([log, length]) => (a[log] ?? 0) >= length)

/** A UDP port that is free now: a bootstrap node's port is part of its name. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, HOST)
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

const inspect = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
