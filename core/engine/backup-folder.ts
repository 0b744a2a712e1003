/** The folder that daily backups go to: their names, and which of them stay. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BACKUP_EXTENSION, type DeviceId } from '../contract/index.js'
import { unfinished } from './backup-writer.js'

/** `20260301-140502`, UTC: in order of time when in order of letters. */
const stamp = (ms: number): string =>
  new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')

export class BackupFolder {
  /** Several devices may keep theirs in one folder; none touches another's. */
  readonly #prefix: string

  constructor(
    readonly path: string,
    device: DeviceId
  ) {
    this.#prefix = `guildbook-${device.slice(0, 8)}-`
  }

  dailyPath(ms: number): string {
    return join(this.path, this.#prefix + stamp(ms) + BACKUP_EXTENSION)
  }

  byHandPath(ms: number): string {
    return join(this.path, `guildbook-${stamp(ms)}${BACKUP_EXTENSION}`)
  }

  /** Makes the folder if it is not there. Readable by its owner only, then. */
  async prepare(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 })
  }

  /** Removes this device's daily backups but for the newest `keep`, and what a crash left half written. */
  async prune(keep: number): Promise<void> {
    const mine = (await readdir(this.path)).filter((name) => name.startsWith(this.#prefix)).sort()
    const whole = mine.filter((name) => name.endsWith(BACKUP_EXTENSION))
    const halves = mine.filter((name) => name.endsWith(unfinished(BACKUP_EXTENSION)))
    for (const name of [...whole.slice(0, -keep), ...halves]) await rm(join(this.path, name), { force: true })
  }
}
