/** Where the process that has a data folder open listens for the others. */
import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, realpath } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { refuse, done } from '../contract/index.js'
import type { Outcome } from '../contract/index.js'

/** A socket's address holds 104 bytes on macOS and 108 on Linux, the closing zero included. */
const MAX_ADDRESS_BYTES = 100

/**
 * The address that belongs to a data folder, which is made if absent (for its owner alone): a Unix socket in it, or in
 * a private directory where its path would be too long, or a named pipe on Windows.
 *
 * @returns STORAGE_FAILED if the folder cannot be made, or if the private directory is not this user's alone.
 */
export async function folderAddress(folder: string): Promise<Outcome<string>> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const real = await realpath(folder)
    const name = `guildbook-${createHash('sha256').update(real).digest('hex').slice(0, 32)}`
    if (process.platform === 'win32') return done(`\\\\.\\pipe\\${name}`)
    const within = path.join(real, 'engine.sock')
    if (Buffer.byteLength(within) <= MAX_ADDRESS_BYTES) return done(within)
    return await privateAddress(`${name}.sock`)
  } catch (error) {
    return refuse('STORAGE_FAILED', `The data folder ${folder} cannot be used: ${messageOf(error)}`, { folder })
  }
}

async function privateAddress(fileName: string): Promise<Outcome<string>> {
  const uid = process.getuid?.() ?? 0
  const directory = path.join(process.env.XDG_RUNTIME_DIR || os.tmpdir(), `guildbook-${uid}`)
  await mkdir(directory, { mode: 0o700 }).catch(ignoreExisting)
  // Anyone may write to a temporary directory: what stands there must be a directory of ours, and for us alone.
  const info = await lstat(directory)
  if (!info.isDirectory() || info.uid !== uid) {
    return refuse(
      'STORAGE_FAILED',
      `${directory} belongs to someone else. Set XDG_RUNTIME_DIR to a folder of yours.`
    )
  }
  if ((info.mode & 0o077) !== 0) await chmod(directory, 0o700)
  return done(path.join(directory, fileName))
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
