/** What is kept with a log on this disk beside its blocks: Hypercore itself forgets a fork, and knows nothing of shares. */
import type Hypercore from 'hypercore'
import type { DeviceId, MemberId } from '../contract/index.js'
import type { Author } from './delivery.js'

export type Mark =
  | { readonly kind: 'forked' }
  /** Not followed: its member has too many. null: kept by a version that did not say whose it is. */
  | { readonly kind: 'left'; readonly author: Author | null }

const KEY = 'guildbook'

export async function markOf(core: Hypercore): Promise<Mark | null> {
  const [kind, member, device] = (await core.getUserData(KEY))?.toString().split(' ') ?? []
  if (kind === 'forked') return { kind }
  if (kind !== 'left') return null
  const isKnown = member !== undefined && device !== undefined
  return { kind, author: isKnown ? { member: member as MemberId, device: device as DeviceId } : null }
}

export async function setMark(core: Hypercore, mark: Mark): Promise<void> {
  const author = mark.kind === 'left' ? mark.author : null
  const text = author ? `${mark.kind} ${author.member} ${author.device}` : mark.kind
  await core.setUserData(KEY, Buffer.from(text))
}

export async function unmark(core: Hypercore): Promise<void> {
  await core.setUserData(KEY, Buffer.alloc(0))
}
