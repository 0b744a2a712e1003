// @vitest-environment node
// It reads the page's source files, which a browser could not.
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { parse, type AST } from 'svelte/compiler'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES, refuse } from '../../../core/contract/index.js'
import { LABELS } from '../../../electron/menu-labels.js'
import { I18n, resolveLanguage, resolveLocale } from '../../../renderer/i18n/i18n.svelte.js'
import en from '../../../renderer/i18n/en.json' with { type: 'json' }
import zhHans from '../../../renderer/i18n/zh-Hans.json' with { type: 'json' }

const PAGE = path.resolve(import.meta.dirname, '../../../renderer')

type Tree = { readonly [key: string]: string | Tree }

const texts = (tree: Tree, prefix = ''): Map<string, string> =>
  new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...texts(value, `${prefix}${key}.`)]
    )
  )

/** Plural forms differ from language to language: they count as one key. */
const stem = (key: string): string => key.replace(/_(zero|one|two|few|many|other)$/, '')
const stems = (tree: Tree): string[] => [...new Set([...texts(tree).keys()].map(stem))].sort()
const holes = (text: string): string[] =>
  [...text.matchAll(/\{\{\s*(\w+)/g)].map((hole) => hole[1] ?? '').sort()

describe('the two languages', () => {
  it('have the same texts', () => {
    expect(stems(zhHans)).toEqual(stems(en))
  })

  it('have the plural forms that each needs', () => {
    for (const [language, tree] of [
      ['en', en],
      ['zh', zhHans]
    ] as const) {
      const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories
      const keys = [...texts(tree).keys()]
      for (const key of keys.filter((name) => name !== stem(name))) {
        for (const form of forms) expect(keys).toContain(`${stem(key)}_${form}`)
      }
    }
  })

  it('fill in the same values', () => {
    const english = texts(en)
    for (const [key, text] of texts(zhHans))
      expect([key, holes(text)]).toEqual([key, holes(english.get(key) ?? '')])
  })

  it('have each text once', () => {
    for (const language of ['en', 'zh-Hans']) {
      const file = readFileSync(path.join(PAGE, 'i18n', `${language}.json`), 'utf8')
      // Of two members of one name, reading keeps the last one.
      expect(`${JSON.stringify(JSON.parse(file), null, 2)}\n`).toBe(file)
    }
  })

  it('translate every refusal', () => {
    for (const code of ERROR_CODES) {
      expect(en.refusal).toHaveProperty(code)
      expect(zhHans.refusal).toHaveProperty(code)
    }
  })

  it('are written with the punctuation of the language', () => {
    for (const [key, text] of texts(zhHans)) {
      expect([key, /[\u4e00-\u9fff][,;!?]/.test(text)]).toEqual([key, false])
    }
  })
})

describe('the desktop menu', () => {
  const views = ['overview', 'transactions', 'accounts', 'people', 'activity', 'sync', 'conflicts'] as const

  it.each([
    ['en', en],
    ['zh-Hans', zhHans]
  ] as const)('calls things what the page calls them: %s', (language, page) => {
    const labels = LABELS[language]
    for (const view of views) expect(labels[view]).toBe(page[view].title)
    expect(labels.newBook).toBe(page.frame.newBook)
    expect(labels.joinBook).toBe(page.frame.joinBook)
    expect(labels.newTransaction).toBe(page.entry.new)
    expect(labels.settings).toBe(`${page.settings.title}…`)
  })
})

describe('I18n', () => {
  it('counts, lists and switches at once', () => {
    const i18n = new I18n()
    expect(i18n.text('transactions.count', { count: 1 })).toBe('1 entry')
    expect(i18n.text('transactions.count', { count: 12000 })).toBe('12,000 entries')
    i18n.use('zh-Hans')
    expect(i18n.text('transactions.count', { count: 1 })).toBe('共 1 笔')
    expect(i18n.refusal({ code: 'NOT_ALLOWED', message: 'No.' })).toBe('你的角色不能这样做，请找所有者。')
    i18n.use('en')
    expect(i18n.text('transactions.title')).toBe('Transactions')
  })

  it('shows names and notes as they are, markup included', () => {
    expect(new I18n().text('history.posted', { name: '<b>{{x}}</b> & co' })).toContain('& co')
  })

  it('falls back to what the engine said', () => {
    const unknown = refuse('INTERNAL', 'Plain words.')
    expect(new I18n().refusal({ ...unknown.error, code: 'NEW_CODE' as 'INTERNAL' })).toBe('Plain words.')
  })

  it('takes the language of the system where none is chosen', () => {
    expect(resolveLanguage('system', ['de-DE', 'zh-TW', 'en'])).toBe('zh-Hans')
    expect(resolveLanguage('system', ['fr-FR'])).toBe('en')
    expect(resolveLanguage('en', ['zh-CN'])).toBe('en')
    expect(resolveLocale('en', ['de-DE', 'en-US'])).toBe('en-US')
    expect(resolveLocale('zh-Hans', ['en-US'])).toBe('zh-CN')
  })

  it('has its own comma between what stands in one field', () => {
    const i18n = new I18n()
    expect(i18n.inline(['a', 'b'])).toBe('a, b')
    i18n.use('zh-Hans')
    expect(i18n.inline(['甲', '乙'])).toBe('甲、乙')
  })
})

describe('every text', () => {
  const sources = readdirSync(PAGE, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(svelte|ts)$/.test(name))
    .map((name) => readFileSync(path.join(PAGE, name), 'utf8'))

  /** Keys that stand in the source in full. */
  const whole = new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/['"`]([a-z]\w*(?:\.[\w-]+)+)['"`]/gi)].map((match) => match[1])
    )
  )
  /** Keys that are put together there, as patterns: some words and dots of each stand in the source. */
  const composed = sources
    .flatMap((source) => [...source.matchAll(/`((?:[\w.-]|\$\{[^`}]+\})+)`/g)].map((match) => match[1] ?? ''))
    .filter(
      (template) => template.includes('${') && /\.\w{3,}|\w{3,}\./.test(template.replace(/\$\{[^}]+\}/g, ''))
    )
    .map((template) => new RegExp(`^${template.replaceAll('.', '\\.').replace(/\$\{[^}]+\}/g, '[\\w.-]+')}$`))

  it('is asked for somewhere', () => {
    const unused = stems(en).filter(
      (key) => !whole.has(key) && !key.startsWith('refusal.') && !composed.some((pattern) => pattern.test(key))
    )
    expect(unused).toEqual([])
  })

  it('would be missed', () => {
    expect(composed.some((pattern) => pattern.test('activity.no-such-text'))).toBe(false)
    expect(whole.has('activity.no-such-text')).toBe(false)
  })
})

describe('views', () => {
  const files = readdirSync(PAGE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.svelte')
  )

  /** What is the same in every language: our name, names of languages, signs, an example of a code. */
  const ALLOWED = /^(Guildbook|English|简体中文|Esc|JSON|ybnd-rfg8-ejkm-cpqx-ot1u|[a-z?]|\W*)$/u
  const SPOKEN = new Set(['aria-label', 'title', 'placeholder', 'alt', 'label'])

  function hardCoded(source: string): string[] {
    const found: string[] = []
    const visit = (node: unknown): void => {
      if (Array.isArray(node)) return node.forEach(visit)
      if (node === null || typeof node !== 'object') return
      const typed = node as { type?: string; name?: string; data?: string; value?: unknown }
      if (typed.type === 'Text' && typed.data?.trim()) found.push(typed.data.trim())
      if (typed.type === 'StyleDirective') return
      if (typed.type === 'Attribute') {
        const parts = (Array.isArray(typed.value) ? typed.value : []) as AST.Text[]
        if (SPOKEN.has(typed.name ?? ''))
          for (const part of parts) if (part.type === 'Text') found.push(part.data)
        return
      }
      for (const [key, value] of Object.entries(node)) if (key !== 'parent') visit(value)
    }
    visit(parse(source, { modern: true }).fragment)
    return found.filter((text) => !ALLOWED.test(text))
  }

  it.each(files)('%s says nothing that is not translated', (name) => {
    expect(hardCoded(readFileSync(path.join(PAGE, name), 'utf8'))).toEqual([])
  })

  it('would be caught', () => {
    expect(hardCoded('<p>Hello there</p><input placeholder="Name" class="x" />')).toEqual([
      'Hello there',
      'Name'
    ])
  })
})
