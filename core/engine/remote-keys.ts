/**
 * What only another process can do: the system's keyring, its question who is at the device, and starting another
 * process are open to Electron's main process only.
 */
import type { FromEngineProcess, ToEngineProcess } from '../contract/index.js'
import type { PortLike } from './channel-transports.js'
import type { KeyProtector } from './engine.js'
import type { Stretcher } from './passphrase.js'
import { PLAIN_KEYS } from './plain-keys.js'
import { portStretcher } from './stretchers.js'

type Start = Extract<ToEngineProcess, { kind: 'start' }>
type Person = Extract<ToEngineProcess, { kind: 'person' }>['answer']

export interface RemoteKeys {
  readonly stretcher: Stretcher
  protector(what: Pick<Start, 'keyProtection' | 'personCheck'>): KeyProtector
  answer(id: number, bytes: Uint8Array): void
  refuse(id: number, message: string): void
  answerPerson(id: number, answer: Person): void
  answerStretcher(id: number, port: PortLike): void
}

/** Asks through `post`; whoever answers calls back with the id that was asked with. */
export function remoteKeys(post: (message: FromEngineProcess) => void): RemoteKeys {
  const secrets = new Waiting<Uint8Array>()
  const persons = new Waiting<Person>()
  const stretchers = new Waiting<PortLike>()

  const ask = (kind: 'wrap' | 'unwrap', bytes: Uint8Array): Promise<Uint8Array> =>
    secrets.add((id) => post({ kind, id, bytes }))
  const confirmPerson = (): Promise<Person> => persons.add((id) => post({ kind: 'confirm-person', id }))

  return {
    stretcher: portStretcher(() => stretchers.add((id) => post({ kind: 'stretcher', id }))),
    protector({ keyProtection, personCheck }) {
      const keys: KeyProtector =
        keyProtection === 'plain'
          ? PLAIN_KEYS
          : {
              kind: keyProtection,
              wrap: (secret) => ask('wrap', secret),
              unwrap: (wrapped) => ask('unwrap', wrapped)
            }
      return personCheck === 'system' ? { ...keys, confirmPerson } : keys
    },
    answer: (id, bytes) => secrets.take(id)?.resolve(new Uint8Array(bytes)),
    refuse: (id, message) => secrets.take(id)?.reject(new Error(message)),
    answerPerson: (id, answer) => persons.take(id)?.resolve(answer),
    answerStretcher: (id, port) => stretchers.take(id)?.resolve(port)
  }
}

interface Asked<T> {
  resolve(value: T): void
  reject(reason: Error): void
}

/** Questions that were not answered yet, each with an id. */
class Waiting<T> {
  readonly #asked = new Map<number, Asked<T>>()
  #lastId = 0

  add(post: (id: number) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      this.#asked.set(id, { resolve, reject })
      post(id)
    })
  }

  take(id: number): Asked<T> | undefined {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    return asked
  }
}
