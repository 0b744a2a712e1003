/**
 * What peers say to each other beside Hypercore's own replication: JSON of known shape and bounded size. Everything is
 * checked before it is used, and a peer that says anything else is cut off.
 */
import { Buffer } from 'node:buffer'
import * as v from 'valibot'
import type { Channel, Encoding } from 'protomux'
import { raw } from 'compact-encoding'
import { LIMITS, ROLES } from '../contract/index.js'

const z32Key = v.pipe(v.string(), v.regex(/^[ybndrfg8ejkmcpqxot1uwisza345h769]{52}$/))
const hex = (bytes: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)))
const text = (length: number) => v.pipe(v.string(), v.maxLength(length))
/** JSON knows a minus zero. */
export const count = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.transform((number) => number + 0)
)

export const CertificateMessage = v.strictObject({
  member: hex(32),
  device: hex(32),
  deviceName: text(LIMITS.deviceNameLength),
  platform: text(LIMITS.deviceNameLength),
  createdMs: count,
  signature: hex(64)
})

/** Most secrets of one book that are proved at once: the newest ones. */
const MOST_PROOFS = 1024

/** Proves knowledge of secrets of the book, on this very connection; says nothing else. */
export const ProofMessage = v.strictObject({ proofs: v.pipe(v.array(hex(32)), v.maxLength(MOST_PROOFS)) })
export type ProofMessage = v.InferOutput<typeof ProofMessage>

/** To one who proved to know the book: which device speaks, on this very connection. */
export const HelloMessage = v.strictObject({ certificate: CertificateMessage, signature: hex(64) })
export type HelloMessage = v.InferOutput<typeof HelloMessage>

/** Both sides sent one: replication starts. */
export const AcceptMessage = v.strictObject({})
export type AcceptMessage = v.InferOutput<typeof AcceptMessage>

/** The act that sent someone away, as far as it stands alone (core/identity/notice.ts), and the device that wrote it. */
export const NoticeMessage = v.strictObject({
  certificate: CertificateMessage,
  log: z32Key,
  index: count,
  signature: hex(64)
})
export type NoticeMessage = v.InferOutput<typeof NoticeMessage>

/** To someone who is known and does not belong here any more: they get nothing, and are told so. */
export const FarewellMessage = v.strictObject({
  code: v.picklist(['MEMBER_REMOVED', 'DEVICE_REVOKED']),
  byName: text(LIMITS.nameLength),
  notice: v.optional(NoticeMessage)
})
export type FarewellMessage = v.InferOutput<typeof FarewellMessage>

/** Applied lengths that changed since the last such message on this connection, and the digest of the whole if it is told. */
export const HaveMessage = v.strictObject({
  lengths: v.record(z32Key, count),
  digest: v.nullable(hex(32))
})
export type HaveMessage = v.InferOutput<typeof HaveMessage>

/** To a member's device: secrets of the book that it did not show to know, at most so many at once. */
export const MOST_HANDED = 64
export const SecretsMessage = v.strictObject({
  secrets: v.pipe(v.array(v.strictObject({ epoch: text(80), secret: hex(32) })), v.maxLength(MOST_HANDED))
})
export type SecretsMessage = v.InferOutput<typeof SecretsMessage>
/** Evidence that a log has two signed histories, as core/identity/fork-codec.ts has it. */
export const ForkMessage = v.strictObject({
  log: z32Key,
  evidence: v.pipe(v.string(), v.regex(/^([0-9a-f]{2})*$/), v.maxLength(32_768))
})
export type ForkMessage = v.InferOutput<typeof ForkMessage>

/** To who let this device in, of one who is no member here: those logs are wanted whose writers are known here. */
export const RecallMessage = v.strictObject({})
export type RecallMessage = v.InferOutput<typeof RecallMessage>

/** What is there for one who recalls: logs, each with its first block, which says whose it is. At most so many at once. */
export const MOST_LENT = 64
/** Twice what a header takes at most, with names of four bytes a letter. */
const MOST_HEADER_BYTES = 2048
export const LendMessage = v.strictObject({
  logs: v.pipe(
    v.array(
      v.strictObject({
        log: z32Key,
        header: v.pipe(v.string(), v.regex(/^([0-9a-f]{2})*$/), v.maxLength(MOST_HEADER_BYTES * 2))
      })
    ),
    v.maxLength(MOST_LENT)
  )
})
export type LendMessage = v.InferOutput<typeof LendMessage>

const MOST_NODES = 128

