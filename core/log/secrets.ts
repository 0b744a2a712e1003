/** The secrets of one book that this device knows, and the one that new logs are written with. */
import type { MemberId, Place } from '../contract/index.js'
import { equalSecrets } from '../identity/bytes.js'

/** Which of the book's secrets: the founding one, or the place of the operation that made it. */
export type Epoch = 'founding' | Place

/** 32 bytes. Each log's key is derived from one of these and from the log's own key. */
export interface EpochSecret {
  readonly epoch: Epoch
  readonly secret: Uint8Array
}

/** Of one epoch there is one secret; more than this are lies, and which of them is of no interest. */
const MOST_OF_EPOCH = 8
/** Of one member, and not yet known to be of any use. */
const MOST_OFFERED = 256

export class LogSecrets {
  /** Oldest first. */
  readonly #all: EpochSecret[]
  /** By epoch, one that was sealed for this member; else one that has opened a log. */
  readonly #proved = new Map<Epoch, Uint8Array>()
  readonly #opening = new Map<Epoch, Uint8Array>()
  /** By who offered them, oldest first: nobody vouches for these until they open a log. */
  readonly #offered = new Map<MemberId, EpochSecret[]>()
  #epoch: Epoch = 'founding'

  /** `later`: those that came in the founding secret's place since, oldest first. */
  constructor(
    private readonly founding: Uint8Array,
    later: readonly EpochSecret[] = []
  ) {
    this.#all = [{ epoch: 'founding', secret: founding }, ...later]
  }

  /** Oldest first. */
  get all(): readonly EpochSecret[] {
    return this.#all
  }

  /** What is tried on a log, in this order: the newest first, and last what was only offered. */
  get toTry(): readonly EpochSecret[] {
    return [...[...this.#all].reverse(), ...[...this.#offered.values()].flat()]
  }

  /** The one that new logs are written with. */
  get current(): EpochSecret {
    const epoch = this.#epoch
    const first = this.#all.find((each) => each.epoch === epoch)?.secret ?? this.founding
    return { epoch, secret: this.#proved.get(epoch) ?? this.#opening.get(epoch) ?? first }
  }

  /**
   * Takes in a secret that was not known; says whether it was news. Of one epoch there can be several, where someone who
   * handed them over lied: all are tried when a log is read.
   */
  learn(secret: EpochSecret): 'new' | 'known' {
    const others = this.#all.filter(({ epoch }) => epoch === secret.epoch)
    if (others.length >= MOST_OF_EPOCH || others.some((other) => equalSecrets(other.secret, secret.secret)))
      return 'known'
    this.#all.push(secret)
    return 'new'
  }

  /** As `learn`, of one that is known to be right: it is written with, whatever others there are. */
  learnProved(secret: EpochSecret): 'new' | 'known' {
    this.#proved.set(secret.epoch, secret.secret)
    const isKnown = this.#all.some((other) => equalSecrets(other.secret, secret.secret))
    if (!isKnown) this.#all.push(secret)
    return isKnown ? 'known' : 'new'
  }

  /** Takes in what a member's device offered, to be tried; says whether it was news. */
  offer(secret: EpochSecret, from: MemberId): 'new' | 'known' {
    if (this.toTry.some((other) => equalSecrets(other.secret, secret.secret))) return 'known'
    const offered = this.#offered.get(from) ?? []
    this.#offered.set(from, [...offered, secret].slice(-MOST_OFFERED))
    return 'new'
  }

  /** A log of the book was opened with it: if it was only offered, it is known from now on. */
  opened(secret: EpochSecret): void {
    this.#opening.set(secret.epoch, secret.secret)
    if (!this.#all.some((other) => equalSecrets(other.secret, secret.secret))) this.#all.push(secret)
  }

  /** From now on new logs are written with this secret, if it is known. */
  writeWith(epoch: Epoch): void {
    if (this.#all.some((each) => each.epoch === epoch)) this.#epoch = epoch
  }
}
