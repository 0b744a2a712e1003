/** Keys and backups on the command line: the phrase, the passphrase, a backup brought back, and books recovered. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildCommand, COMMAND, run, start, type Ran, type Running } from '../helpers/built.js'

const MINUTES = 60_000
const PASSPHRASE = 'correct horse battery'

let root: string
let node: Running
let bootstrap: string
let page: string
let folders = 0

beforeAll(async () => {
  await buildCommand()
  root = await mkdtemp(path.join(os.tmpdir(), 'gb-cli-keys-'))
  page = path.join(root, 'page')
  await mkdir(page)
  await writeFile(path.join(page, 'index.html'), '<!doctype html><title>Guildbook</title>')
  node = start(['bootstrap', '--port', '0', '--json'], { GUILDBOOK_HOST: '127.0.0.1' })
  bootstrap = (JSON.parse(await node.firstLine()) as { bootstrap: string }).bootstrap
}, 2 * MINUTES)

afterAll(async () => {
  node.process.kill('SIGTERM')
  await node.ended
  await rm(root, { recursive: true, force: true })
})

type Env = Readonly<Record<string, string>>

/** A folder of its own, and what a command has to know of it. */
const someone = (env: Env = {}): Env => ({
  GUILDBOOK_DIR: path.join(root, `folder-${folders++}`),
  GUILDBOOK_HOST: '127.0.0.1',
  GUILDBOOK_BOOTSTRAP: bootstrap,
  ...env
})

async function ask<T>(env: Env, ...args: string[]): Promise<T> {
  const ran = await run([...args, '--json'], env)
  expect([args[0], ran.code, ran.code === 0 ? '' : ran.stdout + ran.stderr]).toEqual([args[0], 0, ''])
  return ran.json as T
}

async function refused(env: Env, ...args: string[]): Promise<string> {
  const ran: Ran = await run([...args, '--json'], env)
  expect([args.join(' '), ran.code]).toEqual([args.join(' '), 1])
  return (ran.json as { error: { code: string } }).error.code
}

async function secretFile(name: string, text: string): Promise<string> {
  const file = path.join(root, name)
  await writeFile(file, `${text}\n`, { mode: 0o600 })
  return file
}

const wordsOf = async (env: Env): Promise<string[]> =>
  (await ask<{ words: string[] }>(env, 'phrase', '--sure')).words

async function withBook(): Promise<Env> {
  const env = someone()
  await ask(env, 'create', 'Club', '--currency', 'EUR', '--template', 'club', '--name', 'Ana')
  await ask(env, 'post', '2026-03-01', 'Bakery', 'Expenses:Events=4.20', 'Assets:Cash=-4.20')
  return env
}

const payees = async (env: Env): Promise<string[]> =>
  (await ask<{ payee: string }[]>(env, 'journal')).map(({ payee }) => payee)

describe('the recovery phrase', { timeout: 3 * MINUTES }, () => {
  it('is shown, confirmed by three words, and then only to who is sure', async () => {
    const env = await withBook()
    const shown = await ask<{ words: string[]; ask: number[]; state: string }>(env, 'phrase')
    expect([shown.words.length, shown.ask.length, shown.state]).toEqual([24, 3, 'unconfirmed'])
    const given = shown.ask.map((position) => `${position}=${shown.words[position - 1]}`)
    expect(await refused(env, 'phrase', 'confirm', '1=zebra', '2=zebra', '3=zebra')).toBe('PHRASE_WRONG')
    expect(await ask(env, 'phrase', 'confirm', ...given)).toMatchObject({ state: 'confirmed' })
    expect(await refused(env, 'phrase')).toBe('NOT_CONFIRMED')
    expect(await wordsOf(env)).toEqual(shown.words)
    const text = await run(['phrase', '--sure', '--language', 'zh-Hans'], env)
    expect(text.stdout.match(/\p{Script=Han}/gu)).toHaveLength(24)
    expect(text.stderr).toBe('')
  })

  it('is checked, and a slip is explained', async () => {
    const env = await withBook()
    const words = await wordsOf(env)
    const good = await secretFile('good', words.join(' '))
    const slip = await secretFile('slip', ['abandn', ...words.slice(1)].join(' '))
    expect(await ask(env, 'phrase', 'check', '--phrase-file', good)).toEqual({ language: 'en', whose: 'mine' })
    const ran = await run(['phrase', 'check', '--phrase-file', slip], env)
    expect([ran.code, ran.stderr]).toEqual([
      1,
      'guildbook: Word 1, "abandn", is not in the word list. The nearest is "abandon".\n'
    ])
    expect((await run(['phrase', 'check', '--phrase-file', path.join(root, 'nowhere')], env)).code).toBe(2)
    expect((await run(['phrase', 'confirm', 'zebra'], env)).code).toBe(2)
  })
})

