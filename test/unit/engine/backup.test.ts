import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import type { BackupStatus, BookId, EngineApi } from '../../../core/contract/index.js'
import { readPhrase } from '../../../core/identity/phrase.js'
import { codeOf, valueOf } from '../../helpers/book-world.js'
import { readRecords } from '../../helpers/backups.js'
import { createBook, Engines, payeesOf, post, type OpenEngine } from '../../helpers/real-engine.js'

// Passphrases take as long as they are meant to, and longer where machines are shared.
vi.setConfig({ testTimeout: 180_000 })

const engines = new Engines()
afterAll(() => engines.close())

const PASSPHRASE = 'correct horse battery'

const phraseOf = async (api: EngineApi): Promise<string> =>
  valueOf(await api.showPhrase({ language: 'en', sure: 'yes', passphrase: PASSPHRASE })).words.join(' ')

interface Kept extends OpenEngine {
  readonly books: readonly BookId[]
  readonly path: string
}

/** Two books with some entries, and a backup of them. */
async function backedUp(): Promise<Kept> {
  const open = await engines.open()
  const books = [await createBook(open.api, 'Club'), await createBook(open.api, 'House')]
  for (const [index, book] of books.entries()) {
    for (let number = 0; number < 5; number++) await post(open.api, book, `Payee ${index} ${number}`)
  }
  const target = path.join(await engines.folder(), 'mine.guildbook-backup')
  valueOf(await open.api.backup({ path: target }))
  return { ...open, books, path: target }
}

const stateOf = async (api: EngineApi, book: BookId) => {
  const { digest, vector } = valueOf(await api.syncStatus({ book }))
  return { digest, vector }
}

/** Every file of a folder with its content, but for what is always being written. */
async function contentsOf(folder: string): Promise<Record<string, string>> {
  const contents: Record<string, string> = {}
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (entry.isFile() && !file.includes('/store/'))
      contents[path.relative(folder, file)] = (await readFile(file)).toString('hex')
  }
  return contents
}

