/** Node 18 has Web Crypto but no global for it, and our key libraries look for the global. Import this first. */
import { webcrypto } from 'node:crypto'

if (!('crypto' in globalThis))
  Object.defineProperty(globalThis, 'crypto', { value: webcrypto, configurable: true })
