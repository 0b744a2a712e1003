/** With a real keyring the folder's key is wrapped, and opens through that keyring and nothing else. */
import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createBook } from '../browser/world.js'
import { electronPath, expect, test } from './desktop.js'

const TOOLS = ['dbus-run-session', 'gnome-keyring-daemon']
const missing = TOOLS.filter((tool) => spawnSync('which', [tool]).status !== 0)
if (missing.length > 0 && process.env['CI']) throw new Error(`This test needs ${missing.join(' and ')}.`)

/** A program that starts Electron inside a session that has an unlocked keyring. */
async function withKeyring(home: string): Promise<string> {
  const program = path.join(home, 'electron-with-keyring')
  await mkdir(path.join(home, 'run'), { mode: 0o700 })
  const script = `#!/bin/sh
exec dbus-run-session -- sh -c '
  printf passphrase | gnome-keyring-daemon --unlock --components=secrets >/dev/null
  exec "$0" "$@"
' '${electronPath()}' "$@"
`
  await writeFile(program, script)
  await chmod(program, 0o700)
  return program
}

const story = test.extend<{ keyring: { executable: string; env: Record<string, string> } }>({
  keyring: async ({ desktops }, use) => {
    const home = await desktops.folder()
    const env = { HOME: home, XDG_RUNTIME_DIR: path.join(home, 'run'), XDG_DATA_HOME: home }
    await use({ executable: await withKeyring(home), env })
  }
})

if (missing.length > 0) console.log(`skipped: keyring test: there is no ${missing.join(' and ')}`)
else {
  story('a keyring keeps the key of the folder', async ({ desktops, keyring }) => {
    const args = ['--password-store=gnome-libsecret']
    const folder = await desktops.folder()
    const first = await desktops.open({ ...keyring, folder, args })
    await createBook(first.page, 'Elm Street', 'Ana')
    const kept = JSON.parse(await readFile(path.join(folder, 'keyring.json'), 'utf8')) as { kind: string }
    expect(kept.kind).toBe('keyring')
    await first.app.close()

    const second = await desktops.open({ ...keyring, folder, args })
    await expect(second.page.getByText('Elm Street').first()).toBeVisible()
    await second.app.close()

    const refused = await desktops.command(folder, ['balance'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/keyring/)
  })
}
