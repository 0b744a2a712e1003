/** `phrase`, `passphrase`, `lock`, `unlock`, `backup`, `backups`: keeping keys and copies. */
import path from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'
import { BACKUP_EXTENSION, SAFEKEEPING_LIMITS, done, refuse } from '../../contract/index.js'
import type {
  BackupStatus,
  LockState,
  Outcome,
  PhraseLanguage,
  PhraseState,
  Settings,
  ShownPhrase
} from '../../contract/index.js'
import { runs } from '../cli.js'
import type { Cli } from '../cli.js'
import { backupJson, backupStatusJson, lockJson } from '../json.js'
import { answer, localTime, table, UsageError } from '../output.js'
import { agreed, ask, isAtTerminal, newPassphrase, phraseFrom } from '../secrets.js'
import { askAndUnlock, givenPassphrase, passphraseOrAsk, unlockWith } from '../unlocking.js'

const PER_LINE = 4

export function safekeepingCommands(program: Command): void {
  phraseCommands(program)
  passphraseCommands(program)
  backupCommands(program)
}

function phraseCommands(program: Command): void {
  const language = () =>
    new Option('--language <language>', 'of the words').choices(['en', 'zh-Hans']).default('en')
  const phrase = program
    .command('phrase')
    .description('show the recovery phrase: whoever has it is you, in all your books')
    .addOption(language())
    .option('--sure', 'without asking whether you are alone')
    .action(runs(showPhrase))
  phrase
    .command('confirm')
    .description('show that it is written down, by at least three of its words')
    .argument('[words...]', 'such as 4=word; asked for at a terminal')
    .addOption(language())
    .action(runs(confirmPhrase))
  phrase
    .command('check')
    .description('read a phrase as it is written down, and say what is wrong with it')
    .option('--phrase-file <file>', 'where it stands; - for standard input')
    .action(runs(checkPhrase))
}

function passphraseCommands(program: Command): void {
  const passphrase = program
    .command('passphrase')
    .description('whether this folder has a passphrase')
    .action(runs(showLock))
  passphrase
    .command('set')
    .description('set or change the passphrase of this folder; it takes the present one')
    .option('--new-passphrase-file <file>', 'where the new one stands; - for standard input')
    .action(runs(setPassphrase))
  passphrase.command('remove').description('open this folder without one again').action(runs(removePassphrase))

  program
    .command('lock')
    .description('lock this folder, which takes a passphrase, wherever it is open')
    .action(runs(lock))
  program.command('unlock').description('unlock this folder where it is open').action(runs(unlock))
}

function backupCommands(program: Command): void {
  program
    .command('backup')
    .description('write one encrypted file with everything; the recovery phrase opens it')
    .argument('[file]', `its name; ${BACKUP_EXTENSION} is added`)
    .option('--replace', 'also where there is such a backup already')
    .option('--with-passphrase', 'let a passphrase of its own open it too')
    .option('--new-passphrase-file <file>', 'where that passphrase stands; - for standard input')
    .action(runs(backup))
  program
    .command('backups')
    .description('what was backed up when, and daily backups in the background')
    .addOption(new Option('--daily <state>', 'whether to make them').choices(['on', 'off']))
    .option('--folder <folder>', 'where they go: best on another disk')
    .option('--keep <count>', 'how many of this device stay there')
    .action(runs(backups))
}

async function showPhrase(cli: Cli, options: { readonly language: PhraseLanguage; readonly sure?: true }) {
  const engine = await cli.open('off')
  if (!engine.ok) return engine
  const { api } = engine.value
  const state = await api.phraseState({})
  if (!state.ok) return state
  const proof = await proofFor(cli, state.value.needs, options.sure)
  if (!proof.ok) return proof
  const shown = await api.showPhrase({ language: options.language, ...proof.value })
  if (!shown.ok) return shown
  const { language, words, ask: positions } = shown.value
  return answer({ language, words, ask: positions, state: state.value.state }, () =>
    phraseText(shown.value, state.value.state)
  )
}

/** What it takes to be shown the phrase. */
async function proofFor(
  cli: Cli,
  needs: 'nothing' | 'passphrase' | 'person' | 'confirmation',
  sure: true | undefined
): Promise<Outcome<{ readonly passphrase?: string; readonly sure?: 'yes' }>> {
  if (needs === 'passphrase') {
    const passphrase = await passphraseOrAsk(cli)
    return passphrase.ok ? done({ passphrase: passphrase.value }) : passphrase
  }
  if (needs !== 'confirmation' || sure) return done({ sure: 'yes' })
  if ((await agreed(cli, 'Whoever sees these words is you. Does nobody look on?')) === 'yes')
    return done({ sure: 'yes' })
  return refuse('NOT_CONFIRMED', 'Say --sure if you want this and nobody looks on.')
}

