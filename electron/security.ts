/**
 * What no page may do here, whatever it was made to run. Follows the security checklist of Electron's documentation;
 * test/e2e/electron/hardening.spec.ts asserts each point.
 */
import { app, session } from 'electron'
import type { IpcMainEvent, WebContents, WebFrameMain, WebPreferences } from 'electron'
import { PAGE_ORIGIN, PAGE_URL } from './protocol.js'

/** Every window is made with these, stated in full so that no default can weaken them. */
export const SAFE_PREFERENCES: WebPreferences = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webviewTag: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  navigateOnDragDrop: false,
  safeDialogs: true,
  // The dictionaries would be fetched from the internet.
  spellcheck: false
}

/** Copying an invite is the one thing that the page asks the system for. */
const GRANTED = new Set(['clipboard-sanitized-write'])

/** Must be called before the app is ready. */
export function refuseNewPowers(): void {
  // Windows ask for the sandbox themselves; this is for whatever else might be made. Asked for against the switch that
  // tests under root need, Chromium's own processes would refuse to start.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  app.on('web-contents-created', (_event, contents) => confine(contents))
}

function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect'] as const) {
    // The types know one overload at a time; all three events carry the address.
    contents.on(event as 'will-navigate', (details) => {
      if (details.url !== PAGE_URL) details.preventDefault()
    })
  }
}

/** Must be called when the app is ready, before the first window. */
export function guardSession(): void {
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((contents, permission, answer) =>
    answer(GRANTED.has(permission) && isOurPage(contents?.getURL() ?? ''))
  )
  defaultSession.setPermissionCheckHandler(
    (_contents, permission, origin) => GRANTED.has(permission) && isOurPage(origin)
  )
  defaultSession.setDevicePermissionHandler(() => false)
  // The page has no business with any network: what it knows comes over its port.
  const addresses = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file://*/*']
  defaultSession.webRequest.onBeforeRequest({ urls: addresses }, (_details, answer) => answer({ cancel: true }))
  defaultSession.on('will-download', (event, item) => {
    // Exports are made in the page; nothing is fetched from elsewhere.
    if (!item.getURL().startsWith(`blob:${PAGE_ORIGIN}/`)) event.preventDefault()
  })
}

/** Whether a message comes from the top frame of a page that we served. */
export function isTrustedSender(event: Pick<IpcMainEvent, 'senderFrame' | 'sender'>): boolean {
  const frame: WebFrameMain | null = event.senderFrame
  return frame !== null && frame === event.sender.mainFrame && isOurPage(frame.url)
}

function isOurPage(address: string): boolean {
  return address === PAGE_ORIGIN || address.startsWith(`${PAGE_ORIGIN}/`)
}
