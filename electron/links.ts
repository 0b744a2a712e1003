/** `guildbook://join/…` links that the system hands over while the app runs. Those of a start are among its arguments. */
import { app } from 'electron'
import { asJoinLink } from './join-links.js'

/** Makes this app the one that opens such links, and reports those that come while it runs. */
export function watchLinks(onLink: (link: string) => void): void {
  // From the sources, the system would be pointed to a bare Electron.
  if (app.isPackaged) app.setAsDefaultProtocolClient('guildbook')
  app.on('open-url', (event, url) => {
    event.preventDefault()
    const link = asJoinLink(url)
    if (link !== null) onLink(link)
  })
}
