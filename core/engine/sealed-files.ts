/** The shapes of the sealed files of a data folder. Bytes are hex. */
import { Buffer } from 'node:buffer'
import * as v from 'valibot'
import { LIMITS, ROLES, type InviteId, type LogId, type MemberId } from '../contract/index.js'
import type { Epoch } from '../log/secrets.js'
import type { WriterState } from '../log/writer.js'
import { GreetMessage, WelcomeMessage } from '../sync/messages.js'
import type { InviteRecord } from '../sync/pairing-inviter.js'
import type { JoinRecord } from '../sync/pairing-newcomer.js'
import type { Vault } from './vault.js'

const hex = (bytes: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)))
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const text = v.pipe(v.string(), v.maxLength(LIMITS.nameLength))

export const IdentityFile = v.strictObject({
  /** Secret: who this person is, in all their books. */
  memberSeed: hex(32),
  /** Secret: this device. */
  deviceSeed: hex(32),
  createdMs: count,
  /** When the person showed that the recovery phrase is written down. */
  phraseConfirmedMs: v.optional(count)
})
export type IdentityFile = v.InferOutput<typeof IdentityFile>

export const BookFile = v.strictObject({
  founding: v.strictObject({ founder: hex(32), nonce: hex(32), createdMs: count, signature: hex(64) }),
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

export const readSightings = async (vault: Vault, path: string): Promise<SightingFile> =>
  (await readSealed(vault, path, SightingFile)) ?? []
