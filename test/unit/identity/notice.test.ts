import { describe, expect, it } from 'vitest'
import type { BookId, DeviceId, LogId, MemberId } from '../../../core/contract/index.js'
import { keyPairOf } from '../../../core/identity/keys.js'
import { isNoticeValid, signNotice, type Notice } from '../../../core/identity/notice.js'

const ada = keyPairOf(new Uint8Array(32).fill(1))
const mallory = keyPairOf(new Uint8Array(32).fill(2))
const notice: Notice = {
  book: 'book' as BookId,
  subject: { code: 'MEMBER_REMOVED', member: 'ben' as MemberId },
  log: 'log' as LogId,
  index: 7
}
const signature = signNotice(notice, ada)

describe('a notice', () => {
  it('is good for what it was signed for, by who signed it', () => {
    expect(isNoticeValid(notice, signature, ada.publicKey)).toBe(true)
    expect(isNoticeValid(notice, signature, mallory.publicKey)).toBe(false)
  })

  it.each<[string, Partial<Notice>]>([
    ['another book', { book: 'other' as BookId }],
    ['another member', { subject: { code: 'MEMBER_REMOVED', member: 'cid' as MemberId } }],
    ['a device of the same name', { subject: { code: 'DEVICE_REVOKED', device: 'ben' as DeviceId } }],
    ['another log', { log: 'other' as LogId }],
    ['another entry', { index: 8 }]
  ])('is good for nothing else: %s', (_, change) => {
    expect(isNoticeValid({ ...notice, ...change }, signature, ada.publicKey)).toBe(false)
  })

  it('is refused, not thrown at, whatever the bytes', () => {
    expect(isNoticeValid(notice, new Uint8Array(3), ada.publicKey)).toBe(false)
    expect(isNoticeValid(notice, signature, new Uint8Array(0))).toBe(false)
  })
})
