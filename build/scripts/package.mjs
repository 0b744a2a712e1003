/**
 * `npm run package [-- target…]`: builds, and packs the app for this system; `dir` (an unpacked folder) unless other
 * targets are named. With ELECTRON_OVERRIDE_DIST_PATH set, packs that runtime instead of downloading the official one.
 *
 * `--output=<folder>` puts it elsewhere than in `dist/`. `--inspectable` leaves Node's inspector reachable, which is how tests drive a packed app. Not for release.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { buildParts } from './build.mjs'
import { DEFAULT_PARTS } from './parts.mjs'
import { run, tool } from './run.mjs'

const args = process.argv.slice(2)
const targets = args.filter((argument) => !argument.startsWith('--'))
const runtime = process.env.ELECTRON_OVERRIDE_DIST_PATH

async function settings() {
  const given = args.includes('--inspectable') ? ['-c.electronFuses.enableNodeCliInspectArguments=true'] : []
  const output = args.find((argument) => argument.startsWith('--output='))
  if (output) given.push(`-c.directories.output=${path.resolve(output.slice('--output='.length))}`)
  if (!runtime) return given
  const version = (await readFile(path.join(runtime, 'version'), 'utf8')).trim().replace(/^v/, '')
  return [...given, `-c.electronDist=${runtime}`, `-c.electronVersion=${version}`]
}

if (await buildParts(DEFAULT_PARTS)) {
  const platform = { darwin: '--mac', win32: '--win' }[process.platform] ?? '--linux'
  process.exitCode = await run(tool('electron-builder'), [
    '--config',
    'build/electron-builder.yml',
    '--publish',
    'never',
    platform,
    ...(targets.length > 0 ? targets : ['dir']),
    ...(await settings())
  ])
} else {
  process.exitCode = 1
}
