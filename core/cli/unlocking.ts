/** Opens a locked folder for a command: with a passphrase that it was given, or that it asks for. */
import { done, refuse } from '../contract/index.js'
import type { EngineApi, Outcome } from '../contract/index.js'
import type { Attachment } from '../engine/folder-host.js'
import type { Cli } from './cli.js'
import { askHidden, isAtTerminal, secretIn } from './secrets.js'

/** Typed at the terminal, a slip is likely. */
const TRIES = 3

/** The passphrase that this run was given, if it was. */
export async function givenPassphrase(cli: Cli): Promise<string | null> {
  const { passphraseFile } = cli.options
  if (passphraseFile !== undefined) return secretIn(passphraseFile)
  return process.env.GUILDBOOK_PASSPHRASE || null
}

/** The passphrase that was given, or what is typed at the terminal; refuses with PASSPHRASE_NEEDED. */
export async function passphraseOrAsk(cli: Cli): Promise<Outcome<string>> {
  const given = await givenPassphrase(cli)
  if (given !== null) return done(given)
  if (isAtTerminal()) return askHidden('Passphrase: ')
  return refuse(
    'PASSPHRASE_NEEDED',
    'Give the passphrase in GUILDBOOK_PASSPHRASE, with --passphrase-file, or at a terminal.'
  )
}

/**
 * Unlocks what this process has just opened. A folder that another process has open is not unlocked by the way: it would
 * stay so when the command has ended.
 */
export async function unlock(
  cli: Cli,
  { api, role }: Pick<Attachment, 'api' | 'role'>,
  unlocking: 'needed' | 'if-given'
): Promise<Outcome<null>> {
  const state = await api.lockState({})
  if (!state.ok) return state
  if (state.value.state === 'unlocked') return done(null)
  if (role === 'guest') {
    if (unlocking === 'if-given') return done(null)
    return refuse('KEYS_LOCKED', 'Guildbook is locked. Unlock it in its window, or with "guildbook unlock".')
  }
  const given = await givenPassphrase(cli)
  if (given !== null) return unlockWith(api, given)
  if (unlocking === 'if-given') return done(null)
  if (!isAtTerminal()) {
    return refuse(
      'KEYS_LOCKED',
      'This folder is locked. Give its passphrase in GUILDBOOK_PASSPHRASE, with --passphrase-file, or at a terminal.'
    )
  }
  return askAndUnlock(cli, api)
}

/** Asks at the terminal, a few times. */
export async function askAndUnlock(cli: Cli, api: EngineApi): Promise<Outcome<null>> {
  for (let left = TRIES - 1; ; left--) {
    const typed = await askHidden('Passphrase: ')
    if (!typed.ok) return typed
    const unlocked = await unlockWith(api, typed.value)
    if (unlocked.ok || unlocked.error.code !== 'PASSPHRASE_WRONG' || left === 0) return unlocked
    cli.output.tell(unlocked.error.message)
  }
}

export async function unlockWith(api: EngineApi, passphrase: string): Promise<Outcome<null>> {
  const unlocked = await api.unlock({ passphrase })
  return unlocked.ok ? done(null) : unlocked
}
