/** The engine: opens the books of one data folder and answers the contract. */
import type { Changed, EngineWire, Settings } from '../contract/index.js'
import type { Stretcher } from './passphrase.js'

/** Protects this folder's keys with whatever the system has. */
export interface KeyProtector {
  readonly kind: 'keyring' | 'plain'
  wrap(secret: Uint8Array): Promise<Uint8Array>
  /** Rejects if the system's keyring cannot open it. */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>
  /** Has the system ask who is at the device; absent where it cannot. */
  confirmPerson?(): Promise<'confirmed' | 'refused'>
}

export interface EngineOptions {
  /** The data folder; made if absent. */
  readonly folder: string
  readonly keys: KeyProtector
  readonly appVersion: string
  /** Overrides the stored network settings, field by field. */
  readonly network?: Partial<Settings['network']>
  /** What stretches passphrases; without it, the engine's own process. */
  readonly stretcher?: Stretcher
  /** `off`: does not lock by itself, whatever the settings say; for what ends by itself anyway. */
  readonly autoLock?: 'as-set' | 'off'
}

/** Everything behind one data folder. `EngineWire` is what channels serve. */
export interface Engine extends EngineWire {
  subscribe(listener: (event: Changed) => void): () => void
  /** Answers what is under way, makes everything durable, lets go of the folder. */
  close(): Promise<void>
}
