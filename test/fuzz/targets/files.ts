/** Files of the data folder, and backups: written by this program, and changed by anything since. */
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import * as v from 'valibot'
import type { BookId, LogId } from '../../../core/contract/index.js'
import {
  decodeHeader,
  decodeRecord,
  encodeRecord,
  readPreamble,
  RECORD_HEAD_BYTES
} from '../../../core/engine/backup-format.js'
import { BackupFile } from '../../../core/engine/backup-reader.js'
import { RecordParser } from '../../../core/engine/backup-records.js'
import { BackupWriter } from '../../../core/engine/backup-writer.js'
import { Keyring } from '../../../core/engine/keyring.js'
import { decodeKeyring, encodeKeyring } from '../../../core/engine/keyring-file.js'
import { PLAIN_KEYS } from '../../../core/engine/plain-keys.js'
import { BookFile, IdentityFile } from '../../../core/engine/sealed-files.js'
import { seal, unseal } from '../../../core/engine/secret-box.js'
import { SettingsFile, SettingsSchema } from '../../../core/engine/settings-file.js'
import { manifest, PHRASE_KEYS, SEED } from '../../helpers/backups.js'
import { keyNumber } from '../../helpers/operations.js'
import { again, Broken, same, textOf, utf8, verdictOf, words, type Target, type Verdict } from '../target.js'

const KIB = 1024
const hex = (bytes: number, fill: number): string => Buffer.alloc(bytes, fill).toString('hex')

