import { axeFindings, createBook, expect, go, openSample, test } from './world.js'

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in any view, ${colorScheme}`, async ({ world }) => {
    test.setTimeout(300_000)
    const page = await world.open()
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const clean = async (what: string): Promise<void> => {
      await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme)
      expect([what, await axeFindings(page)]).toEqual([what, []])
    }

    await clean('welcome')
    await page.getByRole('button', { name: 'Join with a code or link' }).click()
    await expect(page.getByRole('heading', { name: 'Join with a code' })).toBeVisible()
    await clean('join')
    await page.goBack()
    await openSample(page)
    for (const view of [
      'overview',
      'accounts',
      'people',
      'activity',
      'sync',
      'conflicts',
      'settings',
      'transactions'
    ]) {
      await go(page, view)
      await clean(view)
    }
    await page.getByRole('grid').focus()
    await page.keyboard.press('x')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'History' })).toBeVisible()
    await clean('detail and selection')
    await page.keyboard.press('e')
    await expect(page.getByRole('heading', { name: 'Amend this entry' })).toBeVisible()
    await clean('amending')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.keyboard.press('n')
    await page.getByRole('combobox', { name: 'Account of line 1' }).fill('b')
    await expect(page.getByRole('option').first()).toBeVisible()
    await clean('entry row')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await expect(page.getByRole('dialog')).toBeVisible()
    await clean('keyboard help')
    await page.keyboard.press('Escape')
    await go(page, 'accounts?add=new')
    await expect(page.getByRole('dialog')).toBeVisible()
    await clean('account dialog')
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: /Switch book/ }).click()
    await expect(page.getByRole('menu')).toBeVisible()
    await clean('book menu')
    await page.getByRole('menuitem', { name: 'New book…' }).click()
    await createBook(page, 'Elm Street', 'Ana')
    await clean('empty book')
    await page.keyboard.press('Escape')
    await go(page, 'people')
    await page.getByRole('button', { name: 'Invite someone' }).click()
    await clean('invite form')
    await page.getByRole('button', { name: 'Make the invite' }).click()
    await expect(page.getByRole('img', { name: 'The link as a picture to scan' })).toBeVisible()
    await clean('invite')
  })
}
