import { createBook, expect, test } from './world.js'

test('a lost engine is said once, costs nothing that was typed, and is found again without a reload', async ({
  world
}) => {
  const page = await world.open()
  const links: { close(): void }[] = []
  let reachable = true
  await page.routeWebSocket(/\/engine$/, (socket) => {
    if (!reachable) return void socket.close()
    const server = socket.connectToServer()
    links.push({
      close: () => {
        void socket.close()
        void server.close()
      }
    })
  })
  await page.reload()
  await createBook(page, 'Elm Street', 'Ana')
  const payee = page.getByRole('combobox', { name: 'Payee' })
  await payee.fill('Corner Market')

  reachable = false
  for (const link of links) link.close()
  await expect(page.getByText(/^Reconnecting/)).toBeVisible()
  await expect(payee).toHaveValue('Corner Market')
  await expect(page.getByRole('grid')).toBeVisible()

  reachable = true
  await expect(page.getByText('Saved on this device', { exact: true })).toBeVisible()
  await page.getByRole('combobox', { name: 'Account of line 1' }).fill('groc')
  await page.keyboard.press('Enter')
  await page.keyboard.type('5')
  await page.getByRole('combobox', { name: 'Account of line 2' }).fill('bank')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('row').filter({ hasText: 'Corner Market' })).toBeVisible()
})

test('a page whose Guildbook was started again says so, and goes on once the new address was opened', async ({
  world
}) => {
  const served = await world.serve()
  const page = await world.open({ served })
  await createBook(page, 'Elm Street', 'Ana')
  const payee = page.getByRole('combobox', { name: 'Payee' })
  await payee.fill('Corner Market')

  await served.stop()
  await expect(page.getByText(/^Reconnecting/)).toBeVisible()
  const { folder, port } = served
  const { url } = await world.serve({ folder, port })
  const notice = page.getByRole('alert').filter({ hasText: 'Open the address that it printed' })
  await expect(notice).toBeVisible()
  await expect(payee).toHaveValue('Corner Market')

  const other = await page.context().newPage()
  await other.goto(url)
  await expect(other.getByRole('heading', { level: 1, name: 'Elm Street' })).toBeVisible()
  await expect(page.getByText('Saved on this device', { exact: true })).toBeVisible()
  await expect(notice).toBeHidden()
  await expect(payee).toHaveValue('Corner Market')
})

test('a page that nobody answers for a while says what may have happened', async ({ world }) => {
  const served = await world.serve()
  const page = await world.open({ served })
  await createBook(page, 'Elm Street', 'Ana')
  await page.clock.install()
  await served.stop()
  await expect(page.getByText(/^Reconnecting/)).toBeVisible()
  const notice = page.getByRole('alert').filter({ hasText: 'has not answered for a while' })
  await expect(notice).toBeHidden()
  await page.clock.runFor(20_000)
  await expect(notice).toBeVisible()
})