describe('a backup', () => {
  it('brings everything back by the phrase, as another device of the same person', async () => {
    const old = await backedUp()
    const phrase = await phraseOf(old.api)
    const fresh = await engines.open()
    const restored = valueOf(await fresh.api.restore({ path: old.path, by: { phrase } }))
    expect(restored.books.map(({ name }) => name).sort()).toEqual(['Club', 'House'])
    expect(restored.books.map(({ me }) => [me.name, me.role])).toEqual([
      ['Ana', 'owner'],
      ['Ana', 'owner']
    ])
    for (const book of old.books) {
      expect(await stateOf(fresh.api, book)).toEqual(await stateOf(old.api, book))
      expect(await payeesOf(fresh.api, book)).toEqual(await payeesOf(old.api, book))
    }
    expect(valueOf(await fresh.api.settings({})).memberName).toBe('Ana')
    expect(valueOf(await fresh.api.phraseState({})).state).toBe('confirmed')
    expect(await phraseOf(fresh.api)).toBe(phrase)

    const [book] = old.books as [BookId]
    await post(fresh.api, book, 'Printer')
    const { vector } = await stateOf(fresh.api, book)
    expect(Object.keys(vector)).toHaveLength(2)
    const devices = valueOf(await fresh.api.syncStatus({ book })).members[0]?.devices ?? []
    expect(devices.map(({ isThis }) => isThis).sort()).toEqual(['other', 'this'])

    await fresh.close()
    const again = await engines.open({ folder: fresh.folder })
    expect(await payeesOf(again.api, book)).toContain('Printer')
    expect((await readdir(fresh.folder)).filter((name) => name.startsWith('restor'))).toEqual([])
  })

  it('holds no key of the device, and nothing of what only this device needs', async () => {
    const old = await backedUp()
    const [book] = old.books as [BookId]
    valueOf(await old.api.createInvite({ book, role: 'owner' }))
    const target = path.join(await engines.folder(), 'b.guildbook-backup')
    valueOf(await old.api.backup({ path: target }))
    const { seed } = valueOf(readPhrase(await phraseOf(old.api)))
    const records = await readRecords(target, { memberSeed: seed })
    if (typeof records === 'string') throw new Error(records)
    const [manifest] = records
    if (manifest?.kind !== 'manifest') throw new Error('no manifest')
    expect(Object.keys(manifest.manifest).sort()).toEqual([
      'books',
      'madeMs',
      'memberSeed',
      'phrase',
      'settings'
    ])
    for (const { file } of manifest.manifest.books)
      expect(Object.keys(file).sort()).toEqual(['farewell', 'founding', 'inviter', 'kind', 'logs', 'secret'])
  })

  it('opens by a passphrase of its own, or by that of the folder', async () => {
    const old = await backedUp()
    const own = path.join(await engines.folder(), 'own.guildbook-backup')
    expect(codeOf(await old.api.backup({ path: own, passphrase: 'short' }))).toBe('PASSPHRASE_TOO_SHORT')
    valueOf(await old.api.backup({ path: own, passphrase: 'another passphrase' }))
    valueOf(await old.api.setPassphrase({ passphrase: PASSPHRASE }))
    const folders = path.join(await engines.folder(), 'folders.guildbook-backup')
    expect(valueOf(await old.api.backup({ path: folders })).opensWith).toEqual(['phrase', 'passphrase'])

    const fresh = await engines.open()
    const { api } = fresh
    expect(valueOf(await api.inspectBackup({ path: old.path })).opensWith).toEqual(['phrase'])
    expect(valueOf(await api.inspectBackup({ path: own })).opensWith).toEqual(['phrase', 'passphrase'])
    expect(codeOf(await api.restore({ path: own, by: { passphrase: PASSPHRASE } }))).toBe('BACKUP_KEY_WRONG')
    expect(
      valueOf(await api.restore({ path: own, by: { passphrase: 'another passphrase' } })).books
    ).toHaveLength(2)
    // Who came by a passphrase has not shown that the phrase is written down.
    expect(valueOf(await api.phraseState({})).state).toBe('unconfirmed')

    const other = await engines.open()
    expect(
      valueOf(await other.api.restore({ path: folders, by: { passphrase: PASSPHRASE } })).books
    ).toHaveLength(2)
  })

  it('is written only where it is asked for, and over nothing but another backup', async () => {
    const { api, path: target } = await backedUp()
    const folder = path.dirname(target)
    expect(codeOf(await api.backup({ path: 'relative.guildbook-backup' }))).toBe('BAD_REQUEST')
    expect(codeOf(await api.backup({ path: path.join(folder, 'letters.txt') }))).toBe('BAD_REQUEST')
    expect(codeOf(await api.backup({ path: target }))).toBe('FILE_EXISTS')
    expect(valueOf(await api.backup({ path: target, replace: 'yes' })).path).toBe(target)
    const letter = path.join(folder, 'letter.guildbook-backup')
    await writeFile(letter, 'Dear Ben, this is no backup.')
    expect(codeOf(await api.backup({ path: letter, replace: 'yes' }))).toBe('FILE_EXISTS')
    expect((await readFile(letter, 'utf8')).slice(0, 8)).toBe('Dear Ben')
    expect(codeOf(await api.backup({ path: path.join(folder, 'no', 'where.guildbook-backup') }))).toBe(
      'STORAGE_FAILED'
    )
    expect(valueOf(await api.backupStatus({})).failure?.code).toBe('STORAGE_FAILED')
    valueOf(await api.backup({ path: target, replace: 'yes' }))
    expect(valueOf(await api.backupStatus({}))).toMatchObject({
      failure: null,
      last: { path: target, books: 2 }
    })
    expect((await readdir(folder)).sort()).toEqual(['letter.guildbook-backup', 'mine.guildbook-backup'])
  })

  it('can be made while entries are being written, and has all that were acknowledged before it', async () => {
    const old = await backedUp()
    const [book] = old.books as [BookId]
    let isWriting = true
    let acknowledged = 0
    const write = async (who: number) => {
      for (let number = 0; isWriting; number++) {
        await post(old.api, book, `Writer ${who} ${number}`)
        acknowledged++
      }
    }
    const writers = Array.from({ length: 10 }, (_, who) => write(who))
    const phrase = await phraseOf(old.api)
    for (let round = 0; round < 4; round++) {
      const before = acknowledged
      const target = path.join(path.dirname(old.path), `round-${round}.guildbook-backup`)
      valueOf(await old.api.backup({ path: target }))
      const fresh = await engines.open()
      const { books } = valueOf(await fresh.api.restore({ path: target, by: { phrase } }))
      const restored = books.find((row) => row.book === book)?.transactions
      expect(restored).toBeGreaterThanOrEqual(before)
      await fresh.close()
    }
    isWriting = false
    await Promise.all(writers)
  })

  it('is one at a time, tells how far it is, and leaves nothing when it is cancelled', async () => {
    const { api, engine, books, path: target } = await backedUp()
    const [book] = books as [BookId]
    const accounts = valueOf(await api.accounts({ book }))
    const [first, last] = [accounts[0], accounts.at(-1)]
    if (!first || !last) throw new Error('no accounts')
    const transaction = {
      date: '2026-03-01' as never,
      payee: 'Many',
      postings: [
        { account: first.account, amountMinor: 1, currency: 'EUR' as never },
        { account: last.account, amountMinor: -1, currency: 'EUR' as never }
      ]
    }
    for (let number = 0; number < 600; number++) await api.post({ book, transaction })
    const seen: NonNullable<BackupStatus['running']>[] = []
    engine.subscribe((event) => {
      if (!event.topics.includes('backups')) return
      void api
        .backupStatus({})
        .then((status) => status.ok && status.value.running && seen.push(status.value.running))
    })
    const other = path.join(path.dirname(target), 'other.guildbook-backup')
    const both = await Promise.all([api.backup({ path: other }), api.backup({ path: target, replace: 'yes' })])
    expect(both.map(codeOf).sort()).toEqual(['BACKUP_RUNNING', 'done'])
    expect(seen.every(({ what, share }) => what === 'backup' && share >= 0 && share <= 1)).toBe(true)

    const third = path.join(path.dirname(target), 'third.guildbook-backup')
    const cancelled = api.backup({ path: third })
    while (!valueOf(await api.backupStatus({})).running) await new Promise((resolve) => setImmediate(resolve))
    valueOf(await api.cancelBackup({}))
    expect(codeOf(await cancelled)).toBe('CANCELLED')
    const left = await readdir(path.dirname(target))
    expect(left.filter((name) => !name.endsWith('.guildbook-backup') || name.startsWith('third'))).toEqual([])
    expect(valueOf(await api.backupStatus({}))).toMatchObject({ running: null, failure: null })
    valueOf(await api.backup({ path: third }))
  })
})

