/**
 * What a backup file is made of. In the clear: eight bytes that say what it is, the length of its header, and the header,
 * JSON. Then chunks of a libsodium secretstream (XChaCha20-Poly1305) under a random key, each behind its length; the last
 * one is marked as such. Every chunk is bound to all that stands before the first. In the chunks: records, each a kind,
 * a length and its bytes: the manifest, then for each book its pairs of stored bytes and an end.
 *
 * The random key stands in the header twice at most: sealed with a key derived from the member's seed, or for the member's
 * public key by a device that does not have that, so that the phrase opens every backup; and with one that Argon2id makes
 * of a passphrase.
 */
import { Buffer } from 'node:buffer'
import * as v from 'valibot'
import { LIMITS, done, refuse, type Outcome } from '../contract/index.js'
import { derive, fingerprint } from '../identity/keys.js'
import { CertificateMessage } from '../sync/messages.js'
import { StretchingFile } from './passphrase.js'
import { BookFile } from './sealed-files.js'
import { SettingsSchema } from './settings-file.js'

export const MAGIC = Buffer.from('GBBACKUP', 'latin1')
const VERSION = 1
/** Of what stands before the header: the magic and the header's length. */
export const PREAMBLE_BYTES = MAGIC.length + 4
const MOST_HEADER_BYTES = 16 * 1024
export const CHUNK_BYTES = 256 * 1024
/** Larger than any block that a peer can send. */
export const MOST_RECORD_BYTES = 64 * 1024 * 1024
/** A larger file is no backup of anyone's books. */
export const MOST_BACKUP_BYTES = 256 * 1024 * 1024 * 1024

const hex = (pattern: RegExp) => v.pipe(v.string(), v.regex(pattern))
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
/** A 32-byte key in a secret box. */
const sealedKey = hex(/^[0-9a-f]{144}$/)
/** The same, or a sealed box for the member's key (backup-phrase.ts). */
const sealedForPhrase = hex(/^(?:[0-9a-f]{144}|[0-9a-f]{192})$/)

export const BackupHeaderFile = v.strictObject({
  version: v.literal(VERSION),
  madeMs: count,
  /** The stream's own header, 24 bytes. */
  stream: hex(/^[0-9a-f]{48}$/),
  phrase: sealedForPhrase,
  passphrase: v.nullable(v.strictObject({ stretching: StretchingFile, sealed: sealedKey }))
})
export type BackupHeaderFile = v.InferOutput<typeof BackupHeaderFile>

/** What of the settings belongs to the person and not to the machine. */
const KeptSettings = v.object({
  memberName: SettingsSchema.entries.memberName,
  language: SettingsSchema.entries.language,
  theme: SettingsSchema.entries.theme,
  density: SettingsSchema.entries.density,
  network: v.object({
    mode: SettingsSchema.entries.network.entries.mode,
    bootstrap: SettingsSchema.entries.network.entries.bootstrap
  })
})
export type KeptSettings = v.InferOutput<typeof KeptSettings>

export const Manifest = v.strictObject({
  madeMs: count,
  /** Absent where a linked device made it, which does not have it. */
  memberSeed: v.optional(hex(/^[0-9a-f]{64}$/)),
  /** That device, and its signature of what every chunk is bound to. */
  by: v.optional(v.strictObject({ certificate: CertificateMessage, signature: hex(/^[0-9a-f]{128}$/) })),
  phrase: v.picklist(['unconfirmed', 'confirmed']),
  settings: KeptSettings,
  books: v.array(
    v.strictObject({
      book: v.pipe(v.string(), v.maxLength(64)),
      name: v.pipe(v.string(), v.maxLength(LIMITS.nameLength)),
      file: BookFile,
      /** At least this is in it. */
      vector: v.record(v.string(), count),
      /** Of the book at just this vector; null if entries came faster than it could be had. */
      digest: v.nullable(hex(/^[0-9a-f]{64}$/))
    })
  )
})
export type Manifest = v.InferOutput<typeof Manifest>

