/** What the desktop's main process and the engine's process say to each other. Ports to clients travel beside it. */
import type { ErrorCode } from './outcome.js'
import type { Settings } from './rows.js'

/** From the main process to the engine's. */
export type ToEngineProcess =
  | {
      readonly kind: 'start'
      readonly folder: string
      readonly appVersion: string
      readonly keyProtection: 'keyring' | 'plain'
      /** Whether the system can ask who is at the device (`confirm-person`). */
      readonly personCheck: 'system' | 'none'
      /** Overrides the stored network settings, field by field. */
      readonly network: Partial<Settings['network']>
    }
  /** Comes with one port: a client's channel. */
  | { readonly kind: 'port' }
  | { readonly kind: 'secret'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'secret-refused'; readonly id: number; readonly message: string }
  | { readonly kind: 'person'; readonly id: number; readonly answer: 'confirmed' | 'refused' }
  /** Comes with one port: to a process that stretches one passphrase. */
  | { readonly kind: 'stretcher'; readonly id: number }
  | { readonly kind: 'close' }

/** From the engine's process to the main one. */
export type FromEngineProcess =
  | { readonly kind: 'ready' }
  /** It could not open the folder, and ends. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'wrap'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'unwrap'; readonly id: number; readonly bytes: Uint8Array }
  /** Before the recovery phrase is shown. */
  | { readonly kind: 'confirm-person'; readonly id: number }
  /** Asks for a process that stretches one passphrase. */
  | { readonly kind: 'stretcher'; readonly id: number }
