/**
 * The secrets of one book on this device: learned from the logs where they were sealed for this member, kept on disk, and
 * changed when someone has gone.
 */
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import type { DeviceId, MemberId, Place } from '../contract/index.js'
import { isAuthority } from '../authority/acts.js'
import type { Roster } from '../authority/roster.js'
import { keyOf } from '../identity/certificates.js'
import { seal, SEED_BYTES } from '../identity/sealing.js'
import type { Epoch, EpochSecret } from '../log/secrets.js'
import type { LogStore } from '../log/store.js'
import type { Operation, PlacedEntry, Sealed } from '../ops/operations.js'
import { placeOf } from '../ops/place.js'
import type { Identity } from './identity-file.js'

export const SECRET_BYTES = 32

export interface BookSecretsOptions {
  readonly store: LogStore
  readonly roster: Roster
  readonly identity: Pick<Identity, 'open'>
  /** Keeps the secrets on disk. */
  save(later: readonly EpochSecret[]): void
  /** A secret is known that was not: logs may be read that could not be. */
  learned(): void
  readonly randomBytes?: (count: number) => Uint8Array
}

export class BookSecrets {
  /** Changes of the secret that were read here. */
  readonly #read = new Set<Epoch>()
  #kept: number

  constructor(private readonly o: BookSecretsOptions) {
    this.#kept = o.store.secrets.length
  }

  /** The founding secret first. */
  all(): readonly EpochSecret[] {
    return this.o.store.secrets
  }

  /** Looks at a delivered entry, which the roster has taken in. */
  note(entry: PlacedEntry): void {
    for (const [at, operation] of entry.ops.entries()) {
      if (operation.kind !== 'rotate') continue
      const epoch = placeOf(entry.log, entry.index, at)
      this.#read.add(epoch)
      this.#open(operation.sealed, epoch)
    }
    // Any act can decide which change of the secret stands.
    if (entry.ops.some(isAuthority)) this.#choose()
  }

  /** Secrets that another device handed over. */
  take(secrets: readonly EpochSecret[]): void {
    const news = secrets.filter((secret) => this.o.store.learn(secret) === 'new')
    if (news.length === 0) return
    this.#learned()
    this.#choose()
  }

  /**
   * What a member's device is told if it lacks it: a secret was not sealed for who was let in again since on another
   * device, nor for who was to go and stayed, and logs are written with it. Only such as were read here: by then it is
   * known here too who was to go.
   */
  toHandOver(): readonly EpochSecret[] {
    return this.all().filter(({ epoch }) => this.#read.has(epoch))
  }

  /** What a member's device told: it is kept once it opens a log. */
  offered(secrets: readonly EpochSecret[], from: MemberId): void {
    const news = secrets.filter((secret) => this.o.store.offer(secret, from) === 'new')
    if (news.length > 0) this.o.learned()
  }

  /** A log was opened, perhaps with a secret that was only offered. */
  noteLog(): void {
    if (this.o.store.secrets.length === this.#kept) return
    this.#learned()
    this.#choose()
  }

  /** Changes the secret: for everyone who is present, and their linked devices, but those who go now. */
  rotation(gone: MemberId | DeviceId | null): Operation {
    const random = this.o.randomBytes ?? randomBytes
    const secret = random(SECRET_BYTES)
    const members = this.o.roster.present().map(({ member }) => member)
    const staying = this.o.roster.addressees(members.filter((member) => member !== gone))
    return {
      kind: 'rotate',
      sealed: sealFor(
        staying.filter((each) => each !== gone),
        secret,
        random
      )
    }
  }

  /** Whether this device should change the secret: someone has gone and can have it, or someone here cannot. */
  get isDue(): boolean {
    return this.o.roster.rotation().due === 'yes'
  }

  #open(sealed: readonly Sealed[], epoch: Place): void {
    const { identity, store } = this.o
    const secret = identity.open(sealed, SECRET_BYTES)
    if (secret && store.learnProved({ epoch, secret }) === 'new') this.#learned()
  }

  #learned(): void {
    this.#kept = this.o.store.secrets.length
    this.o.save(this.o.store.secrets.filter(({ epoch }) => epoch !== 'founding'))
    this.o.learned()
  }

  /** What is written from now on is for those who are present now. */
  #choose(): void {
    const act = this.o.roster.rotation().current?.act
    // A change that turned out not to stand leaves what there was before.
    this.o.store.writeWith(act ? placeOf(act.log, act.index, act.at) : 'founding')
  }
}

/** A secret, sealed for each of these members and devices whose key is one. */
export function sealFor(
  addressees: readonly (MemberId | DeviceId)[],
  secret: Uint8Array,
  random: (count: number) => Uint8Array = randomBytes
): Sealed[] {
  return addressees.flatMap((key) => {
    const box = seal(secret, Buffer.from(keyOf(key)), random(SEED_BYTES))
    return box ? [{ member: key as MemberId, ...box }] : []
  })
}
