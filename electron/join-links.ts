/** `guildbook://join/…` links as texts, which anybody can have written. */
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
