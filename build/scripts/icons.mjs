/** Draws the app's icons, as PNG files, from the page's own: `node build/scripts/icons.mjs`. Their files are kept. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { chromium } from '@playwright/test'
import { root } from './parts.mjs'

const SIZES = [16, 32, 48, 64, 128, 256, 512]

const drawing = await readFile(path.join(root, 'renderer/public/icon.svg'), 'utf8')
const named = process.env.GUILDBOOK_TEST_BROWSER
const browser = await chromium.launch({ args: ['--no-sandbox'], ...(named ? { executablePath: named } : {}) })
for (const size of SIZES) {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(`<style>body { margin: 0 } svg { display: block; width: 100vw }</style>${drawing}`)
  await page.screenshot({ path: path.join(root, `build/icons/${size}x${size}.png`), omitBackground: true })
  await page.close()
}
await browser.close()
