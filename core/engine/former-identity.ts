/** What a folder keeps of whom it belonged to. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removeFolder } from './files.js'

/** Removes what belonged to the former identity, but for the `kept` books; there are none but samples beside them. */
export async function clearFormer(folder: string, kept: readonly string[]): Promise<void> {
  const books = join(folder, 'books')
  for (const name of await readdir(books).catch(() => [])) {
    if (!kept.includes(name)) await removeFolder(join(books, name))
  }
  for (const name of FORMER) await rm(join(folder, name), { force: true })
}

const FORMER = [
  'joins.sealed',
  'recovery.sealed',
  'backups.sealed',
  'links.sealed',
  'arrivals.sealed',
  'forgotten.sealed'
]
