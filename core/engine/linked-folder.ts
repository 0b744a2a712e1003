/**
 * Makes a folder a linked device of a person. What was handed over is first kept whole, in one file: that is the moment at
 * which it counts. Putting its parts into place can then be repeated after a crash as often as it takes.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { keyFromZ32 } from '../identity/bytes.js'
import { bookIdOf } from '../identity/certificates.js'
import { Handover, type LinkedBookMessage } from '../sync/linking-wire.js'
import { fromHex } from '../sync/messages.js'
import { foundingFromMessage } from '../sync/proofs.js'
import { removeFolder } from './files.js'
import { replaceIdentity } from './identity-file.js'
import { fileOf } from './linked-books.js'
import { clearFormer } from './former-identity.js'
import { ArrivalFile, BookFile, readSealed } from './sealed-files.js'
import type { SettingsFile } from './settings-file.js'
import type { Vault } from './vault.js'

/** What was handed over, and the arrival that it came by, as it is listed from then on. */
const Staged = v.strictObject({ handover: Handover, arrival: ArrivalFile })
type Staged = v.InferOutput<typeof Staged>

const pathIn = (folder: string): string => join(folder, 'linked.sealed')

/** Keeps what was handed over. Nothing that was here is changed yet. */
export const stageLink = (vault: Vault, folder: string, staged: Staged): Promise<void> =>
  vault.write(pathIn(folder), staged)

export const dropStagedLink = (folder: string): Promise<void> => rm(pathIn(folder), { force: true })

/**
 * Makes what was kept this folder's. Nothing of the folder may be open. Where books have come into it since, what was
 * handed over is given up; that device can be revoked.
 */
export async function finishLink(
  folder: string,
  vault: Vault,
  settings: SettingsFile
): Promise<'just-now' | 'no'> {
  const staged = await readSealed(vault, pathIn(folder), Staged)
  if (!staged) return 'no'
  const { handover, arrival } = staged
  const books = handover.books.map((book) => ({ book, id: idOf(book) }))
  const ids = books.map(({ id }) => id)
  if (await hasNoOtherBooks(folder, vault, ids)) {
    await clearFormer(folder, ids)
    const memberKey = fromHex(handover.certificate.member)
    for (const { book, id } of books)
      await vault.write(join(folder, 'books', id, 'book.sealed'), fileOf(book, memberKey))
    const { deviceSeed, certificate, foundings, memberName, deviceName } = handover
    await settings.change({ memberName, deviceName })
    await replaceIdentity(vault, folder, { deviceSeed, certificate, foundings })
    await vault.write(arrivalsIn(folder), [arrival])
  } else {
    await vault.write(arrivalsIn(folder), [{ ...arrival, books: null, refused: 'FOLDER_NOT_EMPTY' }])
  }
  await dropStagedLink(folder)
  return 'just-now'
}

export const arrivalsIn = (folder: string): string => join(folder, 'arrivals.sealed')

const idOf = ({ founding }: LinkedBookMessage) => bookIdOf(foundingFromMessage(founding))

/** Samples are nobody's loss. */
async function hasNoOtherBooks(folder: string, vault: Vault, ids: readonly string[]): Promise<boolean> {
  const books = join(folder, 'books')
  for (const name of await readdir(books).catch(() => [])) {
    if (!keyFromZ32(name) || ids.includes(name)) continue
    const file = await readSealed(vault, join(books, name, 'book.sealed'), BookFile)
    if (file?.kind === 'shared') return false
    if (!file) await removeFolder(join(books, name))
  }
  return true
}
