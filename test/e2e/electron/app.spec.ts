/** What the desktop app does beyond the page: engine, links, menu, window, keys. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createBook, enter } from '../browser/world.js'
import { SCREENS, expect, test } from './desktop.js'
import type { Desktop } from './desktop.js'

/** The engine's process, as the operating system knows it. */
async function enginePid({ app }: Desktop): Promise<number> {
  const pid = await app.evaluate(
    ({ app: running }) => running.getAppMetrics().find((process) => process.name === 'Guildbook engine')?.pid
  )
  if (pid === undefined) throw new Error('There is no engine.')
  return pid
}

test('starts with the page, in its own folder', async ({ desktops }) => {
  const desktop = await desktops.open()
  await expect(desktop.page.getByLabel('Name of the book')).toBeVisible()
  await desktop.page.screenshot({ path: path.join(SCREENS, 'desktop-welcome.png') })
  const userData = await desktop.app.evaluate(({ app }) => app.getPath('userData'))
  expect(userData).toBe(path.join(desktop.folder, 'window'))
})

test('a killed engine comes back; the window says so, recovers without a reload, and lost nothing', async ({
  desktops
}) => {
  const desktop = await desktops.open()
  const { page } = desktop
  await createBook(page, 'Elm Street', 'Ana')
  await page.keyboard.press('Escape')
  await enter(page, 'Landlord', 'rent', '900', 'bank')
  // What is said for a moment only is easily missed from outside: the page itself remembers whether it was shown.
  await page.evaluate(() => {
    const seen = globalThis as unknown as { sawReconnecting?: boolean; sameDocument?: boolean }
    seen.sameDocument = true
    seen.sawReconnecting = false
    new MutationObserver(() => {
      if (document.body.innerText.includes('Reconnecting')) seen.sawReconnecting = true
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  })

  const before = await enginePid(desktop)
  process.kill(before, 'SIGKILL')
  const sawReconnecting = () =>
    page.evaluate(() => (globalThis as unknown as { sawReconnecting: boolean }).sawReconnecting)
  await expect.poll(sawReconnecting).toBe(true)
  await expect(page.getByText(/^Reconnecting/)).toBeHidden()
  await expect(page.getByText('Saved on this device', { exact: true }).first()).toBeVisible()
  await expect(async () => expect(await enginePid(desktop)).not.toBe(before)).toPass()
  await expect(page.getByRole('row').filter({ hasText: 'Landlord' })).toBeVisible()
  await enter(page, 'Corner Market', 'groc', '42.10', 'cash')
  expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true)
  await page.screenshot({ path: path.join(SCREENS, 'desktop-transactions.png') })
})

test('an engine that keeps dying is started again after longer and longer waits', async ({ desktops }) => {
  const desktop = await desktops.open()
  const pids = new Set<number>()
  for (let round = 0; round < 3; round++) {
    await expect(async () => {
      const pid = await enginePid(desktop)
      expect(pids.has(pid)).toBe(false)
      pids.add(pid)
      process.kill(pid, 'SIGKILL')
    }).toPass()
  }
  await expect(async () => expect(pids.has(await enginePid(desktop))).toBe(false)).toPass()
  expect(pids.size).toBe(3)
})

test('one app per folder: a second start brings a link to the first', async ({ desktops }) => {
  const { app, page, folder } = await desktops.open()
  const link = 'guildbook://join/ybndrfg8ejkmcpqxot1u'
  expect(await desktops.startAgain(folder, link)).toBe(0)
  await expect(page.getByLabel('Code or link')).toHaveValue(link)
  expect(app.windows()).toHaveLength(1)
})

test('a link that starts the app is opened; one that is not an invite is not', async ({ desktops }) => {
  const link = 'guildbook://join/ybndrfg8ejkmcpqxot1u'
  const opened = await desktops.open({ link })
  await expect(opened.page.getByLabel('Code or link')).toHaveValue(link)
  await desktops.startAgain(opened.folder, 'guildbook://open/etc/passwd')
  await expect(opened.page.getByLabel('Code or link')).toHaveValue(link)
})

test('the menu reaches the page, in the language that the page shows', async ({ desktops }) => {
  const { app, page } = await desktops.open()
  await createBook(page, 'Elm Street', 'Ana')
  const click = (id: string) =>
    app.evaluate(({ Menu }, item) => Menu.getApplicationMenu()?.getMenuItemById(item)?.click(), id)
  await click('view-settings')
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  await click('view-transactions')
  await expect(page.getByRole('grid')).toBeVisible()
  await page.evaluate(() => {
    const { guildbook } = globalThis as unknown as { guildbook: { setAppearance(value: unknown): void } }
    guildbook.setAppearance({ language: 'zh-Hans', theme: 'system' })
  })
  const label = () =>
    app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('new-transaction')?.label)
  await expect.poll(label).toBe('记一笔')
})

test('the window comes back where it was, but never out of sight', async ({ desktops }) => {
  const folder = await desktops.folder()
  const wanted = { x: 60, y: 50, width: 900, height: 620 }
  const first = await desktops.open({ folder })
  await first.app.evaluate(
    ({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds),
    wanted
  )
  await first.page.waitForTimeout(500)
  await first.app.close()
  const kept = JSON.parse(await readFile(path.join(folder, 'window/window.json'), 'utf8')) as {
    bounds: unknown
  }
  expect(kept.bounds).toEqual(wanted)

  const bounds = (desktop: Desktop) =>
    desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())
  const second = await desktops.open({ folder })
  expect(await bounds(second)).toEqual(wanted)
  await second.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 9000, y: 9000 })
  )
  await second.app.close()
  const third = await desktops.open({ folder })
  const { x } = (await bounds(third)) as { x: number }
  expect(x).toBeLessThan(2000)
})

test('without a keyring the keys are kept plain, and the app says so', async ({ desktops }) => {
  const { page, folder } = await desktops.open({ args: ['--password-store=basic'] })
  const file = JSON.parse(await readFile(path.join(folder, 'keyring.json'), 'utf8')) as { kind: string }
  expect(file.kind).toBe('plain')
  await createBook(page, 'Elm Street', 'Ana')
  await page.keyboard.press('Escape')
  await page.evaluate(() => {
    window.location.hash = `${window.location.hash.split('/').slice(0, 2).join('/')}/settings`
  })
  await expect(page.getByText(/keyring/i).first()).toBeVisible()
})

test('a command talks to the engine of the open window', async ({ desktops }) => {
  const { page, folder } = await desktops.open()
  await createBook(page, 'Elm Street', 'Ana')
  await page.keyboard.press('Escape')
  const post = ['post', '2026-11-20', 'Baker', 'Expenses:Food=3.20', 'Assets:Cash=-3.20']
  const { code, stderr } = await desktops.command(folder, post)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  await expect(page.getByRole('row').filter({ hasText: 'Baker' })).toBeVisible()
})

test('it closes at once while there is no engine', async ({ desktops }) => {
  const desktop = await desktops.open()
  process.kill(await enginePid(desktop), 'SIGKILL')
  const begunMs = Date.now()
  await desktop.app.close()
  expect(Date.now() - begunMs).toBeLessThan(8_000)
})
