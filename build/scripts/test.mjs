/**
 * `npm test`: builds, checks the source, and runs every test. The last line is `N passed, N failed`.
 *
 * What a machine lacks (a browser, Electron, a display) is a printed skip, and a failure where `CI` is set.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { buildParts } from './build.mjs'
import { check } from './check.mjs'
import { findElectron } from './electron-runtime.mjs'
import { DEFAULT_PARTS, out } from './parts.mjs'
import { run, tool } from './run.mjs'

const reports = path.join(out, 'test')
const counts = { passed: 0, failed: 0 }

const isOnPath = (name) => spawnSync('which', [name], { stdio: 'ignore' }).status === 0

async function readReport(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return null
  }
}

/** A step that is not a test by itself, but whose failure must show in the last line. */
function count(name, succeeded) {
  if (succeeded) return
  counts.failed++
  console.log(`FAILED: ${name}`)
}

async function unitTests() {
  const file = path.join(reports, 'vitest.json')
  const code = await run(tool('vitest'), [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${file}`
  ])
  const report = await readReport(file)
  counts.passed += report?.numPassedTests ?? 0
  counts.failed += report?.numFailedTests ?? 0
  // A file that cannot be loaded has no tests that could fail.
  if (code !== 0 && !report?.numFailedTests) count('vitest', false)
}

async function wholeAppTests(project, { command, args, env }) {
  const file = path.join(reports, `${project}.json`)
  const code = await run(
    command,
    [...args, tool('playwright'), 'test', `--project=${project}`, '--reporter=list,json'],
    {
      env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: file }
    }
  )
  const { expected = 0, flaky = 0, unexpected = 0 } = (await readReport(file))?.stats ?? {}
  counts.passed += expected + flaky
  counts.failed += unexpected
  if (code !== 0 && unexpected === 0) count(`Playwright (${project})`, false)
}

/** Says that some tests were left out, and counts it as a failure where nothing may be. */
function skip(what, why) {
  console.log(`skipped: ${what}: ${why}`)
  if (process.env.CI) count(what, false)
}

/** A browser for Playwright: what `GUILDBOOK_TEST_BROWSER` names, the system's, or Playwright's own. */
async function findBrowser() {
  const named = process.env.GUILDBOOK_TEST_BROWSER
  if (named) return existsSync(named) ? named : null
  const system = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
  if (system) return system
  const { chromium } = await import('@playwright/test')
  return existsSync(chromium.executablePath()) ? chromium.executablePath() : null
}

async function browserTests() {
  const browser = await findBrowser()
  if (browser === null) return skip('browser tests', 'no Chromium here (GUILDBOOK_TEST_BROWSER names one)')
  await wholeAppTests('browser', {
    command: process.execPath,
    args: [],
    env: { GUILDBOOK_TEST_BROWSER: browser }
  })
}

async function electronTests() {
  const found = await findElectron({ fetch: 'if-missing' })
  if ('missing' in found) return skip('Electron tests', found.missing)
  const env = { GUILDBOOK_TEST_ELECTRON: found.path }
  if (process.platform !== 'linux' || process.env.DISPLAY) {
    return wholeAppTests('electron', { command: process.execPath, args: [], env })
  }
  if (!isOnPath('xvfb-run')) return skip('Electron tests', 'no display, and no xvfb-run')
  await wholeAppTests('electron', { command: 'xvfb-run', args: ['-a', process.execPath], env })
}

// Nothing that a test starts speaks to the public network: what needs a network brings one of its own, on loopback.
process.env.GUILDBOOK_HOST = '127.0.0.1'
process.env.GUILDBOOK_BOOTSTRAP = '127.0.0.1:1'

await rm(reports, { recursive: true, force: true })
await mkdir(reports, { recursive: true })
count('build', await buildParts(DEFAULT_PARTS))
count('checks', await check())
await unitTests()
await browserTests()
await electronTests()
console.log(`\n${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed === 0 ? 0 : 1
