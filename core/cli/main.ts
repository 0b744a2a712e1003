/** The `guildbook` command. What a command needs beyond the usual is loaded when it is called. */
import '../engine/thread-pool.js'
import { Command, CommanderError } from 'commander'
import { version } from '../../package.json'
import { end, runs } from './cli.js'
import { accountCommands } from './commands/accounts.js'
import { bookCommands } from './commands/books.js'
import { memberCommands } from './commands/members.js'
import { peopleCommands } from './commands/people.js'
import { reportCommands } from './commands/reports.js'
import { recoveryCommands } from './commands/recovery.js'
import { safekeepingCommands } from './commands/safekeeping.js'
import { syncCommands } from './commands/sync.js'
import { transactionCommands } from './commands/transactions.js'
import type { ServeOptions } from './commands/serve.js'
import { EXIT } from './output.js'

const HELP = `
Environment:
  GUILDBOOK_DIR        the data folder, as --dir
  GUILDBOOK_BOOTSTRAP  bootstrap nodes of a private network, host:port,…, as --bootstrap
  GUILDBOOK_HOST       the address to bind, as --host
  GUILDBOOK_PORT       the UDP port to bind
  GUILDBOOK_PASSPHRASE the passphrase of a locked folder

Exit codes: 0 done; 1 refused, and why on stderr (with --json also on stdout); 2 called in the wrong way.`

function program(): Command {
  const root = new Command('guildbook')
    .description('A double-entry ledger that a small team keeps together, offline first and with no server.')
    .version(version, '-V, --version')
    .option('--dir <folder>', 'the data folder')
    .option('--book <book>', 'which book, where there are several: its id, the beginning of it, or its name')
    .option('--json', 'answer in JSON, for programs')
    .option('--bootstrap <nodes>', 'bootstrap nodes of a private network, host:port,…')
    .option('--host <address>', 'the address to bind')
    .option('--passphrase-file <file>', 'where the passphrase of a locked folder stands; - for standard input')
    .addHelpText('after', HELP)
    .showHelpAfterError('(run with --help to see how it is called)')
    .exitOverride()
  bookCommands(root)
  accountCommands(root)
  transactionCommands(root)
  reportCommands(root)
  peopleCommands(root)
  memberCommands(root)
  syncCommands(root)
  safekeepingCommands(root)
  recoveryCommands(root)
  hostCommands(root)
  for (const command of allCommands(root)) command.exitOverride()
  return root
}

/** Commands that load a good deal that the others do not need. */
function hostCommands(root: Command): void {
  root
    .command('serve')
    .description('the app in a browser of this machine')
    .option('--port <port>', 'the port on 127.0.0.1; 0 for any', '0')
    .option('--open', 'open the browser')
    .option('--page <folder>', 'the built page, where it is not beside the command')
    .action(
      runs(async (cli, options: ServeOptions) => (await import('./commands/serve.js')).serve(cli, options))
    )
  root
    .command('bootstrap')
    .description('run a private bootstrap node, through which the devices of a team find each other')
    .option('--port <port>', 'the UDP port; 0 for any (default: 49737)')
    .action(
      runs(async (cli, options: { readonly port?: string }) =>
        (await import('./commands/bootstrap.js')).bootstrap(cli, options)
      )
    )
  root
    .command('bench')
    .description('measure this machine: posts, import, opening')
    .option('--transactions <count>', 'how large a book to measure with', '10000')
    .action(
      runs(async (cli, options: { readonly transactions: string }) =>
        (await import('./commands/bench.js')).bench(cli, options)
      )
    )
}

const allCommands = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(allCommands)
]

async function main(): Promise<void> {
  // An answer is all that goes to stdout: Hypercore says there that it met a fork.
  console.log = console.error
  // Who reads only the beginning of a long answer has not met an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(EXIT.done)
  })
  try {
    await program().parseAsync()
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    end(error.exitCode === 0 ? EXIT.done : EXIT.usage)
  }
}

void main()
