/** Forgetting one book takes nothing from the others: they share this device's place in the network. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { converged, letIn, World } from '../../helpers/engines.js'

let world: World
beforeAll(async () => void (world = await World.open()))
afterAll(() => world.end())

it('leaves the other books in touch, and people can still be let in', async () => {
  const [ana, ben, carl] = [await world.device('Ana'), await world.device('Ben'), await world.device('Carl')]
  const [elm, oak] = [await ana.createBook('Elm Street'), await ana.createBook('Oak Street')]
  await letIn(ana, elm, ben)
  await letIn(ana, oak, ben)
  await ben.ask('forgetBook', { book: oak, confirmName: 'Oak Street' })
  await ana.ask('forgetBook', { book: oak, confirmName: 'Oak Street' })
  await ana.post(elm, 'Bakery')
  await converged(elm, ana, ben)
  await letIn(ana, elm, carl)
  await ben.restart()
  await ben.post(elm, 'Train')
  const status = await converged(elm, ana, ben, carl)
  expect(status.transactions).toBe(2)
})
