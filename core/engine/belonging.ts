/**
 * Whether this device, and whoever asks for the book, belongs to it: what is said and shown to one who does not, and
 * what is believed of one who says so.
 */
import {
  done,
  refuse,
  type BookId,
  type Farewell,
  type LogId,
  type MemberId,
  type Outcome,
  type Role
} from '../contract/index.js'
import type { Act } from '../authority/acts.js'
import type { Roster } from '../authority/roster.js'
import { may, type Action } from '../domain/roles.js'
import { equalSecrets } from '../identity/bytes.js'
import { deviceIdOf, isDeviceValid, memberIdOf } from '../identity/certificates.js'
import { isNoticeValid, signNotice, type Notice } from '../identity/notice.js'
import type { Delivery } from '../log/delivery.js'
import type { Intake } from '../log/intake.js'
import type { LogStore } from '../log/store.js'
import { fromHex, toHex, type FarewellMessage, type NoticeMessage } from '../sync/messages.js'
import type { Asked, PartingSide } from '../sync/parting.js'
import type { PeerStanding, RemoteDevice } from '../sync/peer.js'
import type { RecallSide } from '../sync/recall.js'
import { certificateFromMessage, certificateToMessage } from '../sync/proofs.js'
import type { Identity } from './identity-file.js'
import { Recalled } from './recalled.js'
import type { BookFile } from './sealed-files.js'

export interface BelongingOptions {
  readonly book: BookId
  readonly identity: Pick<Identity, 'memberId' | 'deviceId' | 'device'>
  readonly roster: Roster
  readonly delivery: Delivery
  readonly intake: Intake
  readonly store: Pick<LogStore, 'secretOf'>
  file(): Pick<BookFile, 'farewell' | 'inviter'>
  keep(change: Pick<BookFile, 'farewell'>): void
  /** The segment that this device writes now. */
  writing(): LogId | null
  /** This device heard that it does not belong here any more. */
  dismissed(): void
}

type Dismissal = Act & { readonly operation: { readonly kind: 'remove' | 'revokeDevice' } }

export class Belonging {
  readonly recall: RecallSide

  constructor(private readonly o: BelongingOptions) {
    const { book, identity, roster, delivery, intake } = o
    this.recall = new Recalled({
      ...{ book, roster, delivery, intake },
      writing: () => o.writing(),
      isBelieved: (member, device) =>
        this.standingOf({ member, device }) === 'present' ||
        (member === identity.memberId && !roster.isRevoked(device, member))
    })
  }

  /** The role of the person at this device; null before they were admitted. */
  get role(): Role | null {
    return this.o.roster.role(this.o.identity.memberId)
  }

  /** Set when this device gets nothing new of the book any more: by what it was told, or by what it has read. */
  get farewell(): Farewell | null {
    const { roster, identity, file } = this.o
    const { farewell } = file()
    if (farewell) return farewell
    const act = this.#dismissalOf(identity)
    return act && { code: codeOf(act), byName: roster.memberName(act.author), toldMs: act.wallMs }
  }

  /** Refuses with NOT_ALLOWED what the fold would not count. */
  allows(action: Action, whose: 'own' | 'others'): Outcome<null> {
    const { farewell, role } = this
    if (farewell) {
      const what =
        farewell.code === 'MEMBER_REMOVED'
          ? 'You are no member of this book any more'
          : 'This device was revoked'
      return refuse(farewell.code, `${what}: what you have stays here, and nothing can be added.`)
    }
    if (!role) return refuse('NOT_A_MEMBER', 'You are not a member of this book yet.')
    if (may(role, action, whose)) return done(null)
    return refuse('NOT_ALLOWED', `As ${role} you may not do this: ${action}.`, { role, action })
  }

  /** For an act that this device writes there: what can be shown to the one who has to go. 64 bytes. */
  notice(subject: Notice['subject'], { log, index }: Pick<Notice, 'log' | 'index'>): Uint8Array {
    return signNotice({ book: this.o.book, subject, log, index }, this.o.identity.device)
  }

