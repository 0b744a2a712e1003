/** The shapes of the sealed files of a data folder. Bytes are hex. */
import { Buffer } from 'node:buffer'
import * as v from 'valibot'
import {
  LIMITS,
  ROLES,
  type DeviceId,
  type DeviceLinkId,
  type InviteId,
  type LogId,
  type MemberId
} from '../contract/index.js'
import type { Epoch } from '../log/secrets.js'
import type { WriterState } from '../log/writer.js'
import { CertificateMessage, count, GreetMessage, WelcomeMessage } from '../sync/messages.js'
import type { DeviceLinkRecord } from '../sync/linking-holder.js'
import type { ArrivalRecord } from '../sync/linking-newcomer.js'
import { ReceiveMessage } from '../sync/linking-wire.js'
import type { InviteRecord } from '../sync/pairing-inviter.js'
import type { JoinRecord } from '../sync/pairing-newcomer.js'
import type { Vault } from './vault.js'

const hex = (bytes: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)))
const text = v.pipe(v.string(), v.maxLength(LIMITS.nameLength))

const FoundingFile = v.strictObject({ founder: hex(32), nonce: hex(32), createdMs: count, signature: hex(64) })

const FullIdentityFile = v.strictObject({
  /** Secret: who this person is, in all their books. */
  memberSeed: hex(32),
  /** Secret: this device. */
  deviceSeed: hex(32),
  createdMs: count,
  /** When the person showed that the recovery phrase is written down. */
  phraseConfirmedMs: v.optional(count)
})
export type FullIdentityFile = v.InferOutput<typeof FullIdentityFile>

/** A device that another one linked: it has that one's word for it, and not the member's key. */
export const LinkedIdentityFile = v.strictObject({
  /** Secret: this device. */
  deviceSeed: hex(32),
  certificate: CertificateMessage,
  /** Foundings that the member signed in advance: this device makes a book of each, once. */
  foundings: v.array(FoundingFile)
})
export type LinkedIdentityFile = v.InferOutput<typeof LinkedIdentityFile>

export const IdentityFile = v.union([FullIdentityFile, LinkedIdentityFile])
export type IdentityFile = v.InferOutput<typeof IdentityFile>

export const BookFile = v.strictObject({
  founding: FoundingFile,
  /** Secret: whoever has it can read what was written with it. The founding one. */
  secret: hex(32),
  /** Those that came in its place since, oldest first. */
  later: v.optional(v.array(v.strictObject({ epoch: v.string(), secret: hex(32) }))),
  /** Another device said that this one gets nothing new any more. */
  farewell: v.optional(
    v.nullable(
      v.strictObject({
        code: v.picklist(['MEMBER_REMOVED', 'DEVICE_REVOKED']),
        byName: v.string(),
        toldMs: count
      })
    )
  ),
  kind: v.picklist(['shared', 'sample']),
  /** Member who let this device in, and whose devices it therefore trusts before it has read the book. */
  inviter: v.nullable(hex(32)),
  /** Logs to ask for first. */
  logs: v.array(v.string())
})
export type BookFile = v.InferOutput<typeof BookFile>

const WriterFile = v.strictObject({
  segment: count,
  log: v.string(),
  seed: hex(32),
  mark: v.picklist(['open', 'closed']),
  length: count,
  epoch: v.optional(v.string(), 'founding')
})

const InviteFile = v.array(
  v.strictObject({
    invite: v.string(),
    secret: hex(12),
    role: v.picklist(ROLES),
    expiresMs: count,
    knocks: v.array(
      v.strictObject({
        member: v.string(),
        memberKey: hex(32),
        name: text,
        deviceName: text,
        deviceKey: hex(32),
        commitment: hex(32),
        nonce: hex(32),
        theirNonce: v.nullable(hex(32)),
        verdict: v.picklist(['waiting', 'admitted', 'refused', 'done'])
      })
    )
  })
)

