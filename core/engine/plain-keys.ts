/** Where there is no system keyring to ask, keys are protected by the folder's permissions alone. */
import type { KeyProtector } from './engine.js'

export const PLAIN_KEYS: KeyProtector = {
  kind: 'plain',
  wrap: (secret) => Promise.resolve(secret),
  unwrap: (wrapped) => Promise.resolve(wrapped)
}
