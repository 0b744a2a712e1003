/** Whether and how one book is in touch with its other devices. */
import { setTimeout as sleep } from 'node:timers/promises'
import type HyperDHT from 'hyperdht'
import type { LogId } from '../contract/index.js'
import type { BookSwarm, Sighting, SwarmOptions } from '../sync/swarm.js'
import type { Sightings } from './sightings.js'

/** While much is arriving peers are told what is here so often, and without a digest: working it out costs. */
const BUSY_TELL_MS = 1_000
/** They are told a digest after so long all the same: nobody can put off that it is compared. */
const MOST_BUSY_MS = 10_000
const LOOK_MS = 25

/** Makes the swarm; passed in, since what needs no network does not load it. */
export type Connect = (options: SwarmOptions) => BookSwarm

export interface PresenceOptions {
  readonly swarm: Omit<SwarmOptions, 'dht'>
  readonly sightings: Sightings
  /** Something about who is here has changed. */
  changed(): void
  isBusy(): boolean
  /** Resolves when the digest can be had without a wait. */
  prepareDigest(): Promise<unknown>
}

export class Presence {
  network: 'starting' | 'online' | 'off' = 'off'
  #swarm: BookSwarm | null = null
  #telling: 'no' | 'yes' = 'no'

  constructor(private readonly o: PresenceOptions) {}

  /** Goes online: finds the others, and stays in touch. */
  goOnline(dht: HyperDHT, connect: Connect): void {
    if (this.#swarm) return
    const swarm = connect({ ...this.o.swarm, dht })
    this.#swarm = swarm
    this.network = 'starting'
    swarm.on('peers', () => {
      for (const sighting of swarm.connected()) this.o.sightings.see(sighting)
      this.o.changed()
    })
    const announced = () => {
      if (this.#swarm !== swarm) return
      this.network = 'online'
      this.o.changed()
    }
    // A look-up that was broken off is none that failed.
    swarm.flushed().then(announced, () => {})
    this.o.changed()
  }

  async goOffline(): Promise<void> {
    const swarm = this.#swarm
    if (!swarm) return
    this.#swarm = null
    this.network = 'off'
    // What others last hear of this device is what it has: they show it while it is away.
    if (!this.o.isBusy()) {
      await this.o.prepareDigest()
      swarm.tell()
    }
    await swarm.close()
    this.o.changed()
  }

  /** A log may have two histories. */
  suspect(log: LogId): void {
    this.#swarm?.suspect(log)
  }

  tellForks(): void {
    this.#swarm?.tellForks()
  }

  connected(): readonly Sighting[] {
    return this.#swarm?.connected() ?? []
  }

  /** Tells peers what is here. What changes while this waits is told with it. */
  async tell(): Promise<void> {
    if (!this.#swarm || this.#telling === 'yes') return
    this.#telling = 'yes'
    await this.#calm()
    await this.o.prepareDigest()
    this.#telling = 'no'
    this.#swarm?.tell()
  }

  /** Resolves when little is arriving, or much has been for long. */
  async #calm(): Promise<void> {
    for (let waitedMs = 0; this.o.isBusy() && waitedMs < MOST_BUSY_MS; waitedMs += LOOK_MS) {
      if (waitedMs % BUSY_TELL_MS === 0 && waitedMs > 0) this.#swarm?.tell('lengths')
      await sleep(LOOK_MS)
    }
  }
}
