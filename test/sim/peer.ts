/** A simulated device: who it is, its disk and its clock, which last; and its run, which comes and goes. */
import type { DeviceId, MemberId } from '../../core/contract/index.js'
import {
  certifyDevice,
  deviceIdOf,
  memberIdOf,
  type DeviceCertificate
} from '../../core/identity/certificates.js'
import { keyPairOf, type KeyPair } from '../../core/identity/keys.js'
import { openSealed } from '../../core/identity/sealing.js'
import type { FolderOrigin } from '../../core/log/store.js'
import type { Sealed } from '../../core/ops/operations.js'
import type { RemoteDevice } from '../../core/sync/peer.js'
import type { Disk, DiskCopy } from './disk.js'
import { Faults } from './io.js'
import type { Random } from './random.js'
import { type Around } from './around.js'
import { Run } from './run.js'
import type { Acknowledged } from './truth.js'
import type { AppVersion } from './versions.js'

export interface SimIdentity {
  readonly memberKeys: KeyPair
  readonly device: KeyPair
  readonly certificate: DeviceCertificate
}

/** `elsewhere`: the device was linked by a code, and has its person's word but not their key. */
export type Phrase = 'here' | 'elsewhere'

/** 2026-01-01, give or take some years of skew. */
const BEGIN_MS = 1_767_225_600_000

export class Peer {
  readonly member: MemberId
  readonly deviceId: DeviceId
  readonly disk: Disk
  readonly faults: Faults
  /** A copy of its disk that was made some time ago. */
  copy: DiskCopy | null = null
  /** `stranger`: has no book yet. */
  standing: 'stranger' | 'member' = 'stranger'
  /** The entry that let this device's member in, if it was the first of them. */
  admission: Acknowledged | null = null
  /** `tampered`: the app lets them do anything. `rogue`: breaks its log, and does nothing else. */
  conduct: 'honest' | 'tampered' | 'rogue' = 'honest'
  version: AppVersion = 'present'
  skewMs = 0
  run: Run | null = null
  /** Whether the folder is where it was when the app last ran. */
  #origin: FolderOrigin = 'same'

  constructor(
    readonly name: string,
    readonly identity: SimIdentity,
    readonly around: Around,
    readonly phrase: Phrase = 'here'
  ) {
    this.member = memberIdOf(identity.certificate.member)
    this.deviceId = deviceIdOf(identity.certificate.device)
    this.disk = around.parts.disk()
    this.faults = new Faults({
      cutPower: () => around.cutPower(this),
      failDisk: () => this.run?.diskFails()
    })
  }

  /** The run, if it can be asked for something now. */
  get up(): Run | null {
    return this.run?.state === 'up' ? this.run : null
  }

  /** As others see it. */
  get remote(): RemoteDevice {
    const { member, deviceId: device, name } = this
    return { member, device, deviceName: name, platform: 'sim' }
  }

  /** As `Identity.open`. */
  open(sealed: readonly Sealed[], bytes: number): Uint8Array | null {
    const { memberKeys, device } = this.identity
    const keys: [KeyPair, string][] = [[device, this.deviceId]]
    if (this.phrase === 'here') keys.unshift([memberKeys, this.member])
    for (const [key, id] of keys) {
      const box = sealed.find((each) => each.member === id)
      const secret = box && openSealed(box, key, bytes)
      if (!secret) continue
      if (this.phrase === 'elsewhere') this.around.tally.count('secret that was sealed for a linked device')
      return secret
    }
    return null
  }

  clockMs(nowMs: number): number {
    return BEGIN_MS + nowMs + this.skewMs
  }

  start(): void {
    if (this.standing !== 'member' || this.run) return
    this.run = new Run(this, this.around, this.#origin)
    void this.run.open()
  }

  /** The power goes; what was written and not synced may be lost. */
  crash(random: Random): number {
    this.run?.kill()
    this.run = null
    return this.disk.cutPower(random)
  }

  /** From now on the folder is known as this device's own. */
  takeUpFolder(): void {
    this.#origin = 'same'
  }

  /** The folder is gone, and an older copy of it takes its place. */
  restoreCopy(copy: DiskCopy): void {
    this.run?.kill()
    this.run = null
    this.disk.restore(copy)
    this.#origin = 'moved'
  }

  /** Ends properly and starts again, as this version of the app; a crash in between ends it at once. */
  restart(version: AppVersion = this.version): void {
    const { run } = this
    if (run?.state !== 'up') return
    void run.close().then(() => {
      if (this.run !== run) return
      this.run = null
      this.version = version
      this.start()
    })
  }
}

/** A device of a new person, or of one who has devices already. */
export function newIdentity(name: string, random: Random, of: SimIdentity | null): SimIdentity {
  const memberKeys = of?.memberKeys ?? keyPairOf(random.bytes(32))
  const device = keyPairOf(random.bytes(32))
  const about = { publicKey: device.publicKey, name, platform: 'sim' }
  return { memberKeys, device, certificate: certifyDevice(memberKeys, about, BEGIN_MS) }
}
