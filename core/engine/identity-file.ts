/** Who this person and this device are: made once for each data folder. */
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { DeviceId, MemberId } from '../contract/index.js'
import { certifyDevice, deviceIdOf, memberIdOf, type DeviceCertificate } from '../identity/certificates.js'
import { keyPairOf, type KeyPair } from '../identity/keys.js'
import { IdentityFile, readSealed } from './sealed-files.js'
import type { Vault } from './vault.js'

export interface Identity {
  readonly member: KeyPair
  readonly device: KeyPair
  readonly memberId: MemberId
  readonly deviceId: DeviceId
  /** Whether the person has shown that the recovery phrase, which is the member's seed, is written down. */
  readonly phrase: 'unconfirmed' | 'confirmed'
  confirmPhrase(): Promise<void>
  /** The member's word for this device, under its present name. */
  certificate(deviceName: string): DeviceCertificate
}

const pathIn = (folder: string): string => join(folder, 'identity.sealed')
const newSeed = (): string => randomBytes(32).toString('hex')

export async function openIdentity(vault: Vault, folder: string): Promise<Identity> {
  const path = pathIn(folder)
  let file = await readSealed(vault, path, IdentityFile)
  if (!file) {
    file = { memberSeed: newSeed(), deviceSeed: newSeed(), createdMs: Date.now() }
    await vault.write(path, file)
  }
  return new FileIdentity(file, (changed) => vault.write(path, changed))
}

/** The file of a member on a new device, who came with the phrase or a backup. */
export const newDeviceOf = (memberSeed: Uint8Array, phrase: Identity['phrase']): IdentityFile => ({
  memberSeed: Buffer.from(memberSeed).toString('hex'),
  deviceSeed: newSeed(),
  createdMs: Date.now(),
  ...(phrase === 'confirmed' ? { phraseConfirmedMs: Date.now() } : {})
})

/** Makes this folder a new device of a member. Nothing that uses the former identity may be open. */
export const replaceIdentity = (vault: Vault, folder: string, file: IdentityFile): Promise<void> =>
  vault.write(pathIn(folder), file)

class FileIdentity implements Identity {
  readonly member: KeyPair
  readonly device: KeyPair

  constructor(
    private file: IdentityFile,
    private readonly save: (file: IdentityFile) => Promise<void>
  ) {
    this.member = keyPairOf(new Uint8Array(Buffer.from(file.memberSeed, 'hex')))
    this.device = keyPairOf(new Uint8Array(Buffer.from(file.deviceSeed, 'hex')))
  }

  get memberId(): MemberId {
    return memberIdOf(this.member.publicKey)
  }

  get deviceId(): DeviceId {
    return deviceIdOf(this.device.publicKey)
  }

  get phrase(): 'unconfirmed' | 'confirmed' {
    return this.file.phraseConfirmedMs === undefined ? 'unconfirmed' : 'confirmed'
  }

  async confirmPhrase(): Promise<void> {
    const file = { ...this.file, phraseConfirmedMs: Date.now() }
    await this.save(file)
    this.file = file
  }

  certificate(name: string): DeviceCertificate {
    const device = { publicKey: this.device.publicKey, name, platform: process.platform }
    return certifyDevice(this.member, device, this.file.createdMs)
  }
}
