import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  CHUNK_BYTES,
  encodeHeader,
  encodeRecord,
  type BackupRecord
} from '../../../core/engine/backup-format.js'
import { BackupFile } from '../../../core/engine/backup-reader.js'
import { BackupWriter, type BackupKeys } from '../../../core/engine/backup-writer.js'
import { stretch, type Stretching } from '../../../core/engine/passphrase.js'
import { codeOf, valueOf } from '../../helpers/book-world.js'
import { manifest, pair, PHRASE_KEYS, readRecords, SEED, writeRecords } from '../../helpers/backups.js'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'gb-backup-'))
  file = path.join(folder, 'a.guildbook-backup')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const stretching: Stretching = {
  algorithm: 'argon2id13',
  operations: 1,
  memoryBytes: 8 * 1024 * 1024,
  salt: '0102030405060708090a0b0c0d0e0f10'
}
const withPassphrase = async (passphrase: string): Promise<BackupKeys> => ({
  maker: { memberSeed: SEED },
  passphrase: await stretch(passphrase, stretching)
})

/** Megabytes are compared by what they come to. */
const sumOf = (record: BackupRecord): string => createHash('sha256').update(encodeRecord(record)).digest('hex')

describe('a backup file', () => {
  it('reads back what was written, however records lie in its chunks', async () => {
    const sizes = [0, 1, CHUNK_BYTES - 60, CHUNK_BYTES, 3 * CHUNK_BYTES + 7, 5]
    const records: BackupRecord[] = [manifest(), ...sizes.map(pair), { kind: 'end', pairs: sizes.length }]
    const size = await writeRecords(file, records)
    const read = await readRecords(file)
    if (typeof read === 'string') throw new Error(read)
    expect(read.map(sumOf)).toEqual(records.map(sumOf))
    expect((await stat(file)).size).toBe(size)
    expect((await stat(file)).mode & 0o077).toBe(0)
    expect(await readdir(folder)).toEqual(['a.guildbook-backup'])
  })

  it('is there only when all of it is', async () => {
    const writer = await BackupWriter.begin(file, PHRASE_KEYS, 0)
    await writer.add(manifest())
    expect(await readdir(folder)).toEqual(['a.guildbook-backup.part'])
    await writer.abandon()
    expect(await readdir(folder)).toEqual([])
  })

  it('tells nothing of what is in it', async () => {
    const secret = randomBytes(32)
    await writeRecords(file, [manifest(), { kind: 'pair', key: secret, value: secret }])
    const bytes = await readFile(file)
    for (const hidden of [
      secret,
      Buffer.from(SEED),
      Buffer.from(Buffer.from(SEED).toString('hex')),
      Buffer.from('Ana')
    ])
      expect(bytes.includes(hidden)).toBe(false)
  })

  it('opens by the phrase of its maker, and by its passphrase', async () => {
    await writeRecords(file, [manifest()], await withPassphrase('correct horse'))
    expect(await readRecords(file)).toHaveLength(1)
    expect(await readRecords(file, { passphrase: 'correct horse' })).toHaveLength(1)
    expect(await readRecords(file, { passphrase: 'wrong horse' })).toBe('BACKUP_KEY_WRONG')
    expect(await readRecords(file, { memberSeed: randomBytes(32) })).toBe('BACKUP_KEY_WRONG')
    const opened = valueOf(await BackupFile.open(file))
    expect(opened.describe(file)).toMatchObject({ path: file, opensWith: ['phrase', 'passphrase'] })
    await opened.close()
  })

  it('without a passphrase opens by the phrase only', async () => {
    await writeRecords(file, [manifest()])
    expect(await readRecords(file, { passphrase: 'correct horse' })).toBe('BACKUP_KEY_WRONG')
  })

  it('is refused with any of its bytes changed', async () => {
    await writeRecords(
      file,
      [manifest(), pair(200), { kind: 'end', pairs: 1 }],
      await withPassphrase('correct horse')
    )
    const whole = await readFile(file)
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] as number) ^ (1 << (at % 8))
      await writeFile(file, changed)
      const read = await readRecords(file)
      if (typeof read !== 'string') throw new Error(`byte ${at} of ${whole.length} can be changed`)
    }
    await writeFile(file, whole)
    expect(await readRecords(file)).toHaveLength(3)
  })

  it('is refused with several bytes changed, parts swapped, or its end missing or longer', async () => {
    await writeRecords(file, [manifest(), pair(CHUNK_BYTES * 3)])
    const whole = await readFile(file)
    const damage = fc.oneof(
      fc.record({
        kind: fc.constant('set' as const),
        at: fc.nat(whole.length - 1),
        bytes: fc.uint8Array({ minLength: 1, maxLength: 64 })
      }),
      fc.record({ kind: fc.constant('cut' as const), at: fc.nat(whole.length - 1) }),
      fc.record({ kind: fc.constant('add' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) }),
      fc.record({
        kind: fc.constant('swap' as const),
        a: fc.nat(whole.length - 400),
        b: fc.nat(whole.length - 400)
      })
    )
    await fc.assert(
      fc.asyncProperty(damage, async (what) => {
        const changed = Buffer.from(whole)
        if (what.kind === 'set') changed.set(what.bytes.subarray(0, whole.length - what.at), what.at)
        if (what.kind === 'swap') {
          changed.set(whole.subarray(what.a, what.a + 400), what.b)
          changed.set(whole.subarray(what.b, what.b + 400), what.a)
        }
        const bytes =
          what.kind === 'cut'
            ? whole.subarray(0, what.at)
            : what.kind === 'add'
              ? Buffer.concat([whole, what.bytes])
              : changed
        fc.pre(!bytes.equals(whole))
        await writeFile(file, bytes)
        expect(await readRecords(file)).toEqual(expect.any(String))
      }),
      { numRuns: 300 }
    )
  })

  it('says that its end is missing, wherever it was cut between chunks', async () => {
    await writeRecords(file, [manifest(), pair(CHUNK_BYTES * 2)])
    const size = (await stat(file)).size
    for (const cut of [1, CHUNK_BYTES / 2, CHUNK_BYTES + 100]) {
      await truncate(file, size - cut)
      expect(await readRecords(file)).toBe('BACKUP_TRUNCATED')
    }
  })

  it('is refused when chunks of another backup of the same person stand in it', async () => {
    const other = path.join(folder, 'b.guildbook-backup')
    await writeRecords(file, [manifest(), pair(1000)])
    await writeRecords(other, [manifest(), pair(1000)])
    const [one, two] = [await readFile(file), await readFile(other)]
    const chunks = one.length - 1600
    await writeFile(file, Buffer.concat([one.subarray(0, chunks), two.subarray(chunks)]))
    expect(await readRecords(file)).toBe('BACKUP_ALTERED')
  })
})