  /**
   * Members are present; and whoever let this device in, until it has read that its person is one: by then it knows who they
   * are, and they may be nobody, as whoever had let them in was on the way out.
   */
  standingOf({ member, device }: Pick<RemoteDevice, 'member' | 'device'>): PeerStanding {
    const { roster, file } = this.o
    const act = this.#dismissalOf({ memberId: member, deviceId: device })
    if (act) {
      return { code: codeOf(act), byName: roster.memberName(act.author), ...this.#noticeIn(act) }
    }
    if (roster.role(member)) return 'present'
    const { inviter } = file()
    return inviter !== null && this.role === null && member === memberIdOf(fromHex(inviter))
      ? 'present'
      : 'unknown'
  }

  /**
   * A farewell keeps this device from writing, so nobody may send it away by merely saying so: it counts from an owner,
   * who could make it true, of a device from another one of the same person, and with a notice that one of these signed.
   * Nobody is believed about an act that was read here: that says whether it stands, and whether it still does. An owner
   * whose disk is an older copy may not know of what came after it.
   */
  told({ code, byName, notice }: FarewellMessage, { member }: RemoteDevice): void {
    const { roster, keep, dismissed } = this.o
    if (notice && this.#hasRead(notice)) return
    const by = this.#canDismiss(member, code) ? member : notice && this.#signerOf(notice, code)
    if (!by) return
    const name = by === member ? byName : roster.memberName(by)
    keep({ farewell: { code, byName: name, toldMs: Date.now() } })
    dismissed()
  }

  /** A member's device let this one in: it does belong here. */
  welcomed(): void {
    if (this.o.file().farewell) this.o.keep({ farewell: null })
  }

  get parting(): PartingSide {
    const { intake } = this.o
    return {
      written: ({ member, device }, { code }) =>
        intake.logsBy(member, code === 'DEVICE_REVOKED' ? device : null),
      isOfOthers: (log, than) => (intake.author(log)?.member ?? than) !== than,
      lacking: () => this.#lacking(),
      shown: (to, said, asked) => this.#shown(to, said, asked)
    }
  }

  /** What those wait for who have gone, and nobody who is present may have: more of anyone present comes from them. */
  #lacking(): ReturnType<PartingSide['lacking']> {
    const { roster, intake, delivery } = this.o
    const isGone = (log: LogId): boolean => {
      const author = intake.author(log)
      return !author || !roster.role(author.member) || roster.isRevoked(author.device, author.member)
    }
    const waits = delivery.waits().filter(({ log, on }) => isGone(log) && isGone(on))
    return Object.fromEntries(waits.map(({ on }) => [on, delivery.causality.length(on)]))
  }

  /** What ended a membership, or else a device; null for who is present or was never known. */
  #dismissalOf({ memberId, deviceId }: Pick<Identity, 'memberId' | 'deviceId'>): Dismissal | null {
    const { roster } = this.o
    const ended = roster.role(memberId) ? null : (roster.member(memberId)?.ended ?? null)
    return ended ?? (roster.revocationsOf(deviceId, memberId)[0] as Dismissal | undefined) ?? null
  }

  #noticeIn({ operation, log, index }: Dismissal): Pick<FarewellMessage, 'notice'> {
    const author = this.o.intake.author(log)
    if (!operation.notice || !author) return {}
    const certificate = certificateToMessage(author.certificate)
    return { notice: { certificate, log, index, signature: toHex(operation.notice) } }
  }

  /** The member whose device wrote the act, if that could send this device away as far as is known here. */
  #signerOf(notice: NoticeMessage, code: Farewell['code']): MemberId | null {
    const { certificate, index, signature } = notice
    const { book, identity, roster } = this.o
    const log = notice.log as LogId
    const by = certificateFromMessage(certificate)
    const [member, device] = [memberIdOf(by.member), deviceIdOf(by.device)]
    if (!this.#canDismiss(member, code) || roster.isRevoked(device, member)) return null
    const subject =
      code === 'MEMBER_REMOVED'
        ? ({ code, member: identity.memberId } as const)
        : ({ code, device: identity.deviceId } as const)
    const isGood =
      isDeviceValid(by) && isNoticeValid({ book, subject, log, index }, fromHex(signature), by.device)
    return isGood ? member : null
  }

  #hasRead({ log, index }: NoticeMessage): boolean {
    return this.o.delivery.causality.length(log as LogId) > index
  }

  #canDismiss(member: MemberId, code: Farewell['code']): boolean {
    const isOwn = code === 'DEVICE_REVOKED' && member === this.o.identity.memberId
    return isOwn || this.o.roster.role(member) === 'owner'
  }

  /**
   * The logs of this device's member, for a device that told it farewell. Who is a member gets all of them, and of what
   * those build on what they ask for; who was one until the member at this device ended that gets those that they could
   * read then, where that stands.
   */
  #shown(
    { member, device }: RemoteDevice,
    { code }: FarewellMessage,
    { known, logs }: Asked
  ): ReturnType<PartingSide['shown']> {
    const { identity, roster, intake, store, delivery } = this.o
    const { memberId, deviceId } = identity
    const isPresent = this.standingOf({ member, device }) === 'present'
    if (!isPresent && !roster.hasEnded(memberId, member, device)) return {}
    const own = intake.logsBy(memberId, code === 'DEVICE_REVOKED' ? deviceId : null)
    const past = logs.filter((log) => own.some((each) => delivery.causality.coveredBy(each)[log]))
    const readable = [...(isPresent ? past : []), ...own].filter((log) => {
      const secret = store.secretOf(log)
      return isPresent || (secret && known.some((each) => equalSecrets(each, secret)))
    })
    return Object.fromEntries(readable.map((log) => [log, delivery.causality.length(log)]))
  }
}

const codeOf = ({ operation }: Dismissal): Farewell['code'] =>
  operation.kind === 'remove' ? 'MEMBER_REMOVED' : 'DEVICE_REVOKED'
