/**
 * Keeps looking for peers under one topic. Hyperswarm looks a topic up when it is joined and then every ten minutes;
 * two devices that start at the same moment can miss each other, so this looks again, as soon as it is announced and then
 * while nobody is there.
 */
import type Hyperswarm from 'hyperswarm'
import type { PeerDiscovery } from 'hyperswarm'
import { goodbye } from './goodbye.js'

const FIRST_MS = 250
const LAST_MS = 30_000

export class Meeting {
  readonly #discovery: PeerDiscovery
  #timer: NodeJS.Timeout | null = null
  #waitMs = FIRST_MS
  #state: 'open' | 'ended' = 'open'

  constructor(
    private readonly swarm: Hyperswarm,
    topic: Uint8Array,
    roles: { readonly client: boolean; readonly server: boolean },
    private readonly isAlone: () => boolean
  ) {
    this.#discovery = swarm.join(topic, roles)
    this.#schedule()
    if (roles.client && roles.server) void this.#lookOnceAnnounced()
  }

  /** Resolves when the topic was announced and looked up once. */
  async flushed(): Promise<void> {
    await this.#discovery.flushed()
  }

  /** Someone left: look soon again. */
  hurry(): void {
    if (this.#state === 'ended') return
    this.#waitMs = FIRST_MS
    this.#schedule()
  }

  async end(): Promise<void> {
    this.#state = 'ended'
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    await goodbye(this.swarm.dht, this.#discovery.destroy())
  }

  /** Of two that start together, whoever is announced last finds the other when it looks after that. */
  async #lookOnceAnnounced(): Promise<void> {
    // Where the node ends before, it is not announced any more.
    await this.flushed().catch(ignore)
    this.#look()
  }

  #look(): void {
    if (this.#state === 'open' && this.isAlone()) this.#discovery.refresh().catch(ignore)
  }

  #schedule(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#look()
      this.#waitMs = Math.min(LAST_MS, this.#waitMs * 2)
      this.#schedule()
    }, this.#waitMs)
    this.#timer.unref()
  }
}

/** A look-up that fails is one that found nobody; the next one comes. */
const ignore = (): void => {}
