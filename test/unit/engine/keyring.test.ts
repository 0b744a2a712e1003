import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { KeyProtector } from '../../../core/engine/engine.js'
import { Keyring, openVault } from '../../../core/engine/keyring.js'
import { PLAIN_KEYS } from '../../../core/engine/plain-keys.js'
import type { Vault } from '../../../core/engine/vault.js'
import { codeOf, valueOf } from '../../helpers/book-world.js'

let folder: string
beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'gb-keyring-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

const secretFile = () => path.join(folder, 'secret.sealed')
const kept = async () =>
  JSON.parse(await readFile(path.join(folder, 'keyring.json'), 'utf8')) as Record<string, unknown>
/** As weak as is allowed: what is tested here does not depend on how long it takes. */
const strength = { operations: 1, memoryBytes: 8 * 1024 * 1024 }
const keyring = async (keys: KeyProtector = PLAIN_KEYS) =>
  valueOf(await Keyring.open(folder, keys, { strength }))
const secretOf = (vault: Vault) => vault.read(secretFile())

async function withSecret(passphrase: string | null, keys?: KeyProtector): Promise<void> {
  const made = await keyring(keys)
  const vault = valueOf(await made.unlock(null))
  await vault.write(secretFile(), { word: 'plover' })
  if (passphrase !== null) valueOf(await made.setPassphrase(passphrase, undefined))
}

/** A system's keyring, as far as can be seen from here: what it wraps only it unwraps. */
const systemKeys = (): KeyProtector => ({
  kind: 'keyring',
  wrap: (secret) => Promise.resolve(secret.map((byte) => byte ^ 0x5a)),
  unwrap: (wrapped) => Promise.resolve(wrapped.map((byte) => byte ^ 0x5a))
})

describe('a folder without a passphrase', () => {
  it('opens by itself, and its file can be read by the first version of Guildbook', async () => {
    await withSecret(null)
    expect(await kept()).toEqual({
      version: 1,
      kind: 'plain',
      wrapped: expect.stringMatching(/^[0-9a-f]{64}$/)
    })
    expect(await secretOf(valueOf(await openVault(folder, PLAIN_KEYS)))).toEqual({ word: 'plover' })
  })

  it('has nothing to change or remove', async () => {
    await withSecret(null)
    const opened = await keyring()
    valueOf(await opened.unlock(null))
    expect(codeOf(await opened.removePassphrase('whatever'))).toBe('PASSPHRASE_NONE')
    expect(codeOf(await opened.check('whatever'))).toBe('PASSPHRASE_NONE')
  })

  it('refuses a damaged file, and one from the future', async () => {
    for (const text of [
      '',
      '{}',
      '{"version":3}',
      JSON.stringify({ version: 1, kind: 'plain', wrapped: 'xy' })
    ]) {
      await writeFile(path.join(folder, 'keyring.json'), text)
      expect(codeOf(await Keyring.open(folder, PLAIN_KEYS))).toBe('STORAGE_FAILED')
    }
  })
})

describe('a passphrase', () => {
  it('is needed from then on, and states how it is stretched', async () => {
    const made = valueOf(await Keyring.open(folder, PLAIN_KEYS))
    await valueOf(await made.unlock(null)).write(secretFile(), { word: 'plover' })
    valueOf(await made.setPassphrase('correct horse', undefined))
    expect(await kept()).toMatchObject({
      version: 2,
      passphrase: {
        algorithm: 'argon2id13',
        operations: 3,
        memoryBytes: 256 * 1024 * 1024,
        salt: expect.stringMatching(/^[0-9a-f]{32}$/) as string
      }
    })
    const locked = await keyring()
    expect(locked.passphrase).toBe('set')
    expect(codeOf(await locked.unlock(null))).toBe('KEYS_LOCKED')
    expect(codeOf(await locked.unlock('correct horsf'))).toBe('PASSPHRASE_WRONG')
    expect(await secretOf(valueOf(await locked.unlock('correct horse')))).toEqual({ word: 'plover' })
    expect(codeOf(await openVault(folder, PLAIN_KEYS))).toBe('KEYS_LOCKED')
  })

  it('is the same however its letters are put together', async () => {
    await withSecret('Zoe\u0308 Ångström')
    valueOf(await (await keyring()).unlock('Zo\u00eb A\u030angstro\u0308m'))
  })

  it('changes and goes only by the one that is set', async () => {
    await withSecret('correct horse')
    const opened = await keyring()
    valueOf(await opened.unlock('correct horse'))
    expect(codeOf(await opened.setPassphrase('battery staple', undefined))).toBe('PASSPHRASE_NEEDED')
    expect(codeOf(await opened.setPassphrase('battery staple', 'wrong one'))).toBe('PASSPHRASE_WRONG')
    expect(codeOf(await opened.setPassphrase('short', 'correct horse'))).toBe('PASSPHRASE_TOO_SHORT')
    valueOf(await opened.setPassphrase('battery staple', 'correct horse'))
    expect(codeOf(await (await keyring()).unlock('correct horse'))).toBe('PASSPHRASE_WRONG')
    expect(codeOf(await opened.removePassphrase('correct horse'))).toBe('PASSPHRASE_WRONG')
    valueOf(await opened.removePassphrase('battery staple'))
    expect(await kept()).toMatchObject({ version: 1 })
    expect(await secretOf(valueOf(await openVault(folder, PLAIN_KEYS)))).toEqual({ word: 'plover' })
  })

  it('comes on top of the system’s keyring: neither is enough alone', async () => {
    await withSecret('correct horse', systemKeys())
    expect(codeOf(await (await keyring(PLAIN_KEYS)).unlock('correct horse'))).toBe('KEYS_LOCKED')
    expect(codeOf(await (await keyring(systemKeys())).unlock('wrong horse'))).toBe('PASSPHRASE_WRONG')
    const vault = valueOf(await (await keyring(systemKeys())).unlock('correct horse'))
    expect(await secretOf(vault)).toEqual({ word: 'plover' })
  })

  it('gives backups a key of their own, the same in every run', async () => {
    await withSecret('correct horse')
    const [one, two] = [await keyring(), await keyring()]
    expect(() => one.backupKey).toThrow('locked')
    for (const opened of [one, two]) valueOf(await opened.unlock('correct horse'))
    expect(one.backupKey?.backup).toEqual(two.backupKey?.backup)
    expect(one.backupKey?.stretching).toEqual((await kept()).passphrase)
  })

  it('is refused where the file asks for more memory or time than any honest one', async () => {
    await withSecret('correct horse')
    const file = await kept()
    const asked = file.passphrase as object
    for (const more of [{ memoryBytes: 2 ** 40 }, { operations: 10_000 }, { memoryBytes: 1 }, { salt: '00' }]) {
      const changed = { ...file, passphrase: { ...asked, ...more } }
      await writeFile(path.join(folder, 'keyring.json'), JSON.stringify(changed))
      expect(codeOf(await Keyring.open(folder, PLAIN_KEYS))).toBe('STORAGE_FAILED')
    }
  })
})

describe('a vault that was forgotten', () => {
  it('neither reads nor writes any more, and does not say that it did', async () => {
    await withSecret(null)
    const opened = await keyring()
    const vault = valueOf(await opened.unlock(null))
    opened.forget()
    const late = Promise.race([
      vault.read(secretFile()),
      vault.write(secretFile(), { word: 'xyzzy' }),
      new Promise((resolve) => setTimeout(() => resolve('nothing'), 50))
    ])
    expect(await late).toBe('nothing')
    expect(await secretOf(valueOf(await openVault(folder, PLAIN_KEYS)))).toEqual({ word: 'plover' })
  })
})
