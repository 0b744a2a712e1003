import { keepOneBook } from '../story.js'
import { test } from './world.js'

test('two people keep one book, offline and together', async ({ world }) => {
  test.setTimeout(120_000)
  const bootstrap = await world.bootstrap()
  await keepOneBook(await world.open({ bootstrap }), await world.open({ bootstrap }))
})
