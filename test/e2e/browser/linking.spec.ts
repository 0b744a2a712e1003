/** A second device of one's own, linked by a code: what the two screens say, and what the linked one cannot do. */
import type { Page } from '@playwright/test'
import { axeFindings, createBook, enter, expect, go, picture, test } from './world.js'

async function clean(page: Page, what: string): Promise<void> {
  await picture(page, what)
  expect([what, await axeFindings(page)]).toEqual([what, []])
}

test('a device is linked by a code and four words, writes, and is revoked for good', async ({ world }) => {
  test.setTimeout(180_000)
  const bootstrap = await world.bootstrap()
  const [laptop, phone] = [await world.open({ bootstrap }), await world.open({ bootstrap })] as const
  await createBook(laptop, 'Elm Street', 'Ana')
  await laptop.keyboard.press('Escape')
  await enter(laptop, 'Landlord', 'rent', '900', 'bank')

  const code =
    await test.step('the laptop says what the other device will be able to do, and makes a code', async () => {
      await go(laptop, 'people')
      await laptop.getByRole('button', { name: 'Link another device' }).click()
      await expect(laptop.getByText('Your recovery phrase. It cannot show it')).toBeVisible()
      await clean(laptop, 'link-about')
      await laptop.getByRole('button', { name: 'Make the code' }).click()
      await expect(laptop.getByRole('img', { name: 'The link as a picture to scan' })).toBeVisible()
      await clean(laptop, 'link-code')
      const text = (await laptop.locator('code').first().textContent()) ?? ''
      await laptop.keyboard.press('Escape')
      await expect(laptop.getByText('A code for another device is open until')).toBeVisible()
      await clean(laptop, 'people-link-open')
      await laptop.getByRole('button', { name: 'Show', exact: true }).click()
      await expect(laptop.locator('code').first()).toHaveText(text)
      return text
    })

  await test.step('the phone knows what the code is for, and both show the same words', async () => {
    await phone.setViewportSize({ width: 420, height: 800 })
    await phone.getByRole('button', { name: 'Join with a code or link' }).click()
    await phone.getByLabel('Code or link').fill(code)
    await expect(phone.getByText('This code links this device to another one of yours.')).toBeVisible()
    await phone.getByLabel('Name of this device').fill('Ana’s phone')
    await clean(phone, 'link-enter')
    await phone.getByRole('button', { name: 'Link this device' }).click()
    await expect(laptop.getByRole('heading', { name: /^Ana’s phone wants to be your device/ })).toBeVisible({
      timeout: 30_000
    })
    const words = laptop.getByRole('list', { name: 'Verification words' })
    await expect(phone.getByRole('list', { name: 'Verification words' })).toHaveText(
      (await words.textContent()) ?? ''
    )
    await clean(laptop, 'link-words')
    await clean(phone, 'link-words-phone')
    await laptop.emulateMedia({ colorScheme: 'dark' })
    await clean(laptop, 'link-words-dark')
    await laptop.emulateMedia({ colorScheme: 'light' })
  })

  await test.step('once confirmed, the phone has the book, and says what stays elsewhere', async () => {
    await laptop.getByRole('button', { name: 'They match: link it' }).click()
    await expect(laptop.getByText('Ana’s phone is linked')).toBeVisible()
    await expect(phone.getByText('This device is linked: it is Ana’s.')).toBeVisible({ timeout: 30_000 })
    await clean(phone, 'link-done-phone')
    await clean(laptop, 'link-done')
    await laptop.getByRole('button', { name: 'Done' }).click()
    await phone.setViewportSize({ width: 1280, height: 800 })
    await phone.getByRole('button', { name: 'Open your books' }).click()
    await expect(phone.getByRole('heading', { level: 1, name: 'Elm Street' })).toBeVisible()
    await go(phone, 'settings')
    await expect(phone.getByText('This device was linked. Your phrase is on paper')).toBeVisible()
    await expect(phone.getByRole('button', { name: 'Back up now' })).toBeVisible()
    await clean(phone, 'link-settings')
    await go(phone, 'people')
    await expect(phone.getByText('Further devices are linked from a device')).toBeVisible()
    await clean(phone, 'link-people-phone')
  })

  await test.step('what the phone enters is Ana’s, and is on the laptop', async () => {
    await go(phone, 'transactions')
    await enter(phone, 'Bakery', 'groc', '4.20', 'cash')
    await go(laptop, 'transactions')
    await expect(laptop.getByRole('row').filter({ hasText: 'Bakery' }).first()).toBeVisible()
  })

  await test.step('revoked from the laptop, it is told so and can add nothing', async () => {
    await go(laptop, 'people')
    await laptop.getByRole('button', { name: 'Revoke… Ana’s phone' }).click()
    await expect(laptop.getByText('gets nothing new of any of your books')).toBeVisible()
    await clean(laptop, 'link-revoke')
    await laptop.getByRole('button', { name: 'Revoke it' }).click()
    await expect(phone.getByText(/This device no longer belongs to this book/)).toBeVisible({ timeout: 30_000 })
    await expect(phone.getByRole('button', { name: /^New entry/ })).toBeHidden()
    await clean(laptop, 'people-revoked')
  })
})

test('in Chinese, a code that was withdrawn links nothing', async ({ world }) => {
  const bootstrap = await world.bootstrap()
  const [laptop, phone] = [
    await world.open({ bootstrap, locale: 'zh-CN' }),
    await world.open({ bootstrap, locale: 'zh-CN' })
  ] as const
  await laptop.getByLabel('账本名称').fill('榆树街')
  await laptop.getByLabel('你的名字').fill('安娜')
  await laptop.getByRole('button', { name: '开始记账' }).click()
  await expect(laptop.getByRole('grid')).toBeVisible()
  await go(laptop, 'people')
  await laptop.getByRole('button', { name: '关联另一台设备' }).click()
  await clean(laptop, 'link-about-chinese')
  await laptop.getByRole('button', { name: '生成代码' }).click()
  await expect(laptop.locator('code').first()).toBeVisible()
  await clean(laptop, 'link-code-chinese')
  const code = (await laptop.locator('code').first().textContent()) ?? ''
  await phone.getByRole('button', { name: '用代码或链接加入' }).click()
  await phone.getByLabel('代码或链接').fill(code)
  await phone.getByLabel('这台设备的名称').fill('手机')
  await clean(phone, 'link-enter-chinese')
  await phone.getByRole('button', { name: '关联这台设备' }).click()
  await expect(laptop.getByRole('heading', { name: /^“手机”想成为你的设备/ })).toBeVisible({ timeout: 30_000 })
  await clean(laptop, 'link-words-chinese')
  await laptop.keyboard.press('Escape')
  await expect(laptop.getByRole('heading', { name: /^“手机”想成为你的设备/ })).toBeVisible()
  await clean(laptop, 'people-waiting-chinese')
  await laptop.getByRole('button', { name: '撤回代码' }).click()
  await expect(phone.getByText('代码已被撤回')).toBeVisible({ timeout: 30_000 })
  await clean(phone, 'link-refused-chinese')
})