describe('a file that is no backup', () => {
  const header = {
    version: 1 as const,
    madeMs: 0,
    stream: '00'.repeat(24),
    phrase: '00'.repeat(72),
    passphrase: null
  }

  it('is refused for what it is', async () => {
    const given: readonly (readonly [Buffer | string, string])[] = [
      ['', 'BACKUP_MALFORMED'],
      ['GBBACK', 'BACKUP_MALFORMED'],
      ['%PDF-1.7 something else altogether', 'BACKUP_MALFORMED'],
      [Buffer.concat([Buffer.from('GBBACKUP'), Buffer.from([255, 255, 255, 127])]), 'BACKUP_TOO_LARGE'],
      [
        Buffer.concat([Buffer.from('GBBACKUP'), Buffer.from([100, 0, 0, 0]), Buffer.from('{}')]),
        'BACKUP_TRUNCATED'
      ],
      [Buffer.from(encodeHeader({ ...header, version: 2 as 1 })), 'NEEDS_NEWER_VERSION'],
      [Buffer.from(encodeHeader({ ...header, stream: 'xyz' })), 'BACKUP_MALFORMED'],
      [Buffer.from(encodeHeader(header)), 'BACKUP_KEY_WRONG']
    ]
    for (const [bytes, code] of given) {
      await writeFile(file, bytes)
      expect([bytes.toString().slice(0, 12), await readRecords(file)]).toEqual([
        bytes.toString().slice(0, 12),
        code
      ])
    }
    expect(codeOf(await BackupFile.open(path.join(folder, 'nowhere')))).toBe('FILE_UNREADABLE')
    expect(codeOf(await BackupFile.open(folder))).toBe('FILE_UNREADABLE')
  })

  it('has no more memory or time than honest ones for a passphrase', async () => {
    for (const more of [{ memoryBytes: 2 ** 36 }, { operations: 1000 }]) {
      const passphrase = { stretching: { ...stretching, ...more }, sealed: '00'.repeat(72) }
      await writeFile(file, encodeHeader({ ...header, passphrase }))
      expect(await readRecords(file, { passphrase: 'correct horse' })).toBe('BACKUP_MALFORMED')
    }
  })

  it('is refused when it is larger than any backup, before anything of it is read', async () => {
    await writeRecords(file, [manifest()])
    // Sparse: it takes no room.
    await truncate(file, 300 * 1024 ** 3)
    expect(await readRecords(file)).toBe('BACKUP_TOO_LARGE')
  })

  it('never makes the reader throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (bytes, isDressed) => {
        const dressed = isDressed
          ? Buffer.concat([Buffer.from(encodeHeader(header)), bytes])
          : Buffer.from(bytes)
        await writeFile(file, dressed)
        expect(await readRecords(file)).toEqual(expect.any(String))
      })
    )
  })
})