describe('restoring', () => {
  it('changes nothing when anything about the backup is wrong', async () => {
    const old = await backedUp()
    const phrase = await phraseOf(old.api)
    const whole = await readFile(old.path)
    const fresh = await engines.open()
    const before = await contentsOf(fresh.folder)
    const bad = path.join(path.dirname(old.path), 'bad.guildbook-backup')
    const attempt = async (bytes: Buffer, by: { phrase: string } = { phrase }) => {
      await writeFile(bad, bytes)
      return codeOf(await fresh.api.restore({ path: bad, by }))
    }
    const flipped = (at: number) => {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] as number) ^ 1
      return bytes
    }
    expect(await attempt(whole.subarray(0, whole.length - 10))).toBe('BACKUP_TRUNCATED')
    expect(await attempt(flipped(whole.length - 1))).toBe('BACKUP_ALTERED')
    expect(await attempt(flipped(whole.length >> 1))).toBe('BACKUP_ALTERED')
    expect(await attempt(Buffer.concat([whole, Buffer.alloc(1)]))).toBe('BACKUP_ALTERED')
    expect(await attempt(Buffer.from('something else'))).toBe('BACKUP_MALFORMED')
    const someone = await phraseOf((await engines.open()).api)
    expect(await attempt(whole, { phrase: someone })).toBe('BACKUP_KEY_WRONG')
    expect(await attempt(whole, { phrase: phrase.replace(/^\S+/, 'abandonn') })).toBe('PHRASE_WORD_UNKNOWN')
    expect(codeOf(await fresh.api.restore({ path: bad + '.not', by: { phrase } }))).toBe('FILE_UNREADABLE')

    expect(await contentsOf(fresh.folder)).toEqual(before)
    expect(valueOf(await fresh.api.books({}))).toEqual([])
    expect(valueOf(await fresh.api.restore({ path: old.path, by: { phrase } })).books).toHaveLength(2)
  })

  it('is refused where there are books, but for a sample', async () => {
    const old = await backedUp()
    const by = { phrase: await phraseOf(old.api) }
    expect(codeOf(await old.api.restore({ path: old.path, by }))).toBe('FOLDER_NOT_EMPTY')
    const fresh = await engines.open()
    valueOf(await fresh.api.createSampleBook({ language: 'en' }))
    valueOf(await fresh.api.restore({ path: old.path, by }))
    const books = valueOf(await fresh.api.books({}))
    expect(books.map(({ name, kind }) => [name, kind]).sort()).toEqual([
      ['Club', 'shared'],
      ['House', 'shared']
    ])
  })

  it('is taken up again where a crash left it, once it counted', async () => {
    const old = await backedUp()
    const by = { phrase: await phraseOf(old.api) }
    const fresh = await engines.open()
    valueOf(await fresh.api.restore({ path: old.path, by }))
    await fresh.close()
    // As it is between the moment at which it counts and the end: all is staged, some of it is in place already.
    const staged = path.join(fresh.folder, 'restored')
    const [first, second] = old.books as [BookId, BookId]
    const { rename } = await import('node:fs/promises')
    await mkdir(path.join(staged, 'books'), { recursive: true })
    await writeFile(path.join(staged, 'books.json'), JSON.stringify({ books: [first, second] }))
    await rename(path.join(fresh.folder, 'books', second), path.join(staged, 'books', second))
    await rename(path.join(fresh.folder, 'identity.sealed'), path.join(staged, 'identity.sealed'))
    await mkdir(path.join(fresh.folder, 'restoring', 'books'), { recursive: true })

    const again = await engines.open({ folder: fresh.folder })
    expect(
      valueOf(await again.api.books({}))
        .map(({ name }) => name)
        .sort()
    ).toEqual(['Club', 'House'])
    for (const book of old.books) expect(await stateOf(again.api, book)).toEqual(await stateOf(old.api, book))
    expect((await readdir(again.folder)).filter((name) => name.startsWith('restor'))).toEqual([])
  })
})

