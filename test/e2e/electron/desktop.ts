/** What desktop tests stand on: real windows of the real app, each on a data folder of its own. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { _electron, expect, test as base } from '@playwright/test'
import type { ElectronApplication, Page } from '@playwright/test'

const ROOT = path.resolve(import.meta.dirname, '../../..')
export const SCREENS = path.join(ROOT, 'out/screens')
const COMMAND = path.join(ROOT, 'out/cli/guildbook.cjs')
/** Nobody listens there: the engine looks for others in vain. */
const NO_NETWORK = '127.0.0.1:1'

/** Under root, Chromium's own sandbox cannot be had; the page's is asked for all the same. */
const rootSwitches = process.getuid?.() === 0 ? ['--no-sandbox'] : []

export function electronPath(): string {
  const named = process.env['GUILDBOOK_TEST_ELECTRON']
  if (!named) throw new Error('GUILDBOOK_TEST_ELECTRON names no Electron. Run these tests through npm test.')
  return named
}

export interface OpenOptions {
  /** Starts Electron in some way of its own. */
  readonly executable?: string
  readonly folder?: string
  readonly bootstrap?: string
  /** A packed app knows where its code is; the default is this repository's. */
  readonly source?: 'packed'
  /** Switches for Chromium. */
  readonly args?: readonly string[]
  /** A link that the app is started with. */
  readonly link?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Desktop {
  readonly app: ElectronApplication
  readonly page: Page
  readonly folder: string
}

export class Desktops {
  readonly #apps: ElectronApplication[] = []
  readonly #children: ChildProcess[] = []
  readonly #folders: string[] = []

  async folder(): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), 'guildbook-window-'))
    this.#folders.push(folder)
    return folder
  }

  /** Opens the app, and waits for its page and for the engine behind it. */
  async open(options: OpenOptions = {}): Promise<Desktop> {
    const folder = options.folder ?? (await this.folder())
    const app = await _electron.launch({
      executablePath: options.executable ?? electronPath(),
      args: [
        ...rootSwitches,
        ...(options.args ?? []),
        ...(options.source ? [] : [ROOT]),
        `--dir=${folder}`,
        ...(options.link ? [options.link] : [])
      ],
      env: environment(options)
    })
    this.#apps.push(app)
    const page = await app.firstWindow()
    await expect(page.getByRole('heading').first()).toBeVisible()
    return { app, page, folder }
  }

  /** Starts the app once more, as the system would, and waits for it to end. */
  async startAgain(folder: string, ...args: readonly string[]): Promise<number | null> {
    const child = spawn(electronPath(), [...rootSwitches, ROOT, `--dir=${folder}`, ...args], {
      env: environment({}),
      stdio: 'ignore'
    })
    this.#children.push(child)
    return new Promise((resolve) => child.once('exit', resolve))
  }

  /** Runs `guildbook` on a folder to its end. */
  async command(folder: string, args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
    const child = spawn(process.execPath, [COMMAND, '--dir', folder, ...args], {
      env: environment({}),
      stdio: ['ignore', 'ignore', 'pipe']
    })
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { code, stderr }
  }

  /** A DHT of our own; answers `host:port`. */
  async bootstrap(): Promise<string> {
    const child = spawn(process.execPath, [COMMAND, 'bootstrap', '--port', '0', '--json'], {
      env: environment({}),
      stdio: ['ignore', 'pipe', 'inherit']
    })
    this.#children.push(child)
    const line = await new Promise<string>((resolve, reject) => {
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
      })
      child.once('exit', (code) => reject(new Error(`guildbook bootstrap ended with ${code}`)))
    })
    return (JSON.parse(line) as { bootstrap: string }).bootstrap
  }

  async close(): Promise<void> {
    for (const app of this.#apps) await app.close()
    for (const child of this.#children) if (child.exitCode === null) child.kill('SIGTERM')
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

function environment({ bootstrap, env }: OpenOptions): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined
  )
  return {
    ...Object.fromEntries(inherited),
    GUILDBOOK_HOST: '127.0.0.1',
    GUILDBOOK_BOOTSTRAP: bootstrap ?? NO_NETWORK,
    ...env
  }
}

/** How each process that the app starts from now on ended, null until it did; `kill`: before it can answer. */
export async function watchProcesses(
  { app }: Pick<Desktop, 'app'>,
  fate: 'let' | 'kill'
): Promise<() => Promise<(number | null)[]>> {
  await app.evaluate(({ utilityProcess }, how) => {
    const seen: (number | null)[] = []
    const { fork } = utilityProcess
    utilityProcess.fork = (...args) => {
      const index = seen.push(null) - 1
      const child = fork(...args)
      child.once('exit', (code) => (seen[index] = code))
      // What is asked to end, as `child.kill()` does, may do so in good order, and with 0.
      if (how === 'kill') child.once('spawn', () => child.pid && process.kill(child.pid, 'SIGKILL'))
      return child
    }
    ;(globalThis as unknown as { seen: (number | null)[] }).seen = seen
  }, fate)
  return () => app.evaluate(() => (globalThis as unknown as { seen: (number | null)[] }).seen)
}

export const test = base.extend<{ desktops: Desktops }>({
  desktops: async ({}, use) => {
    const desktops = new Desktops()
    await use(desktops)
    await desktops.close()
  }
})

export { expect }
