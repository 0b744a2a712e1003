/**
 * Puts right what acts leave that did not know of each other.
 *
 * Changes the book's secret where that is due and nobody did it in the same step: when someone left by themselves, or
 * when two removals that did not know of each other each gave the other's removed member the new secret. Any owner's
 * device does it; they take turns by seniority, so that as a rule it is done once.
 *
 * Names this device where it was linked and nobody's word for that stands any more (its person was removed and let in again,
 * say): it opens only what is sealed for it, and secrets are sealed for devices that are named.
 */
import { done, refuse, type DeviceId, type MemberId, type Outcome } from '../contract/index.js'
import type { Roster } from '../authority/roster.js'
import type { Action } from '../domain/roles.js'
import { PROCESS_PACE, type Pace } from '../log/pace.js'
import type { Operation } from '../ops/operations.js'
import type { BookSecrets } from './book-secrets.js'

const FIRST_MS = 250
const TURN_MS = 5_000
/** Tries of one run to name this device: where its word does not stand either, it does not go on for ever. */
const MOST_NAMINGS = 4

/** What it needs of a session. */
export interface HealerSide {
  readonly kind: 'shared' | 'sample'
  readonly roster: Roster
  readonly secrets: BookSecrets
  readonly options: {
    readonly deviceName: string
    readonly identity: {
      /** null on a device that was linked. */
      readonly member: unknown
      readonly memberId: MemberId
      readonly deviceId: DeviceId
    }
  }
  allows(action: Action): Outcome<null>
  write(make: () => Outcome<readonly Operation[]>): Promise<Outcome<unknown>>
}

export class Healer {
  /** Calls off the next look, where one is waiting. */
  #callOff: (() => void) | null = null
  #closed: 'open' | 'closed' = 'open'
  #namings = 0

  constructor(
    private readonly session: HealerSide,
    private readonly pace: Pace = PROCESS_PACE
  ) {}

  /** An act of authority came in. */
  look(): void {
    if (this.#callOff || this.#closed === 'closed') return
    this.#callOff = this.pace.after(FIRST_MS + this.#turn() * TURN_MS, () => void this.#heal())
  }

  close(): void {
    this.#closed = 'closed'
    this.#callOff?.()
  }

  async #heal(): Promise<void> {
    this.#callOff = null
    const { session } = this
    if (this.#closed === 'closed' || session.kind !== 'shared') return
    if (this.#isUnnamed()) await this.#nameThis()
    if (!session.allows('rotate').ok || !session.secrets.isDue) return
    await session.write(() =>
      session.secrets.isDue
        ? done([session.secrets.rotation(null)])
        : refuse('OVERRULED', 'Someone did it before.')
    )
  }

  #isUnnamed(): boolean {
    const { roster, options } = this.session
    const { member, memberId, deviceId } = options.identity
    return (
      member === null &&
      roster.role(memberId) !== null &&
      !roster.isNamed(deviceId, memberId) &&
      !roster.isRevoked(deviceId, memberId)
    )
  }

  async #nameThis(): Promise<void> {
    const { session } = this
    const { identity, deviceName } = session.options
    if (!session.allows('nameDevice').ok || this.#namings++ >= MOST_NAMINGS) return
    await session.write(() =>
      this.#isUnnamed()
        ? done([{ kind: 'nameDevice', device: identity.deviceId, name: deviceName }])
        : refuse('OVERRULED', 'It was named before.')
    )
  }

  /** 0 for the most senior owner. */
  #turn(): number {
    const owners = this.session.roster.present().filter(({ role }) => role === 'owner')
    return Math.max(
      0,
      owners.findIndex(({ member }) => member === this.session.options.identity.memberId)
    )
  }
}
