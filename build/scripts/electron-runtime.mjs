/** Finds Electron's runtime, or says in one line why there is none. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'

const require = createRequire(import.meta.url)
/** The official package fetches its runtime when it is first used. A network that swallows packets must not hang us. */
const DOWNLOAD_PATIENCE_MS = 180_000
const START_PATIENCE_MS = 15_000

/** Where the runtime would be, without fetching it; null if the package is not installed. */
function expectedPath() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  let folder
  try {
    folder = path.dirname(require.resolve('electron/package.json'))
  } catch {
    return null
  }
  const pathFile = path.join(folder, 'path.txt')
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : 'electron'
  return override ? path.join(override, name) : path.join(folder, 'dist', name)
}

/** @returns {Promise<boolean>} whether the official installer brought the runtime in time */
function download() {
  const installer = path.join(path.dirname(require.resolve('electron/package.json')), 'install.js')
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [installer], { stdio: 'ignore', timeout: DOWNLOAD_PATIENCE_MS })
    child.once('error', () => resolve(false))
    child.once('exit', (code) => resolve(code === 0))
  })
}

/**
 * @param {{ fetch: 'if-missing' | 'never' }} options
 * @returns {Promise<{ path: string } | { missing: string }>}
 */
export async function findElectron({ fetch }) {
  const expected = expectedPath()
  if (expected === null) return { missing: 'the electron package is not installed' }
  if (existsSync(expected)) return { path: expected }
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH) return { missing: `there is no ${expected}` }
  if (fetch === 'never') return { missing: 'its runtime has not been downloaded' }
  await download()
  const brought = expectedPath()
  if (brought !== null && existsSync(brought)) return { path: brought }
  return { missing: 'its runtime could not be downloaded' }
}

/** Why a window cannot be opened here, whatever Electron there is; or null. */
export function refusesHere() {
  if (process.platform !== 'linux') return null
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'there is no display'
  if (os.userInfo().uid === 0 && process.env.GUILDBOOK_NO_SANDBOX !== '1') {
    return 'it does not run as root (GUILDBOOK_NO_SANDBOX=1 would start it without its sandbox)'
  }
  return null
}

/** The switch that Electron needs under root, where someone decided to run it without its sandbox. */
export const sandboxSwitch = () => (process.env.GUILDBOOK_NO_SANDBOX === '1' ? ['--no-sandbox'] : [])

/** Why a runtime does not start (a library is missing, say), or null. */
export function failsToStart(runtime) {
  const { status, stderr, error } = spawnSync(runtime, [...sandboxSwitch(), '--version'], {
    encoding: 'utf8',
    timeout: START_PATIENCE_MS
  })
  if (status === 0) return null
  return (error?.message ?? stderr.trim().split('\n')[0]) || 'it does not start'
}
