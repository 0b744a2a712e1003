/** Makes backups, by hand and daily, one at a time, and says how far it is. */
import { join } from 'node:path'
import * as v from 'valibot'
import {
  SAFEKEEPING_LIMITS,
  done,
  refuse,
  type BackupHeader,
  type BackupProgress,
  type BackupRow,
  type BackupStatus,
  type Outcome,
  type RequestOf
} from '../contract/index.js'
import { BackupFolder } from './backup-folder.js'
import { BackupFile } from './backup-reader.js'
import { Cancelled, type Run } from './backup-run.js'
import { checkTarget } from './backup-target.js'
import type { BackupKeys } from './backup-writer.js'
import { writeBackup } from './backup-writing.js'
import { elsewhere, type Identity } from './identity-file.js'
import type { Keyring } from './keyring.js'
import type { Library } from './library.js'
import { newStretching, stretch, STRENGTH, type Stretcher } from './passphrase.js'
import { stageRestore, type Staged } from './restore.js'
import { readSealed } from './sealed-files.js'
import type { SettingsFile } from './settings-file.js'
import type { Vault } from './vault.js'

const DAY_MS = 24 * 60 * 60 * 1000
const LOOK_MS = 60_000
/** After a daily backup that failed: the disk may be there again. */
const RETRY_MS = 60 * 60 * 1000

export interface BackupDeskOptions {
  readonly folder: string
  readonly vault: Vault
  readonly keyring: Pick<Keyring, 'backupKey'>
  readonly stretcher: Stretcher | undefined
  readonly identity: Identity
  readonly settings: SettingsFile
  readonly library: Library
  readonly changed: () => void
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const RecordFile = v.strictObject({
  last: v.nullable(
    v.strictObject({
      path: v.string(),
      kind: v.picklist(['by-hand', 'daily']),
      madeMs: count,
      sizeBytes: count,
      books: count,
      opensWith: v.array(v.picklist(['phrase', 'passphrase'])),
      leftOut: count
    })
  ),
  lastDailyMs: v.nullable(count),
  failure: v.nullable(v.strictObject({ atMs: count, code: v.string(), message: v.string() }))
})
type RecordFile = v.InferOutput<typeof RecordFile>

export class BackupDesk {
  readonly #timer: NodeJS.Timeout
  #running: {
    progress: BackupProgress
    readonly stop: AbortController
    readonly ended: Promise<unknown>
  } | null = null

  private constructor(
    private readonly o: BackupDeskOptions,
    private record: RecordFile
  ) {
    this.#timer = setInterval(() => void this.look().catch(console.error), LOOK_MS)
    this.#timer.unref()
  }

  static async open(options: BackupDeskOptions): Promise<BackupDesk> {
    const record = await readSealed(options.vault, pathOf(options), RecordFile)
    return new BackupDesk(options, record ?? { last: null, lastDailyMs: null, failure: null })
  }

  status(): BackupStatus {
    const { last, failure } = this.record
    return {
      running: this.#running?.progress ?? null,
      last,
      failure,
      folder: this.#folder.path,
      nextMs: this.#nextMs()
    }
  }

