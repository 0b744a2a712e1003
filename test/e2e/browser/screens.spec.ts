/** A picture of every view, to be looked at: light, dark, narrow, Chinese, empty, and with 10,000 rows. */
import type { Page } from '@playwright/test'
import { attach } from '../../../core/engine/folder-host.js'
import type { AccountRow, CurrencyCode, IsoDate, TransactionDraft } from '../../../core/contract/index.js'
import { createBook, enter, expect, go, openSample, picture, test } from './world.js'
import { disagree, letIn, meet, network } from '../story.js'

const VIEWS = ['overview', 'transactions', 'accounts', 'people', 'activity', 'sync', 'conflicts', 'settings']
const ROWS = 10_000

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
    await allViews(page, `${colorScheme}-600`)
  })
}

test('the tables at work', async ({ world }) => {
  const page = await world.open()
  await openSample(page)
  const row = page.getByRole('row')
  await go(page, 'transactions')

  await page.getByRole('navigation').getByRole('link', { name: /^Food/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Food' })).toBeVisible()
  await expect(row.nth(3)).toBeVisible()
  await picture(page, 'register')
  await page.setViewportSize({ width: 600, height: 800 })
  await picture(page, 'register-600')
  await page.setViewportSize({ width: 1280, height: 800 })

  await go(page, 'transactions?q=market&state=posted&from=2020-01-01')
  await picture(page, 'filters')
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await expect(page.getByRole('menu')).toBeVisible()
  await picture(page, 'filter-menu')
  await page.keyboard.press('Escape')
  await go(page, 'transactions?q=no+such+thing')
  await picture(page, 'nothing-found')

  await go(page, 'transactions')
  await page.getByRole('grid').focus()
  for (const key of ['ArrowDown', 'x', 'ArrowDown', 'ArrowDown', 'x']) await page.keyboard.press(key)
  await picture(page, 'selection')
  await page.keyboard.press('Escape')

  await split(page)
  await picture(page, 'entry-missing')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('alert').filter({ hasText: 'balance' })).toBeVisible()
  await picture(page, 'entry-refused')
  await page.setViewportSize({ width: 600, height: 800 })
  await picture(page, 'entry-600')
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.getByLabel('Amount of line 3').fill('')
  await picture(page, 'entry-follows')
  await page.getByRole('combobox', { name: 'Account of line 2' }).fill('b')
  await expect(page.getByRole('option').first()).toBeVisible()
  await picture(page, 'entry-offers')
  await page.getByLabel('Amount of line 1').fill('30 GBP')
  await picture(page, 'entry-foreign')
  await page.keyboard.press('Escape')
  await picture(page, 'entry-kept')

  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toBeVisible()
  await picture(page, 'keyboard')
  await page.keyboard.press('Escape')
  await go(page, 'accounts?add=new')
  await expect(page.getByRole('dialog')).toBeVisible()
  await picture(page, 'account-dialog')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /Switch book/ }).click()
  await picture(page, 'book-menu')
  await page.keyboard.press('Escape')
  await page.setViewportSize({ width: 900, height: 700 })
  await page.getByRole('button', { name: 'Menu' }).click()
  await picture(page, 'drawer')
})

test('the picture that the README opens with', async ({ world }) => {
  const page = await world.open()
  await openSample(page)
  await go(page, 'transactions')
  await page.getByRole('row').filter({ hasText: 'Car loan' }).first().click()
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible()
  await page.keyboard.press('n')
  await page.getByRole('combobox', { name: 'Payee' }).fill('Corner Market')
  await page.getByRole('combobox', { name: 'Account of line 1' }).fill('groc')
  await page.keyboard.press('Enter')
  await page.keyboard.type('32.10')
  await page.getByRole('combobox', { name: 'Account of line 2' }).fill('cash')
  await page.keyboard.press('Enter')
  await page.mouse.move(0, 0)
  await picture(page, 'journal')
})

/** An entry over three lines of which 7.10 is missing. */
async function split(page: Page): Promise<void> {
  await page.keyboard.press('n')
  await page.getByRole('combobox', { name: 'Payee' }).fill('Corner shop')
  await page.getByRole('combobox', { name: 'Account of line 1' }).fill('groc')
  await page.keyboard.press('Enter')
  await page.keyboard.type('32.10')
  await page.getByRole('combobox', { name: 'Account of line 2' }).fill('leis')
  await page.keyboard.press('Enter')
  await page.keyboard.type('15')
  await page.getByRole('button', { name: /^Split/ }).click()
  await page.getByRole('combobox', { name: 'Account of line 3' }).fill('cash')
  await page.keyboard.press('Enter')
  await page.keyboard.type('-40')
}

