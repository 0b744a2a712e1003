/** The system's dialogs for backups: the page learns the path that a person chose, and only the page that we served. */
import type { Page } from '@playwright/test'
import { expect, test } from './desktop.js'
import type { Desktop } from './desktop.js'

const choose = (page: Page, choice: unknown): Promise<string | null> =>
  page.evaluate((wanted) => {
    const { guildbook } = globalThis as unknown as {
      guildbook: { chooseFile(choice: unknown): Promise<string | null> }
    }
    return guildbook.chooseFile(wanted)
  }, choice)

/** The person of this test: answers every dialog with a path, or cancels it; what was asked is kept. */
async function answerWith({ app }: Desktop, answer: string | null): Promise<() => Promise<string[]>> {
  await app.evaluate(({ dialog }, chosen) => {
    const asked: string[] = []
    Object.assign(globalThis, { askedOfTest: asked })
    dialog.showSaveDialog = ((_window: unknown, options: { defaultPath?: string }) => {
      asked.push(`save ${options.defaultPath ?? ''}`)
      return Promise.resolve({ canceled: chosen === null, filePath: chosen ?? '' })
    }) as never
    dialog.showOpenDialog = ((_window: unknown, options: { properties?: string[] }) => {
      asked.push(`open ${options.properties?.join(' ') ?? ''}`)
      return Promise.resolve({ canceled: chosen === null, filePaths: chosen === null ? [] : [chosen] })
    }) as never
  }, answer)
  return () => app.evaluate(() => (globalThis as unknown as { askedOfTest: string[] }).askedOfTest)
}

test('a person chooses where a backup goes, and which one to restore', async ({ desktops }) => {
  const desktop = await desktops.open()
  const { page } = desktop
  const asked = await answerWith(desktop, '/somewhere/mine')
  expect(await choose(page, { kind: 'backup-to', suggestedName: '../../etc/club.guildbook-backup' })).toBe(
    '/somewhere/mine.guildbook-backup'
  )
  expect(await choose(page, { kind: 'backup-from' })).toBe('/somewhere/mine')
  expect(await choose(page, { kind: 'folder' })).toBe('/somewhere/mine')
  const [save, ...opened] = await asked()
  // What the page suggests is a name, and leads to no other folder.
  expect(save).toMatch(/^save .*\/club\.guildbook-backup$/)
  expect(save).not.toContain('etc')
  expect(opened).toEqual(['open openFile', 'open openDirectory createDirectory'])
})

test('nothing is chosen when the person cancels, or when the page asks for something else', async ({
  desktops
}) => {
  const desktop = await desktops.open()
  const { page } = desktop
  const asked = await answerWith(desktop, null)
  expect(await choose(page, { kind: 'backup-to', suggestedName: 'club' })).toBe(null)
  expect(await choose(page, { kind: 'backup-from' })).toBe(null)
  expect(await asked()).toHaveLength(2)
  const others = [
    null,
    'backup-from',
    { kind: 'anything' },
    { kind: 'backup-to' },
    { kind: 'backup-to', suggestedName: 7 }
  ]
  for (const other of others) expect(await choose(page, other)).toBe(null)
  expect(await asked()).toHaveLength(2)
})

test('a page that we did not serve is asked nothing for', async ({ desktops }) => {
  const desktop = await desktops.open()
  const asked = await answerWith(desktop, '/somewhere/mine')
  const given = await desktop.app.evaluate(async ({ app, BrowserWindow }) => {
    const preload = `${app.getAppPath()}/out/electron/preload.cjs`
    const stranger = new BrowserWindow({ show: false, webPreferences: { sandbox: true, preload } })
    await stranger.loadURL('data:text/html,<p>stranger</p>')
    const answer = (await stranger.webContents.executeJavaScript(
      "guildbook.chooseFile({ kind: 'backup-from' })"
    )) as unknown
    stranger.destroy()
    return answer
  })
  expect(given).toBe(null)
  expect(await asked()).toEqual([])
})
