import { createBirpc } from 'birpc'
import { describe, expect, it, vi } from 'vitest'
import { done } from '../../../core/contract/index.js'
import type { BookId, Changed, ClientWire, EngineWire, Outcome } from '../../../core/contract/index.js'
import {
  Connection,
  type Channel,
  type Transport,
  type TransportListener
} from '../../../renderer/state/connection.js'

/** The engine's end of a channel, in this very process. */
function pair(request: EngineWire['request']): { channel: Channel; emit(event: Changed): void } {
  let toPage: (frame: unknown) => void = () => undefined
  let toEngine: (frame: unknown) => void = () => undefined
  const rpc = createBirpc<ClientWire, EngineWire>(
    { request },
    { post: (frame) => toPage(structuredClone(frame)), on: (listener) => (toEngine = listener) }
  )
  return {
    emit: (event) => void rpc.changed.asEvent(event),
    channel: {
      send: (frame) => queueMicrotask(() => toEngine(structuredClone(frame))),
      receive: (listener) => (toPage = listener),
      encode: (message) => message,
      decode: (frame) => frame,
      close: () => (toPage = () => undefined)
    }
  }
}

class Line implements Transport {
  listener: TransportListener | null = null
  start(listener: TransportListener): void {
    this.listener = listener
  }
}

const answer = (value: unknown) => (): Promise<Outcome<unknown>> => Promise.resolve(done(value))
const never = (): Promise<Outcome<unknown>> => new Promise(() => undefined)

describe('Connection', () => {
  it('answers through whichever channel is open', async () => {
    const line = new Line()
    const connection = new Connection()
    connection.connect(line)
    line.listener?.opened(pair(answer('first')).channel)
    expect(await connection.api.books({})).toEqual({ ok: true, value: 'first' })
    line.listener?.opened(pair(answer('second')).channel)
    expect(await connection.api.books({})).toEqual({ ok: true, value: 'second' })
  })

  it('refuses what was under way when the engine stops, and what is asked before it is back', async () => {
    const line = new Line()
    const connection = new Connection()
    connection.connect(line)
    line.listener?.opened(pair(never).channel)
    const pending = connection.api.books({})
    await Promise.resolve()
    line.listener?.lost()
    expect(await pending).toMatchObject({ ok: false, error: { code: 'ENGINE_STOPPED' } })
    expect(await connection.api.books({})).toMatchObject({ ok: false, error: { code: 'ENGINE_STOPPED' } })
    line.listener?.opened(pair(answer('back')).channel)
    expect(await connection.api.books({})).toEqual({ ok: true, value: 'back' })
  })

  it('says how the line is, once for each change', () => {
    const line = new Line()
    const connection = new Connection()
    const states: string[] = []
    connection.onLink((state) => states.push(state))
    connection.connect(line)
    line.listener?.lost()
    line.listener?.opened(pair(never).channel)
    line.listener?.lost()
    line.listener?.lost()
    line.listener?.opened(pair(never).channel)
    expect(states).toEqual(['open', 'lost', 'open'])
    line.listener?.lost()
    line.listener?.turnedAway()
    line.listener?.lost()
    line.listener?.turnedAway()
    line.listener?.opened(pair(never).channel)
    expect(states.slice(3)).toEqual(['lost', 'turned-away', 'open'])
  })

  it('does not take an open line for one that was turned away, however late it hears of it', () => {
    const line = new Line()
    const connection = new Connection()
    const states: string[] = []
    connection.onLink((state) => states.push(state))
    connection.connect(line)
    line.listener?.opened(pair(never).channel)
    line.listener?.turnedAway()
    expect(states).toEqual(['open'])
  })

  it('hands on what changed, until nobody listens', async () => {
    const line = new Line()
    const connection = new Connection()
    connection.connect(line)
    const { channel, emit } = pair(never)
    line.listener?.opened(channel)
    const heard = vi.fn()
    const stop = connection.onChanged(heard)
    const event: Changed = { book: 'b' as BookId, topics: ['accounts'] }
    emit(event)
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith(event))
    stop()
    emit(event)
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(heard).toHaveBeenCalledTimes(1)
  })
})