test('two people, from the invite to the conflict', async ({ world }) => {
  test.setTimeout(120_000)
  const bootstrap = await world.bootstrap()
  const [ana, ben] = [await world.open({ bootstrap }), await world.open({ bootstrap })]
  await createBook(ana, 'Elm Street', 'Ana')
  await ana.keyboard.press('Escape')
  await enter(ana, 'Landlord', 'rent', '900', 'bank')
  await go(ana, 'people')
  await ana.getByRole('button', { name: 'Invite someone' }).click()
  await picture(ana, 'invite-form')
  await ana.keyboard.press('Escape')

  await meet(ana, ben)
  await picture(ana, 'words-in-invite')
  await picture(ben, 'words-newcomer')
  await ben.setViewportSize({ width: 600, height: 800 })
  await picture(ben, 'words-newcomer-600')
  await ben.setViewportSize({ width: 1280, height: 800 })
  await ana.keyboard.press('Escape')
  await expect(ana.getByRole('dialog')).toBeHidden()
  await picture(ana, 'words-people')
  await go(ana, 'overview')
  await picture(ana, 'words-overview')
  await go(ana, 'people')
  await letIn(ana, ben)
  await expect(ana.getByText('Books agree')).toBeVisible()
  await go(ana, 'people')
  await picture(ana, 'people')
  await go(ana, 'sync')
  await picture(ana, 'sync')
  await network(ben, 'off')
  await enter(ana, 'Corner Market', 'groc', '42.10', 'cash')
  await go(ana, 'sync')
  await picture(ana, 'sync-apart')
  await network(ben, 'on')
  await expect(ana.getByText('Ben is here')).toBeVisible({ timeout: 30_000 })

  await disagree(ana, ben)
  await go(ana, 'conflicts')
  await ana.getByRole('radio', { name: 'Take Note from Ben' }).check()
  await picture(ana, 'conflict')
  await ana.emulateMedia({ colorScheme: 'dark' })
  await picture(ana, 'conflict-dark')
  await ana.emulateMedia({ colorScheme: 'light' })
  await ana.setViewportSize({ width: 600, height: 800 })
  await picture(ana, 'conflict-600')
  await ana.setViewportSize({ width: 1280, height: 800 })
  await go(ana, 'overview')
  await picture(ana, 'conflict-overview')
  await go(ana, 'transactions')
  await ana.getByRole('row').filter({ hasText: 'Landlord' }).first().click()
  await expect(ana.getByRole('heading', { name: 'History' })).toBeVisible()
  await picture(ana, 'history')
  await ana.keyboard.press('e')
  await expect(ana.getByRole('heading', { name: 'Amend this entry' })).toBeVisible()
  await picture(ana, 'amend')
})

test('welcome and join, wide and narrow', async ({ world }) => {
  for (const [locale, prefix] of [
    ['en-GB', ''],
    ['zh-CN', 'chinese-']
  ] as const) {
    const page = await world.open({ locale })
    await expect(page.locator('h1')).toBeVisible()
    await picture(page, `${prefix}welcome`)
    await page.setViewportSize({ width: 600, height: 800 })
    await picture(page, `${prefix}welcome-600`)
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.getByRole('button', { name: /^(Join|用代码)/ }).click()
    await page.getByRole('textbox').first().fill('abcd-efgh')
    await page.getByRole('textbox').last().fill('Ben')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert')).toBeVisible()
    await picture(page, `${prefix}join-refused`)
  }
})

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
  const page = await world.open({ locale: 'zh-CN' })
  await page.getByRole('button', { name: '打开示例账本' }).click()
  await expect(page.getByRole('navigation')).toBeVisible()
  await allViews(page, 'chinese')
  await page.keyboard.press('n')
  await expect(page.getByRole('textbox', { name: '日期', exact: true })).toBeFocused()
  await page.getByRole('combobox', { name: '往来方' }).fill('街角便利店')
  await page.getByRole('combobox', { name: '第 1 行科目' }).fill('食')
  await picture(page, 'chinese-entry')
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
