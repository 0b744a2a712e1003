/** When a device was last here, as one says it. */
import type { DeviceRow } from '../../core/contract/index.js'
import { formatAgo } from '../format/date.js'
import type { I18n } from '../i18n/i18n.svelte.js'

export function seenText(device: DeviceRow, i18n: I18n): string {
  if (device.connection === 'this') return i18n.text('sync.thisDevice')
  if (device.connection === 'connected') return i18n.text('sync.connected')
  if (device.lastSeenMs === null) return i18n.text('sync.neverSeen')
  const ago = formatAgo(device.lastSeenMs, Date.now(), i18n.locale)
  return ago === null ? i18n.text('sync.seenNow') : i18n.text('sync.seen', { ago })
}
