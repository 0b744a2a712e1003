/** Keeping keys and backups, through real engines: the passphrase, the phrase, a backup, and coming back without either. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { letIn, meet } from '../story.js'
import { axeFindings, createBook, enter, expect, go, openSample, picture, test } from './world.js'

/** Shows the phrase in the settings, answers its words, and leaves them on screen. */
async function phraseOf(page: Page): Promise<string[]> {
  await go(page, 'settings')
  await page.getByRole('button', { name: 'Write it down…' }).click()
  await page.getByRole('button', { name: 'Show the words' }).click()
  return wordsOn(page)
}

async function wordsOn(page: Page): Promise<string[]> {
  const items = page.getByRole('list', { name: 'Recovery phrase' }).getByRole('listitem')
  await expect(items).toHaveCount(24)
  return (await items.allTextContents()).map((text) => text.replace(/^\d+/, '').trim())
}

const clean = async (page: Page, what: string): Promise<void> => {
  await picture(page, what)
  expect([what, await axeFindings(page)]).toEqual([what, []])
}

test('a passphrase locks what is on screen, and opens it again where it was', async ({ world }) => {
  test.setTimeout(120_000)
  const page = await world.open()
  await openSample(page)
  await go(page, 'settings')

  await test.step('two that differ are not taken, nor one that is short', async () => {
    await page.getByRole('button', { name: 'Set a passphrase…' }).click()
    await expect(page.getByLabel('New passphrase', { exact: true })).toBeFocused()
    await page.keyboard.type('short')
    await page.getByLabel('The same again', { exact: true }).fill('shorter')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert')).toHaveText('The two are not the same. Type it again.')
    await page.getByLabel('The same again', { exact: true }).fill('short')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert')).toContainText('too short')
    await clean(page, 'passphrase-dialog')
  })

  await test.step('it is set, and locks', async () => {
    for (const label of ['New passphrase', 'The same again'])
      await page.getByLabel(label, { exact: true }).fill('correct horse battery')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog')).toBeHidden()
    await page.getByLabel('Lock by itself').selectOption({ label: 'After 5 minutes without a hand on it' })
    await picture(page, 'settings-keys')
    await page.getByRole('button', { name: 'Lock now' }).click()
    await expect(page.getByRole('heading', { name: 'Locked' })).toBeVisible()
    await expect(page.getByText('Sample household')).toBeHidden()
    await clean(page, 'locked')
  })

  await test.step('a reload shows no more, and a wrong one does not open it', async () => {
    await page.reload()
    await expect(page.getByLabel('Your passphrase', { exact: true })).toBeFocused()
    await page.keyboard.type('wrong horse battery')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert')).toHaveText('That is not the passphrase.')
  })

  await test.step('the right one opens it where it was', async () => {
    await page.getByLabel('Your passphrase', { exact: true }).fill('correct horse battery')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
    await expect(page.getByLabel('Lock by itself')).toHaveValue('300000')
  })

  await test.step('what was half written is there again, and no reload brings it back', async () => {
    await go(page, 'transactions')
    await page.keyboard.press('n')
    await page.getByRole('combobox', { name: 'Payee' }).fill('Half a thought')
    await page.getByLabel('Amount of line 1').fill('12')
    await page.getByRole('button', { name: /Switch book/ }).click()
    await page.getByRole('menuitem', { name: 'Lock now' }).click()
    await expect(page.getByRole('heading', { name: 'Locked' })).toBeVisible()
    await expect(page.getByText('Half a thought')).toBeHidden()
    await page.getByLabel('Your passphrase', { exact: true }).fill('correct horse battery')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Go on' }).click()
    await expect(page.getByRole('combobox', { name: 'Payee' })).toHaveValue('Half a thought')
    await expect(page.getByLabel('Amount of line 1')).toHaveValue('12')
    await page.keyboard.press('Escape')
    await page.reload()
    await expect(page.getByRole('heading', { level: 1, name: 'Transactions' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Go on' })).toBeHidden()
    await go(page, 'settings')
  })

  await test.step('and it can be removed', async () => {
    await page.getByRole('button', { name: 'Remove…' }).click()
    await page.getByLabel('Present passphrase', { exact: true }).fill('correct horse battery')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('button', { name: 'Set a passphrase…' })).toBeVisible()
  })
})

test('the recovery phrase is shown, asked back, and shown again', async ({ world }) => {
  const page = await world.open()
  await createBook(page, 'Elm Street', 'Ana')
  await page.keyboard.press('Escape')
  await enter(page, 'Landlord', 'rent', '900', 'bank')
  await go(page, 'overview')
  await expect(page.getByText('Your recovery phrase is not written down.')).toBeVisible()
  const words = await phraseOf(page)
  await clean(page, 'phrase-words')

  await test.step('a wrong word is pointed at', async () => {
    await page.getByRole('button', { name: 'I have written them down' }).click()
    const fields = page.getByRole('dialog').getByRole('textbox')
    await expect(fields.first()).toBeFocused()
    const positions = (await page.getByRole('dialog').locator('label .label').allTextContents()).map((text) =>
      Number(text.replace(/\D+/, ''))
    )
    for (const [index, position] of positions.entries()) await fields.nth(index).fill(words[position - 1] ?? '')
    await fields.nth(1).fill('zebra')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert')).toContainText(`Word ${positions[1]} is another one`)
    await clean(page, 'phrase-quiz')
    await fields.nth(1).fill(words[(positions[1] ?? 1) - 1] ?? '')
    await page.keyboard.press('Enter')
    await expect(page.getByText('You have it on paper.')).toBeVisible()
  })

  await test.step('it is there again, in Chinese too', async () => {
    await page.getByRole('button', { name: 'Show it again…' }).click()
    await page.getByRole('button', { name: 'Show the words' }).click()
    expect(await wordsOn(page)).toEqual(words)
    await page.getByRole('dialog').getByRole('radio', { name: '简体中文' }).check()
    await expect(page.getByRole('list', { name: 'Recovery phrase' })).toHaveAttribute('lang', 'zh-Hans')
    await picture(page, 'phrase-words-chinese')
    await page.getByRole('button', { name: 'Done' }).click()
    await expect(page.getByRole('button', { name: 'Show it again…' })).toBeFocused()
    await go(page, 'overview')
    await expect(page.getByText('Your recovery phrase is not written down.')).toBeHidden()
  })
})

test('a backup is made, and everything is back on another machine', async ({ world }) => {
  test.setTimeout(120_000)
  const folder = await world.folder()
  const page = await world.open({ folder })
  await createBook(page, 'Elm Street', 'Ana')
  await page.keyboard.press('Escape')
  await enter(page, 'Landlord', 'rent', '900', 'bank')
  const words = await phraseOf(page)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Back up now' }).click()
  await expect(page.getByText('Opens with your recovery phrase.')).toBeVisible()
  await page.getByLabel('Every day').check()
  await page.getByRole('heading', { name: 'Backups' }).scrollIntoViewIfNeeded()
  await clean(page, 'settings-backup')
  const backups = path.join(folder, 'backups')
  const file = path.join(backups, (await readdir(backups))[0] ?? '')

  const other = await world.open()
  await other.getByRole('button', { name: 'restore a backup' }).click()
  await other.getByLabel('Where the file is').fill(file)
  await other.keyboard.press('Tab')
  const phrase = other.getByLabel('Your recovery phrase')

  await test.step('a phrase with a slip of the pen is explained', async () => {
    await phrase.fill(words.slice(0, 20).join(' '))
    await expect(other.getByText('20 of 24 words')).toBeVisible()
    await phrase.fill([...words.slice(0, 23), 'zzebra'].join(' '))
    await expect(other.getByText('Word 24, “zzebra”')).toBeVisible()
    await phrase.fill([words[1], words[0], ...words.slice(2)].join(' '))
    await expect(other.getByText(/have changed places/)).toBeVisible()
    await clean(other, 'restore')
  })

  await test.step('the right one brings the book', async () => {
    await phrase.fill(words.join(' '))
    await expect(other.getByText('All 24 words fit together.')).toBeVisible()
    await other.getByRole('button', { name: 'Restore', exact: true }).click()
    await expect(other.getByRole('heading', { level: 1, name: 'Elm Street' })).toBeVisible()
    await go(other, 'transactions')
    await expect(other.getByRole('row').filter({ hasText: 'Landlord' })).toBeVisible()
  })
})

test('from the phrase alone, the other member gives the book back', async ({ world }) => {
  test.setTimeout(180_000)
  const bootstrap = await world.bootstrap()
  const [ana, ben] = [await world.open({ bootstrap }), await world.open({ bootstrap })]
  await createBook(ana, 'Elm Street', 'Ana')
  await ana.keyboard.press('Escape')
  await enter(ana, 'Landlord', 'rent', '900', 'bank')
  await meet(ana, ben)
  await letIn(ana, ben)
  const words = await phraseOf(ben)
  await ben.keyboard.press('Escape')

  const again = await world.open({ bootstrap })
  await again.getByRole('button', { name: 'Come back with your recovery phrase' }).click()
  await again.getByLabel('Your recovery phrase').fill(words.join(' '))
  await again.getByLabel('Your name').fill('Ben')
  await again.getByRole('button', { name: 'Look for my books' }).click()
  await expect(again.getByText(/^All here, from/)).toBeVisible({ timeout: 60_000 })
  await clean(again, 'recover')
  await again.getByRole('button', { name: 'Open the book' }).click()
  await go(again, 'transactions')
  await expect(again.getByRole('row').filter({ hasText: 'Landlord' })).toBeVisible()
})
