import type { Page } from '@playwright/test'
import { keepOneBook } from '../story.js'
import { axeFindings, expect, test } from './world.js'

/** What only two people get to see is as clean as the rest. */
async function clean(page: Page, what: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
    expect([what, colorScheme, await axeFindings(page)]).toEqual([what, colorScheme, []])
  }
}

test('two people keep one book, offline and together', async ({ world }) => {
  test.setTimeout(240_000)
  const bootstrap = await world.bootstrap()
  await keepOneBook(await world.open({ bootstrap }), await world.open({ bootstrap }), clean)
})
