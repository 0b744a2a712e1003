/** Which logs this device takes from one who is no member as far as it knows, and what it offers to who recalls its own. */
import type { BookId, DeviceId, LogId, MemberId } from '../contract/index.js'
import type { Roster } from '../authority/roster.js'
import { deviceIdOf, memberIdOf } from '../identity/certificates.js'
import type { Delivery } from '../log/delivery.js'
import { checkHeader, readHeader } from '../log/header.js'
import type { Intake } from '../log/intake.js'
import type { Judged, Offered, RecallSide } from '../sync/recall.js'

export interface RecalledOptions {
  readonly book: BookId
  readonly roster: Roster
  readonly delivery: Delivery
  readonly intake: Intake
  /** The segment that this device writes now. */
  writing(): LogId | null
  /** Whether this is a device of someone who is a member, as far as is known here, or of this person. */
  isBelieved(member: MemberId, device: DeviceId): boolean
}

export class Recalled implements RecallSide {
  constructor(private readonly o: RecalledOptions) {}

  offered(log: LogId, header: Uint8Array): Offered | 'forged' | 'newer' {
    const said = readHeader(header, this.o.book)
    if (!said.ok) return said.error.code === 'NEEDS_NEWER_VERSION' ? 'newer' : 'forged'
    const { member, device } = said.value.device
    return { log, header, member: memberIdOf(member), device: deviceIdOf(device) }
  }

  judge(): (offered: Offered) => Judged {
    const needed = this.#needed()
    return ({ log, member, device }) => {
      const { intake, writing, isBelieved } = this.o
      // Whatever others have of it, this device has signed, or is about to.
      if (log === writing()) return 'not now'
      const known = intake.author(log) ?? { member, device }
      if (isBelieved(known.member, known.device)) return 'believed'
      return needed.has(log) ? 'needed' : 'not now'
    }
  }

  isGenuine({ log, header }: Offered): boolean {
    const { intake, book } = this.o
    return intake.author(log) !== null || checkHeader(header, log, book).ok
  }

  async follow(log: LogId): Promise<void> {
    await this.o.intake.add(log)
  }

  read(log: LogId): number {
    return this.o.delivery.offered(log)
  }

  async headers(logs: readonly LogId[]) {
    const { intake } = this.o
    const all = logs.map(async (log) => ({ log, header: (await intake.read(log, 0, 1))[0] }))
    return (await Promise.all(all)).flatMap(({ log, header }) => (header ? [{ log, header }] : []))
  }

  /** What entries wait for that someone wrote who is or was a member. */
  #needed(): ReadonlySet<LogId> {
    const { roster, intake, delivery } = this.o
    const isOfMember = (log: LogId): boolean => {
      const author = intake.author(log)
      return author !== null && roster.member(author.member) !== null
    }
    return new Set(delivery.waits().flatMap(({ log, on }) => (isOfMember(log) ? [on] : [])))
  }
}
