/**
 * Loads what going online needs. A command that only reads does without, and starts faster; and where it is loaded, its
 * parts have a turn each, since all at once would leave everyone else without an answer for a twentieth of a second.
 */
import { nextTurn } from '../log/event-loop.js'

export async function loadNetwork(): Promise<typeof import('../sync/network.js')> {
  await import('hyperdht')
  await nextTurn()
  await import('hyperswarm')
  await nextTurn()
  const network = await import('../sync/network.js')
  await nextTurn()
  return network
}
