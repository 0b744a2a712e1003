/** The one window: how it is made, what it is told, and how it gets its port to the engine. */
import path from 'node:path'
import { BrowserWindow, nativeTheme } from 'electron'
import type { EngineState, ErrorCode, MenuCommand } from '../core/contract/index.js'
import type { EngineHost } from './engine-host.js'
import { PAGE_URL } from './protocol.js'
import { SAFE_PREFERENCES } from './security.js'
import { SMALLEST, keepWindowState, readWindowState } from './window-state.js'

/** Shown for the moment before the page paints: the page's own paper colours. */
const PAPER = { light: '#fbfaf6', dark: '#191b19' } as const
/** A page that dies more often than this in one run is not loaded again. */
const MAX_RELOADS = 3

export interface AppWindowOptions {
  readonly preload: string
  /** File that keeps the window's place. */
  readonly stateFile: string
  readonly engine: EngineHost
  readonly joinLink: string | null
}

export class AppWindow {
  readonly #window: BrowserWindow
  readonly #engine: EngineHost
  #loaded: 'no' | 'yes' = 'no'
  #reloads = 0
  /** A link that came before the page could take it. */
  #waitingLink: string | null

  constructor({ preload, stateFile, engine, joinLink }: AppWindowOptions) {
    this.#engine = engine
    this.#waitingLink = joinLink
    const state = readWindowState(stateFile)
    this.#window = new BrowserWindow({
      ...state.bounds,
      minWidth: SMALLEST.width,
      minHeight: SMALLEST.height,
      show: false,
      title: 'Guildbook',
      backgroundColor: nativeTheme.shouldUseDarkColors ? PAPER.dark : PAPER.light,
      icon: path.join(import.meta.dirname, '../../build/icons/256x256.png'),
      webPreferences: { ...SAFE_PREFERENCES, preload }
    })
    if (state.shown === 'maximised') this.#window.maximize()
    keepWindowState(this.#window, stateFile)
    this.#window.once('ready-to-show', () => this.#window.show())
    this.#watchPage()
    void this.#window.loadURL(PAGE_URL)
  }

  /** The engine's state changed: the page is told, and gets a port when there is an engine to lead to. */
  tellEngineState(state: EngineState, reason: ErrorCode | null): void {
    if (this.#loaded === 'no' || this.#window.isDestroyed()) return
    this.#window.webContents.send('engine-state', state, reason)
    const port = state === 'running' ? this.#engine.openPort() : null
    if (port) this.#window.webContents.postMessage('engine-port', null, [port])
  }

  tellCommand(command: MenuCommand): void {
    if (!this.#window.isDestroyed()) this.#window.webContents.send('menu', command)
  }

  openJoinLink(link: string): void {
    this.focus()
    if (this.#loaded === 'no') this.#waitingLink = link
    else this.#window.webContents.send('join-link', link)
  }

  focus(): void {
    if (this.#window.isDestroyed()) return
    if (this.#window.isMinimized()) this.#window.restore()
    this.#window.show()
    this.#window.focus()
  }

  onClosed(listener: () => void): void {
    this.#window.once('closed', listener)
  }

  #watchPage(): void {
    const { webContents } = this.#window
    webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      // Going from view to view stays in the same document, which keeps its port.
      if (isMainFrame && !isSameDocument) this.#loaded = 'no'
    })
    webContents.on('did-finish-load', () => {
      this.#loaded = 'yes'
      this.tellEngineState(this.#engine.state, this.#engine.reason)
      if (this.#waitingLink !== null) webContents.send('join-link', this.#waitingLink)
      this.#waitingLink = null
    })
    webContents.on('render-process-gone', (_event, { reason }) => {
      console.error(`The page's process is gone: ${reason}`)
      if (reason !== 'clean-exit' && this.#reloads++ < MAX_RELOADS) webContents.reload()
    })
  }
}