  async backup({ path, passphrase, replace }: RequestOf<'backup'>): Promise<Outcome<BackupRow>> {
    const target = path ?? this.#folder.byHandPath(Date.now())
    const checked = await checkTarget(target, replace)
    if (!checked.ok) return checked
    return this.#exclusively('backup', target, async (run) => {
      const keys = await this.#keys(passphrase)
      if (!keys.ok) return keys
      if (path === undefined) await this.#folder.prepare()
      return this.#write(target, 'by-hand', keys.value, run)
    })
  }

  /** Makes the daily backup if it is time for it. Called once a minute. */
  async look(): Promise<void> {
    const nextMs = this.#nextMs()
    if (nextMs === null || nextMs > Date.now() || this.#running) return
    const folder = this.#folder
    await this.#exclusively('daily-backup', folder.dailyPath(Date.now()), async (run) => {
      const keys = await this.#keys(undefined)
      if (!keys.ok) return keys
      await folder.prepare()
      const row = await this.#write(folder.dailyPath(Date.now()), 'daily', keys.value, run)
      if (row.ok) await folder.prune(this.o.settings.current.backup.keep)
      return row
    })
  }

  async inspect(path: string): Promise<Outcome<BackupHeader>> {
    const file = await BackupFile.open(path)
    if (!file.ok) return file
    const header = file.value.describe(path)
    await file.value.close()
    return done(header)
  }

  /** Reads and checks all of a backup, beside what is here; nothing is changed by it yet. */
  stage(request: RequestOf<'restore'>): Promise<Outcome<Staged>> {
    const { folder, vault, settings, stretcher } = this.o
    return this.#exclusively('restore', request.path, (run) =>
      stageRestore({ folder, vault, stretcher, deviceName: settings.current.deviceName, ...request }, run)
    )
  }

  cancel(): Outcome<null> {
    this.#running?.stop.abort()
    return done(null)
  }

  /** Ends what is under way, and waits until it has. */
  async settle(): Promise<void> {
    this.cancel()
    await this.#running?.ended.catch(() => {})
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.settle()
  }

  get #folder(): BackupFolder {
    const { settings, folder, identity } = this.o
    return new BackupFolder(settings.current.backup.folder || join(folder, 'backups'), identity.deviceId)
  }

  #nextMs(): number | null {
    if (this.o.settings.current.backup.mode !== 'daily') return null
    const { lastDailyMs, failure } = this.record
    // A clock that was ahead when the last one was made must not put off the next for ever.
    const due = lastDailyMs === null ? Date.now() : Math.min(lastDailyMs, Date.now()) + DAY_MS
    return failure ? Math.max(due, failure.atMs + RETRY_MS) : due
  }

  async #keys(passphrase: string | undefined): Promise<Outcome<BackupKeys>> {
    const { member, memberKey, device } = this.o.identity
    if (!member) {
      // A passphrase would open it for somebody who then is not the member: that takes the phrase.
      if (passphrase !== undefined)
        return elsewhere('A backup that is made here opens with that phrase, and with nothing else.')
      const certificate = this.o.identity.certificate(this.o.settings.current.deviceName)
      return done({ maker: { memberKey, device, certificate }, passphrase: null })
    }
    const maker = { memberSeed: member.seed }
    if (passphrase === undefined) return done({ maker, passphrase: this.o.keyring.backupKey })
    const least = SAFEKEEPING_LIMITS.passphraseLeast
    if ([...passphrase].length < least)
      return refuse('PASSPHRASE_TOO_SHORT', `A passphrase has at least ${least} characters.`, { least })
    const keys = await stretch(passphrase, newStretching(STRENGTH), this.o.stretcher)
    return done({ maker, passphrase: keys })
  }

  async #write(path: string, kind: BackupRow['kind'], keys: BackupKeys, run: Run): Promise<Outcome<BackupRow>> {
    const { library, identity, settings } = this.o
    const madeMs = Date.now()
    const written = await writeBackup({ path, madeMs, keys, library, identity, settings }, run)
    const opensWith: BackupRow['opensWith'] = keys.passphrase ? ['phrase', 'passphrase'] : ['phrase']
    const row: BackupRow = { path, kind, madeMs, opensWith, ...written }
    await this.#note({
      last: { ...row, opensWith: [...opensWith] },
      lastDailyMs: kind === 'daily' ? madeMs : this.record.lastDailyMs,
      failure: null
    })
    return done(row)
  }

  /** Runs a backup or a restore unless one is under way. What goes wrong with a file is refused, and kept. */
  async #exclusively<T>(
    what: BackupProgress['what'],
    path: string,
    work: (run: Run) => Promise<Outcome<T>>
  ): Promise<Outcome<T>> {
    if (this.#running)
      return refuse('BACKUP_RUNNING', 'A backup or a restore is under way. Wait, or cancel it.')
    const stop = new AbortController()
    const step = what === 'restore' ? 'reading' : 'writing'
    const run: Run = {
      signal: stop.signal,
      tell: (now, share) => {
        if (this.#running) this.#running.progress = { what, path, step: now, share }
        this.o.changed()
      }
    }
    const ended = this.#attempt(what, () => work(run))
    this.#running = { progress: { what, path, step, share: 0 }, stop, ended }
    this.o.changed()
    try {
      return await ended
    } finally {
      this.#running = null
      this.o.changed()
    }
  }

  async #attempt<T>(what: BackupProgress['what'], work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const outcome = await work().catch(refusalOf)
    if (!outcome.ok && what !== 'restore' && outcome.error.code !== 'CANCELLED') {
      const { code, message } = outcome.error
      await this.#note({ ...this.record, failure: { atMs: Date.now(), code, message } })
    }
    return outcome
  }

  async #note(record: RecordFile): Promise<void> {
    this.record = record
    await this.o.vault.write(pathOf(this.o), record)
  }
}

const pathOf = ({ folder }: Pick<BackupDeskOptions, 'folder'>): string => join(folder, 'backups.sealed')

/** Disks fill up, folders go away: expected, and not worth a trace. */
function refusalOf(error: unknown): Outcome<never> {
  if (error instanceof Cancelled) return refuse('CANCELLED', 'It was cancelled; nothing was left behind.')
  if (isFileError(error)) return refuse('STORAGE_FAILED', `It could not be written: ${error.message}`)
  throw error
}

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error
