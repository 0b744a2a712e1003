/** i18next behind one rune, so that a text changes on screen when the language does. Keys are typed. */
import i18next, { type i18n as Instance } from 'i18next'
import type { Refusal, Settings } from '../../core/contract/index.js'
import en from './en.json' with { type: 'json' }
import zhHans from './zh-Hans.json' with { type: 'json' }
import { systemLanguages } from './system-languages.js'

export type Language = Exclude<Settings['language'], 'system'>

type WithoutPlural<Key extends string> =
  Key extends `${infer Stem}_${'zero' | 'one' | 'two' | 'few' | 'many' | 'other'}` ? Stem : Key
type Leaves<Tree, Prefix extends string = ''> = {
  [Key in keyof Tree & string]: Tree[Key] extends string
    ? `${Prefix}${WithoutPlural<Key>}`
    : Leaves<Tree[Key], `${Prefix}${Key}.`>
}[keyof Tree & string]

/** `view.text`; plural forms share one key and take `count`. */
export type TextKey = Leaves<typeof en>
export type TextValues = Readonly<Record<string, string | number>>

/** The language to show: the one chosen, else the first of the system's that we have, else English. */
export function resolveLanguage(chosen: Settings['language'], system: readonly string[]): Language {
  if (chosen !== 'system') return chosen
  const known = system.find((tag) => /^(en|zh)\b/i.test(tag))
  return known && /^zh\b/i.test(known) ? 'zh-Hans' : 'en'
}

/** The locale of amounts and dates: the system's own variant of the language, where it has one. */
export function resolveLocale(language: Language, system: readonly string[]): string {
  const prefix = language.slice(0, 2)
  return system.find((tag) => tag.toLowerCase().startsWith(prefix)) ?? (language === 'en' ? 'en-GB' : 'zh-CN')
}

function newInstance(): Instance {
  const instance = i18next.createInstance()
  void instance.init({
    lng: 'en',
    fallbackLng: 'en',
    initAsync: false,
    resources: { en: { translation: en }, 'zh-Hans': { translation: zhHans } },
    interpolation: { escapeValue: false }
  })
  return instance
}

export class I18n {
  language: Language = $state('en')
  readonly locale = $derived(resolveLocale(this.language, systemLanguages()))
  readonly #instance = newInstance()

  use(language: Language): void {
    if (language === this.language) return
    void this.#instance.changeLanguage(language)
    this.language = language
  }

  /** A text of the present language. */
  text(key: TextKey, values: TextValues = {}): string {
    return this.#instance.t(key, { lng: this.language, ...values })
  }

  /** What a refusal means to a person: by its code, with its details. */
  refusal(refusal: Refusal): string {
    return this.failure(refusal.code, refusal.message, refusal.details)
  }

  /** The same of a code that was kept, which may be an older or newer version's. */
  failure(code: string, message: string, details: Refusal['details'] = {}): string {
    const key = `refusal.${code}`
    if (!this.#instance.exists(key, { lng: this.language })) return message
    return this.#instance.t(key, { lng: this.language, ...details })
  }

  /** `a, b, c`: what stands in a row of a table or a field. */
  inline(items: readonly string[]): string {
    return items.join(this.language === 'zh-Hans' ? '、' : ', ')
  }

  /** `a, b and c`, as the language lists things. */
  list(items: readonly string[]): string {
    return new Intl.ListFormat(this.locale, { type: 'conjunction' }).format(items)
  }
}
