/** One process per data folder: a lock that the system lets go of when the process ends, however it ends. */
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { tryLock } from 'fs-native-extensions'
import { done, refuse, type Outcome } from '../contract/index.js'

export interface FolderLock {
  release(): Promise<void>
}

/** Refuses with FOLDER_IN_USE while another process, or another engine of this one, has it. */
export async function lockFolder(folder: string): Promise<Outcome<FolderLock>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = await open(join(folder, 'lock'), 'a', 0o600)
  if (tryLock(file.fd)) return done({ release: () => file.close() })
  await file.close()
  return refuse('FOLDER_IN_USE', 'Another Guildbook has this folder open. Close it and try again.', { folder })
}
