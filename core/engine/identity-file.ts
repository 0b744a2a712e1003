/** Who this person and this device are: made once for each data folder. */
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { done, refuse, type DeviceId, type MemberId, type Outcome } from '../contract/index.js'
import {
  certifyDevice,
  deviceIdOf,
  found,
  memberIdOf,
  type DeviceCertificate,
  type FoundingCertificate
} from '../identity/certificates.js'
import { keyPairOf, type KeyPair } from '../identity/keys.js'
import { openSealed } from '../identity/sealing.js'
import type { Sealed } from '../ops/operations.js'
import { fromHex } from '../sync/messages.js'
import { certificateFromMessage, foundingFromMessage } from '../sync/proofs.js'
import { IdentityFile, readSealed, type FullIdentityFile, type LinkedIdentityFile } from './sealed-files.js'
import type { Vault } from './vault.js'

export interface Identity {
  /** The member's key, which is the recovery phrase; null on a device that was linked by another one. */
  readonly member: KeyPair | null
  /** The member's public key, 32 bytes. */
  readonly memberKey: Uint8Array
  readonly device: KeyPair
  readonly memberId: MemberId
  readonly deviceId: DeviceId
  /** Whether the person has shown that the recovery phrase is written down; `elsewhere`: another device has it. */
  readonly phrase: 'unconfirmed' | 'confirmed' | 'elsewhere'
  confirmPhrase(): Promise<void>
  /** The member's word for this device, under its present name where it can be had. */
  certificate(deviceName: string): DeviceCertificate
  /** For a book of this person's. PHRASE_ELSEWHERE on a linked device that has none left. */
  founding(): Promise<Outcome<FoundingCertificate>>
  /** What was sealed for this member, or for this device; null if nothing was. */
  open(sealed: readonly Sealed[], bytes: number): Uint8Array | null
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
  const save = (changed: IdentityFile) => vault.write(path, changed)
  return 'memberSeed' in file ? new FullIdentity(file, save) : new LinkedIdentity(file, save)
}

/** The file of a member on a new device, who came with the phrase or a backup. */
export const newDeviceOf = (memberSeed: Uint8Array, phrase: 'unconfirmed' | 'confirmed'): IdentityFile => ({
  memberSeed: Buffer.from(memberSeed).toString('hex'),
  deviceSeed: newSeed(),
  createdMs: Date.now(),
  ...(phrase === 'confirmed' ? { phraseConfirmedMs: Date.now() } : {})
})

/** Makes this folder a new device of a member. Nothing that uses the former identity may be open. */
export const replaceIdentity = (vault: Vault, folder: string, file: IdentityFile): Promise<void> =>
  vault.write(pathIn(folder), file)

/** Gives a linked device the member's key, whose phrase was typed there: from then on it is like any other. */
export async function completeIdentity(vault: Vault, folder: string, memberSeed: Uint8Array): Promise<void> {
  const file = await readSealed(vault, pathIn(folder), IdentityFile)
  if (!file || 'memberSeed' in file) return
  const { deviceSeed, certificate } = file
  const { createdMs } = certificate
  await replaceIdentity(vault, folder, { ...newDeviceOf(memberSeed, 'confirmed'), deviceSeed, createdMs })
}

/** Refuses what takes the member's key. */
export const elsewhere = (what: string): Outcome<never> =>
  refuse('PHRASE_ELSEWHERE', `This device was linked, and does not have your recovery phrase. ${what}`)

/** A device that has the member's key. */
class FullIdentity implements Identity {
  readonly member: KeyPair
  readonly device: KeyPair

  constructor(
    private file: FullIdentityFile,
    private readonly save: (file: IdentityFile) => Promise<void>
  ) {
    this.member = keyPairOf(fromHex(file.memberSeed))
    this.device = keyPairOf(fromHex(file.deviceSeed))
  }

  get memberKey(): Uint8Array {
    return this.member.publicKey
  }

  get memberId(): MemberId {
    return memberIdOf(this.memberKey)
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

  async founding(): Promise<Outcome<FoundingCertificate>> {
    return done(found(this.member, randomBytes(32), Date.now()))
  }

  open(sealed: readonly Sealed[], bytes: number): Uint8Array | null {
    return (
      openFor(this.member, this.memberId, sealed, bytes) ?? openFor(this.device, this.deviceId, sealed, bytes)
    )
  }
}

/** A device that another one of the member's linked. What is stolen with it is this device, and not the member. */
class LinkedIdentity implements Identity {
  readonly member = null
  readonly phrase = 'elsewhere'
  readonly device: KeyPair
  readonly #certificate: DeviceCertificate
  #taking: Promise<unknown> = Promise.resolve()

  constructor(
    private file: LinkedIdentityFile,
    private readonly save: (file: IdentityFile) => Promise<void>
  ) {
    this.device = keyPairOf(fromHex(file.deviceSeed))
    this.#certificate = certificateFromMessage(file.certificate)
  }

  get memberKey(): Uint8Array {
    return this.#certificate.member
  }

  get memberId(): MemberId {
    return memberIdOf(this.memberKey)
  }

  get deviceId(): DeviceId {
    return deviceIdOf(this.device.publicKey)
  }

  confirmPhrase(): Promise<void> {
    throw new Error('a linked device has no phrase')
  }

  certificate(): DeviceCertificate {
    return this.#certificate
  }

  /** Each is used once: it is forgotten before a book is made of it. */
  founding(): Promise<Outcome<FoundingCertificate>> {
    const taken = this.#taking.then(async (): Promise<Outcome<FoundingCertificate>> => {
      const [first, ...foundings] = this.file.foundings
      if (!first) return elsewhere('It has created as many books as it may: create this one where that is.')
      const file = { ...this.file, foundings }
      await this.save(file)
      this.file = file
      return done(foundingFromMessage(first))
    })
    this.#taking = taken.catch(() => {})
    return taken
  }

  open(sealed: readonly Sealed[], bytes: number): Uint8Array | null {
    return openFor(this.device, this.deviceId, sealed, bytes)
  }
}

function openFor(
  key: KeyPair,
  id: MemberId | DeviceId,
  sealed: readonly Sealed[],
  bytes: number
): Uint8Array | null {
  const box = sealed.find(({ member }) => (member as string) === id)
  return box ? openSealed(box, key, bytes) : null
}
