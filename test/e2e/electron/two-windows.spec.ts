import path from 'node:path'
import { keepOneBook } from '../story.js'
import { SCREENS, test } from './desktop.js'

test('two people keep one book in two desktop windows, offline and together', async ({ desktops }) => {
  test.setTimeout(120_000)
  const bootstrap = await desktops.bootstrap()
  const ana = await desktops.open({ bootstrap })
  const ben = await desktops.open({ bootstrap })
  await keepOneBook(ana.page, ben.page)
  await ana.page.screenshot({ path: path.join(SCREENS, 'desktop-settled-ana.png') })
  await ben.page.screenshot({ path: path.join(SCREENS, 'desktop-settled-ben.png') })
})
