/** What one device of a person hands another of a book: all that it takes to follow it. */
import { done, type DeviceId } from '../contract/index.js'
import type { LinkedBookMessage } from '../sync/linking-wire.js'
import { toHex } from '../sync/messages.js'
import { FOUNDING_EPOCH } from '../sync/recovery-wire.js'
import type { BookSession } from './book-session.js'
import type { BookFile } from './sealed-files.js'

/** Those of these books that a person's other devices are to have: they are present in them, and it has begun to be read. */
export const handedOver = (sessions: readonly BookSession[]): BookSession[] =>
  sessions.filter(
    (session) =>
      session.kind === 'shared' &&
      session.role !== null &&
      !session.farewell &&
      Object.keys(session.vector()).length > 0
  )

/**
 * A book for another device of this person. Where that has a `name`, it is one without the member's key: the book is told
 * of it before it can read, so that whoever changes the secret from then on does it for that one too.
 */
export async function introduce(
  session: BookSession,
  device: DeviceId,
  name: string | null
): Promise<LinkedBookMessage | null> {
  const { memberId } = session.options.identity
  if (name !== null && session.roster.deviceName(device, memberId) === null) {
    const written = await session.write(() => done([{ kind: 'nameDevice', device, name }]))
    if (!written.ok) return null
  }
  return {
    bookName: session.book.summary().name,
    founding: session.file.founding,
    secrets: session.secrets.all().map(({ epoch, secret }) => ({ epoch, secret: toHex(secret) })),
    vector: { ...session.vector() }
  }
}

/** As it is kept here. The member's own devices are trusted until the book is read. */
export function fileOf({ founding, secrets, vector }: LinkedBookMessage, memberKey: Uint8Array): BookFile {
  const first = secrets.find(({ epoch }) => epoch === FOUNDING_EPOCH)
  if (!first) throw new Error('a book was handed over without its founding secret')
  const later = secrets.filter(({ epoch }) => epoch !== FOUNDING_EPOCH)
  const logs = Object.keys(vector)
  return { founding, secret: first.secret, later, logs, kind: 'shared', inviter: toHex(memberKey) }
}
