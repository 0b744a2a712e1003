/** The settings of one data folder; plain, since nothing in it is secret. */
import { Buffer } from 'node:buffer'
import { hostname } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { LIMITS, SAFEKEEPING_LIMITS, type Settings } from '../contract/index.js'
import { readIfThere, writeWhole } from './files.js'

export const NetworkSchema = v.strictObject({
  mode: v.picklist(['on', 'off']),
  host: v.pipe(v.string(), v.maxLength(253)),
  port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535)),
  bootstrap: v.pipe(v.array(v.pipe(v.string(), v.maxLength(260))), v.maxLength(16))
})

const BackupSettingsSchema = v.strictObject({
  mode: v.picklist(['daily', 'by-hand']),
  folder: v.pipe(v.string(), v.maxLength(SAFEKEEPING_LIMITS.pathMost)),
  keep: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(SAFEKEEPING_LIMITS.keptBackups))
})

/** A minute to a day: a setting that locks at once would lock its owner out of the settings. */
const AutoLockSchema = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(60_000), v.maxValue(86_400_000)))

export const SettingsSchema = v.strictObject({
  memberName: v.pipe(v.string(), v.maxLength(LIMITS.nameLength)),
  deviceName: v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.deviceNameLength)),
  language: v.picklist(['system', 'en', 'zh-Hans']),
  theme: v.picklist(['system', 'light', 'dark']),
  density: v.picklist(['dense', 'comfortable']),
  network: NetworkSchema,
  autoLockMs: AutoLockSchema,
  backup: BackupSettingsSchema
})

/** Any part of the settings; what is absent stays. */
export const SettingsChangeSchema: v.GenericSchema<unknown, Partial<Settings>> = v.pipe(
  v.partial(SettingsSchema),
  v.transform((given) => {
    const present = Object.entries(given).filter(([, value]) => value !== undefined)
    return Object.fromEntries(present) as Partial<Settings>
  })
) as v.GenericSchema<unknown, Partial<Settings>>

export class SettingsFile {
  #writing: Promise<void> = Promise.resolve()

  private constructor(
    private readonly path: string,
    private settings: Settings,
    /** What a newer Guildbook has stored beside: it stays. */
    private readonly unknown: Readonly<Record<string, unknown>>
  ) {}

  /** What is stored, with defaults for what is missing or damaged. */
  static async open(folder: string): Promise<SettingsFile> {
    const path = join(folder, 'settings.json')
    return SettingsFile.read(path, await readIfThere(path))
  }

  /** The settings in a file's bytes; null where there is none. */
  static read(path: string, bytes: Uint8Array | null): SettingsFile {
    const json = bytes && safeJson(bytes)
    const stored = isRecord(json) ? json : {}
    const { known, unknown } = sorted(stored)
    return new SettingsFile(path, { ...defaultSettings(), ...known }, unknown)
  }

  get current(): Settings {
    return this.settings
  }

  async change(change: Partial<Settings>): Promise<Settings> {
    const settings = { ...this.settings, ...change }
    this.settings = settings
    const bytes = Buffer.from(JSON.stringify({ ...this.unknown, ...settings }, null, 2))
    this.#writing = this.#writing.catch(() => {}).then(() => writeWhole(this.path, bytes))
    await this.#writing
    return settings
  }
}

/** Each setting for itself: one that is damaged, or that another version understands otherwise, costs no other. */
function sorted(stored: Readonly<Record<string, unknown>>) {
  const known: Record<string, unknown> = {}
  const unknown: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(stored)) {
    const schema = Object.entries(SettingsSchema.entries).find(([key]) => key === name)?.[1]
    const parsed = schema && v.safeParse(schema as v.GenericSchema, value)
    if (!schema) unknown[name] = value
    else if (parsed?.success) known[name] = parsed.output
  }
  return { known: known as Partial<Settings>, unknown }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const defaultSettings = (): Settings => ({
  memberName: '',
  deviceName: hostname().slice(0, LIMITS.deviceNameLength) || 'Computer',
  language: 'system',
  theme: 'system',
  density: 'dense',
  network: { mode: 'on', host: '', port: 0, bootstrap: [] },
  autoLockMs: null,
  backup: { mode: 'by-hand', folder: '', keep: 7 }
})

function safeJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return null
  }
}
