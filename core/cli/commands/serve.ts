/** `serve`: the app in a browser of this machine. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { done } from '../../contract/index.js'
import { portNumber } from '../cli.js'
import type { Cli } from '../cli.js'
import { besideCommand } from '../places.js'
import { openWebHost } from '../web-host.js'
import type { WebHost } from '../web-host.js'

export interface ServeOptions {
  readonly port: string
  readonly open?: true
  /** For tests: the folder of the built page. */
  readonly page?: string
}

/** Runs until it is stopped. Says the address as soon as it can be opened. */
export async function serve(cli: Cli, options: ServeOptions) {
  const port = portNumber(options.port, '--port')
  const engine = await cli.open('as-set', 'if-given')
  if (!engine.ok) return engine
  const host = await openWebHost({ engine: engine.value, page: options.page ?? builtPage(), port })
  if (!host.ok) return host
  const url = announce(cli, host.value)
  if (options.open) openBrowser(url)
  offerFreshAddresses(cli, host.value)
  if (!cli.signal.aborted) await once(cli.signal, 'abort')
  await host.value.close()
  return done(null)
}

/** The page is built beside the command, in `out/renderer`. */
const builtPage = (): string => path.dirname(besideCommand('../renderer/index.html'))

function announce(cli: Cli, host: WebHost): string {
  const url = host.address()
  cli.output.show({ json: { url, port: host.port }, text: () => url })
  return url
}

/** An address works once. Whoever sits at the terminal gets another one for pressing Enter. */
function offerFreshAddresses(cli: Cli, host: WebHost): void {
  if (cli.output.form === 'json' || !process.stdin.isTTY) return
  cli.output.tell('The address works once; press Enter for another. Ctrl-C ends Guildbook.')
  process.stdin.on('data', () => announce(cli, host))
}

/** Opens the address with whatever the system has. Where there is nothing, the printed address has to do. */
function openBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url]
  if (command === undefined) return
  const child = spawn(command, args, { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
