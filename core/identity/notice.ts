/**
 * Notices: within an act that ends a membership or a device, the writing device signs what it does in words that stand
 * alone. Whoever has the book shows it to the one who has to go, who gets nothing of the book any more and could not
 * read the act itself; so nobody has to be believed on their word, and nobody else can send anyone away.
 */
import type { BookId, DeviceId, LogId, MemberId } from '../contract/index.js'
import { framed, uint64, utf8 } from './bytes.js'
import { sign, verify, type KeyPair } from './keys.js'

export interface Notice {
  readonly book: BookId
  /** Who has to go: a member with all their devices, or one device. */
  readonly subject:
    | { readonly code: 'MEMBER_REMOVED'; readonly member: MemberId }
    | { readonly code: 'DEVICE_REVOKED'; readonly device: DeviceId }
  /** The act's entry: whoever has read that far knows better than the notice. */
  readonly log: LogId
  readonly index: number
}

const noticeBytes = ({ book, subject, log, index }: Notice): Uint8Array =>
  framed(
    utf8('guildbook/notice/1'),
    utf8(book),
    utf8(subject.code),
    utf8(subject.code === 'MEMBER_REMOVED' ? subject.member : subject.device),
    utf8(log),
    uint64(index)
  )

/** 64 bytes, by the device that writes the act. */
export const signNotice = (notice: Notice, device: KeyPair): Uint8Array => sign(noticeBytes(notice), device)

/** `device`: its public key. Never throws. */
export const isNoticeValid = (notice: Notice, signature: Uint8Array, device: Uint8Array): boolean =>
  verify(signature, noticeBytes(notice), device)
