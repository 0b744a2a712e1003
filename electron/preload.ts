/** The one bridge between the sandboxed page and the rest: it passes on what it is told, and keeps nothing of it. */
import { contextBridge, ipcRenderer } from 'electron'
import { ENGINE_PORT_MESSAGE } from '../core/contract/bridge.js'
import type { DesktopBridge } from '../core/contract/bridge.js'

/** Passes a channel's messages to one listener; the last one that came before it is passed on when it arrives. */
function relay<Message extends unknown[]>(channel: string): (listener: (...message: Message) => void) => void {
  let listener: ((...message: Message) => void) | null = null
  let missed: Message | null = null
  ipcRenderer.on(channel, (_event, ...message: unknown[]) => {
    if (listener) listener(...(message as Message))
    else missed = message as Message
  })
  return (next) => {
    listener = next
    if (missed) next(...missed)
    missed = null
  }
}

ipcRenderer.on('engine-port', (event) => {
  // A port cannot cross the context bridge; a window message carries it, to this page and no other.
  window.postMessage({ kind: ENGINE_PORT_MESSAGE }, window.location.origin, [...event.ports])
})

const bridge: DesktopBridge = {
  platform: process.platform,
  onEngineState: relay('engine-state'),
  onMenu: relay('menu'),
  onJoinLink: relay('join-link'),
  chooseFile: (choice) => ipcRenderer.invoke('choose-file', choice) as Promise<string | null>,
  setAppearance: ({ language, theme }) => ipcRenderer.send('appearance', { language, theme })
}

contextBridge.exposeInMainWorld('guildbook', bridge)
