/** The desktop app: one window onto one data folder, and an engine of its own. No ledger logic here. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { app } from 'electron'
import { networkOverrides } from '../core/contract/index.js'
import { watchAppearance } from './appearance.js'
import { EngineHost } from './engine-host.js'
import { watchFileChoices } from './file-choices.js'
import { launchOptions } from './launch-options.js'
import { joinLinkIn } from './join-links.js'
import { watchLinks } from './links.js'
import { showMenu, systemLanguage } from './menu.js'
import type { MenuLanguage } from './menu.js'
import { registerPageScheme, servePage } from './protocol.js'
import { guardSession, refuseNewPowers } from './security.js'
import { AppWindow } from './window.js'

const here = import.meta.dirname
const { folder, joinLink } = launchOptions(process.argv, process.env)
const privateFolder = path.join(folder, 'window')

// What Chromium keeps lives beside the data: two folders are two apps, each with a lock of its own.
mkdirSync(privateFolder, { recursive: true, mode: 0o700 })
app.setName('Guildbook')
app.setPath('userData', privateFolder)
refuseNewPowers()
registerPageScheme()

let window: AppWindow | null = null
let linkWhileClosed: string | null = joinLink

const engine = new EngineHost({
  entry: path.join(here, '../engine/engine.cjs'),
  stretcher: path.join(here, '../engine/stretcher.cjs'),
  folder,
  appVersion: app.getVersion(),
  network: networkOverrides(process.env),
  onState: (state, reason) => window?.tellEngineState(state, reason)
})

function openWindow(): void {
  window = new AppWindow({
    preload: path.join(here, 'preload.cjs'),
    stateFile: path.join(privateFolder, 'window.json'),
    engine,
    joinLink: linkWhileClosed
  })
  linkWhileClosed = null
  window.onClosed(() => (window = null))
}

function openLink(link: string): void {
  if (window) window.openJoinLink(link)
  else linkWhileClosed = link
}

const chooseLanguage = (language: MenuLanguage): void =>
  showMenu(language, (command) => window?.tellCommand(command))

function run(): void {
  app.on('second-instance', (_event, argv) => {
    const link = joinLinkIn(argv)
    if (link !== null) openLink(link)
    else window?.focus()
  })
  watchLinks(openLink)
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  app.on('activate', () => {
    if (!window && app.isReady()) openWindow()
  })
  quitAfter(() => engine.stop())

  void app.whenReady().then(() => {
    guardSession()
    servePage(path.join(here, '../renderer'))
    watchAppearance(chooseLanguage)
    watchFileChoices()
    chooseLanguage(systemLanguage())
    engine.start()
    openWindow()
  })
}

/** Nothing that was acknowledged depends on it, but an engine that ends in order starts faster next time. */
function quitAfter(finish: () => Promise<void>): void {
  let finished: 'no' | 'finishing' | 'yes' = 'no'
  app.on('will-quit', (event) => {
    if (finished === 'yes') return
    event.preventDefault()
    if (finished === 'finishing') return
    finished = 'finishing'
    void finish().finally(() => {
      finished = 'yes'
      // Asked for while it is still being told that it may not quit yet, Electron would take no notice.
      setImmediate(() => app.quit())
    })
  })
}

if (app.requestSingleInstanceLock()) run()
else app.quit()
