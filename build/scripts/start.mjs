/**
 * `npm start [-- arguments]`: builds what is old, and opens the app in Electron. Where Electron cannot be had or
 * cannot run, says so in one line and serves the same app to a browser of this machine.
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { buildParts } from './build.mjs'
import { failsToStart, findElectron, refusesHere, sandboxSwitch } from './electron-runtime.mjs'
import { DEFAULT_PARTS, out, root } from './parts.mjs'

/** Runs a program in the foreground, and ends as it ends. */
function hand(command, args) {
  const child = spawn(command, args, { stdio: 'inherit', cwd: root })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}

/** What the desktop app understands, in the words of `guildbook serve`. */
const forServe = (args) =>
  args.filter((argument) => argument.startsWith('--dir=') || argument.startsWith('--port='))

if (!(await buildParts(DEFAULT_PARTS))) process.exit(1)

/** @returns {Promise<{ path: string } | { missing: string }>} */
async function usableElectron() {
  const obstacle = refusesHere()
  if (obstacle !== null) return { missing: obstacle }
  const found = await findElectron({ fetch: 'if-missing' })
  if ('missing' in found) return found
  const failure = failsToStart(found.path)
  return failure === null ? found : { missing: failure }
}

const args = process.argv.slice(2)
const found = await usableElectron()
if ('path' in found) {
  hand(found.path, [...sandboxSwitch(), root, ...args])
} else {
  console.log(`Electron cannot be used (${found.missing}): serving Guildbook to a browser instead.`)
  hand(process.execPath, [path.join(out, 'cli/guildbook.cjs'), 'serve', '--open', ...forServe(args)])
}
