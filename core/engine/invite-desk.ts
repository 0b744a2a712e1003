/**
 * The open invites of one book: those made here, and those of other owners, whose secrets are sealed for this member too.
 * They are answered from here while this device is online, so whoever made one need not be.
 */
import { randomBytes } from 'node:crypto'
import type Hyperswarm from 'hyperswarm'
import type { NoiseStream } from 'hyperswarm'
import {
  done,
  refuse,
  type AdmissionRow,
  type InviteApproval,
  type InviteId,
  type InviteRow,
  type MemberId,
  type NewInvite,
  type Outcome,
  type Role
} from '../contract/index.js'
import { INVITE_SECRET_BYTES, inviteCode, inviteIdOf, inviteLink } from '../identity/invite-code.js'
import { fromHex, toHex, type RefusedMessage } from '../sync/messages.js'
import { Inviter, wordsOfKnock, type InviteRecord, type Knock } from '../sync/pairing-inviter.js'
import { foundingFromMessage } from '../sync/proofs.js'
import type { BookSession } from './book-session.js'
import { sealFor } from './book-secrets.js'
import { fileOfBook } from './library.js'
import { readInvites } from './sealed-files.js'

/** A day: long enough to reach someone, short enough to be forgotten. */
const DEFAULT_EXPIRY_MS = 24 * 60 * 60 * 1000
/** An invite that ended is answered for this long still, so that whoever comes late is told why. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000
/** The longest that a timer can be set to. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface InviteTerms {
  readonly role: Role
  readonly expiresInMs?: number | undefined
  readonly uses?: number | undefined
  readonly approval?: InviteApproval | undefined
}

export class InviteDesk {
  readonly #records = new Map<InviteId, InviteRecord>()
  readonly #inviters = new Map<InviteId, Inviter>()
  #swarm: Hyperswarm | null = null
  #saving: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | null = null

  private constructor(
    readonly session: BookSession,
    private readonly changed: () => void
  ) {}

  static async open(session: BookSession, changed: () => void): Promise<InviteDesk> {
    const desk = new InviteDesk(session, changed)
    session.on('acts', () => desk.#swarm && desk.#takeOver())
    const records = await readInvites(session.options.vault, desk.#path)
    for (const record of records) {
      if (record.expiresMs + KEPT_MS > Date.now()) desk.#records.set(record.invite, desk.#reconciled(record))
    }
    session.on('changed', (topics) => topics.includes('people') && desk.#review())
    desk.#awaitExpiry()
    return desk
  }

  async create(terms: InviteTerms): Promise<Outcome<NewInvite>> {
    const { session } = this
    const { role, expiresInMs = DEFAULT_EXPIRY_MS, uses = 1, approval = 'words' } = terms
    const allowed = session.allows('invite')
    if (!allowed.ok) return allowed
    const secret = randomBytes(INVITE_SECRET_BYTES)
    const invite = inviteIdOf(secret)
    const expiresMs = Date.now() + expiresInMs
    // The secret first: an invite that the book knows and nobody can answer would be worse than the reverse.
    await this.#save({ invite, secret: toHex(secret), role, expiresMs, knocks: [] })
    const written = await session.write(() => {
      const owners = session.roster.present().filter((each) => each.role === 'owner')
      const sealed = sealFor(session.roster.addressees(owners.map(({ member }) => member)), secret)
      return done([{ kind: 'openInvite', invite, role, expiresMs, uses, approval, sealed }])
    })
    if (!written.ok) return written
    this.#start(invite)
    this.#awaitExpiry()
    const row = this.rows().find((r) => r.invite === invite) as InviteRow
    return done({ ...row, code: inviteCode(secret), link: inviteLink(secret) })
  }

  async revoke(invite: InviteId): Promise<Outcome<null>> {
    const allowed = this.session.allows('revokeInvite')
    if (!allowed.ok) return allowed
    const known = this.session.roster.invite(invite)
    if (!known) return refuse('INVITE_UNKNOWN', 'There is no such invite in this book.')
    if (known.state === 'used') return refuse('INVITE_USED', 'This invite was used already.')
    const written = await this.session.write(() => done([{ kind: 'revokeInvite', invite }]))
    return written.ok ? done(null) : written
  }

  /** All invites of the book, newest first; those of other devices too. */
  rows(): InviteRow[] {
    return this.session.roster.invites().map((each) => {
      const { invite, role, createdMs, expiresMs, author, uses, admitted, approval } = each
      const state = each.state === 'open' ? this.#openState(invite, expiresMs) : each.state
      const isOpen = state === 'open' || state === 'waiting'
      const known = isOpen && this.session.allows('invite').ok ? this.#records.get(invite) : undefined
      const secret = known ? fromHex(known.secret) : null
      return {
        invite,
        role,
        createdMs,
        expiresMs,
        state,
        author,
        authorName: this.session.roster.memberName(author),
        uses,
        used: admitted.length,
        approval,
        code: secret && inviteCode(secret),
        link: secret && inviteLink(secret)
      }
    })
  }

  /** Newcomers who wait to be let in by this device. */
  admissions(): AdmissionRow[] {
    const rows: AdmissionRow[] = []
    for (const record of this.#records.values()) {
      for (const knock of record.knocks.filter((k) => k.verdict === 'waiting')) {
        const words = wordsOfKnock(record, knock, this.session.options.identity.memberKey)
        if (words && !this.#ended(record)) rows.push(this.#admissionRow(record, knock, words))
      }
    }
    return rows
  }

  /** Lets a newcomer in. Repeating it is harmless. */
  async admit(invite: InviteId, member: MemberId): Promise<Outcome<null>> {
    const record = this.#records.get(invite)
    const knock = record?.knocks.find((k) => k.member === member)
    if (!record || !knock) return refuse('ADMISSION_UNKNOWN', 'Nobody like that is waiting at this invite.')
    const { roster } = this.session
    if (!roster.role(member)) {
      const allowed = this.session.allows('admit')
      if (!allowed.ok) return allowed
      const { role } = record
      const written = await this.session.write(() => {
        // Someone else, or this one by a second click, may have been let in while this waited.
        const ended = roster.role(member) ? 'ALREADY_A_MEMBER' : this.#ended(record)
        if (ended) return refuse(ended, 'This invite lets nobody in any more.')
        return done([{ kind: 'admit', member, role, name: knock.name, invite }])
      })
      if (!written.ok && written.error.code !== 'ALREADY_A_MEMBER') return written
    }
    await this.#decide(record, knock, 'admitted')
    return done(null)
  }

  async refuse(invite: InviteId, member: MemberId): Promise<Outcome<null>> {
    const record = this.#records.get(invite)
    const knock = record?.knocks.find((k) => k.member === member && k.verdict === 'waiting')
    if (!record || !knock) return refuse('ADMISSION_UNKNOWN', 'Nobody like that is waiting at this invite.')
    await this.#decide(record, knock, 'refused')
    return done(null)
  }

  goOnline(swarm: Hyperswarm): void {
    this.#swarm = swarm
    this.#takeOver()
    this.#awaitExpiry()
    for (const invite of this.#records.keys()) this.#start(invite)
  }

  /** Acts of authority came in: there may be invites of other owners to answer. */
  #takeOver(): void {
    const { identity } = this.session.options
    if (!this.session.allows('admit').ok) return
    for (const { invite, role, expiresMs, sealed, state } of this.session.roster.invites()) {
      if (state !== 'open' || this.#records.has(invite) || expiresMs < Date.now()) continue
      const secret = identity.open(sealed, INVITE_SECRET_BYTES)
      if (!secret || inviteIdOf(secret) !== invite) continue
      this.#save({ invite, secret: toHex(secret), role, expiresMs, knocks: [] }).catch(() => {})
      this.#start(invite)
    }
  }

  attend(stream: NoiseStream): void {
    for (const inviter of this.#inviters.values()) inviter.attend(stream)
  }

  async goOffline(): Promise<void> {
    this.#swarm = null
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    const inviters = [...this.#inviters.values()]
    this.#inviters.clear()
    await Promise.all(inviters.map((inviter) => inviter.end()))
    await this.#saving
  }

  async #decide(record: InviteRecord, knock: Knock, verdict: 'admitted' | 'refused'): Promise<void> {
    const inviter = this.#inviters.get(record.invite)
    if (inviter) await inviter.decide(knock.member, verdict)
    else {
      const knocks = record.knocks.map((k) => (k.member === knock.member ? { ...k, verdict } : k))
      await this.#save({ ...record, knocks })
    }
    this.changed()
  }

  /** Tells those who wait at an invite that has ended. */
  #review(): void {
    for (const inviter of this.#inviters.values()) inviter.review()
  }

  /** Looks again when the next invite expires. */
  #awaitExpiry(): void {
    if (this.#timer) clearTimeout(this.#timer)
    const now = Date.now()
    const next = Math.min(...[...this.#records.values()].map((r) => r.expiresMs).filter((ms) => ms >= now))
    if (next === Infinity) return
    this.#timer = setTimeout(() => this.#expired(), Math.min(next + 1 - now, LONGEST_TIMER_MS))
    this.#timer.unref()
  }

  #expired(): void {
    this.#review()
    this.changed()
    this.#awaitExpiry()
  }

  /** Waits at an invite: one that has ended still says so. */
  #start(invite: InviteId): void {
    const record = this.#records.get(invite)
    if (!record || !this.#swarm || this.#inviters.has(invite)) return
    const { session } = this
    const { identity } = session.options
    const { file } = session
    const inviter = new Inviter({
      swarm: this.#swarm,
      record,
      save: (changed) => this.#save(changed),
      ended: () => this.#ended(record),
      isAdmitted: (member, device) =>
        session.roster.role(member) !== null && !session.roster.isRevoked(device, member),
      about: () => ({
        inviter: identity.memberKey,
        inviterName: session.roster.memberName(identity.memberId),
        bookName: session.book.summary().name
      }),
      welcome: () => ({
        founding: foundingFromMessage(file.founding),
        secret: fromHex(file.secret),
        later: session.secrets.all().filter(({ epoch }) => epoch !== 'founding'),
        logs: Object.keys(session.vector())
      }),
      revealed: (knock) => void this.#admitIfApproved(invite, knock),
      randomBytes
    })
    inviter.on('changed', this.changed)
    this.#inviters.set(invite, inviter)
    for (const stream of this.#swarm.connections) inviter.attend(stream)
  }

  /** A pre-approved invite lets in whoever has its code, as far as it goes; but an owner decides on who was removed. */
  async #admitIfApproved(invite: InviteId, knock: Knock): Promise<void> {
    const { roster } = this.session
    if (roster.invite(invite)?.approval !== 'pre-approved' || knock.verdict !== 'waiting') return
    if (roster.member(knock.member)?.standing === 'removed') return
    await this.admit(invite, knock.member)
  }

  #ended(record: InviteRecord): RefusedMessage['code'] | null {
    const state = this.session.roster.invite(record.invite)?.state
    if (state === 'used') return 'INVITE_USED'
    if (state === 'revoked') return 'INVITE_REVOKED'
    return record.expiresMs < Date.now() ? 'INVITE_EXPIRED' : null
  }

  #openState(invite: InviteId, expiresMs: number): InviteRow['state'] {
    if (expiresMs < Date.now()) return 'expired'
    return this.#records.get(invite)?.knocks.some((k) => k.verdict === 'waiting') ? 'waiting' : 'open'
  }

  #admissionRow(record: InviteRecord, knock: Knock, words: readonly string[]): AdmissionRow {
    return {
      invite: record.invite,
      member: knock.member,
      name: knock.name,
      deviceName: knock.deviceName,
      role: record.role,
      words,
      connection: this.#inviters.get(record.invite)?.isConnected(knock.member) ? 'connected' : 'away'
    }
  }

  /** The admission may have gone into the book just before a crash, and the verdict not. */
  #reconciled(record: InviteRecord): InviteRecord {
    const knocks = record.knocks.map((knock) =>
      knock.verdict === 'waiting' && this.session.roster.role(knock.member)
        ? { ...knock, verdict: 'admitted' as const }
        : knock
    )
    return { ...record, knocks }
  }

  #save(record: InviteRecord): Promise<void> {
    this.#records.set(record.invite, record)
    const { vault } = this.session.options
    const saving = this.#saving.then(() => vault.write(this.#path, [...this.#records.values()]))
    this.#saving = saving.catch(() => {})
    return saving
  }

  get #path(): string {
    return fileOfBook(this.session, 'invites.sealed')
  }
}
