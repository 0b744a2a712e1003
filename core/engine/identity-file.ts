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
  /** The member's word for this device, under its present name. */
  certificate(deviceName: string): DeviceCertificate
}

export async function openIdentity(vault: Vault, folder: string): Promise<Identity> {
  const path = join(folder, 'identity.sealed')
  let file = await readSealed(vault, path, IdentityFile)
  if (!file) {
    const seed = () => randomBytes(32).toString('hex')
    file = { memberSeed: seed(), deviceSeed: seed(), createdMs: Date.now() }
    await vault.write(path, file)
  }
  const member = keyPairOf(new Uint8Array(Buffer.from(file.memberSeed, 'hex')))
  const device = keyPairOf(new Uint8Array(Buffer.from(file.deviceSeed, 'hex')))
  const { createdMs } = file
  return {
    member,
    device,
    memberId: memberIdOf(member.publicKey),
    deviceId: deviceIdOf(device.publicKey),
    certificate: (name) =>
      certifyDevice(member, { publicKey: device.publicKey, name, platform: process.platform }, createdMs)
  }
}