/** The key by which whoever has the phrase opens a backup's own. */
export const phraseKey = (memberSeed: Uint8Array): Uint8Array => derive(memberSeed, 'backup-phrase')

/** What every chunk is bound to. */
export const boundTo = (preambleAndHeader: Uint8Array): Uint8Array =>
  fingerprint('backup-header', preambleAndHeader)

export function encodeHeader(header: BackupHeaderFile): Uint8Array {
  const body = Buffer.from(JSON.stringify(header), 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.length)
  return Buffer.concat([MAGIC, length, body])
}

/** How long the header is that follows these first bytes. BACKUP_MALFORMED, BACKUP_TOO_LARGE. */
export function readPreamble(bytes: Uint8Array): Outcome<number> {
  const preamble = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (preamble.length < PREAMBLE_BYTES || !preamble.subarray(0, MAGIC.length).equals(MAGIC))
    return refuse('BACKUP_MALFORMED', 'This is no backup of Guildbook.')
  const length = preamble.readUInt32LE(MAGIC.length)
  if (length > MOST_HEADER_BYTES)
    return refuse('BACKUP_TOO_LARGE', 'This backup is damaged: its header is larger than any is.')
  return done(length)
}

/** BACKUP_MALFORMED, NEEDS_NEWER_VERSION. */
export function decodeHeader(bytes: Uint8Array): Outcome<BackupHeaderFile> {
  const value = safeJson(bytes)
  const version = v.safeParse(v.looseObject({ version: v.number() }), value)
  if (version.success && version.output.version > VERSION) return tooNew()
  const header = v.safeParse(BackupHeaderFile, value)
  return header.success ? done(header.output) : damaged('its header is not readable')
}

export const tooNew = (): Outcome<never> =>
  refuse('NEEDS_NEWER_VERSION', 'This backup was made by a newer version of Guildbook. Update this one first.')

export const damaged = (what: string): Outcome<never> =>
  refuse('BACKUP_MALFORMED', `This backup is damaged: ${what}.`)

export type BackupRecord =
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  | { readonly kind: 'pair'; readonly key: Uint8Array; readonly value: Uint8Array }
  /** Ends a book, in the order of the manifest. */
  | { readonly kind: 'end'; readonly pairs: number }

const KINDS = { manifest: 1, pair: 2, end: 3 } as const
export const RECORD_HEAD_BYTES = 5

export function encodeRecord(record: BackupRecord): Uint8Array {
  switch (record.kind) {
    case 'manifest':
      return framed(KINDS.manifest, [Buffer.from(JSON.stringify(record.manifest), 'utf8')])
    case 'pair': {
      const keyLength = Buffer.alloc(2)
      keyLength.writeUInt16LE(record.key.length)
      return framed(KINDS.pair, [keyLength, record.key, record.value])
    }
    case 'end': {
      const pairs = Buffer.alloc(6)
      pairs.writeUIntLE(record.pairs, 0, 6)
      return framed(KINDS.end, [pairs])
    }
  }
}

/** The body of a record whose head says `kind`. */
export function decodeRecord(kind: number, bytes: Uint8Array): Outcome<BackupRecord> {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (kind === KINDS.pair && body.length >= 2) {
    const keyEnd = 2 + body.readUInt16LE(0)
    if (keyEnd <= body.length)
      return done({ kind: 'pair', key: body.subarray(2, keyEnd), value: body.subarray(keyEnd) })
  }
  if (kind === KINDS.end && body.length === 6) return done({ kind: 'end', pairs: body.readUIntLE(0, 6) })
  if (kind === KINDS.manifest) {
    const manifest = v.safeParse(Manifest, safeJson(body))
    if (manifest.success) return done({ kind: 'manifest', manifest: manifest.output })
  }
  return damaged('it holds something that is not known here')
}

function framed(kind: number, parts: readonly Uint8Array[]): Uint8Array {
  const head = Buffer.alloc(RECORD_HEAD_BYTES)
  head[0] = kind
  head.writeUInt32LE(
    parts.reduce((sum, part) => sum + part.length, 0),
    1
  )
  return Buffer.concat([head, ...parts])
}

function safeJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return null
  }
}
