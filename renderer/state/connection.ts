/**
 * The page's line to the engine: one client that outlives the channels under it. A channel may end at any time (the
 * engine restarts, the network drops); then what was under way is refused with ENGINE_STOPPED, and the next channel
 * takes over without a reload.
 */
import { createBirpc, type BirpcReturn } from 'birpc'
import { clientOver, refuse } from '../../core/contract/index.js'
import type { Changed, ClientWire, EngineApi, EngineWire, Outcome } from '../../core/contract/index.js'

/** Two-way messages, in order. Frames are whatever `encode` and `decode` agree on with the other end. */
export interface Channel {
  send(frame: unknown): void
  /** Replaces the one listener. */
  receive(listener: (frame: unknown) => void): void
  encode(message: unknown): unknown
  decode(frame: unknown): unknown
  close(): void
}

/** Finds channels, one at a time, for ever. */
export interface Transport {
  start(listener: TransportListener): void
}

export interface TransportListener {
  opened(channel: Channel): void
  lost(): void
  /** Someone answers there who does not know this page. It is tried on. */
  turnedAway(): void
}

/**
 * `connecting`: there was none yet. `lost`: there was one, and another is being looked for. `turned-away`: what answers
 * now was started since, and does not know this page.
 */
export type LinkState = 'connecting' | 'open' | 'lost' | 'turned-away'

type Rpc = BirpcReturn<EngineWire, ClientWire>

const stopped = (): Outcome<never> =>
  refuse('ENGINE_STOPPED', 'The engine stopped before it answered. What was saved is safe; try again.')

export class Connection {
  /** Every request answers with an outcome; none throws. */
  readonly api: EngineApi = clientOver({ request: (name, body) => this.#request(name, body) })
  #rpc: Rpc | null = null
  #channel: Channel | null = null
  #state: LinkState = 'connecting'
  readonly #changedListeners = new Set<(event: Changed) => void>()
  readonly #linkListeners = new Set<(state: LinkState) => void>()

  /** Looks for the engine from now on. */
  connect(transport: Transport): void {
    transport.start({
      opened: (channel) => this.#open(channel),
      lost: () => this.#lose(),
      turnedAway: () => this.#turnedAway()
    })
  }

  onChanged(listener: (event: Changed) => void): () => void {
    this.#changedListeners.add(listener)
    return () => this.#changedListeners.delete(listener)
  }

  onLink(listener: (state: LinkState) => void): () => void {
    this.#linkListeners.add(listener)
    return () => this.#linkListeners.delete(listener)
  }

  #open(channel: Channel): void {
    this.#drop()
    this.#channel = channel
    this.#rpc = createBirpc<EngineWire, ClientWire>(
      {
        changed: (event) => {
          if (this.#channel === channel) for (const listener of this.#changedListeners) listener(event)
        }
      },
      {
        post: (frame) => channel.send(frame),
        on: (listener) => channel.receive(listener),
        serialize: (message) => channel.encode(message),
        deserialize: (frame) => channel.decode(frame),
        // Ends only with its channel: an import or an export of a large book may take long.
        timeout: -1
      }
    )
    this.#tell('open')
  }

  #lose(): void {
    if (!this.#rpc) return
    this.#drop()
    this.#tell('lost')
  }

  /** What is heard of a try that failed may come when the next one has succeeded. */
  #turnedAway(): void {
    if (!this.#rpc && this.#state !== 'turned-away') this.#tell('turned-away')
  }

  #tell(state: LinkState): void {
    this.#state = state
    for (const listener of this.#linkListeners) listener(state)
  }

  #drop(): void {
    this.#rpc?.$close()
    this.#channel?.close()
    this.#rpc = null
    this.#channel = null
  }

  async #request(name: string, body: unknown): Promise<Outcome<unknown>> {
    const rpc = this.#rpc
    if (!rpc) return stopped()
    try {
      return await rpc.request(name, body)
    } catch (error) {
      if (rpc.$closed) return stopped()
      return refuse('INTERNAL', error instanceof Error ? error.message : 'The engine failed to answer.')
    }
  }
}
