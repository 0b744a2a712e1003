/** `guildbook://join/…` links: from the arguments of this start, of a second start, or from the system. */
import { app } from 'electron'

const SCHEME = 'guildbook:'
const MAX_LINK_LENGTH = 2048

/** Only a link to join is taken, and only as text for the page: whoever wrote it is not to be trusted. */
export function asJoinLink(text: string): string | null {
  if (text.length > MAX_LINK_LENGTH) return null
  try {
    const url = new URL(text)
    return url.protocol === SCHEME && url.hostname === 'join' ? url.href : null
  } catch {
    return null
  }
}

export function joinLinkIn(argv: readonly string[]): string | null {
  for (const argument of argv) {
    const link = argument.startsWith(SCHEME) ? asJoinLink(argument) : null
    if (link !== null) return link
  }
  return null
}

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