const JoinFile = v.array(
  v.strictObject({
    invite: v.string(),
    secret: hex(12),
    name: text,
    nonce: hex(32),
    greeting: v.nullable(GreetMessage),
    welcome: v.nullable(WelcomeMessage),
    refused: v.nullable(v.string())
  })
)

const SightingFile = v.array(
  v.strictObject({
    member: v.string(),
    device: v.string(),
    deviceName: text,
    platform: text,
    seenMs: count,
    lengths: v.record(v.string(), count)
  })
)
export type SightingFile = v.InferOutput<typeof SightingFile>

const DeviceLinkFile = v.array(
  v.strictObject({
    id: v.string(),
    secret: hex(12),
    createdMs: count,
    expiresMs: count,
    state: v.picklist(['open', 'withdrawn']),
    arrivals: v.array(
      v.strictObject({
        device: v.string(),
        deviceKey: hex(32),
        deviceName: text,
        platform: text,
        commitment: hex(32),
        nonce: hex(32),
        theirNonce: v.nullable(hex(32)),
        verdict: v.picklist(['waiting', 'confirmed', 'refused', 'linked']),
        certificate: v.nullable(CertificateMessage)
      })
    )
  })
)

export const ArrivalFile = v.strictObject({
  id: v.string(),
  secret: hex(12),
  deviceName: text,
  deviceSeed: hex(32),
  nonce: hex(32),
  greeting: v.nullable(ReceiveMessage),
  refused: v.nullable(v.string()),
  /** Those that were handed over, and what was there; null before. */
  books: v.nullable(
    v.array(v.strictObject({ book: v.string(), bookName: text, vector: v.record(v.string(), count) }))
  )
})

/** An arrival as it is kept: `books` once everything was handed over. */
export type KeptArrival = ArrivalRecord & Pick<v.InferOutput<typeof ArrivalFile>, 'books'>

/** Reads a sealed file of a known shape; null if there is none. Throws if it is not of that shape. */
export async function readSealed<const Schema extends v.GenericSchema>(
  vault: Vault,
  path: string,
  schema: Schema
): Promise<v.InferOutput<Schema> | null> {
  const value = await vault.read(path)
  return value === null ? null : v.parse(schema, value)
}

export async function readWriterState(vault: Vault, path: string): Promise<WriterState | null> {
  const file = await readSealed(vault, path, WriterFile)
  return (
    file && {
      ...file,
      log: file.log as LogId,
      epoch: file.epoch as Epoch,
      seed: new Uint8Array(Buffer.from(file.seed, 'hex'))
    }
  )
}

export const writeWriterState = (vault: Vault, path: string, state: WriterState): Promise<void> =>
  vault.write(path, { ...state, seed: Buffer.from(state.seed).toString('hex') })

export async function readInvites(vault: Vault, path: string): Promise<InviteRecord[]> {
  const file = (await readSealed(vault, path, InviteFile)) ?? []
  return file.map((record) => ({
    ...record,
    invite: record.invite as InviteId,
    knocks: record.knocks.map((knock) => ({ ...knock, member: knock.member as MemberId }))
  }))
}

export async function readJoins(vault: Vault, path: string): Promise<JoinRecord[]> {
  return ((await readSealed(vault, path, JoinFile)) ?? []) as JoinRecord[]
}

export async function readDeviceLinks(vault: Vault, path: string): Promise<DeviceLinkRecord[]> {
  const file = (await readSealed(vault, path, DeviceLinkFile)) ?? []
  return file.map((record) => ({
    ...record,
    id: record.id as DeviceLinkId,
    arrivals: record.arrivals.map((arrival) => ({ ...arrival, device: arrival.device as DeviceId }))
  }))
}

export const readArrivals = async (vault: Vault, path: string): Promise<KeptArrival[]> =>
  ((await readSealed(vault, path, v.array(ArrivalFile))) ?? []) as KeptArrival[]

export const readSightings = async (vault: Vault, path: string): Promise<SightingFile> =>
  (await readSealed(vault, path, SightingFile)) ?? []
