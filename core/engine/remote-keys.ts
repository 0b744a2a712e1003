/** Key protection that another process carries out: the system's keyring is open to Electron's main process only. */
import type { FromEngineProcess } from '../contract/index.js'
import type { KeyProtector } from './engine.js'
import { PLAIN_KEYS } from './plain-keys.js'

interface Waiting {
  resolve(bytes: Uint8Array): void
  reject(reason: Error): void
}

export interface RemoteKeys {
  protector(kind: KeyProtector['kind']): KeyProtector
  answer(id: number, bytes: Uint8Array): void
  refuse(id: number, message: string): void
}

/** Asks through `post`; whoever answers calls `answer` or `refuse` with the id that was asked with. */
export function remoteKeys(post: (message: FromEngineProcess) => void): RemoteKeys {
  const waiting = new Map<number, Waiting>()
  let lastId = 0

  const ask = (kind: 'wrap' | 'unwrap', bytes: Uint8Array): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      post({ kind, id, bytes })
    })

  const take = (id: number): Waiting | undefined => {
    const asked = waiting.get(id)
    waiting.delete(id)
    return asked
  }

  return {
    protector: (kind) =>
      kind === 'plain'
        ? PLAIN_KEYS
        : { kind, wrap: (secret) => ask('wrap', secret), unwrap: (wrapped) => ask('unwrap', wrapped) },
    answer: (id, bytes) => take(id)?.resolve(new Uint8Array(bytes)),
    refuse: (id, message) => take(id)?.reject(new Error(message))
  }
}
