/** Where a person's books are when nobody says otherwise: one place for the app and the command line. */

export interface Surroundings {
  readonly platform: string
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** `GUILDBOOK_DIR`, or a folder of ours where the system keeps the data of applications. */
export function dataFolder({ platform, home, env }: Surroundings): string {
  if (env['GUILDBOOK_DIR']) return env['GUILDBOOK_DIR']
  if (platform === 'darwin') return `${home}/Library/Application Support/Guildbook`
  if (platform === 'win32') return `${env['APPDATA'] ?? `${home}\\AppData\\Roaming`}\\Guildbook`
  return `${env['XDG_DATA_HOME'] ?? `${home}/.local/share`}/guildbook`
}

/** Network settings that the environment overrides: `GUILDBOOK_BOOTSTRAP=host:port,…`, `GUILDBOOK_HOST`. */
export function networkOverrides(env: Surroundings['env']): {
  readonly bootstrap?: readonly string[]
  readonly host?: string
} {
  const bootstrap = env['GUILDBOOK_BOOTSTRAP']
  const host = env['GUILDBOOK_HOST']
  return {
    ...(bootstrap ? { bootstrap: bootstrap.split(',').map((node) => node.trim()) } : {}),
    ...(host ? { host } : {})
  }
}