function phraseText({ words }: ShownPhrase, state: PhraseState['state']): string {
  const cells = words.map((word, index) => `${String(index + 1).padStart(2)} ${word}`)
  const lines = Array.from({ length: words.length / PER_LINE }, (_, line) =>
    cells.slice(line * PER_LINE, (line + 1) * PER_LINE)
  )
  const advice = [
    'Write the words down on paper, in this order, and keep it where only you find it.',
    ...(state === 'unconfirmed' ? ['Then run "guildbook phrase confirm".'] : [])
  ]
  return [table(lines, ['left', 'left', 'left', 'left']), ...advice].join('\n')
}

async function confirmPhrase(
  cli: Cli,
  given: readonly string[],
  options: { readonly language: PhraseLanguage }
) {
  const typed = given.map(positionAndWord)
  const engine = await cli.open('off')
  if (!engine.ok) return engine
  const words = typed.length > 0 || !isAtTerminal() ? done(typed) : await askWords(cli)
  if (!words.ok) return words
  const confirmed = await engine.value.api.confirmPhrase({ language: options.language, words: words.value })
  if (!confirmed.ok) return confirmed
  return answer(confirmed.value, () => 'Good: it is written down.')
}

function positionAndWord(text: string): { position: number; word: string } {
  const match = /^(\d{1,2})[=:.](.+)$/u.exec(text)
  const position = Number(match?.[1])
  if (!match || position < 1 || position > SAFEKEEPING_LIMITS.phraseWords)
    throw new UsageError(`write a word with its place, such as 4=word, not ${text}`)
  return { position, word: match[2] as string }
}

/** Asks for some words, by places that are drawn here: the person has the paper, not the screen. */
async function askWords(cli: Cli): Promise<Outcome<{ position: number; word: string }[]>> {
  const positions = new Set<number>()
  while (positions.size < SAFEKEEPING_LIMITS.phraseAsked)
    positions.add(1 + Math.floor(Math.random() * SAFEKEEPING_LIMITS.phraseWords))
  const words: { position: number; word: string }[] = []
  for (const position of [...positions].sort((a, b) => a - b)) {
    const word = await ask(cli, `Word ${position}: `)
    if (!word.ok) return word
    words.push({ position, word: word.value })
  }
  return done(words)
}

async function checkPhrase(cli: Cli, options: { readonly phraseFile?: string }) {
  const engine = await cli.open('off')
  if (!engine.ok) return engine
  const phrase = await phraseFrom(cli, options.phraseFile)
  if (!phrase.ok) return phrase
  const checked = await engine.value.api.checkPhrase({ phrase: phrase.value })
  if (!checked.ok) return checked
  return answer(checked.value, () =>
    checked.value.whose === 'mine'
      ? 'This is the recovery phrase of this folder.'
      : 'This is a good recovery phrase, of someone else than this folder.'
  )
}

async function showLock(cli: Cli) {
  const engine = await cli.open('off', 'no')
  if (!engine.ok) return engine
  return lockAnswer(await engine.value.api.lockState({}), ({ passphrase, state }) =>
    passphrase === 'set' ? `This folder has a passphrase, and is ${state}.` : 'This folder has no passphrase.'
  )
}

async function setPassphrase(cli: Cli, options: { readonly newPassphraseFile?: string }) {
  const engine = await cli.open('off')
  if (!engine.ok) return engine
  const { api } = engine.value
  const before = await api.lockState({})
  if (!before.ok) return before
  const current = before.value.passphrase === 'set' ? await passphraseOrAsk(cli) : null
  if (current && !current.ok) return current
  const chosen = await newPassphrase(options.newPassphraseFile, 'this folder')
  if (!chosen.ok) return chosen
  const passphrase = chosen.value
  const set = await api.setPassphrase({ passphrase, ...(current ? { current: current.value } : {}) })
  return lockAnswer(
    set,
    () => 'The passphrase is set. Without it nothing here opens: nobody can tell it to you.'
  )
}

async function removePassphrase(cli: Cli) {
  const engine = await cli.open('off')
  if (!engine.ok) return engine
  const current = await passphraseOrAsk(cli)
  if (!current.ok) return current
  const removed = await engine.value.api.removePassphrase({ current: current.value })
  return lockAnswer(removed, () => 'This folder opens without a passphrase again.')
}

async function lock(cli: Cli) {
  const engine = await cli.open('off', 'no')
  if (!engine.ok) return engine
  return lockAnswer(await engine.value.api.lock({}), () =>
    engine.value.role === 'guest' ? 'Locked.' : 'Locked: nothing had this folder open.'
  )
}

