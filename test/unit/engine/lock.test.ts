import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { REQUEST_NAMES, type BookSummary } from '../../../core/contract/index.js'
import { codeOf, valueOf } from '../../helpers/book-world.js'
import { changeOf, createBook, Engines, payeesOf, post } from '../../helpers/real-engine.js'

// Passphrases take as long as they are meant to, and longer where machines are shared.
vi.setConfig({ testTimeout: 180_000 })

const engines = new Engines()
afterAll(() => engines.close())

const PASSPHRASE = 'correct horse battery'

/** A folder with one book of one entry, and a passphrase. */
async function protectedFolder() {
  const open = await engines.open()
  const book = await createBook(open.api)
  await post(open.api, book, 'Bakery')
  valueOf(await open.api.setPassphrase({ passphrase: PASSPHRASE }))
  return { ...open, book }
}

describe('a locked folder', () => {
  it('answers what it is and how it opens, and refuses everything else', async () => {
    const { api, engine } = await protectedFolder()
    expect(valueOf(await api.lock({}))).toMatchObject({ state: 'locked', passphrase: 'set', waitMs: 0 })
    expect(valueOf(await api.appInfo({}))).toMatchObject({ keyProtection: 'plain' })
    expect(valueOf(await api.lockState({})).appearance).toEqual({
      language: 'system',
      theme: 'system',
      density: 'dense'
    })
    const answered = new Set(['appInfo', 'lockState', 'unlock', 'lock', 'stayUnlocked'])
    const bodies: Readonly<Record<string, unknown>> = {
      setPassphrase: { passphrase: 'another one' },
      removePassphrase: { current: PASSPHRASE },
      showPhrase: { language: 'en', passphrase: PASSPHRASE },
      changeSettings: { memberName: 'Eve' }
    }
    for (const name of REQUEST_NAMES.filter((request) => !answered.has(request))) {
      const outcome = await engine.request(name, bodies[name] ?? {})
      if (outcome.ok) throw new Error(`${name} was answered`)
      // What is malformed is refused as that; what is well formed, as locked.
      expect(['BAD_REQUEST', 'KEYS_LOCKED']).toContain(outcome.error.code)
    }
    for (const name of ['books', 'settings', 'phraseState', 'joins', ...Object.keys(bodies)]) {
      expect([name, codeOf(await engine.request(name, bodies[name] ?? {}))]).toEqual([name, 'KEYS_LOCKED'])
    }
  })

  it('starts locked, opens by its passphrase, and has everything', async () => {
    const { api, folder, book, close } = await protectedFolder()
    const digest = valueOf(await api.syncStatus({ book })).digest
    await close()
    const again = await engines.open({ folder })
    expect(valueOf(await again.api.lockState({})).state).toBe('locked')
    expect(codeOf(await again.api.unlock({ passphrase: 'wrong' }))).toBe('PASSPHRASE_WRONG')
    const changed = changeOf(again.engine, 'books')
    expect(valueOf(await again.api.unlock({ passphrase: PASSPHRASE })).state).toBe('unlocked')
    expect((await changed).topics).toContain('lock')
    expect(await payeesOf(again.api, book)).toEqual(['Bakery'])
    expect(valueOf(await again.api.syncStatus({ book })).digest).toBe(digest)
    expect(valueOf(await again.api.unlock({ passphrase: 'whatever' })).state).toBe('unlocked')
  })

  it('goes on where it was: what is written after unlocking continues the same log', async () => {
    const { api, book } = await protectedFolder()
    valueOf(await api.lock({}))
    valueOf(await api.lock({}))
    valueOf(await api.unlock({ passphrase: PASSPHRASE }))
    await post(api, book, 'Printer')
    expect(await payeesOf(api, book)).toEqual(['Bakery', 'Printer'])
    expect(Object.keys(valueOf(await api.syncStatus({ book })).vector)).toHaveLength(1)
  })

  it('loses nothing that is being written while it locks', async () => {
    const { api, book } = await protectedFolder()
    const posts = Array.from({ length: 20 }, (_, i) =>
      post(api, book, `Payee ${i}`).then(
        () => `Payee ${i}`,
        () => null
      )
    )
    await new Promise((resolve) => setTimeout(resolve, 5))
    const locked = api.lock({})
    const acknowledged = (await Promise.all(posts)).filter((payee) => payee !== null)
    valueOf(await locked)
    valueOf(await api.unlock({ passphrase: PASSPHRASE }))
    expect(await payeesOf(api, book)).toEqual(expect.arrayContaining(acknowledged))
  })

  it('slows down who guesses, and says how long', async () => {
    const { api } = await protectedFolder()
    valueOf(await api.lock({}))
    const guesses = ['one', 'two', 'three', 'four', 'five', PASSPHRASE]
    const outcomes = await Promise.all(guesses.map((passphrase) => api.unlock({ passphrase })))
    const wrong = 'PASSPHRASE_WRONG'
    const wait = 'PASSPHRASE_WAIT'
    expect(outcomes.map(codeOf)).toEqual([wrong, wrong, wrong, wait, wait, wait])
    const last = outcomes.at(-1)
    expect(last).toMatchObject({ ok: false, error: { details: { waitMs: expect.any(Number) as number } } })
  })

  it('locks by itself when nobody was at it; looking on does not count, writing and saying so does', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
    try {
      const { api, engine, book } = await protectedFolder()
      valueOf(await api.changeSettings({ autoLockMs: 60_000 }))
      const state = async () => valueOf(await api.lockState({})).state
      vi.advanceTimersByTime(50_000)
      await post(api, book, 'Printer')
      vi.advanceTimersByTime(50_000)
      valueOf(await api.stayUnlocked({}))
      vi.advanceTimersByTime(50_000)
      valueOf(await api.journal({ book, limit: 10 }))
      expect(await state()).toBe('unlocked')
      const locked = changeOf(engine, 'lock')
      vi.advanceTimersByTime(15_000)
      await locked
      expect(await state()).toBe('locked')
      valueOf(await api.unlock({ passphrase: PASSPHRASE }))
      expect(await payeesOf(api, book)).toEqual(['Bakery', 'Printer'])
    } finally {
      vi.useRealTimers()
    }
  })

  it('does not lock by itself where that is off', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
    try {
      const { api } = await engines.open({ autoLock: 'off' })
      valueOf(await api.setPassphrase({ passphrase: PASSPHRASE }))
      valueOf(await api.changeSettings({ autoLockMs: 60_000 }))
      vi.advanceTimersByTime(3_600_000)
      expect(valueOf(await api.lockState({})).state).toBe('unlocked')
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a folder without a passphrase', () => {
  it('does not lock, by hand or by itself', async () => {
    const { api } = await engines.open()
    expect(codeOf(await api.lock({}))).toBe('PASSPHRASE_NONE')
    expect(valueOf(await api.lockState({}))).toMatchObject({ state: 'unlocked', passphrase: 'none' })
  })

  it('opens without one again when it was removed', async () => {
    const { api, folder, close, book } = await protectedFolder()
    valueOf(await api.removePassphrase({ current: PASSPHRASE }))
    await close()
    const again = await engines.open({ folder })
    expect(valueOf(await again.api.books({})).map((row: BookSummary) => row.book)).toEqual([book])
  })
})

describe('what lies on disk', () => {
  it('does not hold the folder’s key once a passphrase is set', async () => {
    const open = await engines.open()
    const file = path.join(open.folder, 'keyring.json')
    const before = (JSON.parse(await readFile(file, 'utf8')) as { wrapped: string }).wrapped
    valueOf(await open.api.setPassphrase({ passphrase: PASSPHRASE }))
    expect(await readFile(file, 'utf8')).not.toContain(before)
  })
})
