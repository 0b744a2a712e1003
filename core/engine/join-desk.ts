/** Joins that this device began, kept until they end. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import { done, refuse, type ErrorCode, type InviteId, type JoinRow, type Outcome } from '../contract/index.js'
import { inviteIdOf } from '../identity/invite-code.js'
import { toHex } from '../sync/messages.js'
import { bookOfWelcome, Newcomer, wordsOfJoin, type JoinRecord } from '../sync/pairing-newcomer.js'
import type { BookSession } from './book-session.js'
import type { Identity } from './identity-file.js'
import type { Library } from './library.js'
import { readJoins } from './sealed-files.js'
import type { SettingsFile } from './settings-file.js'
import type { Vault } from './vault.js'

export interface JoinDeskOptions {
  readonly folder: string
  readonly vault: Vault
  readonly identity: Identity
  readonly settings: SettingsFile
  readonly library: Library
  readonly changed: () => void
}

export class JoinDesk {
  readonly #records = new Map<InviteId, JoinRecord>()
  readonly #newcomers = new Map<InviteId, Newcomer>()
  #swarm: Hyperswarm | null = null
  #saving: Promise<void> = Promise.resolve()

  private constructor(private readonly o: JoinDeskOptions) {}

  /** Takes up the joins that did not end; those that did are forgotten. */
  static async open(options: JoinDeskOptions): Promise<JoinDesk> {
    const desk = new JoinDesk(options)
    for (const record of await readJoins(options.vault, desk.#path)) {
      // The welcome may have been kept just before a crash, and the book not.
      if (record.welcome) await desk.#adopt(record)
      if ((await desk.#step(record)) !== 'joined') desk.#records.set(record.invite, record)
    }
    return desk
  }

  /** Begins a join, or takes it up again. */
  async join(secret: Uint8Array, name: string): Promise<Outcome<JoinRow>> {
    const invite = inviteIdOf(secret)
    for (const session of await this.o.library.sessions()) {
      if (session.roster.invite(invite) && !this.#records.has(invite)) {
        return refuse('ALREADY_A_MEMBER', 'You have this book already. The invite is for someone else.')
      }
    }
    const known = this.#records.get(invite)
    if (!known || known.refused) {
      await this.#end(invite)
      const nonce = toHex(randomBytes(32))
      const record = { invite, secret: toHex(secret), name, nonce }
      this.#records.set(invite, { ...record, greeting: null, welcome: null, refused: null })
      await this.#saveAll()
    }
    this.#start(invite)
    return done(await this.#row(this.#records.get(invite) as JoinRecord))
  }

  async rows(): Promise<JoinRow[]> {
    return Promise.all([...this.#records.values()].map((record) => this.#row(record)))
  }

  async cancel(invite: InviteId): Promise<Outcome<null>> {
    if (!this.#records.delete(invite)) return refuse('JOIN_UNKNOWN', 'There is no such join.')
    await this.#end(invite)
    await this.#saveAll()
    this.o.changed()
    return done(null)
  }

  goOnline(swarm: Hyperswarm): void {
    this.#swarm = swarm
    for (const invite of this.#records.keys()) this.#start(invite)
  }

  attend(stream: NoiseStream): void {
    for (const newcomer of this.#newcomers.values()) newcomer.attend(stream)
  }

  async goOffline(): Promise<void> {
    this.#swarm = null
    const newcomers = [...this.#newcomers.values()]
    this.#newcomers.clear()
    await Promise.all(newcomers.map((newcomer) => newcomer.end()))
    await this.#saving
  }

  /** Knocks while there is something to hear: once welcomed, the rest comes with the book. */
  #start(invite: InviteId): void {
    const record = this.#records.get(invite)
    if (!record || record.refused || record.welcome) return
    if (!this.#swarm || this.#newcomers.has(invite)) return
    const newcomer = new Newcomer({
      swarm: this.#swarm,
      record,
      certificate: this.#certificate(),
      device: this.o.identity.device,
      save: (changed) => this.#save(changed),
      joined: (welcomed) => this.#joined(welcomed),
      randomBytes
    })
    newcomer.on('changed', this.o.changed)
    this.#newcomers.set(invite, newcomer)
    for (const stream of this.#swarm.connections) newcomer.attend(stream)
  }

  async #end(invite: InviteId): Promise<void> {
    const newcomer = this.#newcomers.get(invite)
    this.#newcomers.delete(invite)
    await newcomer?.end()
  }

  async #joined(record: JoinRecord): Promise<void> {
    const adopted = await this.#adopt(record)
    if (!adopted.ok) throw new Error(adopted.error.message)
  }

  /** Keeps the book of a welcome. That it cannot be opened just now is no reason to forget it. */
  async #adopt({ welcome, greeting }: JoinRecord): Promise<Outcome<BookSession>> {
    if (!welcome || !greeting) throw new Error('joined without a welcome')
    const { founding, secret, later, logs } = welcome
    const { inviter } = greeting
    const adopted = await this.o.library.adopt({ founding, secret, later, logs, kind: 'shared', inviter })
    if (adopted.ok) adopted.value.on('changed', this.o.changed)
    this.o.changed()
    return adopted
  }

  async #row(record: JoinRecord): Promise<JoinRow> {
    const { invite, greeting, welcome, refused } = record
    const book = welcome && bookOfWelcome(welcome)
    return {
      kind: 'invite',
      invite,
      step: refused ? 'refused' : await this.#step(record),
      words: wordsOfJoin(record, this.#certificate()),
      answers: this.#newcomers.get(invite)?.answers() ?? [],
      book,
      bookName: greeting?.bookName ?? null,
      inviterName: greeting?.inviterName ?? null,
      inviterDevice: null,
      books: book ? 1 : 0,
      reason: refused as ErrorCode | null
    }
  }

  async #step({ greeting, welcome }: JoinRecord): Promise<JoinRow['step']> {
    if (!greeting) return 'searching'
    if (!welcome) return 'waiting-for-admission'
    const session = await this.o.library.session(bookOfWelcome(welcome))
    return session.ok && session.value.role ? 'joined' : 'receiving'
  }

  #certificate() {
    return this.o.identity.certificate(this.o.settings.current.deviceName)
  }

  /** Keeps what a join has come to, unless it was cancelled meanwhile. */
  async #save(record: JoinRecord): Promise<void> {
    if (!this.#records.has(record.invite)) return
    this.#records.set(record.invite, record)
    await this.#saveAll()
  }

  #saveAll(): Promise<void> {
    const { vault } = this.o
    const saving = this.#saving.then(() => vault.write(this.#path, [...this.#records.values()]))
    this.#saving = saving.catch(() => {})
    return saving
  }

  get #path(): string {
    return join(this.o.folder, 'joins.sealed')
  }
}
