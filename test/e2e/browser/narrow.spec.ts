import { expect, go, openSample, test } from './world.js'
import type { Page } from '@playwright/test'

const VIEWS = ['overview', 'transactions', 'accounts', 'people', 'activity', 'sync', 'conflicts', 'settings']

/** Nothing may stick out sideways: what cannot be scrolled to cannot be read. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() =>
    Math.max(
      ...[document.documentElement, ...document.querySelectorAll('.page, [role=grid]')].map(
        (element) => element.scrollWidth - element.clientWidth
      )
    )
  )

for (const [name, width, height] of [
  ['900 px', 900, 700],
  ['600 px', 600, 700],
  // A window of 1280 by 800 at 200 % has this many CSS pixels.
  ['200 % zoom', 640, 400],
  ['the narrowest', 360, 640]
] as const) {
  test(`all views fit at ${name}`, async ({ world }) => {
    const page = await world.open()
    await openSample(page)
    await page.setViewportSize({ width, height })
    for (const view of VIEWS) {
      await go(page, view)
      expect([view, await overflow(page)]).toEqual([view, 0])
    }
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('dialog').getByRole('link', { name: 'Transactions' }).click()
    await expect(page.getByRole('dialog')).toBeHidden()

    await page.keyboard.press('n')
    const save = page.getByRole('button', { name: /^Save/ })
    await save.scrollIntoViewIfNeeded()
    await expect(save).toBeInViewport()
    await page.keyboard.press('Escape')

    await page.getByRole('grid').focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'History' })).toBeVisible()
    expect(await overflow(page)).toBe(0)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('grid')).toBeVisible()
  })
}
