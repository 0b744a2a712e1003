/** As many threads read and write files as there are processors, from two to libuv's own four. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const os = vi.hoisted(() => ({ processors: 1 }))
vi.mock('node:os', () => ({ availableParallelism: () => os.processors }))

const { env } = process
const KEY = 'UV_THREADPOOL_SIZE'

beforeEach(() => {
  process.env = { ...env }
  delete process.env[KEY]
  vi.resetModules()
})
afterEach(() => void (process.env = env))

async function threadsWith(processors: number): Promise<string | undefined> {
  os.processors = processors
  await import('../../../core/engine/thread-pool.js')
  return process.env[KEY]
}

it.each([
  [1, '2'],
  [3, '3'],
  [16, '4']
])('with %i processors', async (processors, threads) => {
  expect(await threadsWith(processors)).toBe(threads)
})

it('and not where somebody has said how many', async () => {
  process.env[KEY] = '12'
  expect(await threadsWith(2)).toBe('12')
})