describe('a passphrase', { timeout: 3 * MINUTES }, () => {
  it('is asked of every command from then on', async () => {
    const env = await withBook()
    const file = await secretFile('passphrase', PASSPHRASE)
    expect(await ask(env, 'passphrase')).toEqual({ state: 'unlocked', passphrase: 'none', waitMs: 0 })
    expect(await refused(env, 'lock')).toBe('PASSPHRASE_NONE')
    await ask(env, 'passphrase', 'set', '--new-passphrase-file', file)
    expect(await ask(env, 'passphrase')).toEqual({ state: 'locked', passphrase: 'set', waitMs: 0 })
    expect(await refused(env, 'journal')).toBe('KEYS_LOCKED')
    expect(await refused({ ...env, GUILDBOOK_PASSPHRASE: 'wrong' }, 'journal')).toBe('PASSPHRASE_WRONG')
    const open = { ...env, GUILDBOOK_PASSPHRASE: PASSPHRASE }
    expect(await payees(open)).toEqual(['Bakery'])
    expect(await ask(env, 'books', '--passphrase-file', file)).toHaveLength(1)
    expect((await ask<{ words: string[] }>(open, 'phrase')).words).toHaveLength(24)
    await ask(open, 'passphrase', 'remove')
    expect(await payees(env)).toEqual(['Bakery'])
  })

  it('locks and unlocks what another process has open', async () => {
    const env = await withBook()
    await ask(env, 'passphrase', 'set', '--new-passphrase-file', await secretFile('other', PASSPHRASE))
    const serving = start(['serve', '--page', page, '--json'], { ...env, GUILDBOOK_PASSPHRASE: PASSPHRASE })
    await serving.firstLine()
    expect(await payees(env)).toEqual(['Bakery'])
    expect(await ask(env, 'lock')).toMatchObject({ state: 'locked' })
    expect(await refused(env, 'journal')).toBe('KEYS_LOCKED')
    // A command that knows the passphrase does not open it for everybody by the way.
    expect(await refused({ ...env, GUILDBOOK_PASSPHRASE: PASSPHRASE }, 'journal')).toBe('KEYS_LOCKED')
    expect(await refused({ ...env, GUILDBOOK_PASSPHRASE: 'wrong one' }, 'unlock')).toBe('PASSPHRASE_WRONG')
    expect(await refused(env, 'unlock')).toBe('PASSPHRASE_NEEDED')
    expect(await ask({ ...env, GUILDBOOK_PASSPHRASE: PASSPHRASE }, 'unlock')).toMatchObject({
      state: 'unlocked'
    })
    expect(await payees(env)).toEqual(['Bakery'])
    serving.process.kill('SIGTERM')
    await serving.ended
  })

  it('can be left to the page: serving starts locked', async () => {
    const env = await withBook()
    await ask(env, 'passphrase', 'set', '--new-passphrase-file', await secretFile('third', PASSPHRASE))
    const serving = start(['serve', '--page', page, '--json'], env)
    await serving.firstLine()
    expect(await ask(env, 'passphrase')).toMatchObject({ state: 'locked' })
    serving.process.kill('SIGTERM')
    expect((await serving.ended).code).toBe(0)
  })

  it.runIf(process.platform === 'linux')('is typed at a terminal, unseen', async () => {
    const env = await withBook()
    const quoted = `'${process.execPath}' '${COMMAND}' passphrase set`
    const child = spawn('script', ['--quiet', '--return', '--command', quoted, '/dev/null'], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      stdio: ['pipe', 'pipe', 'inherit']
    })
    let seen = ''
    const answers = [`${PASSPHRASE}x\u007f\r`, `${PASSPHRASE}\r`]
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text
      if (/(this folder|Once more): $/.test(seen)) {
        child.stdin.write(answers.shift() ?? '')
        seen += '\n'
      }
    })
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
    expect(seen).not.toContain('horse')
    expect(seen).toContain('The passphrase is set.')
    expect(await payees({ ...env, GUILDBOOK_PASSPHRASE: PASSPHRASE })).toEqual(['Bakery'])
  })
})