async function unlock(cli: Cli) {
  const engine = await cli.open('off', 'no')
  if (!engine.ok) return engine
  const { api, role } = engine.value
  const before = await api.lockState({})
  if (!before.ok) return before
  if (before.value.state === 'locked') {
    const given = await givenPassphrase(cli)
    const unlocked =
      given !== null
        ? await unlockWith(api, given)
        : isAtTerminal()
          ? await askAndUnlock(cli, api)
          : await passphraseOrAsk(cli)
    if (!unlocked.ok) return unlocked
  }
  return lockAnswer(await api.lockState({}), ({ passphrase }) => {
    if (passphrase === 'none') return 'This folder has no passphrase.'
    return role === 'guest'
      ? 'Unlocked.'
      : 'That is the passphrase. Nothing has this folder open that could stay unlocked.'
  })
}

const lockAnswer = (state: Outcome<LockState>, text: (state: LockState) => string) =>
  state.ok ? answer(lockJson(state.value), () => text(state.value)) : state

interface BackupOptions {
  readonly replace?: true
  readonly withPassphrase?: true
  readonly newPassphraseFile?: string
}

async function backup(cli: Cli, file: string | undefined, options: BackupOptions) {
  const engine = await cli.open('off')
  if (!engine.ok) return engine
  const isOwn = options.withPassphrase || options.newPassphraseFile !== undefined
  const passphrase = isOwn ? await newPassphrase(options.newPassphraseFile, 'this backup') : null
  if (passphrase && !passphrase.ok) return passphrase
  const made = await engine.value.api.backup({
    ...(file === undefined ? {} : { path: backupPath(file) }),
    ...(passphrase ? { passphrase: passphrase.value } : {}),
    ...(options.replace ? { replace: 'yes' as const } : {})
  })
  if (!made.ok) return made
  return answer(backupJson(made.value), () =>
    [
      `${made.value.books} ${made.value.books === 1 ? 'book' : 'books'} in ${made.value.path}`,
      `It opens with ${made.value.opensWith.map((key) => `the ${key === 'phrase' ? 'recovery phrase' : key}`).join(' or ')}.`,
      ...(made.value.leftOut > 0 ? [`${made.value.leftOut} cannot be opened, and are not in it.`] : [])
    ].join('\n')
  )
}

/** Whole, and with the ending that backups have. */
export function backupPath(file: string): string {
  const whole = path.resolve(file)
  return whole.endsWith(BACKUP_EXTENSION) ? whole : whole + BACKUP_EXTENSION
}

interface BackupsOptions {
  readonly daily?: 'on' | 'off'
  readonly folder?: string
  readonly keep?: string
}

async function backups(cli: Cli, options: BackupsOptions) {
  const keep = options.keep === undefined ? undefined : countOption(options.keep)
  const engine = await cli.open('off')
  if (!engine.ok) return engine
  const { api } = engine.value
  const settings = await api.settings({})
  if (!settings.ok) return settings
  const change: Partial<Settings['backup']> = {
    ...(options.daily ? { mode: options.daily === 'on' ? ('daily' as const) : ('by-hand' as const) } : {}),
    ...(options.folder === undefined
      ? {}
      : { folder: options.folder === '' ? '' : path.resolve(options.folder) }),
    ...(keep === undefined ? {} : { keep })
  }
  const isChange = Object.keys(change).length > 0
  const now = isChange
    ? await api.changeSettings({ backup: { ...settings.value.backup, ...change } })
    : settings
  if (!now.ok) return now
  const status = await api.backupStatus({})
  if (!status.ok) return status
  return answer(backupStatusJson(status.value, now.value.backup), () =>
    backupsText(status.value, now.value.backup)
  )
}

function countOption(text: string): number {
  const count = Number(text)
  if (!/^\d{1,3}$/.test(text) || count < 1 || count > SAFEKEEPING_LIMITS.keptBackups)
    throw new UsageError(`--keep is a number from 1 to ${SAFEKEEPING_LIMITS.keptBackups}, not ${text}`)
  return count
}

function backupsText(status: BackupStatus, { mode, keep }: Settings['backup']): string {
  const { last, failure, folder, running } = status
  const daily = `Daily backups are on: the newest ${keep} stay in ${folder}, made while Guildbook is open.`
  return [
    last ? `Last: ${localTime(last.madeMs)}, ${last.path}` : 'Nothing was backed up from this folder yet.',
    ...(failure ? [`The latest failed: ${failure.message} (${failure.code})`] : []),
    ...(running ? [`Under way: ${running.path}, ${Math.round(running.share * 100)} %`] : []),
    mode === 'daily' ? daily : 'Daily backups are off.'
  ].join('\n')
}
