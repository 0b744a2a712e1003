/** The app as it is handed to people: one archive, and an executable that refuses to be anything else. */
import { execFile } from 'node:child_process'
import { access, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { createBook } from '../browser/world.js'
import { electronPath, expect, test, watchProcesses } from './desktop.js'

const run = promisify(execFile)
const PACKAGE = path.resolve(import.meta.dirname, '../../../build/scripts/package.mjs')

/** Packs the app with the runtime that the tests use. */
async function pack(output: string, ...options: readonly string[]): Promise<string> {
  const env = { ...process.env, ELECTRON_OVERRIDE_DIST_PATH: path.dirname(electronPath()) }
  await run(process.execPath, [PACKAGE, 'dir', `--output=${output}`, ...options], { env })
  return path.join(output, 'linux-unpacked/guildbook')
}

/** The wire holds one character for each fuse. */
const asWord = (state: number | undefined): string =>
  ({ 0x30: 'off', 0x31: 'on' })[state ?? 0] ?? `unknown (${state})`

async function fuses(executable: string): Promise<Record<string, string>> {
  const wire = await getCurrentFuseWire(executable)
  return {
    runAsNode: asWord(wire[FuseV1Options.RunAsNode]),
    cookieEncryption: asWord(wire[FuseV1Options.EnableCookieEncryption]),
    nodeOptions: asWord(wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable]),
    inspect: asWord(wire[FuseV1Options.EnableNodeCliInspectArguments]),
    integrity: asWord(wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation]),
    onlyArchive: asWord(wire[FuseV1Options.OnlyLoadAppFromAsar])
  }
}

test('the packed app has its fuses set, and runs with its engine', async ({ desktops }) => {
  test.setTimeout(180_000)
  const output = await desktops.folder()
  // Playwright drives an app through Node's inspector: this one build keeps that fuse.
  const executable = await pack(output, '--inspectable')
  expect(await fuses(executable)).toEqual({
    runAsNode: 'off',
    cookieEncryption: 'on',
    nodeOptions: 'off',
    inspect: 'on',
    integrity: 'on',
    onlyArchive: 'on'
  })
  const resources = path.join(path.dirname(executable), 'resources')
  await access(path.join(resources, 'app.asar'))
  expect(await readdir(resources)).not.toContain('default_app.asar')
  const { page, app, folder } = await desktops.open({ executable, source: 'packed' })
  expect(await app.evaluate(({ app: running }) => running.isPackaged)).toBe(true)
  await createBook(page, 'Elm Street', 'Ana')
  const processes = await watchProcesses({ app }, 'let')
  const file = path.join(output, 'passphrase')
  await writeFile(file, 'correct horse battery')
  const set = ['passphrase', 'set', '--new-passphrase-file', file]
  expect(await desktops.command(folder, set)).toEqual({ code: 0, stderr: '' })
  await expect.poll(processes).toEqual([0])
  await app.close()

  const released = await pack(output)
  expect((await fuses(released))['inspect']).toBe('off')
})
