/** The engine's end of a channel: answers requests, passes changes on, and stops in good order. */
import { createBirpc } from 'birpc'
import { refuse } from '../contract/index.js'
import type { Changed, EngineWire, Outcome } from '../contract/index.js'
import { PENDING_REQUESTS, UNSENT_BYTES, decodeClientFrame, encodeFrame } from './channel.js'
import type { Channel, EngineSource, RequestFrame } from './channel.js'

export interface ServedChannel {
  /** Resolves when the channel has closed, whoever closed it. */
  readonly closed: Promise<void>
  /** Tells the client that its requests will be answered; one that was never welcomed knows that they were not. */
  welcome(): void
  /**
   * Refuses what comes from now on (as surely not done), tells the client so, and closes when what is under way is
   * answered, at the latest after `graceMs`. A client that understands closes first, and knows of each request
   * whether it was done.
   */
  stop(graceMs: number): Promise<void>
  /** Closes at once. */
  close(): void
}

/** How long a client that was told of the end has to go by itself, once all is answered. */
const LEAVING_MS = 250

interface ClientFunctions {
  welcome(): void
  changed(event: Changed): void
  stopping(): void
}

/** Serves an engine over a channel until it closes. Nothing that a client sends makes it throw. */
export function serveChannel(engine: EngineSource, channel: Channel): ServedChannel {
  let state: 'open' | 'stopping' | 'closed' = 'open'
  let underWay = 0
  let whenIdle: () => void = () => {}
  let markClosed: () => void = () => {}
  const closed = new Promise<void>((resolve) => (markClosed = resolve))

  const functions: EngineWire = {
    async request(name: string, body: unknown): Promise<Outcome<unknown>> {
      if (state !== 'open') return notDone()
      underWay++
      try {
        return await engine.request(name, body)
      } catch (error) {
        return refuse('INTERNAL', `The engine failed to answer ${name}: ${messageOf(error)}`)
      } finally {
        if (--underWay === 0) whenIdle()
      }
    }
  }

  let deliver: (frame: RequestFrame) => void = () => {}
  const rpc = createBirpc<ClientFunctions, EngineWire, false>(functions, {
    proxify: false,
    bind: 'functions',
    on: (listener) => void (deliver = listener),
    post: (frame: unknown) => {
      if (state === 'closed') return
      if (channel.unsentBytes() > UNSENT_BYTES) return channel.drop()
      channel.send(encodeFrame(channel.form, frame))
    },
    // Frames are judged before they reach birpc, and answers are outcomes: what is left is a channel that just closed.
    onGeneralError: () => true
  })

  const unsubscribe = engine.subscribe((event) => {
    if (state === 'open') void rpc.$callEvent('changed', event)
  })

  channel.start(
    (received) => {
      if (state === 'closed') return
      const frame = decodeClientFrame(channel.form, received)
      if (frame === null || underWay >= PENDING_REQUESTS) return channel.drop()
      deliver(frame)
    },
    () => {
      state = 'closed'
      unsubscribe()
      rpc.$close()
      markClosed()
    }
  )

  return {
    closed,
    welcome: () => void rpc.$callEvent('welcome'),
    async stop(graceMs) {
      if (state === 'closed') return
      if (state === 'open') {
        state = 'stopping'
        unsubscribe()
        await rpc.$callEvent('stopping')
      }
      const idle = underWay === 0 ? Promise.resolve() : new Promise<void>((resolve) => (whenIdle = resolve))
      await within(graceMs, Promise.race([idle, closed]))
      await within(LEAVING_MS, closed)
      channel.close()
    },
    close: () => channel.close()
  }
}

async function within(limitMs: number, awaited: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([awaited, new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)))])
  clearTimeout(timer)
}

const notDone = (): Outcome<never> =>
  refuse('ENGINE_STOPPED', 'The engine is stopping; this was not done. Try again.', { executed: 'no' })

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