/** Asks for nodes of the tree over a log, by their numbers. */
export const AskMessage = v.strictObject({
  log: z32Key,
  numbers: v.pipe(v.array(count), v.maxLength(MOST_NODES))
})
export type AskMessage = v.InferOutput<typeof AskMessage>

/** What is there of them, in their order, and what the log's writer signed; each question is answered, in order. */
export const NodesMessage = v.strictObject({
  head: v.nullable(v.strictObject({ length: count, signature: hex(64) })),
  nodes: v.pipe(
    v.array(v.nullable(v.strictObject({ sizeBytes: count, hash: hex(32) }))),
    v.maxLength(MOST_NODES)
  )
})
export type NodesMessage = v.InferOutput<typeof NodesMessage>

/** Newcomer to inviter: knows the invite, commits to a nonce. */
export const KnockMessage = v.strictObject({
  proof: hex(32),
  commitment: hex(32),
  certificate: CertificateMessage,
  signature: hex(64),
  name: v.pipe(text(LIMITS.nameLength), v.minLength(1))
})
export type KnockMessage = v.InferOutput<typeof KnockMessage>

/** Inviter to newcomer: knows the invite too; its nonce. */
export const GreetMessage = v.strictObject({
  proof: hex(32),
  nonce: hex(32),
  inviter: hex(32),
  inviterName: text(LIMITS.nameLength),
  bookName: text(LIMITS.nameLength),
  role: v.picklist(ROLES)
})
export type GreetMessage = v.InferOutput<typeof GreetMessage>

/** Newcomer to inviter: opens the commitment. Both sides now have the words. */
export const RevealMessage = v.strictObject({ nonce: hex(32) })
export type RevealMessage = v.InferOutput<typeof RevealMessage>

/** Inviter to newcomer, once admitted: all that it takes to follow the book. */
export const WelcomeMessage = v.strictObject({
  founding: v.strictObject({ founder: hex(32), nonce: hex(32), createdMs: count, signature: hex(64) }),
  secret: hex(32),
  /** The secrets that came in its place since, oldest first. */
  later: v.optional(
    v.pipe(v.array(v.strictObject({ epoch: text(80), secret: hex(32) })), v.maxLength(1024)),
    []
  ),
  logs: v.pipe(v.array(z32Key), v.maxLength(20_000))
})
export type WelcomeMessage = v.InferOutput<typeof WelcomeMessage>

/** Proved like a greeting: someone who only found the topic cannot turn a newcomer away. */
export const RefusedMessage = v.strictObject({
  proof: hex(32),
  code: v.picklist(['INVITE_EXPIRED', 'INVITE_USED', 'INVITE_REVOKED', 'INVITE_UNKNOWN', 'ADMISSION_REFUSED'])
})
export type RefusedMessage = v.InferOutput<typeof RefusedMessage>

/** Newcomer to inviter: it is safe on my disk. */
export const ThanksMessage = v.strictObject({})
export type ThanksMessage = v.InferOutput<typeof ThanksMessage>

export const MOST_MESSAGE_BYTES = 4 * 1024 * 1024

/** Bytes as they came; reading them as anything is up to `listen`, where a failure is handled. */
const frame: Encoding<Uint8Array> = raw

/**
 * Adds a message to a channel; both sides must add the same ones in the same order. `heard` gets checked values only;
 * anything else ends in `offended`.
 */
export function addMessage<const Schema extends v.GenericSchema>(
  channel: Channel,
  schema: Schema,
  heard: (value: v.InferOutput<Schema>) => void,
  offended: (why: string) => void
): (value: v.InferInput<Schema>) => void {
  const message = channel.addMessage<Uint8Array>({
    encoding: frame,
    onmessage(bytes) {
      const value = parse(schema, bytes)
      if (value.ok) heard(value.value)
      else offended(value.why)
    }
  })
  return (value) => {
    if (!channel.closed) message.send(Buffer.from(JSON.stringify(value)))
  }
}

/** Never throws. */
export function parse<const Schema extends v.GenericSchema>(
  schema: Schema,
  bytes: Uint8Array
): { ok: true; value: v.InferOutput<Schema> } | { ok: false; why: string } {
  if (bytes.length > MOST_MESSAGE_BYTES) return { ok: false, why: 'a message is too large' }
  try {
    const result = v.safeParse(schema, JSON.parse(Buffer.from(bytes).toString('utf8')))
    return result.success ? { ok: true, value: result.output } : { ok: false, why: 'a message is malformed' }
  } catch {
    return { ok: false, why: 'a message is not JSON' }
  }
}

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
export const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
