/** What a device runs on, by the name that people know. */
const NAMES: Readonly<Record<string, string>> = {
  linux: 'Linux',
  darwin: 'macOS',
  win32: 'Windows',
  android: 'Android',
  freebsd: 'FreeBSD'
}

export const platformName = (platform: string): string => NAMES[platform] ?? platform
