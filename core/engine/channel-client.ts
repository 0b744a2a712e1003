/** A client's end of a channel, for programs of this repository that run in Node. */
import { createBirpc } from 'birpc'
import { refuse } from '../contract/index.js'
import type { Changed, EngineWire, Outcome } from '../contract/index.js'
import { decodeEngineFrame, encodeFrame } from './channel.js'
import type { AnswerFrame, Channel, EngineSource, NoticeFrame } from './channel.js'

export interface ChannelClient extends EngineSource {
  /** Resolves when the engine has welcomed this client. */
  readonly welcomed: Promise<void>
  /** Resolves when nothing more can be asked here: the channel closed, or the engine said that it stops. */
  readonly ended: Promise<void>
  close(): void
}

/**
 * Asks an engine over a channel. `request` never rejects: when the channel closes, what was not answered ends as
 * `ENGINE_STOPPED` with `details.executed` `unknown`, and what is asked later with `no`.
 */
export function connectChannel(channel: Channel): ChannelClient {
  const listeners = new Set<(event: Changed) => void>()
  let state = 'open' as 'open' | 'ending' | 'closed'
  let pending = 0
  let markEnded: () => void = () => {}
  let markWelcomed: () => void = () => {}
  const welcomed = new Promise<void>((resolve) => (markWelcomed = resolve))
  const ended = new Promise<void>((resolve) => (markEnded = resolve))

  const functions = {
    welcome: () => markWelcomed(),
    changed(event: Changed): void {
      for (const listener of [...listeners]) listener(event)
    },
    stopping(): void {
      if (state !== 'open') return
      state = 'ending'
      markEnded()
      closeIfEnding()
    }
  }

  function closeIfEnding(): void {
    if (pending === 0 && state === 'ending') channel.close()
  }

  let deliver: (frame: AnswerFrame | NoticeFrame) => void = () => {}
  const rpc = createBirpc<EngineWire, typeof functions, false>(functions, {
    proxify: false,
    bind: 'functions',
    // An export or an import takes as long as it takes; a dead engine closes the channel.
    timeout: -1,
    on: (listener) => void (deliver = listener),
    post: (frame: unknown) => channel.send(encodeFrame(channel.form, frame)),
    onGeneralError: () => false
  })

  channel.start(
    (received) => {
      if (state === 'closed') return
      const frame = decodeEngineFrame(channel.form, received)
      if (frame === null) return channel.close()
      deliver(frame)
    },
    () => {
      state = 'closed'
      rpc.$close()
      markEnded()
    }
  )

  return {
    welcomed,
    ended,
    async request(name, body): Promise<Outcome<unknown>> {
      if (state !== 'open') {
        return refuse('ENGINE_STOPPED', 'The engine has stopped; this was not done.', { executed: 'no' })
      }
      pending++
      try {
        return await rpc.$call('request', name, body)
      } catch {
        return refuse(
          'ENGINE_STOPPED',
          'The engine stopped before it answered. Look whether this was done before you repeat it.',
          { executed: 'unknown' }
        )
      } finally {
        pending--
        closeIfEnding()
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => channel.close()
  }
}
