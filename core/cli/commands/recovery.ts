/** `restore`, `recover`: bringing a person back on a new machine. */
import path from 'node:path'
import type { Command } from 'commander'
import { BACKUP_EXTENSION, done, refuse } from '../../contract/index.js'
import type { EngineApi, Outcome, RecoveryStatus, RequestOf } from '../../contract/index.js'
import { runs } from '../cli.js'
import type { Cli } from '../cli.js'
import { bookJson, recoveryJson, timeJson } from '../json.js'
import { answer, localTime, table, UsageError } from '../output.js'
import { ask, askHidden, isAtTerminal, phraseFrom, secretIn } from '../secrets.js'
import { secondsOption, waitFor } from '../waiting.js'

export function recoveryCommands(program: Command): void {
  program
    .command('restore')
    .description('bring everything of a backup into an empty folder, as a new device of yours')
    .argument('<file>', `a ${BACKUP_EXTENSION} file`)
    .option('--phrase-file <file>', 'where the recovery phrase stands; - for standard input')
    .option('--backup-passphrase-file <file>', 'where a passphrase that opens it stands; - for standard input')
    .action(runs(restore))

  program
    .command('recover')
    .description('get your books back from the other members, with nothing but the recovery phrase')
    .option('--phrase-file <file>', 'where the recovery phrase stands; - for standard input')
    .option('--name <name>', 'your name, as others will see it in books that you make')
    .option('--wait <seconds>', 'how long to search now (default: until you press Ctrl-C)')
    .option('--books <count>', 'end as soon as so many books are there')
    .option('--status', 'only say what was found')
    .option('--stop', 'search no further')
    .addHelpText(
      'after',
      '\nSomeone who shares a book with you has to be online. The search goes on whenever Guildbook is online, until you' +
        '\nstop it; the same command without a phrase takes it up again.'
    )
    .action(runs(recover))
}

interface RestoreOptions {
  readonly phraseFile?: string
  readonly backupPassphraseFile?: string
}

async function restore(cli: Cli, file: string, options: RestoreOptions) {
  if (options.phraseFile !== undefined && options.backupPassphraseFile !== undefined)
    throw new UsageError('give the phrase or a passphrase, not both')
  const engine = await cli.open('off')
  if (!engine.ok) return engine
  const { api } = engine.value
  const whole = path.resolve(file)
  const by = await opener(cli, api, whole, options)
  if (!by.ok) return by
  const restored = await api.restore({ path: whole, by: by.value })
  if (!restored.ok) return restored
  const { madeMs, books } = restored.value
  return answer({ made: timeJson(madeMs), books: books.map(bookJson) }, () =>
    [
      `Restored what was there on ${localTime(madeMs)}:`,
      ...books.map(({ name, transactions }) => `  ${name}, ${transactions} transactions`),
      'This is a new device of yours. What was written since comes from the others when you are online.'
    ].join('\n')
  )
}

/** What opens the backup: from a file, or asked for at the terminal by what the backup takes. */
async function opener(
  cli: Cli,
  api: EngineApi,
  file: string,
  options: RestoreOptions
): Promise<Outcome<RequestOf<'restore'>['by']>> {
  const { phraseFile, backupPassphraseFile } = options
  if (backupPassphraseFile !== undefined) return done({ passphrase: await secretIn(backupPassphraseFile) })
  const header = await api.inspectBackup({ path: file })
  if (!header.ok) return header
  if (phraseFile === undefined && isAtTerminal() && header.value.opensWith.includes('passphrase')) {
    const phrase = await ask(cli, 'The 24 words of the recovery phrase, or Enter to give the passphrase: ')
    if (!phrase.ok) return phrase
    if (phrase.value !== '') return done({ phrase: phrase.value })
    const passphrase = await askHidden('Passphrase of the backup: ')
    return passphrase.ok ? done({ passphrase: passphrase.value }) : passphrase
  }
  const phrase = await phraseFrom(cli, phraseFile)
  return phrase.ok ? done({ phrase: phrase.value }) : phrase
}

interface RecoverOptions {
  readonly phraseFile?: string
  readonly name?: string
  readonly wait?: string
  readonly books?: string
  readonly status?: true
  readonly stop?: true
}

async function recover(cli: Cli, options: RecoverOptions) {
  if (options.status || options.stop) return withoutSearching(cli, options)
  const limitMs = options.wait === undefined ? Number.POSITIVE_INFINITY : secondsOption(options.wait, '--wait')
  const wanted = options.books === undefined ? Number.POSITIVE_INFINITY : bookCount(options.books)
  const engine = await cli.open('on')
  if (!engine.ok) return engine
  const { api } = engine.value
  const begun = await begin(cli, api, options)
  if (!begun.ok) return begun
  let latest = begun.value
  const tell = progress(cli)
  const waited = await waitFor(cli, limitMs, async () => {
    const found = await api.recoveries({})
    if (!found.ok) return found
    latest = found.value
    tell(latest)
    return done(isThere(latest) >= wanted || latest.search === 'stopped' ? latest : null)
  })
  if (!waited.ok) return waited
  if (isThere(latest) === 0) {
    return refuse(
      'TIMED_OUT',
      'No book was found yet. The search goes on whenever Guildbook is online; "guildbook recover --stop" ends it.'
    )
  }
  return recoveryAnswer(latest)
}

async function withoutSearching(cli: Cli, { stop }: RecoverOptions) {
  const engine = await cli.open('off')
  if (!engine.ok) return engine
  const status = await (stop ? engine.value.api.stopRecovery({}) : engine.value.api.recoveries({}))
  return status.ok ? recoveryAnswer(status.value) : status
}

/** Begins the search, or goes on with one that is under way. */
async function begin(
  cli: Cli,
  api: EngineApi,
  { phraseFile, name }: RecoverOptions
): Promise<Outcome<RecoveryStatus>> {
  const before = await api.recoveries({})
  if (!before.ok) return before
  if (phraseFile === undefined && before.value.search === 'searching') return before
  const phrase = await phraseFrom(cli, phraseFile)
  if (!phrase.ok) return phrase
  return api.recover({ phrase: phrase.value, ...(name === undefined ? {} : { memberName: name }) })
}

function bookCount(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new UsageError(`--books is a number, not ${text}`)
  return Number(text)
}

const isThere = ({ rows }: RecoveryStatus): number => rows.filter(({ step }) => step === 'recovered').length

const recoveryAnswer = (status: RecoveryStatus) =>
  answer(recoveryJson(status), () =>
    [
      table(
        status.rows.map(({ bookName, from, step }) => [bookName, `from ${from.name}`, step]),
        ['left', 'left', 'left']
      ),
      status.search === 'searching'
        ? 'The search for others goes on whenever Guildbook is online; "guildbook recover --stop" ends it.'
        : 'There is no search under way.'
    ]
      .filter((text) => text !== '')
      .join('\n')
  )

/** Says each step once. */
function progress(cli: Cli): (status: RecoveryStatus) => void {
  const told = new Set<string>()
  const tell = (line: string) => {
    if (told.has(line)) return
    told.add(line)
    cli.output.tell(line)
  }
  return ({ rows }) => {
    if (rows.length === 0) tell('Looking for someone who shares a book with you…')
    for (const { bookName, from, step } of rows)
      tell(step === 'recovered' ? `${bookName} is there.` : `Receiving ${bookName} from ${from.name}…`)
  }
}
