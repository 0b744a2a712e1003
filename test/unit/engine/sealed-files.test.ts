import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  BookFile,
  IdentityFile,
  readInvites,
  readJoins,
  readSealed,
  readSightings,
  readWriterState,
  writeWriterState
} from '../../../core/engine/sealed-files.js'
import { Vault } from '../../../core/engine/vault.js'
import type { LogId, Place } from '../../../core/contract/index.js'
import { keyLike } from '../../helpers/book-world.js'

let folder: string
let file: string
let vault: Vault

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-sealed-'))
  file = path.join(folder, 'file.sealed')
  vault = new Vault(randomBytes(32))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const hex = (bytes: number): string => 'a7'.repeat(bytes)

const founding = { founder: hex(32), nonce: hex(32), createdMs: 1, signature: hex(64) }
const knock = {
  ...{ member: keyLike(1), memberKey: hex(32), name: 'Ben', deviceName: 'Laptop', deviceKey: hex(32) },
  ...{ commitment: hex(32), nonce: hex(32), theirNonce: null, verdict: 'waiting' }
}
const invite = { invite: 'invite', secret: hex(12), role: 'owner', expiresMs: 1, knocks: [knock] }
const greeting = {
  ...{ proof: hex(32), nonce: hex(32), inviter: hex(32), inviterName: 'Ana', bookName: 'Elm', role: 'owner' }
}
const join = {
  ...{ invite: 'invite', secret: hex(12), name: 'Ben', nonce: hex(32), refused: null },
  ...{ greeting, welcome: { founding, secret: hex(32), later: [], logs: [keyLike(3)] } }
}
const sighting = {
  ...{ member: keyLike(1), device: keyLike(2), deviceName: 'Laptop', platform: 'linux', seenMs: 1 },
  lengths: { [keyLike(3)]: 4 }
}

describe('a sealed file of a known shape', () => {
  it.each([
    [
      'identity',
      () => readSealed(vault, file, IdentityFile),
      { memberSeed: hex(32), deviceSeed: hex(32), createdMs: 1 }
    ],
    [
      'book',
      () => readSealed(vault, file, BookFile),
      { founding, secret: hex(32), kind: 'shared', inviter: null, logs: [] }
    ],
    ['invites', () => readInvites(vault, file), [invite]],
    ['joins', () => readJoins(vault, file), [join]],
    ['sightings', () => readSightings(vault, file), [sighting]]
  ])('is read as it was written, and refused where it is of another: %s', async (_name, read, value) => {
    const none = await read()
    expect(none === null || (Array.isArray(none) && none.length === 0)).toBe(true)
    await vault.write(file, value)
    expect(await read()).toEqual(value)
    const [one] = Array.isArray(value) ? value : [value]
    const wrap = (changed: unknown): unknown => (Array.isArray(value) ? [changed] : changed)
    for (const field of Object.keys(one as object)) {
      const { [field]: _gone, ...without } = one as Record<string, unknown>
      for (const changed of [without, { ...one, [field]: 7.5 }, { ...one, [`${field}2`]: 1 }]) {
        await vault.write(file, wrap(changed))
        await expect(read(), `${field} in ${JSON.stringify(changed)}`).rejects.toThrow()
      }
    }
  })
})

describe('the writer’s state', () => {
  it('comes back as it was, bytes as bytes', async () => {
    expect(await readWriterState(vault, file)).toBeNull()
    const seed = new Uint8Array(randomBytes(32))
    const first = { segment: 3, log: keyLike(1) as LogId, seed, mark: 'closed', length: 12 } as const
    const state = { ...first, epoch: `${keyLike(2)}-1-0` as Place }
    await writeWriterState(vault, file, state)
    expect(await readWriterState(vault, file)).toEqual(state)
    // The first version of Guildbook knew of no other secret than the founding one.
    await vault.write(file, { ...first, seed: Buffer.from(seed).toString('hex') })
    expect(await readWriterState(vault, file)).toEqual({ ...first, epoch: 'founding' })
  })
})
