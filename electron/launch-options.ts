/** What the app was started with: a data folder, and perhaps a link to open. */
import os from 'node:os'
import path from 'node:path'
import { dataFolder } from '../core/contract/index.js'
import { joinLinkIn } from './join-links.js'

export interface LaunchOptions {
  /** The data folder; absolute. */
  readonly folder: string
  readonly joinLink: string | null
}

const FOLDER_ARGUMENT = '--dir='

/** `--dir=` comes before `GUILDBOOK_DIR`, which comes before the system's usual place. */
export function launchOptions(argv: readonly string[], env: NodeJS.ProcessEnv): LaunchOptions {
  const given = argv.find((argument) => argument.startsWith(FOLDER_ARGUMENT))?.slice(FOLDER_ARGUMENT.length)
  const folder = given || dataFolder({ platform: process.platform, home: os.homedir(), env })
  return { folder: path.resolve(folder), joinLink: joinLinkIn(argv) }
}
