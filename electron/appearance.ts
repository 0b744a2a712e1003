/** Menus and the system's own controls follow the language and the theme that the page shows. */
import { ipcMain, nativeTheme } from 'electron'
import type { DesktopBridge } from '../core/contract/index.js'
import type { MenuLanguage } from './menu.js'
import { isTrustedSender } from './security.js'

const LANGUAGES: readonly unknown[] = ['en', 'zh-Hans'] satisfies MenuLanguage[]
const THEMES: readonly unknown[] = ['system', 'light', 'dark']

type Appearance = Parameters<DesktopBridge['setAppearance']>[0]

function isAppearance(value: unknown): value is Appearance {
  if (typeof value !== 'object' || value === null) return false
  const { language, theme } = value as Partial<Record<keyof Appearance, unknown>>
  return LANGUAGES.includes(language) && THEMES.includes(theme)
}

/** One of the two messages that a page can send to this process. */
export function watchAppearance(onLanguage: (language: MenuLanguage) => void): void {
  ipcMain.on('appearance', (event, wanted: unknown) => {
    if (!isTrustedSender(event) || !isAppearance(wanted)) return
    nativeTheme.themeSource = wanted.theme
    onLanguage(wanted.language)
  })
}
