/** What the desktop window offers its page, beside the port that leads to the engine. */

import type { ErrorCode } from './outcome.js'

/** The page gets each port to the engine as a window message of this kind, with the port; a later one replaces it. */
export const ENGINE_PORT_MESSAGE = 'guildbook:engine-port'

export type EngineState = 'running' | 'restarting' | 'failed'

/** What the application menu asks of the page. */
export const MENU_COMMANDS = [
  'new-transaction',
  'search',
  'view-overview',
  'view-transactions',
  'view-accounts',
  'view-people',
  'view-activity',
  'view-sync',
  'view-conflicts',
  'view-settings',
  'new-book',
  'join-book',
  'show-shortcuts'
] as const
export type MenuCommand = (typeof MENU_COMMANDS)[number]

/** `backup-to`: a name to save under, which may exist. `backup-from`: a file to open. `folder`: for daily backups. */
export type FileChoice =
  | { readonly kind: 'backup-to'; readonly suggestedName: string }
  | { readonly kind: 'backup-from' }
  | { readonly kind: 'folder' }

/**
 * `window.guildbook`, there only in the desktop app. Each `on…` remembers one listener and tells it at once what
 * came before it listened (the engine's state, a link that opened the app); calling it again replaces the listener.
 */
export interface DesktopBridge {
  /** Asks for a place in the system's own dialog; null if the person chose none. */
  chooseFile(choice: FileChoice): Promise<string | null>
  readonly platform: string
  /** `reason` says why it is `failed`. */
  onEngineState(listener: (state: EngineState, reason: ErrorCode | null) => void): void
  onMenu(listener: (command: MenuCommand) => void): void
  /** A `guildbook://join/…` link that the system handed to the app. */
  onJoinLink(listener: (link: string) => void): void
  /** Says which language and theme the page shows, so that menus, title bar and native controls follow. */
  setAppearance(appearance: {
    readonly language: 'en' | 'zh-Hans'
    readonly theme: 'system' | 'light' | 'dark'
  }): void
}
