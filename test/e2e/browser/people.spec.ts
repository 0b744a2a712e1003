/** Who may do what, seen by three people on three engines: invites, roles, comments, removal, and what is left of it. */
import type { Page } from '@playwright/test'
import { network } from '../story.js'
import { axeFindings, createBook, enter, expect, go, picture, test } from './world.js'

async function clean(page: Page, what: string): Promise<void> {
  await picture(page, what)
  expect([what, await axeFindings(page)]).toEqual([what, []])
}

async function join(page: Page, code: string, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Join with a code or link' }).click()
  await page.getByLabel('Code or link').fill(code)
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Join', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Elm Street' })).toBeVisible({ timeout: 30_000 })
}

const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text }).first()

test('people come, change roles, are removed, and are told so', async ({ world }) => {
  test.setTimeout(240_000)
  const bootstrap = await world.bootstrap()
  const [ana, ben, cleo] = [
    await world.open({ bootstrap }),
    await world.open({ bootstrap }),
    await world.open({ bootstrap })
  ] as const
  await createBook(ana, 'Elm Street', 'Ana')
  await ana.keyboard.press('Escape')
  await enter(ana, 'Landlord', 'rent', '900', 'bank')

  await test.step('one invite lets two people in at once, and is shown again until then', async () => {
    await go(ana, 'people')
    await ana.getByRole('button', { name: 'Invite someone' }).click()
    await ana.getByLabel('For how many people').fill('2')
    await ana.getByRole('radio', { name: /^At once/ }).check()
    await clean(ana, 'invite-form')
    await ana.getByRole('button', { name: 'Make the invite' }).click()
    const code = (await ana.locator('code').first().textContent()) ?? ''
    await clean(ana, 'invite-pre-approved')
    await join(ben, code, 'Ben')
    await ana.keyboard.press('Escape')
    await expect(ana.getByText('1 of 2 used')).toBeVisible()
    await ana.getByRole('button', { name: 'Show', exact: true }).click()
    await expect(ana.locator('code').first()).toHaveText(code)
    await ana.keyboard.press('Escape')
    await join(cleo, code, 'Cleo')
    await expect(ana.getByRole('heading', { level: 3, name: 'Cleo' })).toBeVisible()
    await expect(ana.getByText('1 past invite')).toBeVisible()
    await ana.getByText('What each role may do').click()
    await clean(ana, 'people')
  })

  await test.step('what a role does not allow is not offered, and explained', async () => {
    await go(ben, 'people')
    await expect(ben.getByText('Owners invite and remove people')).toBeVisible()
    await expect(ben.getByRole('button', { name: 'Invite someone' })).toBeHidden()
    await go(ben, 'transactions')
    await row(ben, 'Landlord').click()
    await expect(ben.getByText('Only Ana, a bookkeeper or an owner can change this entry.')).toBeVisible()
    await expect(ben.getByRole('button', { name: /^Amend/ })).toBeHidden()
  })

  await test.step('everyone may comment', async () => {
    await ben.getByRole('textbox', { name: 'Write a comment' }).fill('Is this for November?')
    await clean(ben, 'comment')
    await ben.keyboard.press('Control+Enter')
    await go(ana, 'transactions')
    await row(ana, 'Landlord').click()
    await expect(ana.getByText('Is this for November?')).toBeVisible({ timeout: 10_000 })
  })

  await test.step('a viewer reads, and is told why they cannot enter', async () => {
    await go(ana, 'people')
    await ana.getByRole('combobox', { name: 'Role of Ben' }).selectOption('viewer')
    await ben.keyboard.press('Escape')
    await go(ben, 'overview')
    await expect(ben.getByRole('button', { name: /^New entry/ })).toBeHidden()
    await go(ben, 'transactions')
    await expect(ben.getByRole('button', { name: /^New entry/ })).toBeHidden()
    await ben.keyboard.press('n')
    await expect(ben.getByText('You can read this book and comment.')).toBeAttached()
    await ana.getByRole('combobox', { name: 'Role of Ben' }).selectOption('contributor')
    await expect(ben.getByRole('button', { name: /^New entry/ })).toBeVisible()
  })

  await test.step('a device gets another name, for everyone', async () => {
    const mine = ben.getByRole('region', { name: 'Ben' })
    await go(ben, 'people')
    await mine.getByRole('button', { name: /^Rename/ }).click()
    await ben.getByLabel('Name of the device').fill('Ben’s laptop')
    await ben.keyboard.press('Enter')
    await expect(ana.getByRole('button', { name: 'Rename Ben’s laptop' })).toBeVisible()
  })

  await test.step('the last owner can neither leave nor step down', async () => {
    await expect(ana.getByText('You are the only owner.')).toBeVisible()
    await expect(ana.getByRole('button', { name: /^Leave/ })).toBeDisabled()
  })

  await test.step('apart, Ben enters something and Ana removes him', async () => {
    await network(ana, 'off')
    await go(ben, 'transactions')
    await enter(ben, 'Late taxi', 'transp', '30', 'cash')
    await go(cleo, 'transactions')
    await expect(row(cleo, 'Late taxi')).toBeVisible()
    await network(ben, 'off')
    await go(ana, 'people')
    await ana.getByRole('button', { name: /^Remove.*Ben$/ }).click()
    await expect(ana.getByText('The last of it: named a device Ben’s laptop')).toBeVisible()
    await ana.getByLabel(/^Why/).fill('Moved out')
    await clean(ana, 'remove')
    await ana.getByRole('button', { name: 'Remove Ben' }).click()
    await expect(ana.getByText(/removed by Ana on .*: Moved out/)).toBeVisible()
  })

  await test.step('what arrives later does not count, and can be made to', async () => {
    await network(ana, 'on')
    await go(ana, 'people')
    await expect(ana.getByRole('heading', { name: 'Not counted' })).toBeVisible({ timeout: 30_000 })
    await ana.getByText('What it says').first().click()
    await clean(ana, 'not-counted')
    await ana.getByRole('button', { name: 'Let it count' }).click()
    await expect(ana.getByRole('heading', { name: 'Not counted' })).toBeHidden()
    await go(ana, 'transactions')
    await row(ana, 'Late taxi').click()
    await expect(ana.getByText('Entered by Ben')).toBeVisible()
    await expect(ana.getByText('Made to count by Ana.')).toBeVisible()
    await ana.keyboard.press('Escape')
  })

  await test.step('the removed device is told in plain words, and what it has stays to be read', async () => {
    await network(ben, 'on')
    await expect(ben.getByText(/You are no longer a member of this book/)).toBeVisible({ timeout: 60_000 })
    await go(ben, 'transactions')
    await expect(row(ben, 'Landlord')).toBeVisible()
    await expect(ben.getByRole('button', { name: /^New entry/ })).toBeHidden()
    await clean(ben, 'farewell')
  })

  await test.step('the activity says who did what, and leads there', async () => {
    await go(ana, 'activity')
    await expect(ana.getByText('removed Ben: Moved out')).toBeVisible()
    await clean(ana, 'activity')
    await ana.emulateMedia({ colorScheme: 'dark' })
    await clean(ana, 'activity-dark')
    await ana.emulateMedia({ colorScheme: 'light' })
    await ana.getByRole('combobox', { name: 'What' }).selectOption('comments')
    await expect(ana.getByText('removed Ben: Moved out')).toBeHidden()
    await ana.getByRole('link', { name: 'commented on Landlord: Is this for November?' }).click()
    await expect(ana.getByRole('heading', { name: 'Comments' })).toBeVisible()
    await ana.goBack()
    await ana.getByRole('combobox', { name: 'What' }).selectOption('')
    await ana.getByRole('combobox', { name: 'Who' }).selectOption({ label: 'Ben' })
    await expect(ana.getByText('entered Late taxi')).toBeVisible()
    await expect(ana.getByText('entered Landlord')).toBeHidden()
  })
  await test.step('in Chinese it is written, not translated word for word', async () => {
    await go(ana, 'settings')
    await ana.getByRole('radio', { name: '简体中文' }).check()
    await expect(ana.locator('html')).toHaveAttribute('lang', 'zh-Hans')
    await picture(ana, 'chinese-settings')
    await go(ana, 'people')
    await expect(ana.getByRole('heading', { name: '2 位成员' })).toBeVisible()
    await picture(ana, 'chinese-people')
    await go(ana, 'activity')
    await expect(ana.getByText('移出了Ben：Moved out')).toBeVisible()
    await picture(ana, 'chinese-activity')
    await ana.setViewportSize({ width: 600, height: 800 })
    await picture(ana, 'chinese-600-activity')
    await go(ana, 'people')
    await picture(ana, 'chinese-600-people')
  })
})
