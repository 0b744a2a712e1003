/**
 * A program for tests that kill an engine: opens a data folder and serves it to its parent, over the contract's own
 * channel. It can be told to die by itself, at the very moment when a file is replaced.
 *
 * Arguments: the data folder, network settings as JSON, and where to die (`Death` as JSON) or nothing.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module'
import path from 'node:path'
import { serveChannel } from '../../core/engine/channel-server.js'
import { nodePortChannel } from '../../core/engine/channel-transports.js'
import { openEngine } from '../../core/engine/open.js'
import { PLAIN_KEYS } from '../../core/engine/plain-keys.js'
import type { Settings } from '../../core/contract/index.js'
import type { Death } from './engine-process.js'

const die = (): never => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('still alive')
}

/** All files of a data folder but the logs' are replaced by renaming another over them. */
function dieAt({ file, write, moment }: Death): void {
  const fs = createRequire(import.meta.url)('node:fs/promises') as typeof import('node:fs/promises')
  const { rename } = fs
  let writes = 0
  fs.rename = async (from, to) => {
    const isIt = path.basename(String(to)) === file && ++writes === write
    if (isIt && moment === 'before') die()
    await rename(from, to)
    if (isIt) die()
  }
  syncBuiltinESMExports()
}

async function main(folder: string, network: Partial<Settings['network']>, death: Death | null): Promise<void> {
  if (death) dieAt(death)
  const opened = await openEngine({ folder, keys: PLAIN_KEYS, appVersion: '0', network })
  if (!opened.ok) throw new Error(opened.error.message)
  const channel = nodePortChannel({
    postMessage: (message) => void process.send?.(message, () => {}),
    on: (event, listener) => process.on(event === 'close' ? 'disconnect' : event, listener),
    close: () => process.disconnect()
  })
  const served = serveChannel(opened.value, channel)
  served.welcome()
  await served.closed
  await opened.value.close()
}

const [folder = '', network = '{}', death = 'null'] = process.argv.slice(2)
main(folder, JSON.parse(network) as Partial<Settings['network']>, JSON.parse(death) as Death | null).catch(
  (error: unknown) => {
    console.error(error)
    process.exit(1)
  }
)
