/** What stretches passphrases in the desktop app: a process for each, which ends with its answer. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test, watchProcesses } from './desktop.js'

for (const fate of ['let', 'kill'] as const) {
  test(`a passphrase locks and opens the folder (its process: ${fate})`, async ({ desktops }) => {
    const desktop = await desktops.open()
    const { folder, page } = desktop
    const seen = await watchProcesses(desktop, fate)
    const file = path.join(await desktops.folder(), 'passphrase')
    const other = `${file}-other`
    await writeFile(file, 'correct horse battery')
    await writeFile(other, 'correct horse buttery')

    expect((await desktops.command(folder, ['passphrase', 'set', '--new-passphrase-file', file])).code).toBe(0)
    expect((await desktops.command(folder, ['lock'])).code).toBe(0)
    await expect(page.getByLabel('Your passphrase', { exact: true })).toBeVisible()
    expect((await desktops.command(folder, ['--passphrase-file', other, 'unlock'])).code).toBe(1)
    expect((await desktops.command(folder, ['--passphrase-file', file, 'unlock'])).code).toBe(0)
    await expect(page.getByLabel('Your passphrase', { exact: true })).toBeHidden()

    await expect.poll(async () => (await seen()).filter((code) => code === null)).toEqual([])
    const codes = await seen()
    expect(codes).toHaveLength(3)
    expect(codes.filter((code) => code === 0)).toHaveLength(fate === 'let' ? 3 : 0)
  })
}
