/**
 * How the phrase opens a backup. A device that has the member's key seals the backup's own with it. A linked device does not
 * have it: it seals for the member's public key, as secrets of books are, and since anyone could do that, it signs what it
 * made with the key that the member certified.
 */
import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { equalSecrets, framed, utf8 } from '../identity/bytes.js'
import type { DeviceCertificate } from '../identity/certificates.js'
import { isDeviceValid } from '../identity/certificates.js'
import { keyPairOf, sign, verify, type KeyPair } from '../identity/keys.js'
import { openSealed, seal as sealFor, SEED_BYTES } from '../identity/sealing.js'
import { fromHex, toHex } from '../sync/messages.js'
import { certificateFromMessage, certificateToMessage } from '../sync/proofs.js'
import { phraseKey, type BackupHeaderFile, type Manifest } from './backup-format.js'
import { seal, unseal } from './secret-box.js'

const KEY_BYTES = 32
const EPHEMERAL_BYTES = 32
/** Hex of an ephemeral key and a box: longer than what is sealed with the seed. */
const BOX_LENGTH = 2 * (EPHEMERAL_BYTES + 64)

/** Who makes a backup: a device with the member's seed, or a linked one. */
export type BackupMaker =
  | { readonly memberSeed: Uint8Array }
  | { readonly memberKey: Uint8Array; readonly device: KeyPair; readonly certificate: DeviceCertificate }

type Authorship = Pick<Manifest, 'memberSeed' | 'by'>

const isBox = ({ phrase }: Pick<BackupHeaderFile, 'phrase'>): boolean => phrase.length === BOX_LENGTH

/** The backup's key as its header has it, hex. */
export function sealForPhrase(key: Uint8Array, maker: BackupMaker): string {
  if ('memberSeed' in maker) return toHex(seal(key, phraseKey(maker.memberSeed)))
  const sealed = sealFor(key, Buffer.from(maker.memberKey), randomBytes(SEED_BYTES))
  if (!sealed) throw new Error('a member has a key that is none')
  return toHex(Buffer.concat([sealed.ephemeral, sealed.box]))
}

/** The backup's key, 32 bytes; null if it is not for this phrase. */
export function openByPhrase(header: BackupHeaderFile, memberSeed: Uint8Array): Uint8Array | null {
  const bytes = fromHex(header.phrase)
  if (!isBox(header)) return unseal(Buffer.from(bytes), phraseKey(memberSeed))
  const box = { ephemeral: bytes.subarray(0, EPHEMERAL_BYTES), box: bytes.subarray(EPHEMERAL_BYTES) }
  return openSealed(box, keyPairOf(memberSeed), KEY_BYTES)
}

const made = (bound: Uint8Array): Uint8Array => framed(utf8('guildbook/backup/1'), bound)

/** What the manifest says of who made it. `bound`: what every chunk of the file is bound to. */
export function authorshipOf(maker: BackupMaker, bound: Uint8Array): Authorship {
  if ('memberSeed' in maker) return { memberSeed: toHex(maker.memberSeed) }
  const { certificate, device } = maker
  return { by: { certificate: certificateToMessage(certificate), signature: toHex(sign(made(bound), device)) } }
}

/** The seed of the member whose backup it is; null if none of their devices made it. `given`: what the phrase came to. */
export function seedOf(
  { memberSeed, by }: Authorship,
  header: BackupHeaderFile,
  bound: Uint8Array,
  given: Uint8Array | null
): Uint8Array | null {
  if (!isBox(header)) return memberSeed !== undefined && !by ? fromHex(memberSeed) : null
  if (!by || !given || memberSeed !== undefined) return null
  const certificate = certificateFromMessage(by.certificate)
  const isOwn =
    isDeviceValid(certificate) &&
    equalSecrets(certificate.member, keyPairOf(given).publicKey) &&
    verify(fromHex(by.signature), made(bound), certificate.device)
  return isOwn ? given : null
}
