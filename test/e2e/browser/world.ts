/** What browser tests stand on: real engines behind `guildbook serve`, and pages that are let in. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, test as base, type Browser, type BrowserContext, type Page } from '@playwright/test'

const COMMAND = path.resolve(import.meta.dirname, '../../../out/cli/guildbook.cjs')
const SCREENS = path.resolve(import.meta.dirname, '../../../out/screens')

/** Nobody listens there: the engine looks for others in vain. */
const NO_NETWORK = '127.0.0.1:1'

export interface Served {
  readonly folder: string
  /** Good once. */
  readonly url: string
  readonly port: number
  stop(): Promise<void>
}

export class World {
  readonly #children: ChildProcess[] = []
  readonly #folders: string[] = []
  readonly #contexts: BrowserContext[] = []

  constructor(private readonly browser: Browser) {}

  /** A folder for an engine's data, gone when the test is over. */
  async folder(): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), 'guildbook-page-'))
    this.#folders.push(folder)
    return folder
  }

  /** A DHT of our own; answers `host:port`. */
  async bootstrap(): Promise<string> {
    const { bootstrap } = await this.#start(['bootstrap', '--port', '0'], NO_NETWORK)
    return bootstrap as string
  }

  /** An engine that serves its page; `port` where it has to be a certain one. */
  async serve(options: { folder?: string; bootstrap?: string; port?: number } = {}): Promise<Served> {
    const folder = options.folder ?? (await this.folder())
    const args = ['serve', '--dir', folder, '--port', String(options.port ?? 0)]
    const { url, port } = await this.#start(args, options.bootstrap ?? NO_NETWORK)
    const child = this.#children.at(-1) as ChildProcess
    return { folder, url: url as string, port: port as number, stop: () => end(child) }
  }

  /** An engine and a page on it. */
  async open(
    options: { folder?: string; bootstrap?: string; locale?: string; served?: Served } = {}
  ): Promise<Page> {
    const { url } = options.served ?? (await this.serve(options))
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: options.locale ?? 'en-GB'
    })
    this.#contexts.push(context)
    const page = await context.newPage()
    page.on('pageerror', (error) => {
      throw error
    })
    await page.goto(url)
    return page
  }

  async close(): Promise<void> {
    for (const context of this.#contexts) await context.close()
    for (const child of this.#children) await end(child)
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true })
  }

  /** Runs a command that stays; answers the first line of its JSON. */
  #start(args: readonly string[], bootstrap: string): Promise<Record<string, unknown>> {
    const child = spawn(process.execPath, [COMMAND, ...args, '--json'], {
      env: { ...process.env, GUILDBOOK_HOST: '127.0.0.1', GUILDBOOK_BOOTSTRAP: bootstrap },
      stdio: ['ignore', 'pipe', 'inherit']
    })
    this.#children.push(child)
    return new Promise((resolve, reject) => {
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        const end = text.indexOf('\n')
        if (end >= 0) resolve(JSON.parse(text.slice(0, end)) as Record<string, unknown>)
      })
      child.once('exit', (code) => reject(new Error(`guildbook ${args[0]} ended with ${code}: ${text}`)))
    })
  }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  if (child.exitCode === null && child.kill('SIGTERM')) await ended
}

export const test = base.extend<{ world: World }>({
  world: async ({ browser }, use) => {
    const world = new World(browser)
    await use(world)
    await world.close()
  }
})

export async function createBook(page: Page, name: string, member: string): Promise<void> {
  await page.getByLabel('Name of the book').fill(name)
  await page.getByLabel('Your name').fill(member)
  await page.getByLabel('Currency').selectOption('EUR')
  await page.getByRole('button', { name: 'Start the book' }).click()
  await expect(page.getByRole('grid')).toBeVisible()
}

export async function openSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open a sample book' }).click()
  await expect(page.getByRole('heading', { level: 2, name: 'Latest entries' })).toBeVisible()
}

/** Another view of the book that is open, by its address. */
export async function go(page: Page, view: string): Promise<void> {
  await page.evaluate((to) => {
    window.location.hash = `${window.location.hash.split('/').slice(0, 2).join('/')}/${to}`
  }, view)
  await expect(page.locator('main h1')).toBeVisible()
  // The number of entries is there once the first rows are.
  if (view.startsWith('transactions')) await expect(page.locator('header .total')).not.toBeEmpty()
}

/** Writes an entry by keyboard alone, from anywhere, as on a train: two lines, the second amount follows. */
export async function enter(
  page: Page,
  payee: string,
  to: string,
  amount: string,
  from: string
): Promise<void> {
  await page.keyboard.press('n')
  await expect(page.getByRole('textbox', { name: 'Date', exact: true })).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.type(payee)
  await page.keyboard.press('Enter')
  await page.keyboard.type(to)
  await page.keyboard.press('Enter')
  await page.keyboard.type(amount)
  await page.keyboard.press('Enter')
  await page.keyboard.type(from)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('row').filter({ hasText: payee }).first()).toBeVisible()
  await page.keyboard.press('Escape')
}

/** Serious and critical findings of axe, as text. */
export async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`).join(' | ')}`
    )
}

/** A picture to be looked at. */
export const picture = (page: Page, name: string): Promise<unknown> =>
  page.screenshot({ path: path.join(SCREENS, `${name}.png`) })

export { expect }
