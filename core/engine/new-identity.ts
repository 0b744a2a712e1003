/** Makes a folder without books of its own another person's. */
import { clearFormer } from './former-identity.js'
import { newDeviceOf, replaceIdentity } from './identity-file.js'
import { dropStagedLink } from './linked-folder.js'
import type { Vault } from './vault.js'

/** A new device of the member with this seed, who came with the phrase. */
export async function becomeMember(folder: string, vault: Vault, memberSeed: Uint8Array): Promise<void> {
  await clearFormer(folder, [])
  await dropStagedLink(folder)
  await replaceIdentity(vault, folder, newDeviceOf(memberSeed, 'confirmed'))
}
