/** Small files that must be there whole or not at all, also after a power cut. */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** The file's bytes, or null if there is none. */
export async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/**
 * Replaces a file: written beside it, synced, renamed, and the folder synced, with the folders that this made. Readable
 * by its owner only. Writes of one file must come one after the other.
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const beside = `${path}.new`
  const file = await open(beside, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
  await syncFolder(dirname(path))
  if (made) await syncAbove(dirname(path), made)
}

/** Syncs the folders that hold `folder` and the new ones above it, of which `first` is the topmost. */
async function syncAbove(folder: string, first: string): Promise<void> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    await syncFolder(dirname(at))
    if (at === resolve(first)) return
  }
}

export const removeFolder = (path: string): Promise<void> => rm(path, { recursive: true, force: true })

/** Makes a rename or a new file durable. Windows syncs neither folders nor needs it. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
