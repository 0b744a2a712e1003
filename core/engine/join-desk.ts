/** Joins that this device began, kept until they end. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import { done, refuse, type ErrorCode, type InviteId, type JoinRow, type Outcome } from '../contract/index.js'
import { inviteIdOf, parseInvite } from '../identity/invite-code.js'
import { toHex } from '../sync/messages.js'
import { bookOfWelcome, Newcomer, type JoinRecord } from '../sync/pairing-newcomer.js'
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
      const row = await desk.#row(record)
      if (row.step !== 'joined') desk.#records.set(record.invite, record)
    }
    return desk
  }

  /** Begins a join, or takes it up again. */
  async join(code: string, name: string): Promise<Outcome<JoinRow>> {
    const secret = parseInvite(code)
    if (!secret.ok) return secret
    const invite = inviteIdOf(secret.value)
    for (const session of await this.o.library.sessions()) {
      if (session.roster.invite(invite) && !this.#records.has(invite)) {
        return refuse('ALREADY_A_MEMBER', 'You have this book already. The invite is for someone else.')
      }
    }
    const known = this.#records.get(invite)
    if (!known || known.refused) {
      await this.#newcomers.get(invite)?.end()
      this.#newcomers.delete(invite)
      const nonce = toHex(randomBytes(32))
      const record = { invite, secret: toHex(secret.value), name, nonce }
      await this.#save({ ...record, greeting: null, welcome: null, refused: null })
    }
    this.#start(invite)
    return done(await this.#row(this.#records.get(invite) as JoinRecord))
  }

  async rows(): Promise<JoinRow[]> {
    return Promise.all([...this.#records.values()].map((record) => this.#row(record)))
  }

  async cancel(invite: InviteId): Promise<Outcome<null>> {
    if (!this.#records.delete(invite)) return refuse('JOIN_UNKNOWN', 'There is no such join.')
    await this.#newcomers.get(invite)?.end()
    this.#newcomers.delete(invite)
    await this.#saveAll()
    this.o.changed()
    return done(null)
  }

  goOnline(swarm: Hyperswarm): void {
    this.#swarm = swarm
    for (const record of this.#records.values()) if (!record.refused) this.#start(record.invite)
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

  #start(invite: InviteId): void {
    const record = this.#records.get(invite)
    if (!record || !this.#swarm || this.#newcomers.has(invite)) return
    const { identity, settings } = this.o
    const newcomer = new Newcomer({
      swarm: this.#swarm,
      record,
      certificate: identity.certificate(settings.current.deviceName),
      device: identity.device,
      save: (changed) => this.#save(changed),
      joined: (welcomed) => this.#joined(welcomed)
    })
    newcomer.on('changed', this.o.changed)
    this.#newcomers.set(invite, newcomer)
    for (const stream of this.#swarm.connections) newcomer.attend(stream)
  }

  async #joined({ welcome, greeting }: JoinRecord): Promise<void> {
    if (!welcome || !greeting) throw new Error('joined without a welcome')
    const { founding, secret, logs } = welcome
    const adopted = await this.o.library.adopt({
      founding,
      secret,
      logs,
      kind: 'shared',
      inviter: greeting.inviter
    })
    if (!adopted.ok) throw new Error(adopted.error.message)
    adopted.value.on('changed', this.o.changed)
    this.o.changed()
  }

  async #row(record: JoinRecord): Promise<JoinRow> {
    const { invite, greeting, welcome, refused } = record
    const book = welcome && bookOfWelcome(welcome)
    return {
      invite,
      step: refused ? 'refused' : await this.#step(record),
      words: this.#newcomers.get(invite)?.words() ?? [],
      book,
      bookName: greeting?.bookName ?? null,
      inviterName: greeting?.inviterName ?? null,
      reason: refused as ErrorCode | null
    }
  }

  async #step({ greeting, welcome }: JoinRecord): Promise<JoinRow['step']> {
    if (!greeting) return 'searching'
    if (!welcome) return 'waiting-for-admission'
    const session = await this.o.library.session(bookOfWelcome(welcome))
    return session.ok && session.value.role ? 'joined' : 'receiving'
  }

  async #save(record: JoinRecord): Promise<void> {
    this.#records.set(record.invite, record)
    await this.#saveAll()
  }

  #saveAll(): Promise<void> {
    const { vault } = this.o
    this.#saving = this.#saving.then(() => vault.write(this.#path, [...this.#records.values()]))
    return this.#saving
  }

  get #path(): string {
    return join(this.o.folder, 'joins.sealed')
  }
}
