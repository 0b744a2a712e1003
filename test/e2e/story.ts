/** The main job, as two people see it: the same in two browsers and in two desktop windows. */
import { createBook, enter, expect, go, test } from './browser/world.js'
import type { Page } from '@playwright/test'

/** Turns this device's network on or off, and waits until the status line says so. */
export async function network(page: Page, state: 'on' | 'off'): Promise<void> {
  await go(page, 'settings')
  await page.getByLabel('Meet other devices').setChecked(state === 'on')
  const away = page.getByText('Working offline')
  await (state === 'off' ? expect(away).toBeVisible() : expect(away).toBeHidden())
}

export async function amend(page: Page, payee: string, field: string, text: string): Promise<void> {
  await go(page, 'transactions')
  await page.getByRole('row').filter({ hasText: payee }).first().click()
  await page.getByRole('button', { name: /^Amend/ }).click()
  await page.getByRole('complementary').getByLabel(field, { exact: true }).first().fill(text)
  await page.keyboard.press('Control+Enter')
  await expect(page.getByText(/^Amended by/).first()).toBeVisible()
  await page.keyboard.press('Escape')
}

/** Ana makes an invite for an owner, Ben uses it: both now show the same four words. */
export async function meet(ana: Page, ben: Page): Promise<void> {
  await go(ana, 'people')
  await ana.getByRole('button', { name: 'Invite someone' }).click()
  await ana.getByRole('radio', { name: /^Owner/ }).check()
  await ana.getByRole('button', { name: 'Make the invite' }).click()
  const code = (await ana.locator('code').first().textContent()) ?? ''
  await ben.getByRole('button', { name: 'Join with a code or link' }).click()
  await ben.getByLabel('Code or link').fill(code)
  await ben.getByLabel('Your name').fill('Ben')
  await ben.getByRole('button', { name: 'Join', exact: true }).click()
  await expect(ana.getByRole('heading', { name: /^Ben wants to join/ })).toBeVisible({ timeout: 30_000 })
  const words = ana.getByRole('list', { name: 'Verification words' })
  await expect(ben.getByRole('list', { name: 'Verification words' })).toHaveText(
    (await words.textContent()) ?? ''
  )
}

export async function letIn(ana: Page, ben: Page): Promise<void> {
  await ana.getByRole('button', { name: /^They match/ }).click()
  await expect(ben.getByRole('heading', { level: 1, name: 'Elm Street' })).toBeVisible({ timeout: 30_000 })
}

/** Apart, both change the landlord's entry; then they meet again, and it is in conflict. */
export async function disagree(ana: Page, ben: Page): Promise<void> {
  await network(ana, 'off')
  await amend(ana, 'Landlord', 'Amount of line 1', '950')
  await amend(ben, 'Landlord', 'Note', 'November')
  await network(ana, 'on')
  await expect(ana.getByText('1 conflict to settle')).toBeVisible({ timeout: 30_000 })
  await expect(ben.getByText('1 conflict to settle')).toBeVisible({ timeout: 30_000 })
}

/**
 * Two pages, each on an engine and a folder of its own that can find each other. `look` is called where there is
 * something to see that takes two people.
 */
export async function keepOneBook(
  ana: Page,
  ben: Page,
  look: (page: Page, what: string) => Promise<void> = () => Promise.resolve()
): Promise<void> {
  await createBook(ana, 'Elm Street', 'Ana')
  await ana.keyboard.press('Escape')
  await enter(ana, 'Landlord', 'rent', '900', 'bank')

  await test.step('Ana invites, both see the same four words, Ana lets Ben in', async () => {
    await meet(ana, ben)
    await look(ana, 'words in the invite')
    await look(ben, 'words of the newcomer')
    await letIn(ana, ben)
    await expect(ana.getByText('Done: they are in')).toBeVisible()
    await ana.keyboard.press('Escape')
  })

  await test.step('what one writes is on the other screen without asking', async () => {
    await go(ben, 'transactions')
    await enter(ben, 'Corner Market', 'groc', '42.10', 'cash')
    await go(ana, 'transactions')
    await expect(ana.getByRole('row').filter({ hasText: 'Corner Market' })).toBeVisible({ timeout: 5000 })
    await expect(ana.getByText('Books agree')).toBeVisible()
    await expect(ana.getByText('Ben is here')).toBeVisible()
    for (const view of ['people', 'sync']) {
      await go(ana, view)
      await look(ana, view)
    }
  })

  await test.step('apart, both change the same entry', () => disagree(ana, ben))

  await test.step('one of them settles it, field by field, and it is gone for both', async () => {
    await go(ana, 'conflicts')
    await ana.getByRole('radio', { name: 'Take Lines from Ana' }).check()
    await ana.getByRole('radio', { name: 'Take Note from Ben' }).check()
    await look(ana, 'conflict')
    await ana.getByRole('button', { name: 'Save the mix' }).click()
    await expect(ana.getByText(/^No conflicts/)).toBeVisible()
    await go(ben, 'conflicts')
    await expect(ben.getByText(/^No conflicts/)).toBeVisible()
    await go(ben, 'transactions')
    const row = ben.getByRole('row').filter({ hasText: 'Landlord' })
    await expect(row).toContainText('950.00')
    await expect(row).toContainText('November')
    await expect(ben.getByText('Books agree')).toBeVisible()
  })
}
