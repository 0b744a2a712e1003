/** Small backup files made of whatever a test wants, and what reading one comes to. */
import { randomBytes } from 'node:crypto'
import type { ErrorCode, MemberId } from '../../core/contract/index.js'
import type { BackupRecord, Manifest } from '../../core/engine/backup-format.js'
import { BackupFile, type BackupOpener } from '../../core/engine/backup-reader.js'
import { BackupWriter, type BackupKeys } from '../../core/engine/backup-writer.js'

export const SEED = new Uint8Array(Buffer.alloc(32, 9))
export const PHRASE_KEYS: BackupKeys = { maker: { memberSeed: SEED }, passphrase: null }

export const manifest = (books: Manifest['books'] = []): Extract<BackupRecord, { kind: 'manifest' }> => ({
  kind: 'manifest',
  manifest: {
    madeMs: 1_700_000_000_000,
    memberSeed: Buffer.from(SEED).toString('hex'),
    phrase: 'confirmed',
    settings: {
      memberName: 'Ana' as MemberId,
      language: 'en',
      theme: 'dark',
      density: 'dense',
      network: { mode: 'on', bootstrap: [] }
    },
    books
  }
})

export const pair = (bytes: number): BackupRecord => ({
  kind: 'pair',
  key: randomBytes(20),
  value: randomBytes(bytes)
})

export async function writeRecords(
  path: string,
  records: readonly BackupRecord[],
  keys: BackupKeys = PHRASE_KEYS
): Promise<number> {
  const writer = await BackupWriter.begin(path, keys, 1_700_000_000_000)
  for (const record of records) await writer.add(record)
  return writer.finish()
}

/** All records of a file, or the code that it is refused with. */
export async function readRecords(
  path: string,
  opener: BackupOpener = { memberSeed: SEED }
): Promise<BackupRecord[] | ErrorCode> {
  const file = await BackupFile.open(path)
  if (!file.ok) return file.error.code
  try {
    const key = await file.value.key(opener)
    if (!key.ok) return key.error.code
    const records: BackupRecord[] = []
    for await (const record of file.value.records(key.value)) {
      if (!record.ok) return record.error.code
      records.push(record.value)
    }
    return records
  } finally {
    await file.value.close()
  }
}
