import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { BookId, Changed, Topic } from '../../../core/contract/index.js'
import { ChangeFeed } from '../../../core/engine/change-feed.js'

const ELM = 'elm' as BookId
const OAK = 'oak' as BookId

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A feed, and who heard what of it. */
function open() {
  const told: [who: string, event: Changed][] = []
  const feed = new ChangeFeed((event) => told.push(['first', event]))
  const unsubscribe = feed.subscribe((event) => told.push(['view', event]))
  const seenBy = (who: string) => told.filter(([name]) => name === who).map(([, event]) => event)
  return { feed, told, unsubscribe, seenBy }
}

describe('a change', () => {
  it('is told once to everyone, first to the first', () => {
    const { feed, told } = open()
    feed.note(ELM, ['accounts'])
    vi.runAllTimers()
    const event = { book: ELM, topics: ['accounts'] }
    expect(told).toEqual([
      ['first', event],
      ['view', event]
    ])
  })

  it('is not told before the code that makes it is through', () => {
    const { feed, told } = open()
    feed.note(ELM, ['accounts'])
    expect(told).toEqual([])
  })

  it('is gathered with others of its book, and each topic is told once', () => {
    const { feed, seenBy } = open()
    feed.note(ELM, ['accounts', 'sync'])
    feed.note(OAK, ['people'])
    feed.note(null, ['books'])
    feed.note(ELM, ['sync', 'transactions'])
    vi.runAllTimers()
    expect(seenBy('view')).toEqual([
      { book: ELM, topics: ['accounts', 'sync', 'transactions'] },
      { book: OAK, topics: ['people'] },
      { book: null, topics: ['books'] }
    ])
  })

  it('made while changes are told is told the next time', () => {
    const { feed, seenBy } = open()
    let more: readonly Topic[] = ['people']
    feed.subscribe(() => {
      if (more.length > 0) feed.note(ELM, more)
      more = []
    })
    feed.note(ELM, ['sync'])
    vi.runAllTimers()
    expect(seenBy('view').map(({ topics }) => topics)).toEqual([['sync'], ['people']])
  })
})

describe('changes that come fast', () => {
  it('are told at most 20 times a second, and the last one is not lost', () => {
    const { feed, seenBy } = open()
    for (let ms = 0; ms < 1000; ms++) {
      feed.note(ELM, ['transactions'])
      if (ms === 999) feed.note(ELM, ['people'])
      vi.advanceTimersByTime(1)
    }
    vi.runAllTimers()
    const events = seenBy('view')
    expect(events.length).toBeLessThanOrEqual(21)
    expect(events.length).toBeGreaterThan(15)
    expect(events.at(-1)?.topics).toContain('people')
  })

  it('do not delay one that comes after a pause', () => {
    const { feed, seenBy } = open()
    feed.note(ELM, ['sync'])
    vi.advanceTimersByTime(500)
    feed.note(ELM, ['sync'])
    vi.advanceTimersByTime(1)
    expect(seenBy('view')).toHaveLength(2)
  })
})

describe('a listener', () => {
  it('that unsubscribed hears nothing more, and the others do', () => {
    const { feed, seenBy, unsubscribe } = open()
    feed.note(ELM, ['sync'])
    unsubscribe()
    vi.runAllTimers()
    expect([seenBy('first').length, seenBy('view').length]).toEqual([1, 0])
  })

  it('hears nothing after the end, and nothing is waited for', () => {
    const { feed, told } = open()
    feed.note(ELM, ['sync'])
    feed.close()
    feed.note(ELM, ['people'])
    expect(vi.getTimerCount()).toBe(0)
    vi.runAllTimers()
    expect(told).toEqual([])
  })
})
