/** What is known of the devices of a book: their names, and what each was last heard to have. Kept on disk. */
import type { DeviceId, LogId, MemberId } from '../contract/index.js'
import type { HeaderAuthor } from '../log/header.js'
import type { Sighting } from '../sync/swarm.js'
import { readSightings, type SightingFile } from './sealed-files.js'
import type { Vault } from './vault.js'

export interface KnownDevice {
  readonly member: MemberId
  readonly device: DeviceId
  readonly deviceName: string
  readonly platform: string
  /** null: known from its logs only. */
  readonly seenMs: number | null
  readonly lengths: ReadonlyMap<LogId, number>
}

const NOT_SEEN = { platform: '', segment: -1, seenMs: null, lengths: new Map<LogId, number>() }

export class Sightings {
  readonly #devices = new Map<DeviceId, KnownDevice & { readonly segment: number }>()
  #state: 'clean' | 'dirty' = 'clean'

  private constructor(
    private readonly vault: Vault,
    private readonly path: string
  ) {}

  static async open(vault: Vault, path: string): Promise<Sightings> {
    const sightings = new Sightings(vault, path)
    for (const stored of await readSightings(vault, path)) {
      const device = stored.device as DeviceId
      const lengths = new Map(Object.entries(stored.lengths)) as Map<LogId, number>
      const member = stored.member as MemberId
      sightings.#devices.set(device, { ...stored, member, device, lengths, segment: -1 })
    }
    return sightings
  }

  all(): readonly KnownDevice[] {
    return [...this.#devices.values()]
  }

  one(device: DeviceId): KnownDevice | null {
    return this.#devices.get(device) ?? null
  }

  /** A log's header named its device; the newest segment's name is the present one. */
  introduce(author: HeaderAuthor): void {
    const known = this.#devices.get(author.device)
    if (known && known.segment >= author.segment) return
    const { member, device, deviceName, platform, segment } = author
    const seenMs = known?.seenMs ?? null
    const lengths = known?.lengths ?? new Map<LogId, number>()
    this.#devices.set(device, { member, device, deviceName, platform, segment, seenMs, lengths })
  }

  /** Its member said that there is such a device; it may not have written or been here yet. */
  name(member: MemberId, device: DeviceId, deviceName: string): void {
    if (this.#devices.has(device)) return
    this.#devices.set(device, { ...NOT_SEEN, member, device, deviceName })
  }

  /** A device told what it has. */
  see({ member, device, deviceName, platform, seenMs, lengths }: Sighting): void {
    const segment = this.#devices.get(device)?.segment ?? -1
    const copy = new Map(lengths)
    this.#devices.set(device, { member, device, deviceName, platform, segment, seenMs, lengths: copy })
    this.#state = 'dirty'
  }

  async save(): Promise<void> {
    if (this.#state === 'clean') return
    this.#state = 'clean'
    const file: SightingFile = []
    for (const { member, device, deviceName, platform, seenMs, lengths } of this.#devices.values()) {
      if (seenMs === null) continue
      file.push({ member, device, deviceName, platform, seenMs, lengths: Object.fromEntries(lengths) })
    }
    await this.vault.write(this.path, file)
  }
}
