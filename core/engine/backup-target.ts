/** Where a backup may be written: under a name that says what it is, and over nothing but another backup. */
import { Buffer } from 'node:buffer'
import { open, stat } from 'node:fs/promises'
import { dirname, isAbsolute } from 'node:path'
import { BACKUP_EXTENSION, done, refuse, type Outcome } from '../contract/index.js'
import { MAGIC } from './backup-format.js'

/** BAD_REQUEST, FILE_EXISTS, STORAGE_FAILED. */
export async function checkTarget(path: string, replace: 'yes' | undefined): Promise<Outcome<null>> {
  if (!isAbsolute(path) || !path.endsWith(BACKUP_EXTENSION)) {
    return refuse('BAD_REQUEST', `Give the whole path of a file whose name ends in ${BACKUP_EXTENSION}.`, {
      path
    })
  }
  const folder = await stat(dirname(path)).catch(() => null)
  if (folder && !folder.isDirectory())
    return refuse('STORAGE_FAILED', `${dirname(path)} is no folder.`, { path })
  const first = await firstBytes(path)
  if (first === null || (replace === 'yes' && first.equals(MAGIC))) return done(null)
  return refuse('FILE_EXISTS', `There is a file already: ${path}. Choose another name.`, { path })
}

/** The first bytes of a file; null if there is none. */
async function firstBytes(path: string): Promise<Buffer | null> {
  try {
    const file = await open(path, 'r')
    try {
      const bytes = Buffer.alloc(MAGIC.length)
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0)
      return bytes.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : Buffer.alloc(0)
  }
}