describe('a backup', { timeout: 3 * MINUTES }, () => {
  it('is written, listed, and restored by the phrase or by its passphrase', async () => {
    const env = await withBook()
    const words = await wordsOf(env)
    const phrase = await secretFile('phrase', words.join(' '))
    const file = path.join(root, 'mine')
    const made = await ask<{ file: string; books: number; opensWith: string[] }>(env, 'backup', file)
    expect(made).toMatchObject({
      file: `${file}.guildbook-backup`,
      books: 1,
      leftOut: 0,
      opensWith: ['phrase']
    })
    expect(await refused(env, 'backup', file)).toBe('FILE_EXISTS')
    const own = await secretFile('own', 'a passphrase of its own')
    const again = await ask(env, 'backup', file, '--replace', '--new-passphrase-file', own)
    expect(again).toMatchObject({ opensWith: ['phrase', 'passphrase'] })
    expect(await ask(env, 'backups')).toMatchObject({ daily: 'off', last: { file: made.file }, failure: null })

    const [one, two, three] = [someone(), someone(), someone()]
    const restored = await ask<{ books: { name: string; me: { role: string } }[] }>(
      one,
      'restore',
      made.file,
      '--phrase-file',
      phrase
    )
    expect(restored.books).toMatchObject([{ name: 'Club', me: { name: 'Ana', role: 'owner' } }])
    await ask(two, 'restore', made.file, '--backup-passphrase-file', own)
    for (const env of [one, two]) expect(await payees(env)).toEqual(['Bakery'])
    expect(await wordsOf(two)).toEqual(words)
    expect(await refused(one, 'restore', made.file, '--phrase-file', phrase)).toBe('FOLDER_NOT_EMPTY')
    expect(await refused(three, 'restore', phrase, '--phrase-file', phrase)).toBe('BACKUP_MALFORMED')
    expect(await refused(three, 'restore', path.join(root, 'no'), '--phrase-file', phrase)).toBe(
      'FILE_UNREADABLE'
    )
  })

  it('goes to a folder of one’s choice without a name', async () => {
    const env = await withBook()
    const kept = path.join(root, 'kept')
    expect(await ask(env, 'backups', '--daily', 'on', '--folder', kept, '--keep', '3')).toMatchObject({
      daily: 'on',
      folder: kept,
      keep: 3
    })
    const { file } = await ask<{ file: string }>(env, 'backup')
    expect(path.dirname(file)).toBe(kept)
    expect((await stat(file)).size).toBeGreaterThan(1000)
    expect(await readdir(kept)).toEqual([path.basename(file)])
    expect((await run(['backups', '--keep', '0'], env)).code).toBe(2)
  })
})

describe('recovering', { timeout: 3 * MINUTES }, () => {
  it('brings a book back from whoever has it, and is stopped by hand', async () => {
    const ana = await withBook()
    const phrase = await secretFile('recovery', (await wordsOf(ana)).join(' '))
    const watching = start(['sync', '--watch', '--json'], ana)
    await watching.firstLine()
    const fresh = someone()
    const recovered = await ask<{ books: { name: string; step: string }[]; search: string }>(
      fresh,
      'recover',
      ...['--phrase-file', phrase, '--name', 'Ana', '--books', '1', '--wait', '90']
    )
    expect(recovered).toMatchObject({ search: 'searching', books: [{ name: 'Club', step: 'recovered' }] })
    expect(await payees(fresh)).toEqual(['Bakery'])
    expect(await ask(fresh, 'recover', '--stop')).toMatchObject({
      search: 'stopped',
      books: [{ name: 'Club' }]
    })
    expect(await ask(fresh, 'recover', '--status')).toMatchObject({ search: 'stopped' })
    const nobody = someone()
    watching.process.kill('SIGTERM')
    await watching.ended
    expect(await refused(nobody, 'recover', '--phrase-file', phrase, '--wait', '1')).toBe('TIMED_OUT')
    expect(await ask(nobody, 'recover', '--status')).toEqual({ search: 'searching', books: [] })
  })
})
