/** In a terminal there is no system keyring to ask: keys are protected by the folder's permissions alone. */
import type { KeyProtector } from '../engine/engine.js'

export const PLAIN_KEYS: KeyProtector = {
  kind: 'plain',
  wrap: (secret) => Promise.resolve(secret),
  unwrap: (wrapped) => Promise.resolve(wrapped)
}
