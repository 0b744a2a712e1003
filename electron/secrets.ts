/** The system's keyring, as far as there is a real one. */
import { safeStorage } from 'electron'
import type { FromEngineProcess, ToEngineProcess } from '../core/contract/index.js'

/** Chromium's fallback on Linux encrypts with a password that everyone knows: no better than plain, so not used. */
const NOT_A_KEYRING = new Set(['basic_text', 'unknown'])

export function keyProtection(): 'keyring' | 'plain' {
  if (!safeStorage.isEncryptionAvailable()) return 'plain'
  if (process.platform !== 'linux') return 'keyring'
  // Electron before 26 cannot be asked, and reports the fallback as no encryption at all.
  const { getSelectedStorageBackend }: Partial<typeof safeStorage> = safeStorage
  if (!getSelectedStorageBackend) return 'keyring'
  return NOT_A_KEYRING.has(getSelectedStorageBackend.call(safeStorage)) ? 'plain' : 'keyring'
}

type Asked = Extract<FromEngineProcess, { kind: 'wrap' | 'unwrap' }>

/** Carries out what the engine asks of the keyring. Never throws. */
export function answerSecret({ kind, id, bytes }: Asked): ToEngineProcess {
  try {
    const result =
      kind === 'wrap'
        ? safeStorage.encryptString(Buffer.from(bytes).toString('base64'))
        : Buffer.from(safeStorage.decryptString(Buffer.from(bytes)), 'base64')
    return { kind: 'secret', id, bytes: new Uint8Array(result) }
  } catch (error) {
    return { kind: 'secret-refused', id, message: error instanceof Error ? error.message : String(error) }
  }
}
