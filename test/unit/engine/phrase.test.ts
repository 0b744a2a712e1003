import { afterAll, describe, expect, it, vi } from 'vitest'
import type { EngineApi } from '../../../core/contract/index.js'
import type { KeyProtector } from '../../../core/engine/engine.js'
import { PLAIN_KEYS } from '../../../core/engine/plain-keys.js'
import { codeOf, valueOf } from '../../helpers/book-world.js'
import { Engines } from '../../helpers/real-engine.js'

// Passphrases take as long as they are meant to, and longer where machines are shared.
vi.setConfig({ testTimeout: 180_000 })

const engines = new Engines()
afterAll(() => engines.close())

const shown = async (api: EngineApi, language: 'en' | 'zh-Hans' = 'en') =>
  valueOf(await api.showPhrase({ language }))

async function confirmed(api: EngineApi): Promise<void> {
  const { words, ask } = await shown(api)
  const answers = ask.map((position) => ({ position, word: words[position - 1] as string }))
  valueOf(await api.confirmPhrase({ language: 'en', words: answers }))
}

describe('the recovery phrase', () => {
  it('is shown until it is confirmed by three of its words, and stays what it is', async () => {
    const { api, folder, close } = await engines.open()
    expect(valueOf(await api.phraseState({}))).toEqual({ state: 'unconfirmed', needs: 'nothing' })
    const { words, ask } = await shown(api)
    expect(words).toHaveLength(24)
    expect(new Set(ask).size).toBe(3)
    expect(ask).toEqual([...ask].sort((a, b) => a - b))
    await confirmed(api)
    expect(valueOf(await api.phraseState({}))).toEqual({ state: 'confirmed', needs: 'confirmation' })
    await close()

    const again = await engines.open({ folder })
    expect(valueOf(await again.api.phraseState({})).state).toBe('confirmed')
    expect(codeOf(await again.api.showPhrase({ language: 'en' }))).toBe('NOT_CONFIRMED')
    expect(valueOf(await again.api.showPhrase({ language: 'en', sure: 'yes' })).words).toEqual(words)
    const chinese = valueOf(await again.api.showPhrase({ language: 'zh-Hans', sure: 'yes' })).words
    expect(chinese.join('')).toMatch(/^\p{Script=Han}{24}$/u)
    expect(valueOf(await again.api.checkPhrase({ phrase: chinese.join('') }))).toEqual({
      language: 'zh-Hans',
      whose: 'mine'
    })
  })

  it('is not confirmed by too few words, the same word thrice, or a wrong one', async () => {
    const { api } = await engines.open()
    const { words } = await shown(api)
    const at = (position: number) => ({ position, word: words[position - 1] as string })
    const confirm = (given: { position: number; word: string }[]) =>
      api.confirmPhrase({ language: 'en', words: given })
    expect(codeOf(await confirm([at(1), at(2)]))).toBe('BAD_REQUEST')
    expect(codeOf(await confirm([at(1), at(1), at(1)]))).toBe('BAD_REQUEST')
    const other = words[4] === 'abandon' ? 'zoo' : 'abandon'
    const wrong = await confirm([at(1), { position: 5, word: other }, at(9)])
    expect(wrong).toMatchObject({ ok: false, error: { code: 'PHRASE_WRONG', details: { position: 5 } } })
    expect(valueOf(await api.phraseState({})).state).toBe('unconfirmed')
    valueOf(await confirm([{ position: 1, word: ` ${words[0]?.toUpperCase()} ` }, at(5), at(9)]))
    expect(valueOf(await api.phraseState({})).state).toBe('confirmed')
  })

  it('cannot be guessed word by word once it is confirmed', async () => {
    const { api } = await engines.open()
    await confirmed(api)
    const words = [1, 2, 3].map((position) => ({ position, word: 'abandon' }))
    expect(valueOf(await api.confirmPhrase({ language: 'en', words })).state).toBe('confirmed')
  })

  it('takes the passphrase of a folder that has one, confirmed or not', async () => {
    const { api } = await engines.open()
    valueOf(await api.setPassphrase({ passphrase: 'correct horse' }))
    expect(valueOf(await api.phraseState({}))).toEqual({ state: 'unconfirmed', needs: 'passphrase' })
    expect(codeOf(await api.showPhrase({ language: 'en' }))).toBe('PASSPHRASE_NEEDED')
    expect(codeOf(await api.showPhrase({ language: 'en', sure: 'yes' }))).toBe('PASSPHRASE_NEEDED')
    expect(codeOf(await api.showPhrase({ language: 'en', passphrase: 'wrong horse' }))).toBe('PASSPHRASE_WRONG')
    expect(valueOf(await api.showPhrase({ language: 'en', passphrase: 'correct horse' })).words).toHaveLength(
      24
    )
  })

  it('has the system ask who is there, where it can', async () => {
    const answers: ('confirmed' | 'refused')[] = ['refused', 'confirmed']
    const confirmPerson = () => Promise.resolve(answers.shift() ?? ('refused' as const))
    const keys: KeyProtector = { ...PLAIN_KEYS, confirmPerson }
    const { api } = await engines.open({ keys })
    await confirmed(api)
    expect(answers).toHaveLength(2)
    expect(valueOf(await api.phraseState({})).needs).toBe('person')
    expect(codeOf(await api.showPhrase({ language: 'en', sure: 'yes' }))).toBe('NOT_CONFIRMED')
    expect(valueOf(await api.showPhrase({ language: 'en' })).words).toHaveLength(24)
  })

  it('tells one’s own from another’s, and explains a slip', async () => {
    const { api } = await engines.open()
    const other = await engines.open()
    const { words } = await shown(other.api)
    expect(valueOf(await api.checkPhrase({ phrase: words.join(' ') })).whose).toBe('another')
    expect(codeOf(await api.checkPhrase({ phrase: words.slice(1).join(' ') }))).toBe('PHRASE_MALFORMED')
  })
})
