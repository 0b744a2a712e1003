import type { Encoding } from '../primitives.js'

/** Index into the entry's table of logs: 0 its own log, k the table's k - 1. */
export interface WirePlace {
  log: number
  index: number
  operation: number
}

export interface WireMoney {
  amountMinor: number
  currency: number
}

/** Absent optional fields are null; numbers are 0. */
export interface WirePosting extends WireMoney {
  account: WirePlace
  value: WireMoney | null
  note: string | null
}

export interface WireContent {
  date: number
  payee: string
  postings: readonly WirePosting[]
  note: string | null
  tags: readonly string[] | null
}

export interface WireTextChange {
  value: string
}

type WireRole = 'owner' | 'contributor' | 'bookkeeper' | 'viewer'

export interface WireKept {
  log: number
  length: number
}

export interface WireSealed {
  member: Uint8Array
  ephemeral: Uint8Array
  box: Uint8Array
}

/** Structs by name. */
export interface Structs {
  '@guildbook/entry-head': {
    version: number
    lamport: number
    wallMs: number
    operations: number
    dependencies: number
  }
  '@guildbook/entry-table': { logs: readonly Uint8Array[]; lengths: readonly number[] }
  '@guildbook/set-book': { name: WireTextChange | null; currency: number }
  '@guildbook/invite': { invite: Uint8Array; role: WireRole; expiresMs: number }
  '@guildbook/revoke-invite': { invite: Uint8Array }
  '@guildbook/admit': { member: Uint8Array; role: WireRole; name: string; invite: Uint8Array | null }
  '@guildbook/create-account': {
    name: string
    type: 'asset' | 'liability' | 'equity' | 'income' | 'expense'
    code: string
    parent: WirePlace | null
    currency: number
  }
  '@guildbook/edit-account': {
    account: WirePlace
    name: WireTextChange | null
    parent: { value: WirePlace | null } | null
    code: WireTextChange | null
    state: 'open' | 'closed' | null
  }
  '@guildbook/post': WireContent
  '@guildbook/amend': WireContent & { replaces: readonly WirePlace[] }
  '@guildbook/void': { replaces: readonly WirePlace[]; reason: string }
  '@guildbook/open-invite': {
    invite: Uint8Array
    role: WireRole
    expiresMs: number
    uses: number
    approval: 'words' | 'pre-approved'
    sealed: readonly WireSealed[]
  }
  '@guildbook/set-role': { member: Uint8Array; role: WireRole; kept: readonly WireKept[] }
  '@guildbook/remove': {
    member: Uint8Array
    reason: string
    kept: readonly WireKept[]
    notice: Uint8Array | null
  }
  '@guildbook/revoke-device': {
    device: Uint8Array
    kept: readonly WireKept[]
    notice: Uint8Array | null
  }
  '@guildbook/name-device': { device: Uint8Array; name: string }
  '@guildbook/rotate': { sealed: readonly WireSealed[] }
  '@guildbook/adopt': { place: WirePlace }
  '@guildbook/comment': { transaction: WirePlace; text: string }
  '@guildbook/header': {
    format: number
    founding: { founder: Uint8Array; nonce: Uint8Array; createdMs: number; signature: Uint8Array }
    device: {
      member: Uint8Array
      device: Uint8Array
      deviceName: string
      platform: string
      createdMs: number
      signature: Uint8Array
    }
    segment: number
    signature: Uint8Array
    previous: { log: Uint8Array; length: number } | null
  }
}

export declare function getEncoding<Name extends keyof Structs>(name: Name): Encoding<Structs[Name]>
export declare function setVersion(version: number): void
export declare const version: number
