/** A picture of every view, to be looked at: light, dark, narrow, Chinese, empty, and with 10,000 rows. */
import path from 'node:path'
import type { Page } from '@playwright/test'
import { attach } from '../../../core/engine/folder-host.js'
import type { AccountRow, CurrencyCode, IsoDate, TransactionDraft } from '../../../core/contract/index.js'
import { createBook, expect, go, openSample, SCREENS, test } from './world.js'

const VIEWS = ['overview', 'transactions', 'accounts', 'people', 'sync', 'conflicts', 'settings']
const ROWS = 10_000

const picture = (page: Page, name: string) => page.screenshot({ path: path.join(SCREENS, `${name}.png`) })

async function allViews(page: Page, prefix: string): Promise<void> {
  for (const view of VIEWS) {
    await go(page, view)
    await picture(page, `${prefix}-${view}`)
  }
  await go(page, 'transactions')
  await page.getByRole('grid').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('complementary').last()).toBeVisible()
  await picture(page, `${prefix}-detail`)
  await page.keyboard.press('Escape')
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every view, ${colorScheme}`, async ({ world }) => {
    const page = await world.open()
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await picture(page, `${colorScheme}-welcome`)
    await openSample(page)
    await allViews(page, colorScheme)
    await page.keyboard.press('n')
    await expect(page.getByRole('textbox', { name: 'Date', exact: true })).toBeFocused()
    await picture(page, `${colorScheme}-entry`)
    await page.setViewportSize({ width: 900, height: 700 })
    await page.keyboard.press('Escape')
    await allViews(page, `${colorScheme}-900`)
    await page.setViewportSize({ width: 600, height: 800 })
    await picture(page, `${colorScheme}-600-transactions`)
  })
}

test('every view of an empty book, and an invite', async ({ world }) => {
  const page = await world.open()
  await createBook(page, 'Elm Street', 'Ana')
  await page.keyboard.press('Escape')
  for (const view of VIEWS) {
    await go(page, view)
    await picture(page, `empty-${view}`)
  }
  await go(page, 'people')
  await page.getByRole('button', { name: 'Invite someone' }).click()
  await page.getByRole('button', { name: 'Make the invite' }).click()
  await expect(page.locator('code').first()).toBeVisible()
  await picture(page, 'invite')
})

test('every view in Chinese', async ({ world }) => {
  const page = await world.open()
  await openSample(page)
  await go(page, 'settings')
  await page.getByRole('radio', { name: '简体中文' }).check()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans')
  await allViews(page, 'chinese')
})

test('10,000 rows', async ({ world }) => {
  const folder = await world.folder()
  const page = await world.open({ folder })
  await createBook(page, 'Large book', 'Ana')
  await page.keyboard.press('Escape')
  await fill(folder)
  await expect(page.getByText(`${ROWS.toLocaleString('en')} entries`)).toBeVisible()
  await picture(page, 'large-transactions')
  await page.getByRole('grid').focus()
  await page.keyboard.press('End')
  await expect(page.getByRole('row', { name: /Payee 1\b/ }).last()).toBeVisible()
  await picture(page, 'large-end')
})

/** Posts through the socket of the folder that the page's engine has open, as a command would. */
async function fill(folder: string): Promise<void> {
  const keys = { kind: 'plain' as const, wrap: async (b: Uint8Array) => b, unwrap: async (b: Uint8Array) => b }
  const attached = await attach({ folder, keys, appVersion: 'test' })
  if (!attached.ok) throw new Error(attached.error.message)
  const { api } = attached.value
  const books = await api.books({})
  const book = books.ok ? books.value[0]?.book : undefined
  if (!book) throw new Error('no book')
  const accounts = await api.accounts({ book })
  if (!accounts.ok) throw new Error(accounts.error.message)
  const id = (name: string) => accounts.value.find((row: AccountRow) => row.name === name)!.account
  const [bank, groceries] = [id('Bank'), id('Groceries')]
  const drafts = Array.from({ length: ROWS }, (_, index): TransactionDraft => {
    const amountMinor = 100 + ((index * 7919) % 90_000)
    const date = new Date(Date.UTC(2016, 0, 1 + Math.floor(index / 3))).toISOString().slice(0, 10) as IsoDate
    const currency = 'EUR' as CurrencyCode
    return {
      date,
      payee: `Payee ${index + 1}`,
      postings: [
        { account: groceries, amountMinor, currency },
        { account: bank, amountMinor: -amountMinor, currency }
      ]
    }
  })
  for (let start = 0; start < ROWS; start += 2_000) {
    const posted = await api.postMany({ book, transactions: drafts.slice(start, start + 2_000) })
    if (!posted.ok) throw new Error(posted.error.message)
  }
  await attached.value.close()
}