/** In memory where there is such a place: what is read here is written a moment before. */
const folder = mkdtempSync(path.join(os.tmpdir(), 'gb-fuzz-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

const JSON_WORDS = words(
  '"',
  '{}',
  '[]',
  'null',
  '-1',
  '1e999',
  '0.5',
  '"__proto__":{},',
  '\\u0000',
  'true',
  '[['
)

/** A file that is plain JSON, put where it is looked for and read from there. */
const jsonFile = (
  name: string,
  file: string,
  seeds: readonly unknown[],
  read: (folder: string) => Promise<Verdict>
): Target => ({
  name,
  seeds: seeds.map((each) => utf8(JSON.stringify(each))),
  words: JSON_WORDS,
  mostBytes: 16 * KIB,
  async check(input) {
    const at = path.join(folder, name)
    await mkdir(at, { recursive: true })
    await writeFile(path.join(at, file), input)
    return read(at)
  }
})

const SETTINGS = {
  memberName: 'Ada',
  deviceName: 'Laptop',
  language: 'zh-Hans',
  theme: 'dark',
  density: 'dense',
  network: { mode: 'on', host: '', port: 49737, bootstrap: ['example.org:1'] },
  autoLockMs: 60_000,
  backup: { mode: 'daily', folder: '/home/ada', keep: 3 }
}

/** Whatever is in the file, there are settings, and all of them are as they should be. */
export const settings: Target = {
  name: 'settings-file',
  seeds: [SETTINGS, { theme: 'light' }, {}].map((each) => utf8(JSON.stringify(each))),
  words: JSON_WORDS,
  mostBytes: 16 * KIB,
  check(input): Verdict {
    const { current } = SettingsFile.read('settings.json', input)
    const shaped = v.safeParse(SettingsSchema, current)
    if (!shaped.success) throw new Broken('settings that are none')
    same('the settings', shaped.output, current)
    return current.memberName === 'Ada' ? 'taken' : 'refused'
  }
}

const STRETCHING = { algorithm: 'argon2id13', operations: 1, memoryBytes: 8 * KIB * KIB, salt: hex(16, 1) }
const KEYRINGS = [
  { version: 1, kind: 'plain', wrapped: hex(32, 7) },
  { version: 2, kind: 'keyring', wrapped: hex(72, 7), passphrase: STRETCHING }
]

export const keyring = jsonFile('keyring-file', 'keyring.json', KEYRINGS, async (at) => {
  const opened = await Keyring.open(at, PLAIN_KEYS)
  const verdict = verdictOf(opened, () => {})
  // Without a passphrase nothing is stretched: it opens, or says why not.
  if (opened.ok && opened.value.passphrase === 'none')
    verdictOf(await opened.value.unlock(null), (vault) => vault.forget())
  return verdict
})

/** What of it is read before anything is stretched: what a file asks for stays within bounds, and nothing is lost. */
export const keyringContent: Target = {
  name: 'keyring-content',
  seeds: KEYRINGS.map((each) => utf8(JSON.stringify(each))),
  words: JSON_WORDS,
  mostBytes: 16 * KIB,
  check(input): Verdict {
    const kept = decodeKeyring(input)
    if (!kept) return 'refused'
    const { operations = 1, memoryBytes = 0 } = kept.passphrase ?? {}
    if (operations > 16 || memoryBytes > KIB * KIB * KIB)
      throw new Broken(`a key that takes ${operations} times ${memoryBytes} bytes`)
    same('a keyring', decodeKeyring(encodeKeyring(kept)), kept)
    return 'taken'
  }
}

const KEY = new Uint8Array(32).fill(5)
const LOG = keyNumber<LogId>(1)
const BOOK_FILE: BookFile = {
  founding: { founder: hex(32, 1), nonce: hex(32, 2), createdMs: 5, signature: hex(64, 3) },
  secret: hex(32, 4),
  later: [{ epoch: `${LOG}-1-0`, secret: hex(32, 5) }],
  farewell: null,
  kind: 'shared',
  inviter: null,
  logs: [LOG]
}
const IDENTITY_FILE: IdentityFile = { memberSeed: hex(32, 1), deviceSeed: hex(32, 2), createdMs: 1 }
const SEALED = [IDENTITY_FILE, BOOK_FILE].map((file) => seal(utf8(JSON.stringify(file)), KEY))

/** What was sealed opens as it was, and nothing else does. */
export const sealedFile: Target = {
  name: 'sealed-file',
  seeds: SEALED,
  words: [],
  mostBytes: 4 * KIB,
  check(input): Verdict {
    const plain = unseal(input, KEY)
    if (!plain) return 'refused'
    if (!SEALED.some((each) => Buffer.compare(each, input) === 0))
      throw new Broken('a file that was changed opens')
    return 'taken'
  }
}

/** Should somebody have the key: what is in a sealed file is of its shape, or it is none. */
export const sealedContent: Target = {
  name: 'sealed-content',
  seeds: [IDENTITY_FILE, BOOK_FILE].map((file) => utf8(JSON.stringify(file))),
  words: JSON_WORDS,
  mostBytes: 16 * KIB,
  check(input): Verdict {
    const value = parsed(input)
    let verdict: Verdict = 'refused'
    for (const schema of [IdentityFile, BookFile]) {
      const read = v.safeParse(schema, value)
      if (!read.success) continue
      same('a sealed file', v.parse(schema, JSON.parse(JSON.stringify(read.output))), read.output)
      verdict = 'taken'
    }
    return verdict
  }
}

function parsed(input: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(input))
  } catch {
    return null
  }
}

const RECORDS = [
  manifest([
    { book: LOG as string as BookId, name: 'Club', file: BOOK_FILE, vector: { [LOG]: 3 }, digest: hex(32, 8) }
  ]),
  { kind: 'pair' as const, key: new Uint8Array(20).fill(1), value: new Uint8Array(300).fill(2) },
  { kind: 'end' as const, pairs: 1 }
]

/** The parts of a backup that stand in the clear or come out of its stream. */
export const backupParts: Target = {
  name: 'backup-parts',
  seeds: RECORDS.map((record) => new Uint8Array(encodeRecord(record))),
  words: [...JSON_WORDS, ...words('GBBACKUP')],
  mostBytes: 16 * KIB,
  check(input): Verdict {
    verdictOf(readPreamble(input), () => {})
    verdictOf(decodeHeader(input), (header) => same('a header', JSON.parse(JSON.stringify(header)), header))
    const body = input.subarray(RECORD_HEAD_BYTES)
    return verdictOf(decodeRecord(input[0] ?? 0, body), (record) => {
      const written = encodeRecord(record)
      const read = decodeRecord(written[0] as number, written.subarray(RECORD_HEAD_BYTES))
      same('a record', read.ok && JSON.stringify(read.value), JSON.stringify(record))
    })
  }
}