describe('daily backups', () => {
  it('are made when they are due, and the newest are kept', async () => {
    vi.useFakeTimers({
      toFake: ['Date', 'setInterval', 'clearInterval'],
      now: new Date('2026-03-01T10:00:00Z')
    })
    try {
      const open = await engines.open()
      const book = await createBook(open.api)
      await post(open.api, book, 'Bakery')
      const folder = path.join(await engines.folder(), 'kept')
      valueOf(await open.api.changeSettings({ backup: { mode: 'daily', folder, keep: 3 } }))
      await mkdir(folder)
      await writeFile(path.join(folder, 'mine-by-hand.guildbook-backup'), 'someone else’s file')
      const names = async () => (await readdir(folder)).filter((name) => name.startsWith('guildbook-')).sort()
      for (let number = 1; number <= 5; number++) {
        const before = (await names()).at(-1)
        vi.advanceTimersByTime(60_000)
        const limitMs = performance.now() + 60_000
        while ((await names()).at(-1) === before || valueOf(await open.api.backupStatus({})).running) {
          if (performance.now() > limitMs) throw new Error('no backup was made')
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
        const status = valueOf(await open.api.backupStatus({}))
        expect(status).toMatchObject({ last: { kind: 'daily' }, failure: null, folder })
        expect(status.nextMs).toBe(Date.now() + 24 * 60 * 60 * 1000)
        vi.advanceTimersByTime(60_000)
        expect(valueOf(await open.api.backupStatus({})).running).toBe(null)
        vi.setSystemTime(Date.now() + 24 * 60 * 60 * 1000)
      }
      expect(await names()).toHaveLength(3)
      expect((await names()).at(-1)).toMatch(/-20260305-\d{6}\.guildbook-backup$/)
      expect(await readFile(path.join(folder, 'mine-by-hand.guildbook-backup'), 'utf8')).toContain('someone')
    } finally {
      vi.useRealTimers()
    }
  })
})