/** What comes out of a backup's stream, should its maker have meant harm: the same records however it was cut. */
export const backupRecords: Target = {
  name: 'backup-records',
  seeds: [
    new Uint8Array(Buffer.concat(RECORDS.map(encodeRecord))),
    new Uint8Array(Buffer.concat([...RECORDS.slice(1), ...RECORDS.slice(1)].map(encodeRecord)))
  ],
  words: [...JSON_WORDS, ...[1, 2, 3].map((kind) => Uint8Array.from([kind, 0, 0, 0, 0]))],
  mostBytes: 16 * KIB,
  check(input): Verdict {
    const whole = recordsOf([input])
    const cut = Array.from({ length: Math.ceil(input.length / 97) }, (_, at) =>
      input.subarray(at * 97, at * 97 + 97)
    )
    same('what came in pieces', recordsOf(cut), whole)
    return whole.includes('refused') || whole.includes('rest') ? 'refused' : 'taken'
  }
}

/** The records that are in these chunks, as they are written; at the end, what was wrong. */
function recordsOf(chunks: readonly Uint8Array[]): string[] {
  const parser = new RecordParser()
  const all: string[] = []
  const input = Buffer.concat(chunks)
  let at = 0
  for (const chunk of chunks) {
    for (const record of parser.take(chunk)) {
      const verdict = verdictOf(record, (taken) => {
        const written = encodeRecord(taken)
        const read = decodeRecord(written[0] as number, written.subarray(RECORD_HEAD_BYTES))
        same('a record', again('a record', read), taken)
        const end = at + RECORD_HEAD_BYTES + input.readUInt32LE(at + 1)
        // Of JSON there are many forms; of all else only one.
        if (taken.kind !== 'manifest')
          same('what a record was read from', input.subarray(at, end), Buffer.from(written))
        all.push(Buffer.from(written).toString('latin1'))
        at = end
      })
      // Whoever reads a backup stops here.
      if (verdict === 'refused') return [...all, verdict]
    }
  }
  return parser.hasRest ? [...all, 'rest'] : all
}

async function backupOf(records: Parameters<typeof encodeRecord>[0][], name: string): Promise<Uint8Array> {
  const at = path.join(folder, `${name}.guildbook-backup`)
  const writer = await BackupWriter.begin(at, PHRASE_KEYS, 1_700_000_000_000)
  for (const record of records) await writer.add(record)
  await writer.finish()
  const { readFile } = await import('node:fs/promises')
  const bytes = await readFile(at)
  await rm(at)
  return new Uint8Array(bytes)
}

/** A whole file: what its maker did not write is not read as if it were. */
export async function backupFile(): Promise<Target> {
  const seeds = [await backupOf(RECORDS, 'whole'), await backupOf(RECORDS.slice(0, 1), 'empty')]
  const at = path.join(folder, 'fuzzed.guildbook-backup')
  return {
    name: 'backup-file',
    seeds,
    words: words('GBBACKUP', '"version":1', '"version":2'),
    mostBytes: 16 * KIB,
    async check(input) {
      await writeFile(at, input)
      const opened = await BackupFile.open(at)
      if (!opened.ok) return verdictOf(opened, () => {})
      try {
        const key = await opened.value.key({ memberSeed: SEED })
        if (!key.ok) return verdictOf(key, () => {})
        for await (const record of opened.value.records(key.value)) {
          const verdict = verdictOf(record, () => {})
          if (verdict === 'refused') return verdict
        }
      } finally {
        await opened.value.close()
      }
      if (!seeds.some((each) => Buffer.compare(each, input) === 0))
        throw new Broken('a backup that was changed is whole')
      return 'taken'
    }
  }
}
